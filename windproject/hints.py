"""Hints: a worker takes from a message the name of one of our tasks, and numbers for it.

Anybody who has the broker's address may send any message. None may limit a task's time, put it off,
let it expire, call something else afterwards, or name a task that is not ours.
"""

import json

from celery import Celery
from kombu import compression
from kombu.message import Message
from kombu.utils.uuid import uuid

# The tasks of this project are named so; Celery has some of its own.
TASK_PREFIX = "aggregates.tasks."
# A message of more bytes is no hint, which is far shorter.
LONGEST = 10_000


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
