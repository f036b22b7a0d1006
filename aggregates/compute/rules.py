"""The rules by which statistics are computed, as a short hash that is kept with them.

A change of what `transform` computes must raise ALGORITHM, which makes every turbine-day stale.
"""

from functools import cache
from hashlib import blake2s

from sourcedata.variables import VARIABLES

ALGORITHM = 2
# Below this length of the mean vector its direction is rounding error.
SHORTEST_RESULTANT = 1e-9
# Deviations this close to -180 deg are taken for +180: only rounding tells the two apart.
ROUNDING_DEG = 1e-9


@cache
def rules(rated_power_kw: float | None) -> str:
    """Return a short hash of all that determines a turbine's statistics but its measurements."""
    ranges = [
        (
            variable.name,
            variable.is_angle,
            variable.is_signed_angle,
            variable.valid_range(rated_power_kw),
        )
        for variable in VARIABLES
    ]
    return blake2s(repr((ALGORITHM, ranges)).encode(), digest_size=6).hexdigest()


def code_version() -> str:
    """Return a short hash of what computes the statistics of any turbine."""
    # Every limit that depends on the rated power is in the hash of a turbine of 1 kW.
    return rules(1.0)
