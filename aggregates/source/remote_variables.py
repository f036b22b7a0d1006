"""The variables of another deployment, as its REST API lists them."""

import logging
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from aggregates.source.client import ask
from common.wording import listed
from sourcedata.variables import BUILT_IN_NAMES, VARIABLES

logger = logging.getLogger(__name__)

# No deployment declares more.
MOST_VARIABLES = 1000


def columns_of(variables: Sequence[str]) -> list[str]:
    """Return the variables and all of their companions, be they there or not."""
    wanted = [variable for variable in VARIABLES if variable.name in variables]
    companions = [column for of in wanted for column in of.companion_columns.values()]
    return [*(variable.name for variable in wanted), *companions]


class SharedColumns(NamedTuple):
    """The columns that both deployments have, and what the address of `/data` says for them."""

    names: Sequence[str]
    parameters: Mapping[str, Sequence[str]]


def shared_columns(variables: Sequence[str]) -> SharedColumns:
    """Return those of the variables and their companions that the other deployment has too.

    A variable that it lacks is told. Columns are named to it only where it has others: its address
    would be too long for very many.

    Raises:
        SourceUnavailable: where it does not answer, or not as it must.
    """
    answer = ask("/api/variables", {}, MOST_VARIABLES)
    names = answer.column("name", str)
    if lacking := [name for name in variables if name not in names]:
        logger.warning("The source has no %s: there are no values of it.", listed(lacking))
    columns = {*names}
    # A deployment of an older version knows no companions.
    if answer.has("companions"):
        told = zip(names, answer.column("companions", list), strict=True)
        columns |= {f"{name}_{companion}" for name, companions in told for companion in companions}
    # Nothing named would mean everything; all deployments have the first of these.
    shared = [name for name in columns_of(variables) if name in columns] or [*BUILT_IN_NAMES[:1]]
    return SharedColumns(shared, {"variables": shared} if columns - {*shared} else {})
