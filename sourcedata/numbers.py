"""Naming the measurement whose number no `double precision` can be.

Somebody may have made a variable's column `numeric`, which holds larger and smaller ones.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import DataError, connections, transaction

from common.databases import SOURCE
from common.wording import first_line, quoted
from sourcedata.snapshot import UnreadableSource

# What is below half of the smallest becomes 0, and PostgreSQL raises an error there.
SMALLEST, LARGEST = "2.47e-324", "1.797693134862325e308"
OUT_OF_RANGE = f"""
    SELECT turbine.name, data.timestamp, '{{column}}', number
    FROM data CROSS JOIN LATERAL (SELECT data.{{column}}::numeric) AS as_numeric (number)
    LEFT JOIN turbine ON turbine.id = data.turbine_id
    WHERE data.turbine_id = ANY(%(ids)s::bigint[])
        AND data.timestamp >= %(start)s AND data.timestamp < %(end)s
        AND number <> 0 AND abs(number) NOT BETWEEN {SMALLEST} AND {LARGEST}
        AND abs(number) < 'Infinity'
"""


@contextmanager
def readable_numbers(
    columns: Sequence[str], turbine_ids: Sequence[int], start: datetime, end: datetime
) -> Iterator[None]:
    """Read measurements of these columns and turbines in [start, end) within the block.

    Raises:
        UnreadableSource: where one cannot be read, naming it.
    """
    try:
        with transaction.atomic(using=SOURCE):
            yield
    except DataError as error:
        reason = _out_of_range(columns, {"ids": turbine_ids, "start": start, "end": end})
        raise UnreadableSource(
            f"The source cannot be read: {reason or first_line(error)}."
        ) from error


def _out_of_range(columns: Sequence[str], of_measurements: dict[str, Any]) -> str:
    queries = [OUT_OF_RANGE.format(column=column) for column in columns]
    with connections[SOURCE].cursor() as cursor:
        cursor.execute(f"{' UNION ALL '.join(queries)} LIMIT 1", of_measurements)
        row = cursor.fetchone()
    if row is None:
        return ""
    turbine, time, column, number = row
    return (
        f"{column} of {quoted(turbine or '')} at {time:%Y-%m-%d %H:%M:%S}Z is {number:.6g}, which"
        " is out of range for double precision"
    )
