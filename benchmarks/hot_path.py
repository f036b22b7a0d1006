"""How fast a day of 100 turbines is aggregated, beside the server alone and what is usual.

make bench. Each round takes a day of its own, so that the first load of each meets a new day. The
databases are made by the first run and kept; the audit has the last word.
"""

from collections.abc import Callable
from datetime import date, timedelta
from statistics import median
from time import perf_counter

from django.core.management import call_command
from django.db import connections
from rich.progress import track

from aggregates import audit
from aggregates.models import AggregatedDay, Run, Value
from aggregates.pipeline import execute
from benchmarks import usual
from benchmarks.report import publish, spread
from sourcedata.models import Measurement
from sourcedata.variables import VARIABLES, Variable
from windproject.days import day_bounds
from windproject.partitions import ensure_months
from windproject.routers import SOURCE, TARGET

ROUNDS = 5
TURBINES = 100
# Another month than those of the other benchmarks.
FIRST = date(2023, 6, 1)
DAYS = [FIRST + timedelta(days=number) for number in range(ROUNDS)]
HERE, SERVER, USUAL = "first load", "the server alone", "SQLAlchemy"
CHANGED, SAME, ONE = "every value changed", "nothing changed", "one turbine of 100 changed"
GOALS = {
    HERE: "",
    SERVER: "ours at most 1.0 of it",
    USUAL: "ours 15 times as fast",
    CHANGED: "at most 2.5 first loads",
    SAME: "at most 0.6",
    ONE: "at most 0.1",
}


def fill() -> None:
    """Make the measurements, where they are not there yet, and no statistics."""
    call_command("migrate", verbosity=0)
    ensure_months(TARGET, "data", DAYS)
    start, end = day_bounds(DAYS[0])[0], day_bounds(DAYS[-1])[1]
    within = {"timestamp__gte": start, "timestamp__lt": end}
    if not Measurement.objects.filter(**within).exists():
        call_command("seed_source", turbines=TURBINES, days=ROUNDS, end=DAYS[-1])
    Value.objects.filter(**within).delete()
    AggregatedDay.objects.filter(day__in=DAYS).delete()
    for alias in (SOURCE, TARGET):
        with connections[alias].cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def seconds(work: Callable[[], object]) -> float:
    """Return how long the work took."""
    started = perf_counter()
    work()
    return perf_counter() - started


def aggregate(day: date, force: bool = False) -> Run:
    """Aggregate a day from the request on, as every door does."""
    run, _ = Run.objects.request(day, [], requested_by="benchmark", force=force)
    execute(run)
    assert run.is_well, run.error
    return run


def change(day: date, turbines: str = "%") -> None:
    """Change every measurement of the day, of the turbines whose name is like that."""
    changes = ", ".join(f"{one.name} = data.{one.name} + 0.001" for one in VARIABLES)
    start, end = day_bounds(day)
    with connections[SOURCE].cursor() as cursor:
        cursor.execute(
            f"UPDATE data SET {changes} FROM turbine WHERE turbine.id = turbine_id"
            " AND name LIKE %s AND timestamp >= %s AND timestamp < %s",
            [turbines, start, end],
        )


def server_alone(day: date) -> None:
    """Have the server compute the same number of values into a table as ours, in its order."""
    start, end = day_bounds(day)
    wide = ", ".join(_statistics(number, one) for number, one in enumerate(VARIABLES))
    columns = range(len(VARIABLES) * len(usual.STATISTICS))
    cells = ", ".join(f"({number}, s{number})" for number in columns)
    with connections[SOURCE].cursor() as cursor:
        cursor.execute(
            f"INSERT INTO bench SELECT turbine_id * {len(columns)} + number, start, value FROM ("
            f" SELECT turbine_id, date_bin('10 min', timestamp, '2000-01-01Z') AS start, {wide}"
            " FROM data WHERE timestamp >= %s AND timestamp < %s GROUP BY 1, 2) AS wide"
            f" CROSS JOIN LATERAL (VALUES {cells}) AS long (number, value)"
            " WHERE value IS NOT NULL ORDER BY 1, 2",
            [start, end],
        )


def _statistics(number: int, of: Variable) -> str:
    """Return five columns; those of a direction without the care that ours are computed with."""
    x, mean, std = of.name, f"avg({of.name})", f"stddev_samp({of.name})"
    if of.is_angle:
        sine, cosine = f"avg(sind({x}))", f"avg(cosd({x}))"
        mean = f"atan2d({sine}, {cosine})"
        std = f"degrees(sqrt(-2 * ln(least(1, sqrt({sine} ^ 2 + {cosine} ^ 2)))))"
    columns = [mean, f"min({x})", f"max({x})", std, f"count({x})::float8"]
    return ", ".join(f"{column} AS s{number * 5 + n}" for n, column in enumerate(columns))


def new_tables() -> None:
    """Make tables like the target's, with its key, for those that ours is compared with."""
    for alias, name in ((SOURCE, "bench"), (TARGET, usual.TABLE)):
        with connections[alias].cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS {name}")
            cursor.execute(
                f"CREATE TABLE {name} (signal_id bigint, timestamp timestamptz,"
                " value float8 NOT NULL, PRIMARY KEY (signal_id, timestamp))"
            )


def measure(day: date) -> dict[str, float]:
    """Return how long each way took for one day, in seconds."""
    took = {}
    new_tables()
    took[SERVER] = seconds(lambda: server_alone(day))
    took[HERE] = seconds(lambda: aggregate(day))
    took[SAME] = seconds(lambda: aggregate(day, force=True))
    change(day, "T01")
    took[ONE] = seconds(lambda: aggregate(day))
    change(day)
    took[CHANGED] = seconds(lambda: aggregate(day))
    took[USUAL] = seconds(lambda: usual.aggregate(day))
    return took


def main() -> None:
    """Fill, measure and publish."""
    fill()
    rounds = [measure(day) for day in track(DAYS, "Measuring")]
    assert all(audit.audit_day(day).differences.empty for day in DAYS)
    ours = median(one[HERE] for one in rounds)
    rows = [
        (name, f"{spread([one[name] for one in rounds])} s", f"{_ratio(rounds, name):.2f}", goal)
        for name, goal in GOALS.items()
    ]
    publish("A day of 100 turbines", ["what", "took", "of a first load", "goal"], rows)
    print(f"A first load writes 504,000 values in {ours:.2f} s.")


def _ratio(rounds: list[dict[str, float]], name: str) -> float:
    return median(one[name] / one[HERE] for one in rounds)


if __name__ == "__main__":
    main()
