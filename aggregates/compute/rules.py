"""The rules by which statistics are computed: all that determines them but their measurements.

The rules of each variable are a short hash of their own, so that a new one, or another rated power,
makes nothing else anew. A change of what `transform` computes must raise ALGORITHM, which makes
every turbine-day stale.
"""

from collections.abc import Mapping
from functools import cache
from hashlib import blake2s

from sourcedata.nameplate import Nameplate
from sourcedata.variables import VARIABLES, Variable

ALGORITHM = 2
# Below this length of the mean vector its direction is rounding error.
SHORTEST_RESULTANT = 1e-9
# Deviations this close to -180 deg are taken for +180: only rounding tells the two apart.
ROUNDING_DEG = 1e-9


@cache
def rules(nameplate: Nameplate) -> str:
    """Return a short hash of the rules of all variables."""
    return hash_of(rules_of_variables(nameplate))


@cache
def rules_of_variables(nameplate: Nameplate) -> Mapping[str, str]:
    """Return a short hash of the rules of each variable that the source has, by its name."""
    there = [variable for variable in VARIABLES if variable.name not in nameplate.lacking]
    return {variable.name: _rules(variable, nameplate) for variable in there}


def hash_of(of_variables: Mapping[str, str]) -> str:
    """Return a short hash of the rules of some variables."""
    return _hash(sorted(of_variables.items()))


def _rules(variable: Variable, nameplate: Nameplate) -> str:
    columns = variable.companion_columns.values()
    companions = [column for column in columns if column in nameplate.companions]
    return _hash(
        (
            ALGORITHM,
            variable.name,
            variable.is_angle,
            variable.is_signed_angle,
            tuple(map(float, variable.valid_range(nameplate.rated_power_kw))),
            variable.statistics,
            # Their pooling depends on how many readings a sample is of.
            (companions, nameplate.sample_interval_s) if companions else (),
        )
    )


def _hash(determinants: object) -> str:
    return blake2s(repr(determinants).encode(), digest_size=6).hexdigest()


def code_version() -> str:
    """Return a short hash of what computes the statistics of any turbine."""
    # Every limit that depends on the rated power is in the hash of a turbine of 1 kW.
    return rules(Nameplate(1.0))
