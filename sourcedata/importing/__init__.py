"""Measurements from somebody else's export, of whatever form, into the source database.

First all of a table is looked at and nothing is written, once more for each thing that a look has
to tell before the next one; then it is read again and stored, in one transaction with its record.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.db import DatabaseError, transaction

from common import let_go
from common.databases import SOURCE
from common.postgres.partitions import ensure_months
from common.refusals import NotTaken
from sourcedata.dropped_months import dropped
from sourcedata.importing import records
from sourcedata.importing.columns import missing_columns, why_none
from sourcedata.importing.files.opening import Opening, open_tables
from sourcedata.importing.files.tables import Table
from sourcedata.importing.form import Form
from sourcedata.importing.notes import notes_of
from sourcedata.importing.reading import Reading
from sourcedata.importing.refusal import ImportRefused
from sourcedata.importing.storing import ImportResult, store
from sourcedata.importing.survey import KnownTurbine, Survey, ends, survey
from sourcedata.importing.warnings import warnings_of, warnings_of_result
from sourcedata.models import Turbine

__all__ = ["Form", "ImportRefused", "ImportResult", "Understood", "import_table", "look_at"]


@dataclass(frozen=True)
class Understood:
    """How a table was understood: what it holds, what was taken for granted, what is strange.

    `version` tells the file from what it is once somebody has written to it.
    """

    look: Survey
    notes: list[str]
    warnings: list[str]
    version: tuple[int, int]

    @property
    def name(self) -> str:
        """The table's file, and where it stands in it."""
        return self.look.reading.table.name


def look_at(path: Path, form: Form) -> Iterator[Understood]:
    """Yield how each table of a file is understood; nothing is written.

    Raises:
        ImportRefused: where the file is not as `form` says.
    """
    opening, version = (
        Opening(form.encoding, form.sheet, form.time_columns, form.decimal or "."),
        _version(path),
    )
    for table in _opened(path, form, opening):
        before = known_turbines()
        look = survey(Reading(table, form, path, before.keys()), before)
        warnings = [*warnings_of(look), *_of_months_let_go(look)]
        yield Understood(look, list(notes_of(look)), warnings, version)


def _of_months_let_go(look: Survey) -> Sequence[str]:
    """Return that the table has times of months that were let go, where it has."""
    if not (span := ends(look)):
        return []
    first, last = span
    of_span = dropped(first, last + timedelta.resolution)
    months = [month for month in of_span if month.first in look.months]
    alone = "Days of these months are computed from what comes in alone."
    return [f"{let_go.named(months)} {alone}"] if months else []


def _opened(path: Path, form: Form, opening: Opening) -> Iterator[Table]:
    try:
        yield from open_tables(path, missing_columns(form), opening)
    except ImportRefused as error:
        error.args = (f"{error}{why_none(form)}",)
        raise


def import_table(
    understood: Understood, account: str, file: str = "", since: str | None = None
) -> ImportResult:
    """Store a table as it was understood, in one transaction with the record of it.

    `account` names who imports it, and `file` what is imported where its path tells nobody. What
    transactions from `since` on wrote is of earlier tables that are imported together with it.

    Raises:
        ImportRefused: where the file has changed since it was looked at, or rows are left out.
        django.db.DatabaseError: where the source database does not take the measurements.
    """
    look = understood.look
    checksum = records.checksum(look.reading.path)
    ensure_months(SOURCE, "data", sorted(look.months))
    try:
        with transaction.atomic(using=SOURCE):
            stored = store(look, since)
            said = [*understood.notes, *understood.warnings, *warnings_of_result(look, stored)]
            name = file or understood.name
            records.imported(look, stored, records.Import(name, account, checksum), said)
            _refuse_other_version(understood)
    except (DatabaseError, ImportRefused, NotTaken) as error:
        # What is half written breaks anywhere: that is the reason, and not what broke.
        _refuse_other_version(understood)
        if isinstance(error, NotTaken):
            raise ImportRefused(f"{look.reading.path} cannot be stored. {error}") from error
        raise
    return stored


def _refuse_other_version(understood: Understood) -> None:
    path = understood.look.reading.path
    if _version(path) != understood.version:
        raise ImportRefused(f"{path} was written to while it was imported; import it again.")


def _version(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except (OSError, ValueError):
        # What cannot be opened is refused with its reason.
        return 0, 0
    return status.st_size, status.st_mtime_ns


def known_turbines() -> Mapping[str, KnownTurbine]:
    """Return what the source knows of its turbines, by their names."""
    rows = Turbine.objects.values_list("name", "sample_interval_s", "rated_power_kw")
    return {name: KnownTurbine(interval_s, power_kw) for name, interval_s, power_kw in rows}
