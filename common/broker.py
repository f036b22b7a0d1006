"""Asking the broker, which may fail in any way."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from threading import BoundedSemaphore
from typing import Any, TypeVar

from celery import current_app
from celery.exceptions import SoftTimeLimitExceeded

from common import patience, waits
from common.bulkhead import Bulkhead, NotAnswered
from common.leaving import within
from common.wording import first_line

logger = logging.getLogger(__name__)

Returned = TypeVar("Returned")

# In each process of the web server only a few visitors wait for the broker at a time.
BULKHEAD = Bulkhead(threads=2)
# Of what a program left, because the broker did not answer, no more goes on than this.
LEFT = BoundedSemaphore(8)
# Of the hints of a queue, the last ones are kept: far more than there are days that wait at once.
MOST_HINTS = 1000
# A broker says so of a key that somebody gave another type than that of what is asked of it.
WRONG_TYPE = "WRONGTYPE"


class BrokerFailed(Exception):
    """The broker does not answer, takes nothing, or says what no broker does."""


@contextmanager
def asking() -> Iterator[None]:
    """Within the block the broker is asked; whatever goes wrong is the broker's failure.

    Clients raise many kinds of errors over an answer that is none, a RecursionError among them.
    """
    try:
        yield
    except SoftTimeLimitExceeded:
        raise
    except Exception as error:
        raise BrokerFailed(first_line(error) or type(error).__name__) from error


def send(message: Callable[[], object]) -> None:
    """Send a message; a visitor waits for a broker no longer than for any other server.

    Raises:
        BrokerFailed: where it does not take it, or not in time.
    """
    sending = partial(_sent, message)
    with asking():
        if patience.current() is waits.ANSWER:
            BULKHEAD.ask(sending, waits.PAGE_S)
        else:
            in_time(sending)


def in_time(question: Callable[[], Returned]) -> Returned:
    """Return what the broker answers to all of the question, however slowly parts of it come.

    Raises:
        NotAnswered: where it does not in time, or has not answered many before.
        Exception: what the question raises.
    """
    if not LEFT.acquire(blocking=False):
        raise NotAnswered("has not answered those who asked before")
    return within(waits.BROKER_ANSWER_S, partial(_then_free, question))


def _then_free(question: Callable[[], Returned]) -> Returned:
    try:
        return question()
    finally:
        LEFT.release()


def _sent(message: Callable[[], object]) -> None:
    """Send the message; where a key is in its way, once more without it."""
    try:
        message()
    except Exception as error:
        if WRONG_TYPE not in str(error):
            raise
        tidy()
        message()


def tidy() -> None:
    """Delete what keeps the workers from taking hints, whoever put it there.

    That is a key of another type than Celery takes it for, which would give and take nothing until
    somebody deleted it, and hints without number: the last ones are all that is needed.
    """
    with current_app.connection_for_write() as connection:
        channel = connection.default_channel
        for key in wrong_keys(channel):
            logger.warning("The key %r of the broker is of another type, and is deleted.", key)
            channel.client.delete(key)
        with channel.client.pipeline() as pipeline:
            for queue in _lists(channel):
                pipeline.ltrim(queue, 0, MOST_HINTS - 1)
            pipeline.execute()


def wrong_keys(channel: Any) -> list[str]:
    """Return the keys that Celery uses at this broker and that somebody gave another type."""
    types = _types(channel)
    with channel.client.pipeline() as pipeline:
        for key in types:
            pipeline.type(key)
        stored = [stored.decode() for stored in pipeline.execute()]
    return [key for key, has in zip(types, stored, strict=True) if has not in ("none", types[key])]


def _types(channel: Any) -> dict[str, str]:
    """Return the types of the keys that kombu uses: those of queues, and what it notes of them."""
    bindings = (channel.keyprefix_queue, channel.keyprefix_binding_permanent)
    sets = (prefix % queue for queue in current_app.amqp.queues for prefix in bindings)
    return {**dict.fromkeys(_lists(channel), "list"), **dict.fromkeys(sets, "set")}


def _lists(channel: Any) -> list[str]:
    """Return the keys of the lists in which kombu keeps the messages of a queue."""
    queues = current_app.amqp.queues
    return [channel._q_for_pri(queue, step) for queue in queues for step in channel.priority_steps]
