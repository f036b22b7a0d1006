"""The rows of the table turbine, each value checked as it is read.

The owner of the table may give its columns other types, drop its checks and keys, or let another
table inherit from it. What comes of that is told in a sentence here, and goes no further.
"""

import json
import math
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from operator import itemgetter
from typing import Any

from django.db.backends.utils import CursorWrapper

from common.wording import listed, quoted
from sourcedata.limits import LONGEST_NAME, RATED_POWERS_KW, SAMPLE_INTERVALS_S
from sourcedata.snapshot import UnreadableSource
from sourcedata.variables import COMPANION_NAMES

TurbineRow = Mapping[str, Any]

# Its names mean PostgreSQL's own whatever somebody made beside the tables, and no setting is needed
# for that: the schedule asks at each tick.
HEIRS = """
    SELECT inhparent::pg_catalog.regclass::text, inhrelid::pg_catalog.regclass::text, relispartition
    FROM pg_catalog.pg_inherits JOIN pg_catalog.pg_class ON oid OPERATOR(pg_catalog.=) inhrelid
    CROSS JOIN (SELECT ARRAY[
        'source_day'::pg_catalog.regclass, 'turbine'::pg_catalog.regclass]::pg_catalog.oid[])
        AS ours (ours)
    WHERE inhparent OPERATOR(pg_catalog.=) ANY(ours) OR inhrelid OPERATOR(pg_catalog.=) ANY(ours)
"""
ANOTHER_NAME = (
    "UPDATE turbine SET name = 'NAME' WHERE id = {id}. Of a turbine with measurements, disable the"
    " trigger refuse_renaming before that; manage.py verify_source --repair puts it back"
)
# Without the key of the table, nothing but its place tells a row from its double.
LAST_DOUBLE = "DELETE FROM turbine WHERE ctid = (SELECT max(ctid) FROM turbine WHERE id = {id})"

# What to write where two rows have the same of a column, and the key that it has lost.
DOUBLES = {"id": (LAST_DOUBLE, "PRIMARY KEY (id)"), "name": (ANOTHER_NAME, "UNIQUE (name)")}


def _whole_number(value: Any) -> int:
    _number(value)
    # Not of the float, in which large ids would be others.
    number = int(value)
    if number != value:
        raise ValueError
    return number


def _sample_interval(value: Any) -> int:
    shortest, longest = SAMPLE_INTERVALS_S
    if not shortest <= _whole_number(value) <= longest:
        raise ValueError
    return int(value)


def _number(value: Any) -> float:
    # A text is no number, even where it could be read as one: other questions would not do so.
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise ValueError
    number = float(value)
    if not math.isfinite(number):
        raise ValueError
    return number


def _power(value: Any) -> float:
    least, most = RATED_POWERS_KW
    power = _number(value)
    if not least <= power <= most:
        raise ValueError
    return power


def _name(value: Any) -> str:
    # A column of a fixed width fills its names up with blanks, which were no part of them.
    if not isinstance(value, str) or value != value.strip():
        raise ValueError
    if not 0 < len(value) <= LONGEST_NAME:
        raise ValueError
    return value


def _day(value: Any) -> date:
    # As JSON, since the driver ends in an error at a day that Python does not have.
    return date.fromisoformat(json.loads(value))


def _companions(value: Any) -> tuple[str, ...]:
    """Return those that this deployment knows; it has no columns of the others."""
    names = json.loads(value) if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ValueError
    return tuple(name for name in COMPANION_NAMES if name in names)


@dataclass(frozen=True)
class TurbineColumn:
    """A column of turbine: what may be in it, in words, and what makes a value of it or fails.

    `kind` is its type in SQL, and `advice` the statement that gives it another value.
    """

    kind: str
    allowed: str
    read: Callable[[Any], Any]
    may_be_null: bool = True
    advice: str = ""


