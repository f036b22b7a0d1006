"""The values that must be stored, computed a second time: in SQL, in the source database.

It shares the declaration of the variables with the pipeline and not a line of code, so that a
fault in one of the two shows.
"""

from collections.abc import Sequence
from datetime import date

import pandas as pd
from django.db import connections, transaction

from aggregates.audit.comparison import LARGEST_SQUARED
from common.databases import SOURCE
from sourcedata.variables import VARIABLES, Variable

COLUMNS = ["turbine", "variable", "statistic", "timestamp", "value", "largest"]
SMALLEST_SQUARED = 1e-150

STATISTICS = """
WITH sample AS MATERIALIZED (
    SELECT turbine.name AS turbine, cell.variable, cell.is_angle, cell.turned AS value,
           turbine.sample_interval_s AS readings, cell.std,
           -- PostgreSQL raises an error where a square is too large or too small for a number.
           greatest(least(cell.turned, {largest}), -{largest}) AS bounded,
           CASE WHEN cell.std < {smallest} THEN 0 ELSE least(cell.std, {largest}) END AS spread,
           -- A companion is turned as its sample is.
           CASE WHEN cell.least BETWEEN cell.lowest AND cell.highest
                 AND cell.least + (cell.turned - cell.value) <= cell.turned
                THEN cell.least + (cell.turned - cell.value) END AS least,
           CASE WHEN cell.greatest BETWEEN cell.lowest AND cell.highest
                 AND cell.greatest + (cell.turned - cell.value) >= cell.turned
                THEN cell.greatest + (cell.turned - cell.value) END AS greatest,
           date_bin('10 minutes', data.timestamp, '2000-01-01Z') AS start
    FROM {schema}.data
    -- Somebody may have taken its keys away, or let another table inherit from it: whatever a
    -- turbine's rows say, no sample counts twice.
    JOIN (
        SELECT DISTINCT ON (id) id, name, rated_power_kw, sample_interval_s, companions
        FROM {schema}.turbine ORDER BY id
    ) AS turbine ON turbine.id = data.turbine_id
    CROSS JOIN LATERAL (VALUES {cells})
        AS cell (variable, is_angle, value, turned, lowest, highest, std, least, greatest)
    WHERE turbine.name = ANY(%(turbines)s)
      AND data.timestamp >= %(day)s::timestamp AT TIME ZONE 'UTC'
      AND data.timestamp < (%(day)s::timestamp + interval '1 day') AT TIME ZONE 'UTC'
      AND cell.value BETWEEN cell.lowest AND cell.highest
      AND cell.value > '-Infinity' AND cell.value < 'Infinity'
), quantity AS (
    SELECT turbine, variable, start, count(*)::float8 AS count, avg(bounded) AS mean,
           CASE WHEN count(least) = count(*) THEN min(least) ELSE min(value) END AS min,
           CASE WHEN count(greatest) = count(*) THEN max(greatest) ELSE max(value) END AS max,
           -- The sum of squares of all readings about their mean is that within the samples, and
           -- that of the samples about it.
           CASE WHEN count(std) = count(*)
                THEN sqrt((sum((readings - 1) * spread * spread)
                           + readings * regr_sxx(bounded, bounded))
                          / nullif(sum(readings) - 1, 0))
                ELSE stddev_samp(bounded) END AS std,
           greatest(abs(min(value)), abs(max(value)), max(std) FILTER (WHERE std > {largest}))
               AS largest
    FROM sample WHERE NOT is_angle GROUP BY turbine, variable, start, readings
), vector AS (
    SELECT turbine, variable, start, count(*)::float8 AS count,
           avg(sin(radians(value))) AS east, avg(cos(radians(value))) AS north
    FROM sample WHERE is_angle GROUP BY turbine, variable, start
), direction AS (
    SELECT *, degrees(atan2(east, north)) AS mean, least(1, sqrt(east ^ 2 + north ^ 2)) AS length
    FROM vector
), deviation AS (
    -- How far right of the mean: from -180 to 180, and opposite of it is right.
    SELECT turbine, variable, start,
           min(ARRAY[signed, value]) AS leftmost, max(ARRAY[signed, value]) AS rightmost
    FROM sample JOIN direction USING (turbine, variable, start)
    CROSS JOIN LATERAL (SELECT value - mean - 360 * round((value - mean) / 360)) AS a (short)
    CROSS JOIN LATERAL (SELECT CASE WHEN short < -180 + 1e-9 THEN short + 360 ELSE short END)
        AS b (signed)
    GROUP BY turbine, variable, start
), angle AS (
    SELECT turbine, variable, start, count, CASE WHEN length >= 1e-9 THEN mean END AS mean,
           CASE WHEN length >= 1e-9 THEN leftmost[2] END AS min,
           CASE WHEN length >= 1e-9 THEN rightmost[2] END AS max,
           CASE WHEN length >= 1e-9 AND count > 1
                THEN degrees(sqrt(greatest(0, -2 * ln(length)))) END AS std,
           360::float8 AS largest
    FROM direction JOIN deviation USING (turbine, variable, start)
)
SELECT turbine, variable, long.statistic, start, long.value, largest
FROM (SELECT * FROM quantity UNION ALL SELECT * FROM angle) AS wide
CROSS JOIN LATERAL (
    VALUES ('count', count), ('mean', mean), ('min', min), ('max', max), ('std', std)
) AS long (statistic, value)
WHERE long.value IS NOT NULL AND (variable, long.statistic) IN ({kept})
"""


