"""The variables of another deployment, as its REST API lists them."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from aggregates.source.client import ask
from sourcedata.variables import BUILT_IN_NAMES, COMPANION_NAMES, columns_of

# No deployment declares more.
MOST_VARIABLES = 1000


class SharedColumns(NamedTuple):
    """The columns that both deployments have, and what the address of `/data` says for them.

    `lacking` names the variables that the other one does not have.
    """

    names: Sequence[str]
    parameters: Mapping[str, Sequence[str]]
    lacking: tuple[str, ...]


def shared_columns(variables: Sequence[str]) -> SharedColumns:
    """Return those of the variables and their companions that the other deployment has too.

    Companions are always named to it: it would leave out those that none of its turbines has yet,
    and a turbine may get one before it is asked for the turbines. Without any, columns are named
    only where it has others: its address would be too long for very many.

    Raises:
        SourceUnavailable: where it does not answer, or not as it must.
    """
    answer = ask("/api/variables", {}, MOST_VARIABLES)
    names = answer.column("name", str)
    columns = {*names}
    # A deployment of an older version knows no companions.
    if answer.has("companions"):
        told = zip(names, answer.column("companions", list), strict=True)
        columns |= {f"{name}_{companion}" for name, companions in told for companion in companions}
    # Nothing named would mean everything; all deployments have the first of these.
    wanted = columns_of(variables, COMPANION_NAMES)
    shared = [name for name in wanted if name in columns] or [*BUILT_IN_NAMES[:1]]
    lacking = tuple(name for name in variables if name not in names)
    has_companions = not {*shared} <= {*names}
    is_named = has_companions or bool(columns - {*shared})
    return SharedColumns(shared, {"variables": shared} if is_named else {}, lacking)
