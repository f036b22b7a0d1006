"""The next day of a farm, on the databases of BENCHMARK_FOLDER: what it costs, as JSON."""

import json
import sys
from collections.abc import Mapping
from datetime import date

from django.db import connections

from aggregates.audit import auditing
from aggregates.models import Run
from benchmarks.day import aggregate, seconds
from benchmarks.fresh import tidy
from common.databases import SOURCE, TARGET

SECONDS, BUFFERS, WAL_BYTES = "seconds", "buffers", "WAL bytes"


def measure(day: date) -> dict[str, float]:
    """Return how long the first load of the day takes, and what it touches and writes."""
    tidy(SOURCE)
    before = counters()
    took = seconds(lambda: aggregate(day))
    after = counters()
    assert Run.objects.latest("id").inserted, f"{day} was aggregated before"
    assert auditing.audit_day(day).differences.empty
    return {SECONDS: took, **{name: after[name] - before[name] for name in after}}


def counters() -> Mapping[str, float]:
    """Return what the server has touched and written so far."""
    buffers = sum(_buffers(alias) for alias in (SOURCE, TARGET))
    with connections[TARGET].cursor() as cursor:
        cursor.execute("SELECT pg_current_wal_insert_lsn() - '0/0'")
        (written,) = cursor.fetchone()
    return {BUFFERS: buffers, WAL_BYTES: float(written)}


def _buffers(alias: str) -> int:
    with connections[alias].cursor() as cursor:
        # A session counts what it did at the end of a transaction, but not of every one.
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute(
            "SELECT blks_hit + blks_read FROM pg_stat_database WHERE datname = current_database()"
        )
        return int(cursor.fetchone()[0])


if __name__ == "__main__":
    print(json.dumps(measure(date.fromisoformat(sys.argv[1]))))
