"""What may be put back of some days, and what of it stays in the lake alone."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from itertools import chain

from django.conf import settings

from aggregates import reader
from aggregates.lake import delta, held, reading
from aggregates.lake.contents import MEASURED, own_tables
from aggregates.lake.failures import LakeUnavailable
from aggregates.lake.reading import Content, Key, revisions
from aggregates.lake.tables import ASSESSMENTS, MEASUREMENTS, STATISTICS, TABLES
from aggregates.models import LetGoMonth
from aggregates.source import gateway, putting_back
from common.days import day_bounds
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


def left_in_lake(first: date, last: date) -> Mapping[str, Collection[Key]]:
    """Return the turbine-days that the lake has and the databases have not, by table.

    Statistics of measurements that are back are computed again, and are not left.
    """
    contents, measured = MEASURED.contents(first, last), reading.contents(MEASUREMENTS, first, last)
    back = {key for key, rows in measured.items() if not _has_less(contents.get(key), rows)}
    left = {} if settings.SOURCE_API_URL else {MEASUREMENTS.name: measured.keys() - back}
    for kept in own_tables():
        if kept is not MEASURED:
            contents = kept.contents(first, last)
            left[kept.table.name] = {
                key
                for key, rows in reading.contents(kept.table, first, last).items()
                if _is_other(contents.get(key), rows)
                and not (key in back and revisions(rows) == revisions(measured[key]))
            }
    return left


def left_in_words(left: Mapping[str, Collection[Key]]) -> str:
    """Return what is left, in words; empty for nothing."""
    turbine_days = sorted({*chain.from_iterable(left.values())})
    return _in_words(turbine_days) if turbine_days else ""


def _has_less(content: Content | None, in_lake: Sequence[Content]) -> bool:
    return content is None or content[0] < max(rows for rows, *_ in in_lake)


def _is_other(content: Content | None, in_lake: Sequence[Content]) -> bool:
    """Return whether statistics are of another version than the lake's, as those of late samples.

    Assessments are made again by themselves.
    """
    last = 1 + len(STATISTICS.version)
    return content is None or [content[1:last]] != [other[1:last] for other in in_lake]


def forget(month: date, left: Mapping[str, Collection[Key]]) -> None:
    """Say of the month no more that it was let go, and hold nothing of it but for what is `left`.

    Raises:
        LakeUnavailable: where the lake does not do its part.
    """
    for kept in own_tables():
        held.keep_alone(kept, month, left.get(kept.table.name, ()))
    if not left.get(MEASUREMENTS.name):
        putting_back.forget_dropped(month)
    if not any(left.get(table.name) for table in (STATISTICS, ASSESSMENTS)):
        LetGoMonth.objects.filter(first=month).delete()
