"""The variables of another deployment, as its REST API lists them."""

import logging
from collections.abc import Sequence

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


def shared_columns(variables: Sequence[str]) -> list[str]:
    """Return those of them that the other deployment has too; one that it lacks is told.

    Raises:
        SourceUnavailable: where it does not answer, or not as it must.
    """
    answer = ask("/api/variables", {}, MOST_VARIABLES)
    names = {*answer.column("name", str)}
    if lacking := [name for name in variables if name not in names]:
        logger.warning("The source has no %s: there are no values of it.", listed(lacking))
    # A deployment of an older version knows no companions.
    companions = answer.column("companions", list) if answer.has("companions") else []
    for name, told in zip(answer.column("name", str), companions, strict=False):
        names |= {f"{name}_{companion}" for companion in told}
    shared = [column for column in columns_of(variables) if column in names]
    # Nothing named would mean everything; all deployments have this one.
    return shared or [BUILT_IN_NAMES[0]]
