"""The cost of looking for work in a year of 100 turbines, and of reading a signal's year: as JSON.

On the databases that `make bench-year` made.
"""

import json
from datetime import UTC, datetime, timedelta

from django.contrib.auth.models import User
from django.test import Client, override_settings

from aggregates.models import Run
from aggregates.runs import reconciler
from benchmarks.day import seconds
from benchmarks.year import DAYS_AFTER, FIRST, LAST

PENDING, SIGNAL = "pending", "signal"


def tick() -> None:
    """Look for what is due in the whole year, and find nothing."""
    evening = datetime(LAST.year, LAST.month, LAST.day, 23, 59, tzinfo=UTC)
    with override_settings(PENDING_LOOKBACK=timedelta(days=364)):
        reconciler.tick(evening)


def read(client: Client) -> None:
    """Ask the API for a year of a signal."""
    answer = client.get(
        "/api/values",
        {"turbine": "T42", "variable": "power", "statistic": "mean", "format": "arrow"}
        | {"start": str(FIRST), "end": str(DAYS_AFTER[0])},
    )
    assert answer.status_code == 200
    assert len(b"".join(answer)) > 52_000 * 8


def main() -> None:
    """Measure both."""
    client = Client(headers={"host": "localhost"})
    client.force_login(User.objects.get_or_create(username="bench", is_superuser=True)[0])
    runs = Run.objects.count()
    for work in (tick, lambda: read(client)):
        work()
    print(json.dumps({PENDING: seconds(tick), SIGNAL: seconds(lambda: read(client))}))
    assert Run.objects.count() == runs, "there was something to do"


if __name__ == "__main__":
    main()
