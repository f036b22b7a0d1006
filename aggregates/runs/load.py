"""Replacing the statistics of turbine-days by newer ones, writing only what differs."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd
from django.db import IntegrityError, connections, transaction
from django.db.models import Count
from psycopg2 import errorcodes

from aggregates.compute.difference import Difference, compare, rows_that_lose_most
from aggregates.compute.transform import DayStatistics
from aggregates.compute.windows import WINDOW, WINDOWS_PER_DAY, window_numbers, window_starts
from aggregates.errors import RunFailed
from aggregates.models import AggregatedDay, Chunk, Run, Signal, Value, locks
from aggregates.models.figures import Figures
from aggregates.runs.aggregated_days import NewDay, remember, stored_days
from aggregates.runs.target_tables import require_one_schema, require_same, table_of
from aggregates.source.gateway import TurbineDay
from common.arrays import Array
from common.databases import TARGET
from common.days import day_bounds, day_start
from common.postgres.partitions import NoPartition, ensure_months
from common.postgres.pgcopy import FLOAT, INTEGER, TIME, copy_in, copy_out
from common.wording import first_line, quoted
from sourcedata.variables import VARIABLE_NAMES


@dataclass(frozen=True)
class NewStatistics:
    """The statistics of some turbines on one day, and the turbine-days that they are of, by name.

    The two are of the same moment of the source. A turbine that it did not know then is in neither,
    so nothing of it is touched; nor is anything of other variables than `variables`.
    """

    statistics: DayStatistics
    turbine_days: Mapping[str, TurbineDay]
    variables: Sequence[str]


@dataclass(frozen=True)
class Written:
    """The changes that were written for some turbines.

    `days` are those whose statistics are new. Those in `with_lost_samples` were left as they were,
    since most of their samples are gone; of those in `changed` any value is another one now.
    """

    days: Sequence[NewDay] = ()
    with_lost_samples: set[str] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)
    figures: Figures = field(default_factory=Figures)

    def and_also(self, other: "Written") -> "Written":
        """Return what was done with the turbines of both, which have none in common."""
        return Written(
            [*self.days, *other.days],
            self.with_lost_samples | other.with_lost_samples,
            self.changed | other.changed,
            self.figures + other.figures,
        )


def replace(chunk: Chunk, computed: Iterable[NewStatistics]) -> None:
    """Replace the statistics of the run's day, of the turbines that have new ones, all or nothing.

    Counts on the run what was done, and notes on the chunk that it is done. Turbines that would
    lose more than half of their values, or of the windows that they had at most, are left as they
    were, unless the run has `force`, and noted too.

    Raises:
        RunTakenOver: where another worker has taken the run or the chunk over; nothing is written.
        RunFailed: where the day's values have no place.
    """
    run = chunk.run
    try:
        require_one_schema()
        ensure_months(TARGET, "data", [run.day])
        with transaction.atomic(using=TARGET):
            locks.take_turns_to_load(chunk.pk)
            table = table_of(run.day)
            written = Written()
            for new in computed:
                written = written.and_also(_replace(new, run, table))
            chunk.finish(written.with_lost_samples)
            run.hold()
            locks.announce_changes()
            remember(run, written.days, written.changed)
            require_same(table, run.day)
            require_one_schema()
            run.add(written.figures)
    except NoPartition as error:
        raise RunFailed(f"The target cannot store values: {error}") from error
    except IntegrityError as error:
        # Rows in a partition that is being detached are not seen, and so not replaced.
        require_same(table, run.day)
        if getattr(error.__cause__, "pgcode", None) == errorcodes.CHECK_VIOLATION:
            raise RunFailed(f"The target cannot store values: {first_line(error)}.") from error
        raise


def put_back(values: pd.DataFrame, day: date) -> None:
    """Store the values of signals that have none on the UTC day, within the caller's transaction.

    `values` is as in `DayStatistics`.

    Raises:
        RunFailed: where the values have no place.
    """
    require_one_schema()
    table = table_of(day)
    after, ids = _with_signals(values, [*values.index.unique("variable")])
    _insert(after.notna().to_numpy(), after.to_numpy(), ids, day, table)
    require_same(table, day)


def _replace(new: NewStatistics, run: Run, table: str) -> Written:
    stored = stored_days(run.day, new.turbine_days)
    values, ids = _with_signals(new.statistics.values, new.variables)
    before, after = _stored(ids, run.day), values.to_numpy()
    turbines = values.index.get_level_values("turbine")
    windows, most_windows = _windows(after, turbines), _most_windows(run, stored)
    is_kept = np.zeros(len(ids), dtype=bool)
    if not run.force:
        shrunk = [name for name, most in most_windows.items() if 2 * windows.get(name, 0) < most]
        is_kept = rows_that_lose_most(before, after, _owners(values)) | turbines.isin(shrunk)
        # Where no measurement has changed, none is lost.
        is_kept &= ~turbines.isin(_unchanged(new, stored))
    difference = compare(before, np.where(is_kept[:, np.newaxis], before, after))
    _write(difference, after, ids, run.day, table)
    if len(new.variables) < len(VARIABLE_NAMES):
        windows = _windows_of_all(difference, turbines, stored, run.day)
    lost = set(turbines[np.flatnonzero(is_kept)])
    changed = set(turbines[np.flatnonzero(difference.any.any(axis=1))])
    days = _new_days(new, stored, windows, most_windows)
    days = [day for day in days if day.turbine_day.turbine not in lost]
    return Written(days, lost, changed, _figures(new, difference))


def _new_days(
    new: NewStatistics,
    stored: Mapping[str, AggregatedDay],
    windows: Mapping[str, int],
    most_windows: Mapping[str, int],
) -> list[NewDay]:
    return [
        NewDay(
            turbine_day,
            new.statistics,
            new.variables,
            stored.get(name),
            windows.get(name, 0),
            most_windows.get(name, 0),
        )
        for name, turbine_day in new.turbine_days.items()
    ]


def _most_windows(run: Run, stored: Mapping[str, AggregatedDay]) -> Mapping[str, int]:
    """Return how many windows had values at most, by turbine; nothing where a loss is confirmed."""
    return {} if run.force else {name: day.most_windows for name, day in stored.items()}


def _unchanged(new: NewStatistics, stored: Mapping[str, AggregatedDay]) -> list[str]:
    """Return the turbines whose statistics are of these very measurements already."""
    return [name for name, day in stored.items() if day.revision == new.turbine_days[name].revision]


def _windows_of_all(
    difference: Difference, turbines: pd.Index, stored: Mapping[str, AggregatedDay], day: date
) -> Mapping[str, int]:
    """Return how many windows have values of any variable, where some variables' values changed.

    Most days are full, and stay so unless values went: then nothing need be counted.
    """
    windows = {name: of_day.windows for name, of_day in stored.items()}
    fewer = {*turbines[np.flatnonzero(difference.removed.any(axis=1))]}
    more = {*turbines[np.flatnonzero(difference.inserted.any(axis=1))]}
    not_full = {name for name in more if windows.get(name, 0) < WINDOWS_PER_DAY}
    return windows | _stored_windows(fewer | not_full, day)


def _stored_windows(turbines: Collection[str], day: date) -> dict[str, int]:
    """Return how many windows have values of any variable, by turbine."""
    start, end = day_bounds(day)
    signals = Signal.objects.filter(turbine__in=turbines)
    values = Value.objects.filter(signal__in=signals, timestamp__gte=start, timestamp__lt=end)
    by_turbine = values.values("signal__turbine").annotate(Count("timestamp", distinct=True))
    # One that has none is in no row of the answer.
    return dict.fromkeys(turbines, 0) | dict(
        by_turbine.values_list("signal__turbine", "timestamp__count")
    )


def _owners(values: pd.DataFrame) -> Array:
    return pd.factorize(values.index.get_level_values("turbine"))[0]


def _with_signals(values: pd.DataFrame, variables: Sequence[str]) -> tuple[pd.DataFrame, Array]:
    """Return the rows whose signal exists, and the ids, both by id.

    A signal comes into being with its first value.
    """
    keys = values.index[values.notna().any(axis=1)]
    signal_ids = _signal_ids(values, variables)
    new = keys.difference(signal_ids.index)
    if len(new):
        Signal.objects.bulk_create(
            [Signal(turbine=t, variable=v, statistic=s) for t, v, s in new],
            # Another run may need the same signals at the same time: it waits for the end of this
            # transaction. All of them make signals in the order of their names, so none waits for
            # one that waits for it.
            ignore_conflicts=True,
        )
        signal_ids = _signal_ids(values, variables)
        _refuse_to_lose(keys.difference(signal_ids.index))
    return values.reindex(signal_ids.index), signal_ids.to_numpy()


def _refuse_to_lose(without_signal: pd.Index) -> None:
    """Refuse values whose signal could not be made: something of others was in the way.

    Raises:
        RunFailed: naming the first of them.
    """
    if len(without_signal):
        turbine, variable, statistic = without_signal[0]
        raise RunFailed(
            f"The target's table signal takes no {variable}_{statistic} of {quoted(turbine)}: see"
            " whether its sequence is behind its ids, and drop triggers, rules, row security and"
            " keys that are not of this project."
        )


def _signal_ids(values: pd.DataFrame, variables: Sequence[str]) -> pd.Series:
    """Return the ids of the signals that there are, by turbine, variable and statistic.

    Also of statistics that are not kept any more, whose values go.
    """
    turbines = list(values.index.unique("turbine"))
    rows = list(
        Signal.objects.filter(turbine__in=turbines, variable__in=variables)
        .order_by("id")
        .values_list("id", "turbine", "variable", "statistic")
    )
    index = pd.MultiIndex.from_tuples([row[1:] for row in rows], names=values.index.names)
    return pd.Series([row[0] for row in rows], index=index, dtype=np.int64)


def _stored(ids: Array, day: date) -> Array:
    """Return the stored values of the signals `ids`, ascending, as a table like the new ones."""
    table = np.full((len(ids), WINDOWS_PER_DAY), np.nan)
    signal_id, timestamp, value = copy_out(
        TARGET,
        "SELECT signal_id, timestamp, value FROM data"
        " WHERE signal_id = ANY(%s::bigint[]) AND timestamp >= %s AND timestamp < %s",
        [ids.tolist(), *day_bounds(day)],
        INTEGER + TIME + FLOAT,
    )
    table[np.searchsorted(ids, signal_id), window_numbers(timestamp, day)] = value
    return table


def _write(difference: Difference, after: Array, ids: Array, day: date, table: str) -> None:
    gone = difference.removed | difference.changed
    # A signal of whose values most go is written anew: to find a few among many takes longer.
    anew = 2 * gone.sum(axis=1) > (gone | difference.unchanged).sum(axis=1)
    _delete_days(ids[anew], day)
    _delete_values(gone & ~anew[:, np.newaxis], ids, day)
    comes = difference.inserted | difference.changed
    _insert(comes | (difference.unchanged & anew[:, np.newaxis]), after, ids, day, table)


def _insert(cells: Array, after: Array, ids: Array, day: date, table: str) -> None:
    signals, windows = np.nonzero(cells)
    if not len(signals):
        return
    # The rows come in the order of the key, which is how the index grows fastest.
    columns = {
        "signal_id": ids[signals],
        "timestamp": window_starts(day)[windows],
        "value": after[signals, windows],
    }
    stored = copy_in(TARGET, table, columns)
    if stored != len(signals):
        raise RunFailed(
            f"The target took {stored:,} of {len(signals):,} values: data has a trigger or a rule"
            " that drops some."
        )


def _delete_days(ids: Array, day: date) -> None:
    if len(ids):
        with connections[TARGET].cursor() as cursor:
            cursor.execute(
                "DELETE FROM data WHERE signal_id = ANY(%s::bigint[])"
                " AND timestamp >= %s AND timestamp < %s",
                [ids.tolist(), *day_bounds(day)],
            )


def _delete_values(cells: Array, ids: Array, day: date) -> None:
    signals, windows = np.nonzero(cells)
    if not len(signals):
        return
    with connections[TARGET].cursor() as cursor:
        # The planner expects one row of a day that came after the table was last analysed, and
        # would compare each of very many rows with each that goes.
        cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute(
            "DELETE FROM data USING unnest(%s::bigint[], %s::int[]) AS gone(signal_id, number)"
            " WHERE data.signal_id = ANY(%s::bigint[]) AND data.signal_id = gone.signal_id"
            " AND data.timestamp = %s + gone.number * %s::interval"
            " AND data.timestamp >= %s AND data.timestamp < %s",
            [
                ids[signals].tolist(),
                windows.tolist(),
                np.unique(ids[signals]).tolist(),
                day_start(day),
                str(WINDOW),
                *day_bounds(day),
            ],
        )
        cursor.execute("SET LOCAL enable_nestloop TO DEFAULT")


def _windows(after: Array, turbines: pd.Index) -> Mapping[str, int]:
    """Return how many windows have values, by turbine."""
    has_value = pd.DataFrame(~np.isnan(after), index=turbines).groupby(level=0).any()
    return dict(zip(has_value.index, has_value.sum(axis=1).tolist(), strict=True))


def _figures(new: NewStatistics, difference: Difference) -> Figures:
    return Figures(
        turbine_days=len(new.turbine_days),
        samples=new.statistics.samples,
        missing=new.statistics.missing,
        rejected=new.statistics.rejected,
        windows=new.statistics.windows,
        inserted=int(difference.inserted.sum()),
        changed=int(difference.changed.sum()),
        removed=int(difference.removed.sum()),
        unchanged=int(difference.unchanged.sum()),
    )
