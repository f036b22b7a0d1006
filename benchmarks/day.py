"""A day of 100 turbines: how long it takes, beside the server alone and beside what is usual.

Each round takes the first day of another month, so that the first load of each meets new tables.
"""

from collections.abc import Callable
from datetime import date
from statistics import median
from time import perf_counter

from django.db import connections

from aggregates.audit import auditing
from aggregates.models import Run
from aggregates.runs.pipeline import execute
from benchmarks import usual
from benchmarks.fresh import forget, measured
from common.databases import SOURCE, TARGET
from common.days import day_bounds
from sourcedata.variables import VARIABLES, Variable

TURBINES = 100
# Others use the machine too, and two figures that are much alike are to be told apart.
TURNS = 6
DAYS = [date(2023, month, 1) for month in range(1, 6)]
HERE, SERVER, USUAL = "first load", "the server alone", "SQLAlchemy"
CHANGED, SAME, ONE = "every value changed", "nothing changed", "one turbine of 100 changed"


def fill() -> None:
    """Make the measurements of each round."""
    for day in DAYS:
        measured(TURBINES, day, day)


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
    names = [variable.name for variable in VARIABLES]
    changes = ", ".join(f"{name} = data.{name} + 0.001" for name in names)
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
    wide = ", ".join(_statistics(number, variable) for number, variable in enumerate(VARIABLES))
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


def _first_loads(day: date) -> dict[str, float]:
    forget(day, day)
    new_tables()
    return {
        SERVER: seconds(lambda: server_alone(day)),
        HERE: seconds(lambda: aggregate(day)),
    }


def measure(number: int) -> dict[str, float]:
    """Return how long each way took for the day of that round, in seconds."""
    day = DAYS[number]
    took = {}
    in_turns = [_first_loads(day) for _ in range(TURNS)]
    # The first turn brings pages, plans and libraries back to hand, as they are for a worker and a
    # server that are at work.
    for name in (SERVER, HERE):
        took[name] = median(turn[name] for turn in in_turns[1:])
    took[SAME] = seconds(lambda: aggregate(day, force=True))
    change(day, "T01")
    took[ONE] = seconds(lambda: aggregate(day))
    change(day)
    took[CHANGED] = seconds(lambda: aggregate(day))
    took[USUAL] = seconds(lambda: usual.aggregate(day))
    assert auditing.audit_day(day).differences.empty
    return took
