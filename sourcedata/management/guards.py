"""What a command must not do to the source of this deployment."""

from django.conf import settings
from django.core.management.base import CommandError


def refuse_where_nobody_reads() -> None:
    """Raise CommandError where this deployment aggregates the measurements of another one."""
    if settings.SOURCE_API_URL:
        raise CommandError(
            f"This deployment aggregates the measurements of {settings.SOURCE_API_URL}: nobody "
            "would read what is written into a source database of its own. Write it there, or "
            "unset SOURCE_API_URL."
        )
