"""What commands of the lake have in common."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.management.base import CommandError

from aggregates.models import locks
from common import waits


def require_lake() -> None:
    """Raise CommandError where no lake is set."""
    if not settings.LAKE_URL:
        raise CommandError(
            "No lake is set: let LAKE_URL name a folder, or s3://BUCKET/PATH, in .env."
        )


@contextmanager
def writing_alone() -> Iterator[None]:
    """Keep others from writing the lake in the block; raise CommandError where somebody goes on."""
    with locks.alone_to_write_the_lake(within_s=waits.LAKE_TURN_S) as is_alone:
        if not is_alone:
            raise CommandError(
                "Another program of this deployment writes the lake: try again later."
            )
        yield
