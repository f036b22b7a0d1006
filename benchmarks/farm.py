"""A farm that benchmarks measure: a year of 100 turbines, all current; one of them has values.

Its turbine-days are made by SQL, as if they had been aggregated. Databases are made once and kept.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.management import call_command
from django.db import connections

from aggregates import versions
from aggregates.compute.rules import rules
from aggregates.compute.statistic_names import STATISTICS
from aggregates.source import gateway
from common.days import days_between
from common.postgres.partitions import ensure_months
from sourcedata.variables import VARIABLE_NAMES

FIRST, LAST = date(2025, 1, 1), date(2025, 12, 31)
RATED_POWER_KW = 2000.0
TURBINE = "T1"
FILLS = {
    "source": [
        "INSERT INTO turbine (name, rated_power_kw, sample_interval_s)"
        " SELECT 'T' || n, %(power)s, 60 FROM generate_series(1, 100) AS n",
        "INSERT INTO source_day (turbine_id, day, revision, samples)"
        " SELECT id, day, 7, 1440"
        " FROM turbine, generate_series(%(first)s, %(last)s, '1 day') AS day",
    ],
    "default": [
        "INSERT INTO run (day, turbines, force, requested_by, status, attempt, worker, fingerprint,"
        " turbine_days, samples, missing, rejected, windows, inserted, changed, removed, unchanged,"
        " error, traceback) SELECT day, '{}', false, 'schedule', 'succeeded', 1, '', '',"
        " 100, 0, 0, 0, 0, 0, 0, 0, 0, '', ''"
        " FROM generate_series(%(first)s, %(last)s, '1 day') AS day, generate_series(1, 10)",
        "INSERT INTO aggregated_day"
        " (turbine, day, revision, rules, run_id, aggregated_at, changed_at, windows)"
        " SELECT 'T' || n, day, %(revision)s, %(rules)s, (SELECT min(id) FROM run), now(), now(),"
        " 144"
        " FROM generate_series(1, 100) AS n, generate_series(%(first)s, %(last)s, '1 day') AS day",
        "INSERT INTO signal (turbine, variable, statistic)"
        " SELECT %(turbine)s, unnest(%(variables)s), statistic"
        " FROM unnest(%(statistics)s) AS statistic",
        # Between 0 and 10, which is possible for each of them.
        "INSERT INTO data (signal_id, timestamp, value) SELECT id, start, 10 * random()"
        " FROM signal, generate_series(%(first)s, %(last)s + interval '1 day - 1 s', '10 min')"
        " AS start",
    ],
}


def fill() -> None:
    """Make the farm, and ten runs a day, where they are not there yet."""
    call_command("migrate", verbosity=0)
    if versions.aggregated(FIRST, FIRST):
        return
    ensure_months("default", "data", days_between(FIRST, LAST))
    values: dict[str, Any] = {
        "first": FIRST,
        "last": LAST,
        "power": RATED_POWER_KW,
        "rules": rules(RATED_POWER_KW),
        "turbine": TURBINE,
        "variables": list(VARIABLE_NAMES),
        "statistics": list(STATISTICS),
    }
    _fill("source", values)
    # All days lie in one partition, and are given out as one revision.
    revision = gateway.turbine_days(FIRST, FIRST)[0].revision
    _fill("default", {**values, "revision": revision})


def _fill(alias: str, values: Mapping[str, Any]) -> None:
    with connections[alias].cursor() as cursor:
        for statement in FILLS[alias]:
            cursor.execute(statement, values)
        cursor.execute("ANALYZE")
