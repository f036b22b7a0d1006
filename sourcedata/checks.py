"""System checks of the source database."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Info, Tags, Warning, register
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder

from common.checks import VARIABLES_CHECKS
from common.databases import SOURCE
from common.wording import listed
from sourcedata.counting import uncounted
from sourcedata.further_columns import ColumnRefused, missing_columns, undeclared_columns
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


@register(Tags.database, VARIABLES_CHECKS)
def variables_have_columns(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """A warning, for `migrate` must go on: it is what makes the columns."""
    if SOURCE not in (databases or ()) or not _are_made():
        return []
    messages: list[CheckMessage] = []
    with limited_waits() as cursor:
        try:
            missing = missing_columns(cursor)
        except ColumnRefused as error:
            return [Warning(str(error), id="sourcedata.W003")]
        undeclared = undeclared_columns(cursor)
    if missing:
        sentence = f"data lacks the columns of variables: {listed(missing)}."
        messages.append(Warning(sentence, hint="Write: manage.py migrate", id="sourcedata.W002"))
    if undeclared:
        sentence = f"data keeps {listed(undeclared)}, which this program's VARIABLES_FILE lacks."
        hint = (
            "What is computed here is computed without them; what there is of them stays. Where the"
            " deployment's other programs have the file, name it in .env, which all of them read."
        )
        messages.append(Info(sentence, hint=hint, id="sourcedata.I001"))
    return messages


def _are_made() -> bool:
    return MADE_BY in MigrationRecorder(connections[SOURCE]).applied_migrations()
