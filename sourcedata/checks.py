"""System checks of the source database."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder

from common.databases import SOURCE
from sourcedata.counting import uncounted
from sourcedata.snapshot import limited_waits
from sourcedata.storage import stored_partitions

# With this migration the triggers came that are looked for.
MADE_BY = ("sourcedata", "0007_moves_that_are_seen")


@register(Tags.database)
def changes_are_counted(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """A warning, for `migrate` must go on: it may be what brings the triggers."""
    if SOURCE not in (databases or ()) or not _are_made():
        return []
    with limited_waits() as cursor:
        reasons = uncounted(cursor, stored_partitions(cursor))
    return [
        Warning(
            f"The source does not count all changes of measurements: {reason}.",
            hint="As the owner of its tables: manage.py verify_source --repair",
            id="sourcedata.W001",
        )
        for reason in reasons
    ]


def _are_made() -> bool:
    return MADE_BY in MigrationRecorder(connections[SOURCE]).applied_migrations()
