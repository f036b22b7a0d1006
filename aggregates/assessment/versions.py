"""Which assessments are still true of the statistics and of the curves that they are of."""

from collections.abc import Mapping
from datetime import date
from hashlib import blake2s

from django.db import connections

from aggregates.assessment.kept_curves import CurvesOfDays
from aggregates.models import AggregatedDay, Assessment, TurbineSite
from common.databases import TARGET
from common.days import DAY
from common.postgres.rows import all_rows, without_garbage_collection

# A change of what is computed of a turbine-day must raise it; then all are made again.
ASSESSMENT = 5

Key = tuple[date, str]

# A day is judged with all turbines of its farm, for each is a neighbour of the others.
STATISTICS_OF_DAYS = """
SELECT day, md5(string_agg(
    concat_ws(' ', turbine, changed_at, rated_power_kw, sample_interval_s), ',' ORDER BY turbine
))
FROM aggregated_day WHERE day BETWEEN %s AND %s AND windows > 0 GROUP BY day
"""


@without_garbage_collection()
def versions(first: date, last: date) -> Mapping[Key, str]:
    """Return the version that an assessment should be of, by day and turbine that has values.

    It follows from the statistics of all turbines on that day, the day before and the day after,
    from the turbine's curves, and from what persons say of turbines.
    """
    statistics = _statistics_of_days(first - DAY, last + DAY)
    curves, sites = CurvesOfDays(first - DAY, last + DAY), _sites()
    days = AggregatedDay.objects.filter(day__range=(first, last), windows__gt=0)
    return {
        (day, turbine): _version(
            sites,
            *(statistics.get(near) for near in (day - DAY, day, day + DAY)),
            *(curves.version(turbine, near) for near in (day - DAY, day, day + DAY)),
        )
        for day, turbine in all_rows(days.values_list("day", "turbine"))
    }


def _statistics_of_days(first: date, last: date) -> Mapping[date, str]:
    with connections[TARGET].cursor() as cursor:
        cursor.execute(STATISTICS_OF_DAYS, [first, last])
        return dict(cursor.fetchall())


def _sites() -> str:
    sites = TurbineSite.objects.values_list("turbine", "cut_out_m_s", "elevation_m")
    return repr(list(sites))


def _version(*determinants: str | None) -> str:
    text = repr((ASSESSMENT, determinants))
    return blake2s(text.encode(), digest_size=8).hexdigest()


def assessed(first: date, last: date) -> Mapping[Key, str]:
    """Return the versions that the assessments are of, by day and turbine."""
    rows = Assessment.objects.filter(day__range=(first, last))
    columns = all_rows(rows.values_list("day", "turbine", "version"))
    return {(day, turbine): version for day, turbine, version in columns}


def outdated_days(first: date, last: date) -> list[date]:
    """Return the days that have an assessment to be made, made again, or deleted; newest first."""
    should, are = versions(first, last), assessed(first, last)
    return sorted({day for day, _ in dict(should.items() ^ are.items())}, reverse=True)
