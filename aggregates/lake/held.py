"""Turbine-days that the lake holds for the databases: which they are, and what they were.

What a database let go of is nowhere else, and stays in the lake as it is until it was put back.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from hashlib import blake2b
from typing import Any

import pandas as pd

from aggregates.lake import reading
from aggregates.lake.contents import KEPT, Kept
from aggregates.lake.failures import LakeLacks
from aggregates.lake.reading import Content, Key, rows_of_all
from aggregates.lake.tables import DAY, TURBINE, LakeTable
from aggregates.models import HeldMonth, LetGoTurbineDay
from common.arrays import Array
from common.days import DAY as ONE_DAY
from common.days import FIRST_DAY, LAST_DAY
from common.postgres.partitions import month_after, month_of
from common.wording import listed

DIGEST_BYTES = 32


def hold(kept: Kept, month: date) -> list[Key]:
    """Note what the lake has of a month that is to be let go, with a digest of its values.

    It is to be compared with the databases after that: whatever becomes of the lake since is told.
    Return the turbine-days that were not noted before.

    Raises:
        LakeUnavailable: where the lake does not do its part.
    """
    days = {day for day, _ in reading.contents(kept.table, *_ends(month))}
    noted = [
        _turbine_day(kept.table, (day, *each))
        for day in sorted(days)
        for each in _digests(reading.whole_rows_of(kept.table, day))
    ]
    return _note(kept, month, noted)


def hold_unread(kept: Kept, month: date, in_lake: Mapping[Key, Sequence[Content]]) -> None:
    """Hold turbine-days of a month, noted by how many rows the lake has of them."""
    noted = [
        _turbine_day(kept.table, (*key, rows_of_all(rows), "")) for key, rows in in_lake.items()
    ]
    _note(kept, month, noted)
    hold_month(kept, month)


def hold_unnoted() -> None:
    """Hold what the lake has of months that were let go and of which no note is left.

    A target that came back from a backup knows no notes of later months. What another deployment
    has again is held no more.

    Raises:
        LakeUnavailable: where the lake does not do its part.
        SourceUnavailable: where the source does not answer.
    """
    for kept in KEPT:
        let_go = {*kept.months_let_go(FIRST_DAY, LAST_DAY)}
        held_months = HeldMonth.months_of(kept.table.name)
        for month in let_go - held_months:
            if _noted(kept.table, *_ends(month)).exists():
                hold_month(kept, month)
            else:
                hold_unread(kept, month, reading.contents(kept.table, *_ends(month)))
        for month in held_months - let_go:
            _release(kept.table, month)


def _turbine_day(table: LakeTable, noted: tuple[date, str, int, str]) -> LetGoTurbineDay:
    day, turbine, rows, digest = noted
    return LetGoTurbineDay(
        lake_table=table.name, day=day, turbine=turbine, rows=rows, digest=digest
    )


def _note(kept: Kept, month: date, turbine_days: Sequence[LetGoTurbineDay]) -> list[Key]:
    """Note them all at once; what was noted when the month was let go before counts.

    Return the turbine-days that were not noted before.
    """
    if not kept.months_let_go(month, month):
        _noted(kept.table, *_ends(month)).delete()
    before = {*_noted(kept.table, *_ends(month)).values_list("day", "turbine")}
    LetGoTurbineDay.objects.bulk_create(turbine_days, ignore_conflicts=True)
    return [key for each in turbine_days if (key := (each.day, each.turbine)) not in before]


def forget_noted(kept: Kept, turbine_days: Collection[Key]) -> None:
    """Forget the notes of turbine-days that were not let go after all."""
    for day, turbine in turbine_days:
        _noted(kept.table, day, day).filter(turbine=turbine).delete()


def hold_month(kept: Kept, month: date) -> None:
    """Remember that the database let go of the month, of which turbine-days were noted."""
    HeldMonth.objects.get_or_create(lake_table=kept.table.name, first=month)


def _held_months(table: LakeTable) -> Any:
    return HeldMonth.objects.filter(lake_table=table.name)


def _digests(rows: Any) -> list[tuple[str, int, str]]:
    """Return the turbines, with how many rows each has and a digest of their values."""
    frame = rows.to_pandas().drop(columns=DAY)
    return [
        (str(name), len(of_turbine), _digest(of_turbine))
        for name, of_turbine in frame.groupby(TURBINE)
    ]


def _digest(rows: pd.DataFrame) -> str:
    """Return a digest of the columns that have a value: one that is added changes nothing."""
    digest = blake2b(digest_size=DIGEST_BYTES)
    for name in sorted(rows.columns):
        if rows[name].notna().any():
            digest.update(name.encode())
            digest.update(_bytes(rows[name]))
    return digest.hexdigest()


def _bytes(values: pd.Series) -> bytes:
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        values = values.dt.tz_localize(None)
        return values.to_numpy("datetime64[us]").tobytes()
    if pd.api.types.is_numeric_dtype(values):
        # Whole numbers are floats where another turbine has none; a revision has 52 bits.
        numbers: Array = values.to_numpy("float64")
        return numbers.tobytes()
    return "\0".join(map(str, values)).encode()


def held(
    kept: Kept, first: date, last: date, in_lake: Mapping[Key, Sequence[Content]]
) -> Collection[Key]:
    """Return the turbine-days that stay in the lake as they are.

    Of a month that was let go before turbine-days were noted, that is all that the lake has.
    """
    months = kept.months_let_go(first, last)
    if not months:
        return set()
    noted = {*_noted(kept.table, first, last).values_list("day", "turbine")}
    held_months = HeldMonth.months_of(kept.table.name)
    unnoted = {
        month for month in {*months} - held_months if not _noted(kept.table, *_ends(month)).exists()
    }
    return {
        key
        for key in in_lake
        if month_of(key[0]) in unnoted or (month_of(key[0]) in months and key in noted)
    }


def _noted(table: LakeTable, first: date, last: date) -> Any:
    return LetGoTurbineDay.objects.filter(lake_table=table.name, day__range=(first, last))


def _ends(month: date) -> tuple[date, date]:
    return month, month_after(month) - ONE_DAY


def lost(kept: Kept, first: date, last: date) -> list[Key]:
    """Return the turbine-days that were let go and of which the lake has fewer or more rows now.

    Raises:
        LakeUnavailable: where the lake does not do its part.
    """
    noted = _noted(kept.table, first, last).values_list("day", "turbine", "rows")
    months = kept.months_let_go(first, last) if noted else ()
    of_months = [row for row in noted if month_of(row[0]) in months]
    in_lake = reading.contents(kept.table, first, last) if of_months else {}
    return [
        (day, turbine)
        for day, turbine, rows in of_months
        if rows_of_all(in_lake.get((day, turbine), [])) != rows
    ]


def changed(first: date, last: date) -> list[Key]:
    """Return the turbine-days that were let go and that the lake lacks, or has otherwise now.

    Every value of them is read.

    Raises:
        LakeUnavailable: where the lake does not do its part.
    """
    different: set[Key] = set()
    for kept in KEPT:
        different |= {*lost(kept, first, last)}
        # Of a month that stayed after all, notes tell nothing.
        months = kept.months_let_go(first, last)
        days = _noted(kept.table, first, last).exclude(digest="").values_list("day", flat=True)
        for day in [day for day in days.distinct() if month_of(day) in months]:
            different |= {(day, turbine) for turbine in _with_other_values(kept.table, day)}
    return sorted(different)


def _with_other_values(table: LakeTable, day: date) -> set[str]:
    noted = _noted(table, day, day).exclude(digest="")
    digests = {
        turbine: digest for turbine, _, digest in _digests(reading.whole_rows_of(table, day))
    }
    return {
        turbine
        for turbine, digest in noted.values_list("turbine", "digest")
        if digests.get(turbine) != digest
    }


def look_for_lost(first: date, last: date) -> None:
    """Remember how much the lake lost of the months between, and of those that lacked some before.

    Raises:
        LakeUnavailable: where the lake does not do its part.
    """
    for kept in KEPT:
        held_months = _held_months(kept.table)
        between = held_months.filter(first__range=(month_of(first), last))
        for month in between | held_months.filter(lost__gt=0):
            month.lost = _lost_of(kept, month.first)
            month.save(update_fields=["lost"])


def _lost_of(kept: Kept, month: date) -> int:
    """Return how many turbine-days the lake lost: where files are gone, all may be."""
    try:
        return len(lost(kept, *_ends(month)))
    except LakeLacks:
        return int(_noted(kept.table, *_ends(month)).count())


def lost_in_words() -> str:
    """Return a sentence that says what the lake lost when it was looked at last; empty for none."""
    months = HeldMonth.objects.filter(lost__gt=0)
    if not months:
        return ""
    names = listed(f"{month.lake_table} of {month.first:%Y-%m}" for month in months)
    return (
        f"The lake lacks {sum(month.lost for month in months):,} turbine-days that were let go, or"
        f" has them otherwise, of its {names}. Put back what is missing. What nobody has any more"
        f" is given up by: manage.py lake restore --month {months[0].first:%Y-%m} --as-it-is"
    )


def keep_alone(kept: Kept, month: date, turbine_days: Collection[Key]) -> None:
    """Hold of the month these turbine-days alone, as the lake has them now; without any, nothing.

    Raises:
        LakeUnavailable: where the lake does not do its part.
    """
    if not turbine_days:
        _release(kept.table, month)
        return
    in_lake = reading.contents(kept.table, *_ends(month))
    for note in _noted(kept.table, *_ends(month)):
        key = note.day, note.turbine
        if key not in turbine_days or note.rows != rows_of_all(in_lake[key]):
            note.delete()
    hold_unread(kept, month, {key: in_lake[key] for key in turbine_days})


def _release(table: LakeTable, month: date) -> None:
    _noted(table, *_ends(month)).delete()
    _held_months(table).filter(first=month).delete()
