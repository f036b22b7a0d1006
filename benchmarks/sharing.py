"""One worker and two, with 30 days of 100 turbines to do, and with one day of 1,000."""

from datetime import date

from aggregates.audit import auditing
from benchmarks.fresh import forget, measured
from benchmarks.workers import busy_s, peak_memory_mb, seconds_for, workers
from common.days import days_between

MONTH = [*days_between(date(2022, 4, 1), date(2022, 4, 30))]
LARGE_DAY = date(2022, 5, 1)
LARGE, MEMORY_MB = "1,000 turbines", "memory of the worker"
ONE_WORKER, TWO_WORKERS = "one worker", "two workers"
BUSY_WITH_ONE, BUSY_WITH_TWO = "cores busy with one", "cores busy with two"


def fill() -> None:
    """Make the measurements."""
    measured(100, MONTH[0], MONTH[-1])
    measured(1000, LARGE_DAY, LARGE_DAY)


def measure_month(number: int) -> dict[str, float]:
    """Return how many seconds one worker takes for the month, and two, and what they use."""
    took = {}
    for count, name, cores in [(1, ONE_WORKER, BUSY_WITH_ONE), (2, TWO_WORKERS, BUSY_WITH_TWO)]:
        forget(MONTH[0], MONTH[-1])
        with workers(count):
            before = busy_s()
            took[name] = seconds_for(MONTH)
            took[cores] = (busy_s() - before) / took[name]
    assert auditing.audit_day(MONTH[number]).differences.empty
    return took


def measure_large(number: int) -> dict[str, float]:
    """Return how many seconds a worker takes for the large day, and how much memory."""
    took = {}
    with workers(1) as (pid,):
        # The second time counts, as of the day that it is compared with.
        for _ in range(2):
            forget(LARGE_DAY, LARGE_DAY)
            took[LARGE] = seconds_for([LARGE_DAY])
        took[MEMORY_MB] = peak_memory_mb(pid)
    if not number:  # as long as many rounds
        assert auditing.audit_day(LARGE_DAY).differences.empty
    return took