# Somebody may have tables of these names in a schema of theirs, and beside the tables functions and
# operators that fit better than PostgreSQL's own, which are the only ones to be found after this.
# A check may call a function that somebody replaced. And of a day that came after the last ANALYZE
# the planner expects one row: it would compare each sample with the direction of each window, and
# compile what takes less time to do.
SCHEMA_OF_DATA = """
    SELECT pg_catalog.quote_ident(nspname), pg_catalog.current_setting('search_path'),
        pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true),
        pg_catalog.set_config('constraint_exclusion', 'off', true),
        pg_catalog.set_config('enable_nestloop', 'off', true),
        pg_catalog.set_config('jit', 'off', true)
    FROM pg_catalog.pg_class JOIN pg_catalog.pg_namespace
        ON pg_namespace.oid OPERATOR(pg_catalog.=) relnamespace
    WHERE pg_class.oid OPERATOR(pg_catalog.=) 'data'::pg_catalog.regclass
"""


def expected_values(day: date, turbines: Sequence[str]) -> pd.DataFrame:
    """Return the values that the turbines must have on the UTC day, in COLUMNS, in any order.

    `timestamp` is the start of the window, and `largest` the largest number among its samples, be
    it negative or not. Above LARGEST_SQUARED, which it may be of a companion too, the window's mean
    and std are not those of its samples. Angles are in degrees, and of any turn.

    Raises:
        django.db.DataError: where a measurement is none that can be computed with.
        django.db.OperationalError: where it takes longer than a statement may, say.
    """
    with transaction.atomic(using=SOURCE), connections[SOURCE].cursor() as cursor:
        cursor.execute(SCHEMA_OF_DATA)
        schema, search_path, *_ = cursor.fetchone()
        cursor.execute(_query(schema), {"day": day, "turbines": list(turbines)})
        values = pd.DataFrame(cursor.fetchall(), columns=COLUMNS)
        # The transaction may be that of the caller.
        cursor.execute("SELECT set_config('search_path', %s, true)", [search_path])
        cursor.execute("SET LOCAL enable_nestloop TO DEFAULT; SET LOCAL jit TO DEFAULT")
        return values


def _query(schema: str) -> str:
    """Return the SQL of all statistics that are kept, of the tables in that schema."""
    kept = [f"('{each.name}', '{name}')" for each in VARIABLES for name in each.statistics]
    return STATISTICS.format(
        # The driver takes a percent sign for one of its own.
        schema=schema.replace("%", "%%"),
        cells=", ".join(map(_cell, VARIABLES)),
        kept=", ".join(kept),
        largest=f"float8 '{LARGEST_SQUARED}'",
        smallest=f"float8 '{SMALLEST_SQUARED}'",
    )


def _cell(variable: Variable) -> str:
    lowest, highest = f"float8 '{variable.minimum}'", f"float8 '{variable.maximum}'"
    if variable.per_rated_power:
        # The pipeline reads the power as text, too: a `real` has other digits as a `float8`.
        power = "turbine.rated_power_kw::text::float8"
        lowest = f"coalesce({lowest} * {power}, '-Infinity')"
        highest = f"coalesce({highest} * {power}, 'Infinity')"
    name, turned = variable.name, _turned(variable)
    measured = f"'{name}', {variable.is_angle}, data.{name}::float8, {turned}, {lowest}, {highest}"
    least, greatest = (_companion(variable, name) for name in ("min", "max"))
    return f"({measured}, {_std(variable)}, {least}, {greatest})"


def _std(variable: Variable) -> str:
    """Return the SQL of the std within a sample; NULL where there is none that can be."""
    std = _companion(variable, "std")
    return f"CASE WHEN {std} >= 0 AND {std} < 'Infinity' THEN {std} END"


def _companion(variable: Variable, companion: str) -> str:
    """Return the SQL of a companion, NULL of a turbine that has none."""
    column = variable.companion_columns.get(companion)
    if not column:
        return "NULL::float8"
    return f"CASE WHEN turbine.companions ? '{column}' THEN data.{column}::float8 END"


def _turned(variable: Variable) -> str:
    """Return the SQL of the value that counts in place of the measured one."""
    value = f"data.{variable.name}::float8"
    if variable.is_angle:
        # Sine and cosine take any turn. PostgreSQL raises an error where a result underflows.
        return f"CASE WHEN abs({value}) < 1e-100 THEN 0 ELSE {value} END"
    if variable.is_signed_angle:
        return (
            f"CASE WHEN {value} >= 540 THEN {value} - 720 WHEN {value} > 180 THEN {value} - 360"
            f" WHEN {value} < -180 THEN {value} + 360 ELSE {value} END"
        )
    return value
