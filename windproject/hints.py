"""Hints: a worker takes from a message the name of one of our tasks, and numbers for it.

Anybody who has the broker's address may send any message. None may limit a task's time, put it off,
let it expire, call something else afterwards, or name a task that is not ours.
"""

import json
import logging
from collections.abc import Callable
from typing import Any

from celery import Celery
from celery.worker.consumer import Consumer
from kombu import compression
from kombu.message import Message
from kombu.utils.uuid import uuid

from common.broker import drop_wrong_keys, in_time

logger = logging.getLogger(__name__)

# The tasks of this project are named so; Celery has some of its own.
TASK_PREFIX = "aggregates.tasks."
# A message of more bytes is no hint, which is far shorter.
LONGEST = 10_000


class HintConsumer(Consumer):  # type: ignore[misc]  # it has no types
    """Celery's consumer, which gets nothing but hints to see, and outlives whatever a broker says.

    It connects anew where Celery's would end: where the broker has become a replica, is full, or
    gives out what is no message at all.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.connection_errors = (Exception,)

    def connect(self) -> Any:
        """Connect, and delete what would keep it from taking any hint."""
        connection = super().connect()
        try:
            in_time(drop_wrong_keys)
        except Exception as error:
            logger.warning("Whether the broker has keys of another type is not known: %r", error)
        return connection

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


def reduce_to_hint(message: Message, app: Celery) -> None:
    """Leave nothing of the message but the task's name and whole numbers for it.

    Raises:
        ValueError: where it names no task of ours, or is too long.
        Exception: of whatever kind, where it cannot be read as a message at all.
    """
    name = message.headers["task"]
    if not (name.startswith(TASK_PREFIX) and name in app.tasks):
        raise ValueError("it names no task of this project")
    if message.errors or len(message.body) > LONGEST:
        raise ValueError("it is compressed, or too long")
    arguments, *_ = message.decode()
    if not all(isinstance(argument, int) for argument in arguments):
        raise ValueError("its arguments are no numbers")
    message.headers = {"task": name, "id": uuid(), "lang": "py"}
    message.properties = {}
    message.body = json.dumps([list(arguments), {}, {}])
    message.content_type, message.content_encoding = "application/json", "utf-8"
    message._decoded_cache = None


def refuse_compression() -> None:
    """Have messages that are compressed refused: a few bytes may unpack to all of the memory."""
    for content_type in compression.encoders():
        compression.register(compression.get_encoder(content_type)[0], _refuse, content_type)


def _refuse(body: bytes) -> bytes:
    raise ValueError("no hint is compressed")
