"""Log lines that say which run and which day they are about, for people or as JSON."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
FORMATS = ("text", "json")

_subject: ContextVar[dict[str, Any]] = ContextVar("subject", default={})  # noqa: B039  (never changed)


@contextmanager
def about(**subject: Any) -> Iterator[None]:
    """Within the block every log line of this thread names its subject, such as `run=7`."""
    token = _subject.set(_subject.get() | subject)
    try:
        yield
    finally:
        _subject.reset(token)


class SubjectFilter(logging.Filter):
    """Writes the subject onto each record, as attributes and, for people, as one text."""

    def filter(self, record: logging.LogRecord) -> bool:
        subject = _subject.get()
        vars(record).update(subject)
        record.subject = "".join(f"[{name} {value}] " for name, value in subject.items())
        return True


OF_TASKS = ("celery.worker.strategy", "celery.app.trace", "celery.beat")


def configuration(format: str, level: str) -> dict[str, Any]:
    """Return a configuration for `logging.config.dictConfig`: one handler, on standard error."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"subject": {"()": SubjectFilter}},
        "formatters": {
            "text": {"format": "%(asctime)s %(levelname)s %(name)s: %(subject)s%(message)s"},
            "json": {
                "()": "pythonjsonlogger.json.JsonFormatter",
                "fmt": "%(asctime)s %(levelname)s %(name)s %(process)d %(message)s",
                "rename_fields": {"asctime": "time", "levelname": "level", "name": "logger"},
                "reserved_attrs": [*vars(logging.makeLogRecord({})), "message", "subject"],
            },
        },
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "filters": ["subject"],
                "formatter": format,
                # The level holds also for loggers with levels of their own, as gunicorn's.
                "level": level,
            }
        },
        "root": {"handlers": ["console"], "level": level},
        # Django's and gunicorn's own handlers would write each line a second time.
        "loggers": {
            # A run's lines are kept for its page, whatever the console shows.
            "aggregates": {"level": "DEBUG" if level == "DEBUG" else "INFO"},
            # Each tick would write three lines every ten seconds, and runs tell of themselves.
            **{name: {"level": "DEBUG" if level == "DEBUG" else "WARNING"} for name in OF_TASKS},
            **{
                name: {"handlers": [], "propagate": True}
                for name in ("django", "django.server", "gunicorn.error", "gunicorn.access")
            },
        },
    }
