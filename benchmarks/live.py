"""A farm that is live: how soon a window can be read after it has ended, and what that costs.

make bench-live. Six windows of real time with a backfill of a year beside them, after two without.
"""

import argparse
import json
import os
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from urllib.parse import urlencode
from urllib.request import urlopen

from django.core.management import call_command
from django.db import connections

from aggregates.models import AggregatedDay, Run
from benchmarks.report import publish
from benchmarks.servers import PROJECT_PORT, ours
from benchmarks.workers import broker, process
from common.databases import SOURCE
from common.days import DAY, day_start, now, today
from sourcedata.live_simulation import MINUTE, LiveFarm
from sourcedata.models import Turbine
from sourcedata.simulation import turbine_fields, turbine_name

WINDOW = timedelta(minutes=10)
QUIET_WINDOWS = 2
BACKFILL_TURBINES, BACKFILL_DAYS = 20, 365
# The last turbines are late, by so many seconds, in this share of the farm each.
LATE_S = {25: 0.03, 70: 0.02}
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@dataclass
class Writer:
    """Writes the minutes of a farm as they pass, some turbines later than others.

    `written_at` has, by seconds of delay, when the last minute of each window was committed.
    """

    farms: Mapping[int, LiveFarm]
    written_at: dict[tuple[int, datetime], datetime] = field(default_factory=dict)
    ended: Event = field(default_factory=Event)

    def run(self) -> None:
        """Write until it is told to end."""
        minute = now().replace(second=0, microsecond=0)
        while not self.ended.is_set():
            for delay_s, farm in self.farms.items():
                arrival = minute + MINUTE + timedelta(seconds=1 + delay_s)
                if self.ended.wait(max((arrival - now()).total_seconds(), 0)):
                    break
                farm.write(minute, minute + MINUTE)
                if (minute + MINUTE).minute % 10 == 0:
                    self.written_at[delay_s, minute + MINUTE] = now()
            minute += MINUTE
        connections[SOURCE].close()


@contextmanager
def writing(farms: Mapping[int, LiveFarm]) -> Iterator[Mapping[int, Writer]]:
    """Write the minutes of each farm from a thread of its own, while the block lasts."""
    writers = {delay_s: Writer({delay_s: farm}) for delay_s, farm in farms.items()}
    threads = [Thread(target=writer.run, daemon=True) for writer in writers.values()]
    for thread in threads:
        thread.start()
    yield writers
    for writer in writers.values():
        writer.ended.set()
    for thread in threads:
        thread.join()


def farms(turbines: int) -> Mapping[int, LiveFarm]:
    """Return the turbines by their delay, 0 for most; what is over of today is written."""
    named = {number: turbine_name(number) for number in range(1, turbines + 1)}
    made = [Turbine(name=name, **turbine_fields(number)) for number, name in named.items()]
    Turbine.objects.bulk_create(made, ignore_conflicts=True)
    by_name = {turbine.name: turbine for turbine in Turbine.objects.all()}
    shares: dict[int, dict[int, Turbine]] = defaultdict(dict)
    last = turbines
    for delay_s, share in LATE_S.items():
        for _ in range(max(round(share * turbines), 1)):
            shares[delay_s][last] = by_name[named[last]]
            last -= 1
    shares[0] = {number: by_name[named[number]] for number in range(1, last + 1)}
    live = {
        delay_s: LiveFarm(shares[delay_s], seed=42, missing=0, has_faults=False)
        for delay_s in sorted(shares)
    }
    for farm in live.values():
        farm.write(day_start(today()), now().replace(second=0, microsecond=0))
    return live


def readable_after(
    window: datetime, writers: Mapping[int, Writer], farms: Mapping[int, LiveFarm], give_up_s: int
) -> Mapping[int, float]:
    """Return how long after a window's end, or its last sample, all of it could be read.

    By seconds of delay; what took longer than `give_up_s` is infinite.
    """
    after_s: dict[int, float] = {}
    end = window + WINDOW
    while len(after_s) < len(farms) and (now() - end).total_seconds() < give_up_s:
        counts = _counts(window)
        seen_at = now()
        for delay_s, farm in farms.items():
            names = {turbine.name for turbine in farm.turbines.values()}
            written_at = writers[delay_s].written_at.get((delay_s, end))
            if delay_s not in after_s and written_at and all(counts.get(n) == 10 for n in names):
                after_s[delay_s] = (seen_at - max(written_at, end)).total_seconds()
        time.sleep(0.5)
    return {delay_s: after_s.get(delay_s, float("inf")) for delay_s in farms}


