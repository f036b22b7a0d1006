"""Keeping what is logged about a run, so that its page can tell how it went."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import django.db

from aggregates.models import LogLine, Run
from common.logs import SubjectFilter

# The logger above those of every module here.
LOGGER = logging.getLogger("aggregates")


@contextmanager
def keeping(run: Run) -> Iterator[None]:
    """Within the block the lines about the run are stored too, from INFO on."""
    keeper = _Keeper(run)
    LOGGER.addHandler(keeper)
    try:
        yield
    finally:
        LOGGER.removeHandler(keeper)


class _Keeper(logging.Handler):
    def __init__(self, run: Run) -> None:
        super().__init__(logging.INFO)
        self.addFilter(SubjectFilter())
        self.run = run

    def emit(self, record: logging.LogRecord) -> None:
        # Another thread may be busy with another run.
        if getattr(record, "run", None) != self.run.pk:
            return
        # Where the database is out of reach, the log of the process still has the line.
        with suppress(django.db.Error):
            LogLine.objects.create(
                run=self.run, level=record.levelname, message=record.getMessage()
            )