NUMBER = TurbineColumn("double precision", "a number", _number)
DAY = TurbineColumn("date", "a day from 0001-01-01 to 9999-12-31", _day)
# What the measurements of a turbine are read and judged by.
NAMEPLATE_COLUMNS = {
    "id": TurbineColumn("bigint", "a whole number", _whole_number, may_be_null=False),
    "name": TurbineColumn(
        "varchar(100)",
        f"a text of 1 to {LONGEST_NAME} characters, without blanks around it",
        _name,
        may_be_null=False,
        advice=ANOTHER_NAME,
    ),
    "rated_power_kw": TurbineColumn(
        "double precision", "a number from {:g} to {:g}".format(*RATED_POWERS_KW), _power
    ),
    "sample_interval_s": TurbineColumn(
        "integer",
        "a whole number from {} to {}".format(*SAMPLE_INTERVALS_S),
        _sample_interval,
        may_be_null=False,
    ),
    "companions": TurbineColumn(
        "jsonb", 'a list of texts, as ["wind_speed_std"]', _companions, may_be_null=False
    ),
}
ALL_COLUMNS = {
    **NAMEPLATE_COLUMNS,
    "latitude": NUMBER,
    "longitude": NUMBER,
    "hub_height_m": NUMBER,
    "rotor_diameter_m": NUMBER,
    "commissioned_on": DAY,
    "retired_on": DAY,
}


def turbine_rows(
    cursor: CursorWrapper, columns: Mapping[str, TurbineColumn] = NAMEPLATE_COLUMNS
) -> list[TurbineRow]:
    """Return these columns of every turbine, in the order of their names.

    Raises:
        UnreadableSource: naming the row, the column, what is allowed and what to write, where a
            value is none that the column may have; or where a turbine may come twice.
    """
    _refuse_heirs(cursor)
    cells = [
        f"pg_catalog.to_jsonb({name})" if column is DAY else name
        for name, column in columns.items()
    ]
    cursor.execute(f"SELECT {', '.join(cells)} FROM turbine ORDER BY name")
    rows = [_checked(row, columns) for row in cursor.fetchall()]
    _refuse_doubles(rows)
    return rows


def turbine_ids(cursor: CursorWrapper, names: Collection[str] = ()) -> Mapping[int, str]:
    """Return the names of turbines by their ids, in the order of these; no `names` means all.

    Names are compared here: beside the table somebody may have an operator for them that fits
    better than PostgreSQL's own.

    Raises:
        UnreadableSource: as `turbine_rows` does.
    """
    rows = sorted(turbine_rows(cursor), key=itemgetter("id"))
    return {row["id"]: row["name"] for row in rows if not names or row["name"] in names}


def _checked(row: Sequence[Any], columns: Mapping[str, TurbineColumn]) -> TurbineRow:
    values = {}
    for (name, column), value in zip(columns.items(), row, strict=True):
        try:
            values[name] = None if value is None and column.may_be_null else column.read(value)
        except (ValueError, TypeError, OverflowError):
            raise UnreadableSource(_refusal(row, name, column, value)) from None
    return values


def _refusal(row: Sequence[Any], name: str, column: TurbineColumn, value: Any) -> str:
    pk, turbine, *_ = row
    shown = "NULL" if value is None else quoted(str(value))
    allowed = f"{column.allowed}, or NULL" if column.may_be_null else column.allowed
    advice = column.advice or f"UPDATE turbine SET {name} = VALUE WHERE id = {{id}}"
    return (
        f"The source's turbine {quoted(str(turbine))} (id {pk}) has the {name} {shown}; allowed is"
        f" {allowed}. Write: {advice.format(id=pk)}. Where somebody gave the column another type,"
        f" write after that: ALTER TABLE turbine ALTER COLUMN {name} TYPE {column.kind}"
        f" USING {name}::{column.kind}"
    )


def _refuse_doubles(rows: Sequence[TurbineRow]) -> None:
    for column, (advice, key) in DOUBLES.items():
        values = [row[column] for row in rows]
        if len({*values}) < len(rows):
            ((value, number),) = Counter(values).most_common(1)
            ids = [row["id"] for row in rows if row[column] == value]
            raise UnreadableSource(
                f"The source has {number} turbines of the {column} {quoted(str(value))}, with the"
                f" ids {listed(map(str, ids))}; allowed is one. Write:"
                f" {advice.format(id=ids[-1])}. Give the table its key back:"
                f" ALTER TABLE turbine ADD {key}"
            )


def _refuse_heirs(cursor: CursorWrapper) -> None:
    """Refuse tables that others inherit from: what is read of them may be of either, and twice."""
    cursor.execute(HEIRS)
    for parent, heir, is_partition in cursor.fetchall()[:1]:
        if is_partition:
            raise UnreadableSource(
                f"source_day or turbine is not as this project made it: {heir} is a partition of"
                f" {parent}. Store it as one plain table"
            )
        raise UnreadableSource(
            f"source_day or turbine is not a plain table of its own: {heir} inherits from {parent}."
            f" Write: ALTER TABLE {heir} NO INHERIT {parent}"
        )
