"""What takes hints from the broker, whatever that does, for as long as the worker lives."""

import logging
from collections.abc import Callable
from queue import Empty
from typing import Any

from celery.bootsteps import RUN
from celery.worker.consumer import Consumer
from celery.worker.state import active_requests, maybe_shutdown
from kombu.asynchronous import Hub
from kombu.message import Message
from redis.exceptions import RedisError

from common import waits
from common.broker import in_time, tidy
from windproject.hints import reduce_to_hint

logger = logging.getLogger(__name__)


class HintConsumer(Consumer):  # type: ignore[misc]  # it has no types
    """Celery's consumer, which gets nothing but hints to see, and outlives whatever a broker says.

    It connects anew where Celery's would end: where the broker has become a replica, is full, or
    gives out what is no message at all. It does so, too, where Celery's would wait for ever: where
    a slot is free, and the broker says nothing.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.connection_errors = (Exception,)
        # Whether hints come over this connection, or would if a slot were free.
        self.takes_hints, self.silent_s = False, 0

    def connect(self) -> Any:
        """Connect, and delete what would keep it from taking any hint."""
        self.takes_hints, self.silent_s = False, 0
        connection = super().connect()
        channel = connection.default_channel
        # Closing the channel waits for nothing: a hint that was not begun comes again.
        channel.do_restore = False
        channel.handlers["BRPOP"] = self._reader(channel)
        try:
            in_time(tidy)
        except Exception as error:
            logger.warning("Whether the broker has keys of another type is not known: %r", error)
        return connection

    def ensure_connected(self, connection: Any) -> Any:
        """Try to connect until it works, as often in the end as in the beginning."""
        pause = {"interval_start": waits.BROKER_AGAIN_S, "interval_step": 0}
        return connection.ensure_connection(_say, callback=maybe_shutdown, **pause)

    def register_with_event_loop(self, hub: Hub) -> None:
        """Have the loop notice each second whether the broker is silent."""
        super().register_with_event_loop(hub)
        hub.call_repeatedly(1, self._notice_silence)

    def _notice_silence(self) -> None:
        """Connect anew where the broker is silent, which ends each answer of none after a second.

        It counts how often the loop went round, so that a worker that stood still hears the answers
        that came meanwhile.

        Raises:
            TimeoutError: which Celery takes for the end of the connection.
        """
        if len(active_requests) >= self.pool.num_processes or self.blueprint.state != RUN:
            self._hear()
        self.silent_s += 1
        if self.silent_s > waits.BROKER_SILENT_S:
            raise TimeoutError(f"the broker has said nothing for {waits.BROKER_SILENT_S} seconds")

    def _hear(self) -> None:
        self.takes_hints, self.silent_s = True, 0

    def _reader(self, channel: Any) -> Callable[[], object]:
        """Return what reads an answer of the broker, and drops one that is no message."""
        read = channel.handlers["BRPOP"]

        def read_on() -> None:
            try:
                read()
            except Empty:
                pass
            except (OSError, RedisError):
                raise
            except Exception as error:
                # An answer that is none ended the connection.
                if not channel.client.connection.is_connected:
                    raise
                logger.warning("What is no message is dropped: %r", error)
            self._hear()

        return read_on

    def create_task_handler(self, *arguments: Any) -> Callable[[Message], None]:
        """Return what handles a message: one that is no hint is dropped, and said."""
        handle = super().create_task_handler(*arguments)

        def take(message: Message) -> None:
            try:
                reduce_to_hint(message, self.app)
            except Exception as error:
                logger.warning("A message that is no hint is dropped: %r", error)
                message.reject_log_error(logger, self.connection_errors)
            else:
                handle(message)

        return take


def _say(error: Exception, pause_s: float) -> None:
    logger.error("The broker cannot be connected to; again in %s s: %s", pause_s, error)
