"""Measurements into the source database: a range of days of some turbines, all or nothing."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

import numpy as np
from django.db import connections, transaction
from django.db.models import Max, Min, QuerySet

from common.arrays import Array
from common.databases import SOURCE
from common.days import day_bounds, days_between
from common.postgres.partitions import ensure_months
from common.postgres.pgcopy import copy_in
from common.refusals import refuse_left_out
from sourcedata.models import Measurement, Turbine
from sourcedata.snapshot import keep_to_the_schema_of_data

# A message about a hundred turbines helps no more than one about a few.
TURBINES_NAMED = 5


class RangeIsNotEmpty(Exception):
    """The turbines hold measurements already; `held` has their names, first and last times."""

    def __init__(self, held: Sequence[tuple[Any, ...]]) -> None:
        self.held = held
        named = [f"{name} ({_range(first, last)})" for name, first, last in held[:TURBINES_NAMED]]
        if others := len(held) - len(named):
            named.append(f"{others} more")
        super().__init__(f"These turbines already hold measurements there: {', '.join(named)}.")


def _range(first: Any, last: Any) -> str:
    return f"{first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} UTC"


@contextmanager
def empty_range(
    turbines: Sequence[Turbine], first: date, last: date, replace: bool
) -> Iterator[list[Turbine]]:
    """Open a transaction in which the turbines have no measurements from `first` to `last`.

    Yields the stored turbines of the same names, in the order of their ids: those that did not
    exist are made, the others keep their fields. Until the transaction ends, nobody else comes
    past here with one of them. With `replace` their measurements in the range are deleted.

    Raises:
        RangeIsNotEmpty: where there are measurements and `replace` is false.
    """
    ensure_months(SOURCE, "data", days_between(first, last))
    with transaction.atomic(using=SOURCE), connections[SOURCE].cursor() as cursor:
        keep_to_the_schema_of_data(cursor)
        stored = locked(turbines)
        measurements = _measurements(stored, first, last)
        if replace:
            measurements.delete()
        elif held := _by_turbine(measurements):
            raise RangeIsNotEmpty(held)
        yield stored


def append(turbine: Turbine, columns: Mapping[str, Array]) -> None:
    """Write rows of one turbine: `timestamp` (datetime64[us], UTC), a float column per variable.

    NaN becomes NULL. Runs in the caller's transaction.

    Raises:
        django.db.IntegrityError: where it has a row of one of these times.
        NotTaken: where somebody's trigger leaves rows out.
    """
    turbine_id = np.full(len(columns["timestamp"]), turbine.pk, dtype=np.int64)
    taken = copy_in(SOURCE, "data", {"turbine_id": turbine_id, **columns})
    refuse_left_out("data", taken, len(turbine_id))


def locked(turbines: Sequence[Turbine]) -> list[Turbine]:
    """Return the stored turbines of the same names, by their ids, those that are new made.

    Nobody else comes past here with one of them until the caller's transaction ends.

    Raises:
        NotTaken: where somebody's trigger leaves some out.
    """
    Turbine.objects.bulk_create(turbines, ignore_conflicts=True)
    # A full lock would also keep others from writing these turbines' measurements of other days.
    rows = Turbine.objects.select_for_update(no_key=True).order_by("id")
    stored = list(rows.filter(name__in=[turbine.name for turbine in turbines]))
    refuse_left_out("turbine", len(stored), len(turbines))
    return stored


def _measurements(turbines: list[Turbine], first: date, last: date) -> QuerySet[Measurement]:
    start, end = day_bounds(first)[0], day_bounds(last)[1]
    return Measurement.objects.filter(turbine__in=turbines, timestamp__gte=start, timestamp__lt=end)


def _by_turbine(measurements: QuerySet[Measurement]) -> list[tuple[Any, ...]]:
    held = measurements.values_list("turbine__name").annotate(Min("timestamp"), Max("timestamp"))
    return list(held.order_by("turbine__name"))
