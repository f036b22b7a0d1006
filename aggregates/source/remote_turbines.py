"""The turbines of another deployment, as its REST API lists them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import NoneType
from typing import Any

from aggregates.source.answers import Answer
from aggregates.source.client import ask
from aggregates.source.remote_variables import shared_columns
from common.days import DAY, day_start
from sourcedata.limits import RATED_POWERS_KW, SAMPLE_INTERVALS_S, problem_of_turbine_name
from sourcedata.reader import RosterEntry
from sourcedata.variables import COMPANION_NAMES, VARIABLE_NAMES

# No farm has more.
MOST_TURBINES = 10_000


@dataclass(frozen=True)
class RemoteTurbine(RosterEntry):
    """A turbine as the other deployment lists it; without measurements it has no days."""

    first_day: date | None = None
    last_day: date | None = None


def turbines_by_name(with_all: Collection[str] = ()) -> Mapping[str, RemoteTurbine]:
    """Return all turbines by name, in order; those named `with_all` must be among them.

    Raises:
        SourceUnavailable: where the other deployment does not answer, or not as it must.
    """
    answer = ask("/api/turbines", {}, MOST_TURBINES)
    names = answer.column("name", str)
    problem = next(filter(None, map(problem_of_turbine_name, names)), "")
    answer.require(not problem, f"names a turbine as none can be named: {problem.rstrip('.')}")
    answer.require(len(set(names)) == len(names), "names a turbine twice")
    answer.require({*with_all} <= {*names}, "lacks a turbine that /api/days names")
    powers = answer.column("rated_power_kw", float, int, NoneType)
    least, most = RATED_POWERS_KW
    possible = all(power is None or least <= power <= most for power in powers)
    answer.require(possible, f"gives a rated_power_kw outside {least:g} to {most:g}")
    intervals = answer.column("sample_interval_s", int)
    shortest, longest = SAMPLE_INTERVALS_S
    possible = all(shortest <= interval <= longest for interval in intervals)
    answer.require(possible, f"gives a sample_interval_s outside {shortest} to {longest}")
    # The powers are floats as in the database, where 2000 and 2000.0 are one rated power.
    floats = [None if power is None else float(power) for power in powers]
    days = {key: answer.days(key, str, NoneType) for key in ("first_day", "last_day")}
    lacking = shared_columns(VARIABLE_NAMES).lacking
    columns = zip(_companions(answer), *_service(answer), *days.values(), strict=True)
    return {
        name: RemoteTurbine(power, interval, companions, lacking, *rest)
        for name, power, interval, (companions, *rest) in zip(
            names, floats, intervals, columns, strict=True
        )
    }


def _companions(answer: Answer) -> list[tuple[str, ...]]:
    """Return the companions of each turbine that are known here; of older versions, none."""
    if not answer.has("companions"):
        return [()] * len(answer.rows)
    texts = [text.split(",") for text in answer.column("companions", str)]
    return [tuple(name for name in COMPANION_NAMES if name in names) for names in texts]


MEASURED_TIMES = ("first_measurement", "last_measurement", "future_measurement")


def _service(answer: Answer) -> list[Sequence[Any]]:
    """Return the days of service and the times of measurements of each turbine.

    A deployment of an older version tells the days alone on which it has measurements.
    """
    if answer.rows and not answer.has("last_measurement"):
        unknown = [None] * len(answer.rows)
        starts = [day and day_start(day) for day in answer.days("first_day", str, NoneType)]
        ends = [day and day_start(day) + DAY for day in answer.days("last_day", str, NoneType)]
        return [unknown, unknown, starts, ends, unknown]
    days = [answer.days(key, str, NoneType) for key in ("commissioned_on", "retired_on")]
    return [*days, *map(answer.moments, MEASURED_TIMES)]
