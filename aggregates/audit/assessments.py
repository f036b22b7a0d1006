"""The conditions and the energy of a day by SQL, given the curves: to compare assessments with.

It shares no code with the assessment, and none of its constants: docs/findings.md has the rules.
Turbine-days that are judged by a curve that a person gave are left out, as are those without one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db import connections

from aggregates.models import Assessment
from common.databases import TARGET

RELATIVE_TOLERANCE = 1e-9

JUDGE = """
WITH
-- The three days by which a day is judged, and the turbines that have values on them.
bounds AS (SELECT %(day)s::date - 1 AS first, %(day)s::date + 1 AS last),
turbines AS (
    SELECT turbine,
        coalesce(max(s.cut_out_m_s), 25) AS cut_out,
        max(s.elevation_m) AS elevation
    FROM aggregated_day a LEFT JOIN turbine_site s USING (turbine), bounds
    WHERE a.day BETWEEN first AND last AND windows > 0 GROUP BY turbine
),
grid AS (
    SELECT t.*, start, (start AT TIME ZONE 'UTC')::date AS day
    FROM turbines t, bounds, generate_series(
        first::timestamp AT TIME ZONE 'UTC',
        (last + 1)::timestamp AT TIME ZONE 'UTC' - interval '10 minutes', interval '10 minutes'
    ) AS start
),
stored AS (
    SELECT s.turbine, d.timestamp AS start,
        max(value) FILTER (WHERE name = 'wind_speed_mean') AS wind,
        max(value) FILTER (WHERE name = 'wind_speed_max') AS gust,
        max(value) FILTER (WHERE name = 'wind_speed_std') AS deviation,
        max(value) FILTER (WHERE name = 'wind_speed_count') AS wind_samples,
        max(value) FILTER (WHERE name = 'power_mean') AS power,
        max(value) FILTER (WHERE name = 'power_count') AS power_samples,
        max(value) FILTER (WHERE name = 'ambient_temperature_mean') AS temperature
    FROM data d JOIN signal s ON s.id = d.signal_id, bounds
    WHERE d.timestamp >= first::timestamp AT TIME ZONE 'UTC'
        AND d.timestamp < (last + 1)::timestamp AT TIME ZONE 'UTC'
    GROUP BY s.turbine, d.timestamp
),
measured AS MATERIALIZED (
    SELECT g.*, wind, gust * CASE WHEN wind_samples = 1 THEN 1.2 ELSE 1 END AS gust, deviation,
        power, rated_power_kw AS rated, power / rated_power_kw AS share,
        coalesce(wind_samples, 0) >= 0.9 * (600 / coalesce(a.sample_interval_s, 60))
            AND coalesce(power_samples, 0) >= 0.9 * (600 / coalesce(a.sample_interval_s, 60))
            AS is_covered,
        coalesce(wind_samples, 0) >= 0.9 * (600 / coalesce(a.sample_interval_s, 60))
            AS has_wind,
        temperature, wind * CASE WHEN elevation IS NULL THEN 1 ELSE (
            101325 * (1 - 2.25577e-5 * elevation) ^ 5.25588
            / (287.05 * (coalesce(temperature, 15) + 273.15)) / 1.225
        ) ^ (1.0 / 3) END AS curve_wind,
        x.curve_id, c.is_given
    FROM grid g
    LEFT JOIN stored USING (turbine, start)
    LEFT JOIN aggregated_day a ON a.turbine = g.turbine AND a.day = g.day
    LEFT JOIN assessment x ON x.turbine = g.turbine AND x.day = g.day
    LEFT JOIN reference_curve c ON c.id = x.curve_id
),
same AS (
    SELECT m.*,
        coalesce(wind > 0 AND lag(wind) OVER own > 0
            AND abs(wind - lag(wind) OVER own) < 0.001, false) AS is_same,
        coalesce(wind > 0 AND deviation < 0.001, false) AS is_still,
        coalesce(share > 0.02 AND share < 0.98 AND lag(share) OVER own > 0.02
            AND lag(share) OVER own < 0.98 AND abs(power - lag(power) OVER own) < 0.001, false)
            AS is_same_power,
        coalesce(abs(temperature - lag(temperature) OVER own) < 0.001, false) AS is_same_warmth
    FROM measured m WINDOW own AS (PARTITION BY turbine ORDER BY start)
),
same_islands AS (
    SELECT s.*,
        count(*) FILTER (WHERE NOT is_same) OVER own AS same_island,
        count(*) FILTER (WHERE NOT is_still) OVER own AS still_island,
        count(*) FILTER (WHERE NOT is_same_power) OVER own AS power_island,
        count(*) FILTER (WHERE NOT is_same_warmth) OVER own AS warmth_island
    FROM same s WINDOW own AS (PARTITION BY turbine ORDER BY start)
),
frozen AS (
    SELECT i.*,
        is_same AND count(*) FILTER (WHERE is_same) OVER (PARTITION BY turbine, same_island) >= 5
            AS is_frozen,
        is_still AND count(*) FILTER (WHERE is_still) OVER (PARTITION BY turbine, still_island) >= 3
            AS is_motionless,
        is_same_power AND count(*) FILTER (WHERE is_same_power)
            OVER (PARTITION BY turbine, power_island) >= 5 AS is_frozen_power,
        is_same_warmth AND count(*) FILTER (WHERE is_same_warmth)
            OVER (PARTITION BY turbine, warmth_island) >= 143 AS is_frozen_warmth
    FROM same_islands i
),
fixed AS MATERIALIZED (
    SELECT f.*,
        is_frozen OR coalesce(lead(is_frozen) OVER own, false) OR is_motionless AS is_fixed,
        is_frozen_power OR coalesce(lead(is_frozen_power) OVER own, false) AS is_fixed_power,
        is_frozen_warmth OR coalesce(lead(is_frozen_warmth) OVER own, false) AS is_fixed_warmth
    FROM frozen f WINDOW own AS (PARTITION BY turbine ORDER BY start)
),
-- Where three others or more read far less, and no ice on them explains it, an anemometer is wrong.
beside_winds AS (
    SELECT f.*,
        array_agg(wind) FILTER (WHERE has_wind AND NOT is_fixed) OVER same_time AS winds,
        array_agg(share) FILTER (WHERE has_wind AND NOT is_fixed) OVER same_time AS shares,
        array_agg(turbine) FILTER (WHERE has_wind AND NOT is_fixed) OVER same_time AS wind_turbines
    FROM fixed f WINDOW same_time AS (PARTITION BY start)
),
higher AS (
    SELECT b.*, CASE
        WHEN wind >= 5 AND has_wind AND NOT is_fixed THEN coalesce((
            SELECT 0.6 * wind > CASE WHEN temperature >= 3 AND NOT is_fixed_warmth
                THEN percentile_cont(0.5) WITHIN GROUP (ORDER BY speed) ELSE max(speed) END
                -- Where its power is that of its wind, and far above theirs, they are in its wake.
                AND NOT coalesce(share >= 0.4 * least(wind / 13, 1) ^ 3 AND count(part) >= 2
                    AND share > 2 * percentile_cont(0.5) WITHIN GROUP (ORDER BY part), false)
            FROM unnest(winds, shares, wind_turbines) AS others (speed, part, name)
            WHERE name <> turbine HAVING count(*) >= 3
        ), false) ELSE false END AS is_higher
    FROM beside_winds b
),
higher_islands AS (
    SELECT h.*, count(*) FILTER (WHERE NOT is_higher) OVER (PARTITION BY turbine ORDER BY start)
        AS higher_island
    FROM higher h
),
higher_for_long AS (
    SELECT i.*, is_higher AND count(*) FILTER (WHERE is_higher)
        OVER (PARTITION BY turbine, higher_island) >= 6 AS is_long_higher
    FROM higher_islands i
),
contradicted AS (
    SELECT l.*, is_higher AND bool_or(is_long_higher) OVER (
        PARTITION BY turbine ORDER BY start ROWS BETWEEN 144 PRECEDING AND 144 FOLLOWING
    ) AS reads_too_much
    FROM higher_for_long l
),
-- Of a turbine of which nothing can be said, its neighbours learn nothing.
told AS MATERIALIZED (
    SELECT c.*,
        wind IS NOT NULL AND share IS NOT NULL AND is_covered AND NOT is_fixed
            AND NOT is_fixed_power AND NOT reads_too_much AS is_told
    FROM contradicted c
),
bins AS MATERIALIZED (
    SELECT c.id, (point->>0)::float AS w, (point->>1)::float AS p, (point->>2)::float AS s
    FROM reference_curve c, jsonb_array_elements(c.points) AS point
    WHERE c.id IN (SELECT curve_id FROM measured)
),
-- A line from each bin to the next one; nothing below the first, flat above the last.
lines AS MATERIALIZED (
    SELECT id, w, p, s, coalesce(lead(w) OVER own, 'infinity') AS next_w,
        coalesce(lead(p) OVER own, p) AS next_p, coalesce(lead(s) OVER own, s) AS next_s
    FROM bins WINDOW own AS (PARTITION BY id ORDER BY w)
    UNION ALL
    (SELECT DISTINCT ON (id) id, '-infinity'::float, 0, s, w, 0, s FROM bins ORDER BY id, w)
),
promised AS (
    SELECT m.*,
        p + coalesce((curve_wind - w) / nullif(next_w - w, 'infinity'), 0) * (next_p - p)
            AS expected,
        s + coalesce((curve_wind - w) / nullif(next_w - w, 'infinity'), 0) * (next_s - s)
            AS spread
    FROM told m
    LEFT JOIN lines ON lines.id = m.curve_id AND curve_wind >= w AND curve_wind < next_w
),
beside AS (
    SELECT p.*,
        count(*) FILTER (WHERE is_told) OVER same_time - is_told::int AS neighbours,
        count(*) FILTER (WHERE is_told AND share > 0.02) OVER same_time
            - (is_told AND share > 0.02)::int AS running,
        count(*) FILTER (WHERE is_told AND share > 0.10) OVER same_time
            - (is_told AND share > 0.10)::int AS producing,
        array_agg(curve_wind) FILTER (
            WHERE share > 0.02 AND is_covered AND NOT is_fixed AND NOT reads_too_much
        ) OVER same_time AS running_winds,
        array_agg(turbine) FILTER (
            WHERE share > 0.02 AND is_covered AND NOT is_fixed AND NOT reads_too_much
        ) OVER same_time AS running_turbines,
        coalesce(share < 0.02 AND wind > 18, false) AS is_storm_rest,
        coalesce(gust >= cut_out - 1, false) AS is_storm,
        coalesce(lag(gust) OVER own >= cut_out - 1, false) AS was_storm,
        coalesce(wind BETWEEN 5 AND 40 AND share < 0.02, false) AS rests_in_wind
    FROM promised p
    WINDOW same_time AS (PARTITION BY start), own AS (PARTITION BY turbine ORDER BY start)
),
ruled AS (
    SELECT b.*,
        rests_in_wind OR coalesce(
            wind >= 3.5 AND wind < 5 AND expected >= 0.02 * rated AND share < 0.01
            AND running >= 2 AND 2 * running >= neighbours, false
        ) AS rests,
        coalesce(share < 0.01, false) AND producing >= 2 AND 2 * producing >= neighbours
            AND NOT rests_in_wind AS is_unseen,
        count(*) FILTER (WHERE NOT is_storm_rest) OVER own AS storm_island
    FROM beside b WINDOW own AS (PARTITION BY turbine ORDER BY start)
),
outs AS (
    SELECT r.*, is_storm_rest AND bool_or(is_storm_rest AND (is_storm OR was_storm) AND is_first)
        OVER (PARTITION BY turbine, storm_island) AS is_out
    FROM (
        SELECT r.*, NOT coalesce(lag(is_storm_rest) OVER own, false) AS is_first
        FROM ruled r WINDOW own AS (PARTITION BY turbine ORDER BY start)
    ) r
),
stops AS (
    SELECT r.*,
        rests OR coalesce((before OR after) AND expected > 0.05 * rated AND power < 0.85 * expected,
            false) AS is_stopped,
        count(*) FILTER (WHERE NOT is_unseen) OVER (PARTITION BY turbine ORDER BY start)
            AS unseen_island
    FROM (
        SELECT o.*, coalesce(lag(rests AND NOT is_out AND is_told) OVER own, false) AS before,
            coalesce(lead(rests AND NOT is_out AND is_told) OVER own, false) AS after
        FROM outs o WINDOW own AS (PARTITION BY turbine ORDER BY start)
    ) r
),
weak AS (
    SELECT s.*,
        is_unseen AND count(*) FILTER (WHERE is_unseen) OVER (PARTITION BY turbine, unseen_island)
            >= 6 AS is_seen_by_neighbours,
        coalesce(power < expected - 3 * spread AND power < 0.85 * expected
            AND expected > 0.05 * rated AND NOT is_stopped
            AND NOT coalesce(gust >= cut_out, false), false) AS may_be_weak
    FROM stops s
),
-- At the median wind of the neighbours that run, by the own curve.
believed AS (
    SELECT w.*, may_be_weak AND NOT coalesce((
        SELECT power >= 0.85 * there AND expected > 1.7 * there
        FROM (
            SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY speed) AS median
            FROM unnest(running_winds, running_turbines) AS others (speed, name)
            WHERE name <> turbine HAVING count(*) >= 2
        ) AS neighbours, lines,
        LATERAL (SELECT p + coalesce((median - lines.w) / nullif(next_w - lines.w, 'infinity'), 0)
            * (next_p - p) AS there) AS promise
        WHERE may_be_weak AND lines.id = curve_id AND median >= lines.w AND median < next_w
    ), false) AS is_weak
    FROM weak w
),
islands AS (
    SELECT w.*, count(*) FILTER (WHERE NOT is_weak) OVER (PARTITION BY turbine ORDER BY start)
        AS weak_island
    FROM believed w
),
judged AS (
    SELECT i.*, CASE
        WHEN NOT is_told THEN '?'
        WHEN is_out THEN 'o'
        WHEN is_stopped THEN 'S'
        WHEN is_seen_by_neighbours THEN 'N'
        WHEN is_weak AND count(*) FILTER (WHERE is_weak) OVER (PARTITION BY turbine, weak_island)
            >= 3 THEN 'D'
        WHEN expected < 0.02 * rated AND share < 0.05 THEN 'c'
        WHEN expected >= 0.02 * rated OR expected IS NULL AND share >= 0.02 THEN 'p'
        ELSE '?'
    END AS letter
    FROM islands i
)
SELECT turbine, string_agg(letter, '' ORDER BY start), sum(power) / 6,
    sum(expected) FILTER (WHERE power IS NOT NULL) / 6
