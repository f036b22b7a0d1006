"""Assessments and findings that benchmarks measure: two months, of 100 and of 1,000 turbines.

They are made by SQL. The source knows the first hundred turbines alone.
"""

from datetime import date

from django.db import connection

from aggregates.models import Assessment

MONTH = date(2025, 12, 1), date(2025, 12, 31)
LARGE_MONTH = date(2025, 11, 1), date(2025, 11, 30)
TURBINES = {MONTH: 100, LARGE_MONTH: 1000}
ASSESS = """
INSERT INTO assessment (turbine, day, version, conditions, energy_kwh, expected_kwh, producing_kwh,
  producing_expected_kwh, lost_stopped_kwh, lost_stopped_by_neighbours_kwh, lost_derated_kwh,
  windows_at_rest, windows_seen_by_neighbours, windows_to_run, wind_speed)
SELECT 'T' || n, day, 'v', repeat('p', 144), 20000 * random(), 20000, 18000 + 2000 * random(),
  20000, 100 * random(), 0, 10 * random(), 1, 0, 140, 8
FROM generate_series(1, %s) AS n, generate_series(%s::date, %s::date, '1 day') AS day
"""
FIND = """
INSERT INTO finding (turbine, kind, variable, start, "end", is_open, sentence, lost_kwh, reason,
  note, acknowledged_by)
SELECT 'T' || n, 'stopped', '', day, day + interval '6 h', false, 'It stood still for 6 h.',
  1000 * random(), '', '', ''
FROM generate_series(1, %s, 10) AS n, generate_series(%s::date, %s::date, '10 days') AS day
"""


def assess() -> None:
    """Make them where they are not there yet."""
    if Assessment.objects.filter(day__range=MONTH).exists():
        return
    with connection.cursor() as cursor:
        for days, turbines in TURBINES.items():
            for statement in (ASSESS, FIND):
                cursor.execute(statement, [turbines, *days])
        cursor.execute("ANALYZE assessment, finding")
