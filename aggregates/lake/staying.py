"""Which turbine-days stay in the lake as they are, whatever the databases have of them."""

from collections.abc import Mapping, Sequence
from datetime import date

from aggregates.lake import reading
from aggregates.lake.contents import MEASURED, Kept
from aggregates.lake.held import held
from aggregates.lake.reading import Content, Key, revisions, rows_of_all
from aggregates.lake.tables import MEASUREMENTS, TIME, TURBINE
from aggregates.models import AggregatedDay
from aggregates.source import gateway
from common.postgres.partitions import month_of

InLake = Mapping[Key, Sequence[Content]]


def kept_contents(kept: Kept, first: date, last: date, in_lake: InLake) -> Mapping[Key, Content]:
    """Return what the database keeps, but for the turbine-days that stay in the lake as they are.

    They are those that were let go, of which samples may have come again since; the statistics of
    measurements that were let go, of which a run, or a target from a backup, has others; and those
    of which measurements went while nobody has confirmed it.

    Raises:
        LakeUnavailable: where the lake does not do its part.
        SourceUnavailable: where the source does not answer.
    """
    contents = kept.contents(first, last)
    stay = {*held(kept, first, last, in_lake)}
    stay |= (_not_confirmed if kept.table is MEASUREMENTS else _of_let_go)(contents, in_lake)
    return {key: content for key, content in contents.items() if key not in stay}


def _not_confirmed(contents: Mapping[Key, Content], in_lake: InLake) -> set[Key]:
    """Return the turbine-days that lack samples of the lake and were not aggregated so.

    A run takes no loss of more than half until somebody confirms it: a source that was lost and
    begins anew takes nothing from the lake.
    """
    other = [
        key for key, content in contents.items() if key in in_lake and [content] != in_lake[key]
    ]
    if not other:
        return set()
    days = AggregatedDay.objects.filter(day__range=(min(other)[0], max(other)[0]))
    revisions = {row[:2]: row[2] for row in days.values_list("day", "turbine", "revision")}
    # Of one that was never aggregated and has nothing any more, nobody is asked.
    to_confirm = [key for key in other if contents[key][0] or key in revisions]
    return _with_samples_lost(
        [key for key in to_confirm if revisions.get(key) != contents[key][1]], contents, in_lake
    )


def _with_samples_lost(
    keys: Sequence[Key], contents: Mapping[Key, Content], in_lake: InLake
) -> set[Key]:
    """Return those of which the lake has samples that the source has not."""
    lost = {key for key in keys if contents[key][0] < rows_of_all(in_lake[key])}
    others = {*keys} - lost
    for day in {day for day, _ in others}:
        turbines = sorted(turbine for of_day, turbine in others if of_day == day)
        for group in gateway.turbine_groups(turbines):
            samples = [TURBINE, TIME]
            measured = MEASURED.rows(day, group).select(samples)
            of_lake = reading.rows_of(MEASUREMENTS, day, group).select(samples)
            gone = of_lake.join(measured, samples, join_type="left anti")
            lost |= {(day, turbine) for turbine in gone[TURBINE].to_pylist()}
    return lost


def _of_let_go(contents: Mapping[Key, Content], in_lake: InLake) -> set[Key]:
    """Return those that the lake has of measurements that are let go, the database of others.

    Nothing could compute them again. Of the same measurements those that changed last count, so
    that a target from a backup takes no newer ones.
    """
    other = [
        key
        for key, content in contents.items()
        if key in in_lake and _is_of_others(content, in_lake[key])
    ]
    if not other:
        return set()
    period = min(other)[0], max(other)[0]
    months = MEASURED.months_let_go(*period)
    measured = reading.contents(MEASUREMENTS, *period) if months else {}
    return {
        key
        for key in other
        if month_of(key[0]) in months
        and revisions(in_lake[key]) == revisions(measured.get(key, []))
    }


def _is_of_others(content: Content, in_lake: Sequence[Content]) -> bool:
    _, _, rules, changed_at, *_ = content
    return revisions([content]) != revisions(in_lake) or all(
        rules != rules_in_lake and changed_at < changed_in_lake
        for _, _, rules_in_lake, changed_in_lake, *_ in in_lake
    )