FROM judged WHERE day = %(day)s AND curve_id IS NOT NULL
GROUP BY turbine HAVING NOT bool_or(is_given)
"""


class Judged(NamedTuple):
    """A turbine-day as SQL judges it: 144 letters, and energies in kWh."""

    conditions: str
    energy_kwh: float | None
    expected_kwh: float | None


@dataclass(frozen=True)
class AssessmentAudit:
    """How many turbine-days were compared, and of which turbines the assessment differs."""

    compared: int
    different: list[str]


def judged_by_sql(day: date) -> Mapping[str, Judged]:
    """Return what SQL says of each turbine on the day that has a fitted curve."""
    with connections[TARGET].cursor() as cursor:
        cursor.execute(JUDGE, {"day": day})
        return {turbine: Judged(*figures) for turbine, *figures in cursor.fetchall()}


def audit_assessments(day: date) -> AssessmentAudit:
    """Compare the assessments of the day with what SQL says."""
    expected = judged_by_sql(day)
    assessments = Assessment.objects.filter(day=day, turbine__in=expected).order_by("turbine")
    kept = {
        row.turbine: Judged(row.conditions, row.energy_kwh, row.expected_kwh) for row in assessments
    }
    different = [name for name, judged in kept.items() if not _same(judged, expected[name])]
    return AssessmentAudit(len(kept), different)


def _same(kept: Judged, expected: Judged) -> bool:
    return kept.conditions == expected.conditions and all(
        _equal(*pair) for pair in zip(kept[1:], expected[1:], strict=True)
    )


def _equal(kept: float | None, expected: float | None) -> bool:
    if kept is None or expected is None:
        return kept is expected
    return abs(kept - expected) <= RELATIVE_TOLERANCE * max(abs(kept), abs(expected), 1)
