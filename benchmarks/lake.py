"""What the lake costs and takes: the same computation by three engines, its size, and its commits.

Spark's own server is measured where `make test-spark` has installed it.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter, process_time

from deltalake import DeltaTable
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from aggregates.lake.contents import KEPT
from aggregates.lake.spark import Spark
from aggregates.lake.syncing import DayBehind, days_behind
from aggregates.lake.tables import STATISTICS
from aggregates.lake.work import store, work_between
from aggregates.models import LakeProgress
from aggregates.runs.pipeline import aggregate_now
from aggregates.runs.reconciler import tick
from benchmarks.fresh import forget, measured, settle
from benchmarks.report import publish, spread
from common.databases import SOURCE, TARGET
from common.days import DAY, day_bounds, days_between, now
from tests.aggregates.lake.servers import free_port, listening, sail_server

TITLE = "The lake"
TURBINES, DAYS = 100, 30
FIRST = date(2023, 1, 1)
LAST = FIRST + (DAYS - 1) * DAY
AMOUNTS = [100, 1000, 3000]
MANY_TURBINES, THEIR_DAY = 1000, date(2023, 3, 1)
COMMITS = 5
MINUTE = timedelta(minutes=1)
WINDOWS_PER_DAY, HOURS_PER_DAY, TICKS_PER_DAY = 144, 24, 8640
REPETITIONS = 10
PYTHON = settings.BASE_DIR / ".venv-spark" / "bin" / "python"
SPARK = settings.BASE_DIR / "tests" / "spark" / "server.py"


def main() -> None:
    """Measure, and write it into docs/performance.md."""
    settings.LAKE_URL = str(settings.VAR_DIR / "lake")
    call_command("migrate", verbosity=0)
    measured(TURBINES, FIRST, LAST)
    forget(FIRST, LAST)
    settle()
    by_workers = {amount: workers(amount) for amount in AMOUNTS}
    synced = synced_days()
    by_engine = [by_workers, of_engine(sail_server), of_engine(spark_server)]
    small = [commit(LAST) for _ in range(COMMITS)]
    a_day_s, lake_s = live_day()
    measured(MANY_TURBINES, THEIR_DAY, THEIR_DAY)
    aggregate_now(THEIR_DAY, [], "benchmark")
    large = [commit(THEIR_DAY) for _ in range(COMMITS)]
    turbine_days = TURBINES * DAYS
    publish(
        TITLE,
        ["what", "workers and PostgreSQL", "Sail", "Spark"],
        [
            *(
                [f"{amount:,} turbine-days, s", *(seconds[amount] for seconds in by_engine)]
                for amount in AMOUNTS
            ),
            ["measurements, kB a turbine-day", *sizes("measurements", SOURCE, turbine_days)],
            ["statistics, kB a turbine-day", *sizes("statistics", TARGET, turbine_days)],
            ["a day of 100 turbines into the lake, three commits, s", "", spread(synced), ""],
            ["a day's statistics of 100 turbines, read and committed, s", "", spread(small), ""],
            ["the same of 1,000 turbines, s", "", spread(large), ""],
            [
                "processor time of a live day's runs and ticks, and what the lake adds, s",
                f"{a_day_s:.0f}",
                f"{lake_s:.1f} ({100 * lake_s / a_day_s:.0f} %)",
                "",
            ],
        ],
    )


def workers(amount: int) -> str:
    """Return how long one process takes for the first load of so many turbine-days."""
    forget(FIRST, LAST)
    started = perf_counter()
    for day in days_between(FIRST, last_day(amount)):
        aggregate_now(day, [], "benchmark")
    return f"{perf_counter() - started:.1f}"


def last_day(amount: int) -> date:
    """Return the last of the days that have so many turbine-days."""
    return FIRST + (amount // TURBINES - 1) * DAY


def synced_days() -> list[float]:
    """Return how long each day takes to get into a new lake."""
    shutil.rmtree(settings.LAKE_URL, ignore_errors=True)
    by_day: dict[date, float] = {}
    for behind in days_behind(FIRST, LAST):
        started = perf_counter()
        behind.write()
        by_day[behind.day] = by_day.get(behind.day, 0) + perf_counter() - started
    return [*by_day.values()]


@contextmanager
def spark_server() -> Iterator[str]:
    """Yield the address of Apache Spark with two executors."""
    port = free_port()
    with listening([str(PYTHON), str(SPARK), str(port)], port):
        yield f"sc://127.0.0.1:{port}"


def of_engine(server: Callable[[], AbstractContextManager[str]]) -> dict[int, str]:
    """Return how long the engine takes for the amounts, the first of which counts for none."""
    if server is spark_server and not PYTHON.exists():
        return dict.fromkeys(AMOUNTS, "not installed")
    with server() as address, closing(Spark(address)) as spark:
        compute(spark, AMOUNTS[0])
        return {amount: f"{compute(spark, amount):.1f}" for amount in AMOUNTS}


def compute(spark: Spark, amount: int) -> float:
    """Return how long so many turbine-days take, from the lake into the lake."""
    DeltaTable(f"{settings.LAKE_URL}/{STATISTICS.name}").delete()
    started = perf_counter()
    for part in work_between(FIRST, last_day(amount), []).parts():
        store(part, spark.compute(part), now())
    return perf_counter() - started


def commit(day: date) -> float:
    """Return how long it takes to replace a day of the statistics."""
    kept = next(each for each in KEPT if each.table is STATISTICS)
    started = perf_counter()
    DayBehind(kept, day).write()
    return perf_counter() - started


def sizes(table: str, alias: str, turbine_days: int) -> list[str]:
    """Return what a turbine-day takes in PostgreSQL and in the lake."""
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT pg_total_relation_size(%s)", [f"data_{FIRST:%Y_%m}"])
        (stored,) = cursor.fetchone()
    files = DeltaTable(f"{settings.LAKE_URL}/{table}").file_uris()
    in_lake = sum(Path(file).stat().st_size for file in files)
    return [f"{stored / turbine_days / 1000:.0f}", f"{in_lake / turbine_days / 1000:.1f}", ""]


def live_day() -> tuple[float, float]:
    """Return the processor time of a day's runs and ticks, and of the lake that follows each hour.

    Only a few of them are run. What the servers and the scheduler take is left out of both.
    """
    call_command("lake", "sync", verbosity=0)
    LakeProgress.objects.update(vacuumed_at=now())
    runs_s = WINDOWS_PER_DAY * cpu_of_each(run_of_a_window)
    ticks_s = TICKS_PER_DAY * cpu_of_each(lambda number: tick(day_bounds(LAST)[1] - MINUTE))
    lake_s = HOURS_PER_DAY * cpu_of_each(sync_of_an_hour)
    return runs_s + ticks_s, lake_s


def cpu_of_each(work: Callable[[int], object]) -> float:
    """Return the processor time of one of some repetitions."""
    begun = process_time()
    for number in range(REPETITIONS):
        work(number)
    return (process_time() - begun) / REPETITIONS


def run_of_a_window(number: int) -> None:
    """Let a sample of each turbine change, and run the day."""
    with connections[SOURCE].cursor() as cursor:
        cursor.execute(
            "UPDATE data SET rotor_speed = rotor_speed + 0.001 WHERE timestamp = %s",
            [f"{LAST}T{number:02}:00Z"],
        )
    aggregate_now(LAST, [], "benchmark")


def sync_of_an_hour(number: int) -> None:
    """Compare the days of the look-back, and write all of one, as if it were behind."""
    days_behind(FIRST, LAST)
    for kept in KEPT:
        DayBehind(kept, LAST).write()


if __name__ == "__main__":
    main()
