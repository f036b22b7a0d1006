"""What may be put back of some days, and what of it stays in the lake alone."""

from collections.abc import Sequence
from datetime import date

from django.conf import settings

from aggregates import reader
from aggregates.lake import delta, held, reading
from aggregates.lake.contents import MEASURED, own_tables
from aggregates.lake.failures import LakeUnavailable
from aggregates.lake.reading import Content, Key
from aggregates.lake.tables import MEASUREMENTS, STATISTICS, TABLES
from aggregates.models import LetGoMonth
from aggregates.source import gateway, putting_back
from common.days import DAY, day_bounds
from common.postgres.partitions import month_after
from common.wording import listed

MOST_NAMED = 5


def require_any(first: date, last: date) -> None:
    """Refuse days of which the lake has nothing.

    Raises:
        LakeUnavailable: saying so.
    """
    if not any(reading.contents(table, first, last) for table in TABLES):
        raise LakeUnavailable(
            f"The lake at {settings.LAKE_URL} has nothing from {first} to {last}: does LAKE_URL in"
            " .env name the lake of this deployment?"
        )


def require_whole_program() -> None:
    """Refuse a program that would put back nothing, or a part of what the lake has.

    Raises:
        LakeUnavailable: saying so; or where the lake does not do its part.
    """
    for table in TABLES:
        delta.require_known_columns(table)


def require_as_let_go(first: date, last: date) -> None:
    """Refuse to put back what is not what was let go.

    Raises:
        LakeUnavailable: saying so; or where the lake does not do its part.
    """
    if changed := held.changed(first, last):
        months = reader.let_go(day_bounds(first)[0], day_bounds(last)[1])
        months += gateway.months_let_go(first, last)
        addresses = sorted({month.lake_address for month in months if month.lake_address})
        raise LakeUnavailable(
            f"The lake at {settings.LAKE_URL} lacks {len(changed):,} of the turbine-days that were"
            f" let go (into {listed(addresses)}), or has them otherwise:"
            f" {_in_words(changed)}. Put the lake back as it was, from a backup; or, with"
            " --as-it-is, restore what there is now."
        )


def _in_words(turbine_days: Sequence[Key]) -> str:
    named = [f"{turbine} on {day}" for day, turbine in turbine_days[:MOST_NAMED]]
    others = len(turbine_days) - len(named)
    return listed([*named, f"{others:,} more"] if others else named)


def left_in_lake(first: date, last: date) -> str:
    """Return the turbine-days that the lake has and the databases have not, in words.

    Statistics whose measurements are back are computed again.
    """
    contents = MEASURED.contents(first, last)
    measured = reading.contents(MEASUREMENTS, first, last)
    back = {key for key, rows in measured.items() if not _has_less(contents.get(key), rows)}
    left = set() if settings.SOURCE_API_URL else measured.keys() - back
    for kept in own_tables():
        if kept is not MEASURED:
            contents = kept.contents(first, last)
            in_lake = reading.contents(kept.table, first, last)
            left |= {key for key, rows in in_lake.items() if _is_other(contents.get(key), rows)}
    return _in_words(sorted(left - back)) if left - back else ""


def _has_less(content: Content | None, in_lake: Sequence[Content]) -> bool:
    return content is None or content[0] < max(rows for rows, *_ in in_lake)


def _is_other(content: Content | None, in_lake: Sequence[Content]) -> bool:
    """Return whether statistics are of another version than the lake's, as those of late samples.

    Assessments are made again by themselves.
    """
    last = 1 + len(STATISTICS.version)
    return content is None or [content[1:last]] != [other[1:last] for other in in_lake]


def forget(month: date) -> None:
    """Say of the month no more that it was let go, and hold nothing of it."""
    putting_back.forget_dropped(month)
    LetGoMonth.objects.filter(first=month).delete()
    held.release(month, month_after(month) - DAY)
