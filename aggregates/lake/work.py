"""What is to be computed of the lake's measurements, and how it comes into the lake."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from aggregates.compute.rules import rules
from aggregates.lake import reading
from aggregates.lake.commits import replace_day, together
from aggregates.lake.contents import COMPUTED
from aggregates.lake.held import held
from aggregates.lake.reading import Content, Key
from aggregates.lake.tables import DAY, MEASUREMENTS, STATISTICS, TURBINE, UTC_TIME
from aggregates.source import gateway
from aggregates.source.gateway import Nameplate
from aggregates.versions import StoredRules

# The results of so many turbine-days are in this program's memory at a time.
TURBINE_DAYS_AT_A_TIME = 3000
# Spark does not give these: the rules are this program's, and when it wrote.
OF_THE_WRITER = ("rules", "changed_at")


@dataclass(frozen=True)
class Work:
    """Turbine-days whose statistics the lake lacks, or has of other measurements or rules.

    They are in order. `nameplates` are those of their turbines, `current` counts the turbine-days
    that need nothing, and `strangers` are turbines that the source does not have: nobody knows
    their rated power, so that nothing of theirs is computed. `held` counts those whose statistics
    were let go, and stay as they are.
    """

    turbine_days: Sequence[Key]
    nameplates: Mapping[str, Nameplate]
    current: int
    strangers: Sequence[str] = ()
    held: int = 0

    def parts(self) -> list["Work"]:
        """Return it in parts that are computed one after the other."""
        return [
            Work(self.turbine_days[start : start + TURBINE_DAYS_AT_A_TIME], self.nameplates, 0)
            for start in range(0, len(self.turbine_days), TURBINE_DAYS_AT_A_TIME)
        ]

    @property
    def turbines(self) -> Mapping[date, Sequence[str]]:
        """The turbines of each UTC day."""
        by_day: dict[date, list[str]] = {}
        for day, turbine in self.turbine_days:
            by_day.setdefault(day, []).append(turbine)
        return by_day


def work_between(first: date, last: date, turbines: Collection[str]) -> Work:
    """Return what is to be computed of the lake's days from `first` to `last`, both included.

    No `turbines` means all that the lake has.

    Raises:
        LakeUnavailable: where the lake does not do its part.
        SourceUnavailable: where the source does not answer, which knows the rated powers.
    """
    roster, stored_rules = gateway.roster(), StoredRules()
    measured = reading.contents(MEASUREMENTS, first, last)
    computed = reading.contents(STATISTICS, first, last)
    names = {turbine for _, turbine in measured if not turbines or turbine in turbines}
    nameplates = {name: roster[name].nameplate for name in names if name in roster}
    stay = held(COMPUTED, first, last, computed)
    computable = sorted(key for key in measured if key[1] in nameplates)
    wanted = [key for key in computable if key not in stay]
    outdated = [
        key
        for key in wanted
        if not _is_current(measured[key], computed.get(key, []), stored_rules, nameplates[key[1]])
    ]
    strangers = sorted(names - nameplates.keys())
    current = len(wanted) - len(outdated)
    return Work(outdated, nameplates, current, strangers, len(computable) - len(wanted))


def _is_current(
    measured: Sequence[Content],
    computed: Sequence[Content],
    stored_rules: StoredRules,
    nameplate: Nameplate,
) -> bool:
    if len(measured) != 1 or len(computed) != 1:
        return False
    (_, wanted_revision), (_, revision, of_rules, _) = measured[0], computed[0]
    return revision == wanted_revision and stored_rules.are_current(of_rules, nameplate)


def store(work: Work, statistics: pa.Table, at: datetime) -> None:
    """Write computed statistics into the lake, a commit per day.

    Of a day's other turbine-days nothing changes.

    Raises:
        LakeUnavailable: where the lake does not do its part; days that were done stay done.
    """
    complete = _complete(statistics, work.nameplates, at)
    for day, turbines in work.turbines.items():
        rows = complete.filter(pc.field(DAY) == day)
        replace_day(STATISTICS, day, partial(_with_others, rows, day, turbines))


def _complete(statistics: pa.Table, nameplates: Mapping[str, Nameplate], at: datetime) -> pa.Table:
    turbines = statistics[TURBINE].to_pylist()
    of_rules = pa.array([rules(nameplates[name]) for name in turbines], pa.string())
    changed_at = pa.repeat(pa.scalar(at, UTC_TIME), len(turbines))
    with_rules = statistics.append_column("rules", of_rules)
    complete = with_rules.append_column("changed_at", changed_at)
    return complete.select(STATISTICS.schema.names).cast(STATISTICS.schema)


def _with_others(rows: pa.Table, day: date, turbines: Collection[str]) -> Iterator[Any]:
    in_lake = reading.whole_rows_of(STATISTICS, day)
    others = in_lake.filter(~pc.field(TURBINE).isin(list(turbines)))
    return together(STATISTICS, rows, others)
