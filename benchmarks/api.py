"""How fast the API answers, beside what is usual: python -m benchmarks.api

Measurements as JSON are compared with `baseline`, whole months with psql's COPY of the same rows,
in turns, so that whatever else the machine does meets both. The databases are made by the first
run and kept.
"""

import os
import subprocess
from collections.abc import Callable
from datetime import date, timedelta
from http.client import HTTPConnection
from statistics import median, quantiles
from threading import Thread
from time import perf_counter

from django.conf import settings
from django.core.management import call_command
from django.db import connections
from rich.progress import track

from aggregates.models import Run, Value
from aggregates.runs.pipeline import execute
from benchmarks import farm
from benchmarks.report import Row, publish, spread
from benchmarks.servers import BASELINE_PORT, PROJECT_PORT, baseline, get, ours
from common.days import day_bounds
from sourcedata.variables import VARIABLE_NAMES

ROUNDS = 5
SECONDS, CLIENTS = 3, 4
# The months and the turbines are others than those of `farm`.
FIRST, LAST = date(2024, 8, 1), date(2024, 8, 31)
MONTH = "timestamp >= '2024-08-01Z' AND timestamp < '2024-09-01Z'"
VALUES = (
    "SELECT turbine, timestamp, variable, statistic, value"
    f" FROM data JOIN signal ON signal.id = signal_id WHERE {MONTH}"
)
MEASUREMENTS = (
    f"SELECT timestamp, name, {', '.join(VARIABLE_NAMES)}"
    f" FROM data JOIN turbine ON turbine.id = turbine_id WHERE {MONTH}"
)


def fill() -> None:
    """Make a year of 100 turbines without values, and a month of 10 with all of them."""
    farm.fill()
    if Value.objects.filter(timestamp__range=day_bounds(FIRST)).exists():
        return
    call_command("seed_source", turbines=10, days=31, end=LAST, replace=True)
    for number in track(range(31), "Aggregating"):
        run, _ = Run.objects.request(
            FIRST + timedelta(days=number), [], requested_by="benchmark", force=False
        )
        execute(run)
    for alias in settings.DATABASES:
        with connections[alias].cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def answers_s(port: int, path: str) -> list[float]:
    """Return how long each answer took that some clients got who ask one after the other."""
    took: list[float] = []
    end = perf_counter() + SECONDS

    def ask() -> None:
        link = HTTPConnection("127.0.0.1", port)
        while (started := perf_counter()) < end:
            get(port, path, link)
            took.append(perf_counter() - started)

    clients = [Thread(target=ask) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    return took


def psql(alias: str, statement: str) -> None:
    """Let psql copy the rows of a statement to a pipe, and read that."""
    client = connections[alias].client
    arguments, environment = client.settings_to_cmd_args_env(
        connections[alias].settings_dict, ["-X", "-q", "-c", statement]
    )
    with subprocess.Popen(
        arguments, env=os.environ | (environment or {}), stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        while process.stdout.read(2**16):
            pass
    if process.returncode:
        raise RuntimeError(f"psql ends with {process.returncode}")


def seconds(work: Callable[[], object]) -> float:
    """Return how long the work takes."""
    started = perf_counter()
    work()
    return perf_counter() - started


def small_answers(days: int, goal: str) -> Row:
    """Measure one turbine's measurements of some days as JSON, beside the baseline."""
    end = FIRST + timedelta(days=9 + days)
    path = f"/data?start=2024-08-10T00:00:00Z&end={end}T00:00:00Z&turbine=T03"
    by_port: dict[int, list[list[float]]] = {PROJECT_PORT: [], BASELINE_PORT: []}
    for _ in track(range(ROUNDS), f"{days} days as JSON"):
        for port, rounds in by_port.items():
            rounds.append(answers_s(port, path))
    rates = {p: [len(took) / SECONDS for took in rounds] for p, rounds in by_port.items()}
    late = {p: median(quantiles(t, n=20)[-1] for t in r) * 1000 for p, r in by_port.items()}
    what = f"`/data`, one turbine, {days * 1440:,} rows, JSON"
    figures = [
        f"{spread(rates[port])}/s, p95 {late[port]:.0f} ms"
        for port in (PROJECT_PORT, BASELINE_PORT)
    ]
    ratio = median(rates[PROJECT_PORT]) / median(rates[BASELINE_PORT])
    return [what, *figures, f"{ratio:.1f} times the rate", goal]


def month(path: str, format: str, alias: str, query: str, psql_format: str, goal: str) -> Row:
    """Measure a whole month as a download, beside psql's COPY."""
    address = f"{path}?start={FIRST}&end=2024-09-01&format={format}"
    statement = f"COPY ({query}) TO STDOUT (FORMAT {psql_format})"
    took: dict[str, list[float]] = {"ours": [], "psql": []}
    for _ in track(range(ROUNDS), f"{path} as {format}"):
        took["psql"].append(seconds(lambda: psql(alias, statement)))
        took["ours"].append(seconds(lambda: get(PROJECT_PORT, address)))
    with connections[alias].cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({query}) AS found")
        (rows,) = cursor.fetchone()
    ratio = median(took["psql"]) / median(took["ours"])
    figures = [f"{spread(took[name])} s" for name in ("ours", "psql")]
    return [f"`{path}`, {rows:,} rows, {format}", *figures, f"{ratio:.0%} of the rows/s", goal]


def year_of_days() -> Row:
    """Measure the states of a year of 100 turbines."""
    path = f"/api/days?start={farm.FIRST}&end={farm.LAST + timedelta(days=1)}"
    took = [1000 * seconds(lambda: get(PROJECT_PORT, path)) for _ in range(2 * ROUNDS)][1:]
    return ["`/api/days`, 36,500 turbine-days", f"{spread(took)} ms", "", "", "under 300 ms"]


def main() -> None:
    """Fill, measure and publish."""
    fill()
    with ours(), baseline():
        rows = [
            small_answers(1, "5 times, lower p95"),
            small_answers(10, "8 times"),
            month("/api/values", "csv", "default", VALUES, "csv", "70 %"),
            month("/api/values", "arrow", "default", VALUES, "binary", "40 %"),
            month("/data", "csv", "source", MEASUREMENTS, "csv", "70 %"),
            month("/data", "arrow", "source", MEASUREMENTS, "binary", "40 %"),
            year_of_days(),
        ]
    publish("The API", ["what", "here", "compared with", "ratio", "goal"], rows)


if __name__ == "__main__":
    main()
