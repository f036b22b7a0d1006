"""How long the admin's pages of a large farm take: make bench-pages"""

from time import perf_counter

from django.contrib.auth.models import User
from django.test import Client

from aggregates.models import Signal
from aggregates.pages.addresses import of_farm, of_turbine, of_turbine_day
from benchmarks.assessed import LARGE_MONTH, MONTH, assess
from benchmarks.farm import FIRST, LAST, TURBINE, fill
from benchmarks.report import publish, spread

REPEATS = 9


def pages() -> dict[str, tuple[str, str]]:
    """Return the address and the goal of each page, by what it shows."""
    signal = Signal.objects.get(turbine=TURBINE, name="wind_speed_mean")
    year = f"?first={FIRST}&last={LAST}"
    return {
        "day board, a year of 100 turbines": ("/admin/aggregates/day/?year=2025", "under 500 ms"),
        "a day of 100 turbines": (f"/admin/aggregates/day/{LAST}/", ""),
        "the farm, 100 turbines and a month": (of_farm(*MONTH), "under 500 ms"),
        "the farm, 1,000 turbines and a month": (of_farm(*LARGE_MONTH), "under 2 s"),
        "a turbine's day": (of_turbine_day(TURBINE, LAST), ""),
        "a signal, a year": (f"/admin/aggregates/signal/{signal.pk}/change/{year}", ""),
        "a turbine's performance, a year": (f"{of_turbine(TURBINE)}{year}", ""),
        "a signal, a day": (f"/admin/aggregates/signal/{signal.pk}/change/", ""),
    }


def milliseconds(client: Client, page: str) -> list[float]:
    """Return how long each of some askings took, the first left out."""
    took = []
    for _ in range(REPEATS + 1):
        started = perf_counter()
        assert client.get(page).status_code == 200
        took.append(1000 * (perf_counter() - started))
    return took[1:]


def main() -> None:
    """Fill, measure and publish."""
    fill()
    assess()
    client = Client(headers={"host": "localhost"})
    client.force_login(
        User.objects.get_or_create(username="bench", is_superuser=True, is_staff=True)[0]
    )
    rows = []
    for name, (page, goal) in pages().items():
        took = milliseconds(client, page)
        rows.append((name, f"{spread(took)} ms", goal))
    publish("The admin's pages", ["page", "here", "goal"], rows)


if __name__ == "__main__":
    main()
