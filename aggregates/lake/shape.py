"""Which columns a table of the lake has, and which this program needs and knows."""

import pyarrow as pa
from deltalake import DeltaTable

from aggregates.lake.failures import LakeUnavailable, address
from aggregates.lake.tables import DAY, LakeTable
from common.wording import listed

RETIRED = "windproject.retired"


def refuse_other_shape(delta: DeltaTable, table: LakeTable) -> None:
    """Refuse a table that somebody made otherwise: deltalake would cast what is written, texts too.

    A column that it lacks is added, but for those that tell which row it is, and of which version.

    Raises:
        LakeUnavailable: saying what is otherwise.
    """
    types = {field.name: field.type for field in pa.schema(delta.schema().to_arrow())}
    otherwise = [
        f"has a column {field.name} of type {types[field.name]}, not {field.type}"
        for field in table.schema
        if types.get(field.name, field.type) != field.type
    ]
    lacking = [name for name in (DAY, *table.order, *table.version) if name not in types]
    otherwise += [f"lacks the column {name}" for name in lacking]
    if delta.metadata().partition_columns != [DAY]:
        otherwise.append(f"is not partitioned by {DAY}")
    if otherwise:
        raise LakeUnavailable(
            f"The lake's {address(table)} {otherwise[0]}: put it back as it was; or move the table"
            " away, and the next tick makes it anew of what the databases have."
        )


def refuse_unknown_columns(delta: DeltaTable, table: LakeTable) -> None:
    """Refuse columns of variables that others declare, whose values would be lost.

    Raises:
        LakeUnavailable: naming them.
    """
    expected_names = {*table.schema.names, *retired(delta, table)}
    unknown_names = [name for name in columns_of(delta) if name not in expected_names]
    if unknown_names:
        raise LakeUnavailable(
            f"The lake's {address(table)} has columns that this program does not know:"
            f" {listed(unknown_names)}. Let VARIABLES_FILE in .env name the file that declares"
            " them; or, where they are removed for good, run: manage.py lake retire"
            f" --column {unknown_names[0]}"
        )


def columns_of(delta: DeltaTable) -> list[str]:
    """Return the names of the columns that the table has in the lake."""
    return list(pa.schema(delta.schema().to_arrow()).names)


def retired(delta: DeltaTable, table: LakeTable) -> list[str]:
    """Return the columns of variables that were removed, but for those that are declared again."""
    names = (delta.metadata().configuration.get(RETIRED) or "").split(",")
    removed = {*names} - {*table.schema.names}
    return [name for name in columns_of(delta) if name in removed]
