"""Taking over the lake of a deployment that is gone: what it has stays until it was put back."""

from collections.abc import Mapping, Sequence
from datetime import date

from aggregates.lake import delta, failures, held, reading
from aggregates.lake.contents import MEASURED, Kept, own_tables
from aggregates.lake.reading import Content, Key
from aggregates.lake.syncing import is_behind
from aggregates.lake.tables import TABLES
from aggregates.models import LetGoMonth
from aggregates.source import putting_back
from common.days import FIRST_DAY, LAST_DAY
from common.postgres.partitions import month_of

InLake = Mapping[Key, Sequence[Content]]


def adopt() -> list[date]:
    """Make the lake one of this deployment, whose ever it was.

    What it has and the databases have not, or otherwise, counts as let go. Return the first days of
    these months, in order.

    Raises:
        LakeUnavailable: where the lake does not do its part.
        SourceUnavailable: where the source does not answer.
    """
    # It is somebody else's until all is noted, so that nothing overwrites it before.
    with delta.taking_over():
        months = sorted({month for kept in own_tables() for month in _hold(kept)})
    for table in TABLES:
        delta.adopt(table)
    return months


def _hold(kept: Kept) -> set[date]:
    in_lake = reading.contents(kept.table, FIRST_DAY, LAST_DAY)
    contents = kept.contents(FIRST_DAY, LAST_DAY)
    lacking = {key: has for key, has in in_lake.items() if _differs(contents.get(key), has)}
    months = {month_of(day) for day, _ in lacking}
    for month in months:
        of_month = {key: rows for key, rows in lacking.items() if month_of(key[0]) == month}
        # What was let go into another lake before is not what this one has.
        is_noted = kept.months_let_go(month, month)
        held.hold_unread(kept, month, of_month)
        if not is_noted:
            _note(kept, month)
    return months


def _differs(content: Content | None, in_lake: Sequence[Content]) -> bool:
    return content is None or is_behind(content, in_lake)


def _note(kept: Kept, month: date) -> None:
    address = failures.address(kept.table)
    if kept is MEASURED:
        putting_back.note_dropped(month, address)
    else:
        LetGoMonth.objects.update_or_create(first=month, defaults={"lake_address": address})
