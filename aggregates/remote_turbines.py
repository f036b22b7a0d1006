"""The turbines of another deployment, as its REST API lists them."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from types import NoneType

from aggregates.client import ask
from sourcedata.reader import Nameplate

LONGEST_NAME = 100
LONGEST_INTERVAL_S = 600


@dataclass(frozen=True)
class RemoteTurbine(Nameplate):
    """What is known of a turbine; without measurements it has no first and no last day."""

    first_day: date | None
    last_day: date | None


def turbines_by_name(with_all: Collection[str] = ()) -> Mapping[str, RemoteTurbine]:
    """Return all turbines by name, in order; those named `with_all` must be among them.

    Raises:
        SourceUnavailable: where the other deployment does not answer, or not as it must.
    """
    answer = ask("/api/turbines", {})
    names = answer.column("name", str)
    answer.require(all(map(_is_name, names)), "names a turbine as none can be named")
    answer.require(len(set(names)) == len(names), "names a turbine twice")
    answer.require({*with_all} <= {*names}, "lacks a turbine that /api/days names")
    powers = answer.column("rated_power_kw", float, int, NoneType)
    answer.require(all(map(_is_power, powers)), "gives a rated_power_kw that is not positive")
    intervals = answer.column("sample_interval_s", int)
    possible = range(1, LONGEST_INTERVAL_S + 1)
    answer.require({*intervals} <= {*possible}, "gives a sample_interval_s outside 1 to 600")
    # As in the database: 2000 and 2000.0 are one rated power.
    floats = [None if power is None else float(power) for power in powers]
    ends = [answer.days(key, str, NoneType) for key in ("first_day", "last_day")]
    return dict(zip(names, map(RemoteTurbine, floats, intervals, *ends), strict=True))


def _is_name(name: str) -> bool:
    return 0 < len(name) <= LONGEST_NAME and name.isprintable() and "," not in name


def _is_power(power: float | None) -> bool:
    return power is None or 0 < power < math.inf