def _counts(window: datetime) -> Mapping[str, float]:
    query = {"start": f"{window:%Y-%m-%dT%H:%M}", "end": f"{window + WINDOW:%Y-%m-%dT%H:%M}"}
    query |= {"variable": "power", "statistic": "count", "format": "json"}
    with urlopen(f"http://127.0.0.1:{PROJECT_PORT}/api/values?{urlencode(query)}") as answer:
        return {row["turbine"]: row["value"] for row in json.load(answer)}


def cpu_s(pids: Sequence[int]) -> float:
    """Return how long these processes and all that they started were busy, added up."""
    return sum(_cpu_of_tree(pid) for pid in pids)


def _cpu_of_tree(pid: int) -> float:
    try:
        numbers = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return 0
    # utime, stime, and those of children that have ended.
    own = sum(int(number) for number in numbers[11:15]) / TICKS_PER_S
    return own + sum(_cpu_of_tree(int(child)) for child in children)


def servers_of_postgres() -> list[int]:
    """Return the processes of the PostgreSQL servers that have the databases."""
    pids = []
    for alias in ("default", SOURCE):
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (pid,) = cursor.fetchone()
        status = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        pids.append(int(status[1]))
    return sorted({*pids})


def cpu_of_a_window(pids: Sequence[int]) -> float:
    """Return the share of a core, in percent, that these take in as long as nobody asks them."""
    began, before = time.monotonic(), cpu_s(pids)
    time.sleep(WINDOW.total_seconds())
    return 100 * (cpu_s(pids) - before) / (time.monotonic() - began)


def watch(
    windows: int, writers: Mapping[int, Writer], live: Mapping[int, LiveFarm]
) -> Mapping[int, Sequence[float]]:
    """Return how long each window took, by delay."""
    took: dict[int, list[float]] = defaultdict(list)
    start = now()
    # Of the one that goes on now, the minutes before the writers began are missing.
    window = start - (start - day_start(start.date())) % WINDOW + WINDOW
    for _ in range(windows):
        time.sleep(max((window + WINDOW - now()).total_seconds(), 0))
        for delay_s, after_s in readable_after(window, writers, live, give_up_s=580).items():
            took[delay_s].append(after_s)
            print(f"{window:%H:%M} {delay_s} s late: {after_s:.1f} s", flush=True)
        window += WINDOW
    return took


def backfill() -> None:
    """Let a year of some turbines be missing."""
    last = today() - DAY
    AggregatedDay.objects.filter(day__lte=last).delete()
    Run.objects.filter(day__lte=last).delete()


def main() -> None:
    """Measure, and publish."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turbines", type=int, default=100)
    parser.add_argument("--windows", type=int, default=6)
    options = parser.parse_args()
    call_command("migrate", verbosity=0)
    if not Turbine.objects.exists():
        year = {"turbines": BACKFILL_TURBINES, "days": BACKFILL_DAYS}
        call_command("seed_source", **year, end=today() - DAY, verbosity=0)
    live = farms(options.turbines)
    celery = ("-m", "celery", "--quiet", "-A", "windproject")
    quiet_worker = ("--concurrency=2", "--without-mingle", "--without-gossip")
    with ExitStack() as running:
        running.enter_context(broker())
        worker = running.enter_context(process(*celery, "worker", *quiet_worker))
        while Run.objects.exclude(status__in=["succeeded", "empty"]).exists():
            time.sleep(1)
        beat = running.enter_context(process(*celery, "beat"))
        running.enter_context(ours())
        writers = running.enter_context(writing(live))
        # The backfill of before is worked off first.
        while AggregatedDay.objects.count() < BACKFILL_TURBINES * BACKFILL_DAYS:
            time.sleep(5)
        pids = [worker, beat, *servers_of_postgres()]
        quiet, quiet_cpu = watch(QUIET_WINDOWS, writers, live), cpu_of_a_window(pids)
        backfill()
        busy = watch(options.windows, writers, live)
    _publish(options.turbines, quiet, quiet_cpu, busy)


GOALS_S = {0: 20, 25: 120, 70: 120}


def _publish(
    turbines: int,
    quiet: Mapping[int, Sequence[float]],
    quiet_cpu: float,
    busy: Mapping[int, Sequence[float]],
) -> None:
    rows = []
    for name, took in (("alone", quiet), ("beside a backfill of a year", busy)):
        for delay_s, seconds in took.items():
            longest = max(seconds)
            met = "yes" if longest <= GOALS_S[delay_s] else "no"
            what = f"readable, rows {delay_s} s late, {name}, {len(seconds)} windows"
            rows.append([what, f"{longest:.1f} s at most", f"{GOALS_S[delay_s]} s", met])
    met = "yes" if quiet_cpu <= 2 else "no"
    rows.append(["CPU of all but the web", f"{quiet_cpu:.1f} % of a core", "2 %", met])
    publish(f"A live farm of {turbines} turbines", ["what", "here", "goal", "met"], rows)


if __name__ == "__main__":
    main()
