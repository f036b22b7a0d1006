"""Values that are declared no more, which nothing compares with the lake day by day.

They are those of a variable that was removed, or of a statistic that is computed no more: what is
let go of them must be in the lake too.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, datetime

from django.db.models import Exists, OuterRef
from pyarrow import Table

from aggregates.lake import reading
from aggregates.lake.tables import MEASUREMENTS, STATISTICS, TIME, TURBINE, LakeTable
from aggregates.models import Signal, Value
from aggregates.source.putting_back import undeclared_values, values_of
from common.days import day_bounds, days_between
from sourcedata.variables import VARIABLES

# The turbine, the time in UTC, and the value.
Cell = tuple[str, datetime, float]


def measurements_that_the_lake_lacks(first: date, last: date) -> list[str]:
    """Return the columns of the source with values on these days, of which the lake lacks some.

    Raises:
        LakeUnavailable: where the lake does not do its part.
    """
    return _lacking(MEASUREMENTS, first, last, undeclared_values(first, last), values_of)


def statistics_that_the_lake_lacks(first: date, last: date) -> list[str]:
    """Return the statistics with values on these days, of which the lake lacks some.

    Raises:
        LakeUnavailable: where the lake does not do its part.
    """
    start, end = day_bounds(first)[0], day_bounds(last)[1]
    of_days = Value.objects.filter(signal=OuterRef("pk"), timestamp__gte=start, timestamp__lt=end)
    # Also of a variable that is declared, as the least of one that is an angle now.
    signals = Signal.objects.filter(Exists(of_days)).order_by()
    by_name = _by_column(signals.values_list("variable", "statistic").distinct())
    names = by_name.keys() - {*STATISTICS.schema.names}

    def values_of_statistic(name: str, day: date) -> Collection[Cell]:
        variable, statistic = by_name[name]
        start, end = day_bounds(day)
        of_signal = Value.objects.filter(signal__variable=variable, signal__statistic=statistic)
        of_day = of_signal.filter(timestamp__gte=start, timestamp__lt=end)
        return of_day.values_list("signal__turbine", "timestamp", "value")

    return _lacking(STATISTICS, first, last, names, values_of_statistic)


def _lacking(
    table: LakeTable,
    first: date,
    last: date,
    names: Collection[str],
    values_of_day: Callable[[str, date], Collection[Cell]],
) -> list[str]:
    lacking: set[str] = set()
    for day in days_between(first, last) if names else ():
        rows = reading.whole_rows_of(table, day)
        lacking |= {name for name in names if not _has(rows, name, values_of_day(name, day))}
    return sorted(lacking)


def _has(rows: Table, name: str, cells: Collection[Cell]) -> bool:
    if name not in rows.column_names:
        return not cells
    columns = (rows[column].to_pylist() for column in (TURBINE, TIME, name))
    return {*zip(*columns, strict=True)}.issuperset(cells)


def signals_of(columns: Collection[str]) -> Mapping[str, tuple[str, str]]:
    """Return the variable and the statistic of columns of the lake's statistics, by column.

    Those of a removed variable are what the target has a signal of.
    """
    pairs = {*Signal.objects.order_by().values_list("variable", "statistic").distinct()}
    pairs |= {(variable.name, each) for variable in VARIABLES for each in variable.statistics}
    by_column = _by_column(pairs)
    return {column: by_column[column] for column in columns if column in by_column}


def _by_column(pairs: Iterable[tuple[str, str]]) -> Mapping[str, tuple[str, str]]:
    return {f"{variable}_{statistic}": (variable, statistic) for variable, statistic in pairs}


def columns_left(first: date, last: date) -> list[str]:
    """Return the lake's columns of removed variables with values of these days that do not go back.

    The source has no place for them, and the target none where it never had a signal of them.

    Raises:
        LakeUnavailable: where the lake does not do its part.
    """
    statistics = reading.retired_columns(STATISTICS, first, last)
    measurements = reading.retired_columns(MEASUREMENTS, first, last)
    return sorted({*measurements, *statistics} - signals_of(statistics).keys())
