"""The second look at a table: its measurements go into the source, all in one transaction."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from django.db import IntegrityError, connections, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import F, Value
from django.db.models.functions import Coalesce

from common.arrays import Array
from common.databases import SOURCE
from common.postgres.pgcopy import copy_blocks_in
from common.refusals import refuse_left_out
from sourcedata.importing import statements
from sourcedata.importing.survey import Survey
from sourcedata.importing.times.utc import UtcTimes
from sourcedata.models import Turbine
from sourcedata.snapshot import keep_to_the_schema_of_data
from sourcedata.variables import COMPANION_NAMES, TELLS

KEY = ["turbine_id", "timestamp"]


@dataclass(frozen=True)
class ImportResult:
    """How many rows of a table were new, changed what was known, or said what was known.

    `joined` are rows whose turbine and time another row of the table has too, which were joined
    with it; `disagreeing` is how many of these times had several values of one variable, of which
    the last one counts. `deleted` are measurements that went because the table does not have them,
    `emptied` companions that went because their mean changed, and they did not come with it.
    `overwritten` are measurements of earlier tables of one command that changed or went.
    """

    inserted: int
    updated: int
    unchanged: int
    joined: int = 0
    disagreeing: int = 0
    deleted: int = 0
    emptied: int = 0
    overwritten: int = 0


def transaction_id() -> str:
    """Return that of a transaction: what others write from now on has a later one."""
    with connections[SOURCE].cursor() as cursor:
        cursor.execute(statements.TRANSACTION)
        return str(cursor.fetchone()[0])


def store(look: Survey, since: str | None = None) -> ImportResult:
    """Write what a table holds, in the caller's transaction.

    What transactions from `since` on wrote is of earlier tables that are imported together with it.
    Turbines are made where they do not exist. A row that exists gets the values that differ, and
    keeps what an empty cell does not tell, unless the form replaces; where none differs, nothing is
    written and no revision raised.

    Raises:
        django.db.DatabaseError: where the database does not take them; then it took none.
        NotTaken: where somebody's trigger leaves rows out.
    """
    if not look.rows:
        return ImportResult(0, 0, 0)
    with connections[SOURCE].cursor() as cursor:
        keep_to_the_schema_of_data(cursor)
        ids = _turbine_ids(look)
        if look.steps.is_strict and _is_new(cursor, look, ids) and _append(look, ids):
            return ImportResult(look.rows, 0, 0)
        return _merge(cursor, look, ids, since)


def _turbine_ids(look: Survey) -> Array:
    """Return the ids of the turbines by their numbers; nobody else imports into them meanwhile."""
    form, intervals = look.reading.form, look.corrections.interval_s
    made = [
        Turbine(name=name, sample_interval_s=intervals[name], rated_power_kw=form.rated_power_kw)
        for name in sorted(look.turbines)
    ]
    Turbine.objects.bulk_create(made, ignore_conflicts=True)
    turbines = Turbine.objects.filter(name__in=look.turbines).order_by("id")
    ids = {turbine.name: turbine.pk for turbine in turbines.select_for_update(no_key=True)}
    refuse_left_out("turbine", len(ids), len(made))
    given = {"sample_interval_s": form.sample_interval_s, "rated_power_kw": form.rated_power_kw}
    turbines.update(**{name: Coalesce(Value(value), F(name)) for name, value in given.items()})
    _note_companions(look, turbines)
    return np.array([ids[name] for name in look.turbines], dtype=np.int64)


def _note_companions(look: Survey, turbines: Iterable[Turbine]) -> None:
    """Note on the turbines of which companions there are measurements now."""
    come = [name for name in COMPANION_NAMES if name in look.figures and look.figures[name].there]
    for turbine in turbines:
        if not {*come} <= {*turbine.companions}:
            turbine.companions = [*dict.fromkeys([*turbine.companions, *come])]
            turbine.save(update_fields=["companions"])


def _is_new(cursor: CursorWrapper, look: Survey, ids: Array) -> bool:
    """Return whether the turbines have no measurements between their first time and their last."""
    turbines, firsts, lasts = _spans(look, ids)
    cursor.execute(statements.ANY_KNOWN, [turbines, firsts, lasts])
    return not cursor.fetchone()[0]


def _spans(look: Survey, ids: Array) -> tuple[list[int], list[str], list[str]]:
    """Return the turbines with their first and last times.

    What replaces others reaches from its first time as it is shifted to its last as it is written.
    """
    labels_its_end = look.reading.form.labels_its_end
    lasts = [
        last + np.timedelta64(look.interval_s(number) if labels_its_end else 0, "s")
        for number, (_, last) in look.spans.items()
    ]
    return (
        [int(ids[number]) for number in look.spans],
        [f"{first}+00" for first, _ in look.spans.values()],
        [f"{last}+00" for last in lasts],
    )


def _append(look: Survey, ids: Array) -> bool:
    """Write rows that are new; return False where somebody else wrote some of them meanwhile."""
    blocks = (columns for _, columns in _blocks(look, ids))
    try:
        with transaction.atomic(using=SOURCE):
            taken = copy_blocks_in(SOURCE, "data", _columns(look), blocks)
    except IntegrityError:
        return False
    refuse_left_out("data", taken, look.rows)
    return True


def _columns(look: Survey) -> list[str]:
    return [*KEY, *look.figures]


def _blocks(look: Survey, ids: Array) -> Iterator[tuple[Array, list[Array]]]:
    """Yield the numbers of the rows in the table, and their columns."""
    times = UtcTimes(look.reading.table, look.reading.form)
    for measured in look.reading.measurements(look.corrections, times):
        nothing = np.full(len(measured.timestamp), np.nan)
        values = [measured.values.get(variable, nothing) for variable in look.figures]
        yield measured.row, [ids[measured.turbine], measured.timestamp, *values]


def _merge(cursor: CursorWrapper, look: Survey, ids: Array, since: str | None) -> ImportResult:
    """Write rows of which some are known, or come twice."""
    columns, variables = _columns(look), list(look.figures)
    cursor.execute(statements.create(columns))
    blocks = ([row, *values] for row, values in _blocks(look, ids))
    copy_blocks_in(SOURCE, "pg_temp.imported", ["row", *columns], blocks)
    joined, disagreeing = _join(cursor, columns, variables)
    cursor.execute("ANALYZE pg_temp.imported")
    cursor.execute(statements.COUNT_KNOWN, _bounds(look))
    rows, rows_known = cursor.fetchone()
    replaces = look.reading.form.replaces
    overwritten = _count_overwritten(cursor, look, since) if since else 0
    deleted, of_earlier = _delete_others(cursor, look, ids, since) if replaces else (0, 0)
    means = {column: of.name for column, (_, of) in TELLS.items() if of.name in variables}
    emptied = _count_emptied(cursor, look, means) if means else 0
    cursor.execute(statements.upsert(columns, variables, means, replaces))
    inserted = rows - rows_known
    updated = cursor.rowcount - inserted
    cursor.execute(statements.COUNT_KNOWN, _bounds(look))
    rows, rows_there = cursor.fetchone()
    refuse_left_out("data", rows_there, rows)
    cursor.execute(statements.DROP)
    unchanged = rows_known - updated
    overwritten += of_earlier
    return ImportResult(
        inserted, updated, unchanged, joined, disagreeing, deleted, emptied, overwritten
    )


def _join(
    cursor: CursorWrapper, columns: Sequence[str], variables: Sequence[str]
) -> tuple[int, int]:
    """Join rows of one turbine and time; return how many went into others, and disagreed."""
    cursor.execute(statements.TWICE)
    cursor.execute(statements.joined(variables))
    cursor.execute(statements.WITHOUT_TWICE)
    cursor.execute(statements.with_joined(columns))
    cursor.execute(statements.COUNT_JOINED)
    joined, disagreeing = cursor.fetchone()
    return int(joined), int(disagreeing)


def _count_emptied(cursor: CursorWrapper, look: Survey, means: Mapping[str, str]) -> int:
    """Return how many companions tell of a mean that the table changes, and does not have."""
    cursor.execute(statements.count_emptied([*look.figures], means), _bounds(look))
    (emptied,) = cursor.fetchone()
    return int(emptied)


def _bounds(look: Survey) -> list[str]:
    firsts, lasts = zip(*look.spans.values(), strict=True)
    return [f"{min(firsts)}+00", f"{max(lasts)}+00"]


def _count_overwritten(cursor: CursorWrapper, look: Survey, since: str) -> int:
    """Return how many measurements that were written since a transaction the table changes."""
    counted = statements.count_overwritten([*look.figures], look.reading.form.replaces)
    cursor.execute(counted, [*_bounds(look), since])
    (overwritten,) = cursor.fetchone()
    return int(overwritten)


def _delete_others(
    cursor: CursorWrapper, look: Survey, ids: Array, since: str | None
) -> tuple[int, int]:
    """Delete what the turbines have between their first time and their last, and the table not.

    Return how many these were, and of how many of them transactions from `since` on are.
    """
    cursor.execute(statements.DELETE, [*_spans(look, ids), since])
    deleted, of_earlier = cursor.fetchone()
    return int(deleted), int(of_earlier)
