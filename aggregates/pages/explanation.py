"""Why a value is what it is: its samples, what became of each, its formula, its run and version."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import isclose, isfinite, isnan, remainder

import pandas as pd
from django.db.models import OuterRef, Subquery

from aggregates import states, versions
from aggregates.compute.statistic_names import MAXIMUM, MEAN, MINIMUM, STATISTICS, STD
from aggregates.compute.windows import WINDOW, expected_samples
from aggregates.models import AggregatedDay, Signal, Value
from aggregates.pages import addresses
from aggregates.pages.formulas import Formula, formula, pooled, turned
from aggregates.source import gateway
from aggregates.source.gateway import TurbineDay
from aggregates.states import State
from aggregates.versions import Version
from common.days import day_bounds
from sourcedata.variables import VARIABLE_NAMES, VARIABLES, Variable

USED, REJECTED, MISSING = "used", "rejected", "missing"


@dataclass(frozen=True)
class Sample:
    """What was measured at a time, and what became of it; `value` is None where it is missing.

    `verdict` begins with USED, REJECTED or MISSING. `counted` is what the statistics are made of:
    an angle in the turn of its variable; None where the sample is left out. `companion` is what its
    source tells of the readings within it, where the statistic is made of that.
    """

    timestamp: datetime
    value: float | None
    verdict: str
    counted: float | None = None
    companion: float | None = None

    @property
    def is_used(self) -> bool:
        """Whether the statistics are made of it."""
        return self.counted is not None

    @property
    def level(self) -> float | None:
        """How high it lies among the samples of its window."""
        return self.counted if self.is_used else self.value


@dataclass(frozen=True)
class Explanation:
    """All about the value of a signal in the window [start, end).

    `value` is what is stored, None where nothing is; `formula` is computed anew of the samples that
    the source has now. `samples` has those too that should be there and are not. `companion` is the
    column that tells of the readings within them, of a turbine that has one for this statistic.
    `state` is that of its day, None where there is nothing of it; `version` is None where the
    source does not know it, `aggregated` where it was never aggregated. `is_of_rules` says whether
    the rules of the variable are those of today, `is_kept` whether such a statistic is still made.
    """

    start: datetime
    end: datetime
    value: float | None
    is_direction: bool
    samples: Sequence[Sample]
    expected: int | None
    formula: Formula
    companion: str | None
    state: State | None
    version: Version | None
    aggregated: AggregatedDay | None
    is_of_rules: bool
    is_kept: bool

    @property
    def before(self) -> datetime:
        """The start of the window before."""
        return self.start - WINDOW

    @property
    def changes(self) -> str:
        """What has changed since the day was aggregated: measurements, rules, both or nothing."""
        if not self.version or not self.aggregated:
            return ""
        changed = {
            "measurements": self.version.revision != self.aggregated.revision,
            "rules": not self.is_of_rules,
        }
        return " and ".join(name for name, is_new in changed.items() if is_new)

    @property
    def lacking(self) -> int:
        """How many of the samples that were used lack their companion."""
        return sum(sample.is_used and sample.companion is None for sample in self.samples)

    @property
    def tally(self) -> str:
        """How many samples were used, rejected and missing, in words."""
        counts = Counter(re.split("[:;]", sample.verdict)[0] for sample in self.samples)
        return ", ".join(f"{counts[verdict]} {verdict}" for verdict in (USED, REJECTED, MISSING))

    @property
    def agrees(self) -> bool:
        """Whether what is stored is what the samples come to, but for rounding."""
        if self.value is None or self.formula.value is None:
            return self.value is self.formula.value
        apart = self.formula.value - self.value
        if self.is_direction:
            apart = remainder(apart, 360)
        return isclose(self.value, self.value + apart, rel_tol=1e-6, abs_tol=1e-6)


def explain(signal: Signal, start: datetime) -> Explanation:
    """Return why the signal has the value that it has in the window which starts at `start`.

    Raises:
        SourceUnavailable: where the source does not answer.
    """
    day = start.date()
    variable = next(variable for variable in VARIABLES if variable.name == signal.variable)
    snapshot = gateway.snapshot(day, [signal.turbine])
    turbine_day = next(iter(snapshot.turbine_days), None)
    stored = Value.objects.filter(signal=signal, timestamp=start).first()
    companion = _companion(variable, signal.statistic, turbine_day)
    samples = (
        _samples(snapshot.measurements, turbine_day, variable, companion, start)
        if turbine_day
        else []
    )
    days = AggregatedDay.objects.filter(turbine=signal.turbine, day=day)
    aggregated = days.select_related("run").first()
    return Explanation(
        start=start,
        end=start + WINDOW,
        value=stored.value if stored else None,
        is_direction=variable.is_angle and signal.statistic in (MEAN, MINIMUM, MAXIMUM),
        samples=samples,
        expected=expected_samples(turbine_day.nameplate.sample_interval_s) if turbine_day else None,
        formula=_formula(signal.statistic, variable, samples, companion, turbine_day),
        companion=companion,
        state=states.of_turbine(signal.turbine, day, turbine_day),
        version=versions.version_of(turbine_day) if turbine_day else None,
        aggregated=aggregated,
        is_of_rules=_is_of_rules(variable, aggregated, turbine_day),
        is_kept=signal.statistic in variable.statistics,
    )


def _is_of_rules(
    variable: Variable, aggregated: AggregatedDay | None, turbine_day: TurbineDay | None
) -> bool:
    if not aggregated or not turbine_day:
        return True
    stored_rules = versions.StoredRules()
    return variable.name not in stored_rules.outdated_variables(
        aggregated.rules, turbine_day.nameplate
    )


def _companion(variable: Variable, statistic: str, turbine_day: TurbineDay | None) -> str | None:
    """Return the column of which the statistic is made where the turbine has it."""
    column = variable.companion_columns.get(statistic)
    return column if turbine_day and column in turbine_day.nameplate.companions else None


def _formula(
    statistic: str,
    variable: Variable,
    samples: Sequence[Sample],
    companion: str | None,
    turbine_day: TurbineDay | None,
) -> Formula:
    used = [sample for sample in samples if sample.is_used]
    means = [sample.counted for sample in used if sample.counted is not None]
    told = [sample.companion for sample in used if sample.companion is not None]
    if turbine_day and companion and used and len(told) == len(used):
        return pooled(statistic, means, told, turbine_day.nameplate.sample_interval_s)
    return formula(statistic, variable.is_angle, means)


def _samples(
    frame: pd.DataFrame,
    turbine_day: TurbineDay,
    variable: Variable,
    companion: str | None,
    start: datetime,
) -> list[Sample]:
    times = frame["timestamp"].dt.tz_localize("UTC")
    of_window = frame[(times >= start) & (times < start + WINDOW)]
    within = variable.valid_range(turbine_day.nameplate.rated_power_kw)
    present = [
        _judged(time.tz_localize("UTC").to_pydatetime(), value, within, variable)
        for time, value in zip(of_window["timestamp"], of_window[variable.name], strict=True)
    ]
    if companion:
        told = of_window[companion].tolist()
        present = [
            _with_companion(sample, value, companion, within)
            for sample, value in zip(present, told, strict=True)
        ]
    absent = _absent(present, start, timedelta(seconds=turbine_day.nameplate.sample_interval_s))
    return sorted([*present, *absent], key=lambda sample: sample.timestamp)


def _absent(present: Sequence[Sample], start: datetime, interval: timedelta) -> list[Sample]:
    """Return the samples that should be in the window, and of which the source has nothing."""
    numbers = {(sample.timestamp - start) // interval for sample in present}
    return [
        Sample(start + number * interval, None, f"{MISSING}: the source has no row")
        for number in range(WINDOW // interval)
        if number not in numbers
    ]


def _judged(
    time: datetime, value: float, within: tuple[float, float], variable: Variable
) -> Sample:
    if isnan(value):
        return Sample(time, None, f"{MISSING}: its row has no value")
    if reason := _reason_to_reject(value, within, variable.unit):
        return Sample(time, value, f"{REJECTED}: {reason}")
    counted = turned(value, variable)
    verdict = USED if counted == value else f"{USED}: as {counted:g} {variable.unit}"
    return Sample(time, value, verdict, counted)


def _with_companion(
    sample: Sample, value: float, column: str, within: tuple[float, float]
) -> Sample:
    """Add what the source tells of the readings within a sample, or why that does not count."""
    if sample.counted is None or sample.value is None:
        return sample
    if isnan(value):
        return replace(sample, verdict=f"{sample.verdict}; no {column}")
    least, greatest = within
    # The extremes of an angle are turned as its mean is.
    extreme = value + (sample.counted - sample.value)
    is_possible = {
        "std": value >= 0 and isfinite(value),
        "min": least <= value <= greatest and extreme <= sample.counted,
        "max": least <= value <= greatest and extreme >= sample.counted,
    }
    statistic = column.rpartition("_")[2]
    if not is_possible[statistic]:
        return replace(sample, verdict=f"{sample.verdict}; {column} {value:g} cannot be")
    return replace(sample, companion=value if statistic == STD else extreme)


def _reason_to_reject(value: float, within: tuple[float, float], unit: str) -> str:
    least, greatest = within
    if not isfinite(value):
        return "it is infinite"
    if value < least:
        return f"below {least:g} {unit}"
    return f"above {greatest:g} {unit}" if value > greatest else ""


def window_of(time: datetime) -> datetime:
    """Return the start of the window that the time lies in."""
    midnight, _ = day_bounds(time.date())
    return midnight + (time - midnight) // WINDOW * WINDOW


@dataclass(frozen=True)
class Other:
    """A statistic of a signal of the turbine in the window; its value is None where none is."""

    signal_id: int
    start: datetime
    value: float | None

    @property
    def text(self) -> str:
        """The value as it is shown."""
        return "none" if self.value is None else f"{self.value:.6g}"

    @property
    def address(self) -> str:
        """Where it is explained."""
        return addresses.of_value(self.signal_id, self.start)


def at_the_same_time(turbine: str, start: datetime) -> Mapping[str, Sequence[Other | None]]:
    """Return all of a turbine's statistics in a window: of each variable, in their order."""
    stored = Value.objects.filter(signal=OuterRef("pk"), timestamp=start).values("value")
    signals = Signal.objects.filter(turbine=turbine).annotate(stored=Subquery(stored))
    by_name = {
        (signal.variable, signal.statistic): Other(signal.pk, start, signal.stored)
        for signal in signals
    }
    return {
        name: [by_name.get((name, statistic)) for statistic in STATISTICS]
        for name in VARIABLE_NAMES
        if any(variable == name for variable, _ in by_name)
    }
