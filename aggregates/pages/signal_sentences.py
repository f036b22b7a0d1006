"""What the page of a signal says of its values."""

from datetime import date

from aggregates.analysis.downsampling import Points
from aggregates.compute.statistic_names import STD
from aggregates.models import Signal
from aggregates.pages import addresses
from aggregates.pages.periods import Period
from aggregates.pages.sentences import Sentence, link, sentence, strong
from aggregates.source.gateway import Nameplate
from common.wording import interval
from sourcedata.variables import ANGLE_NAMES, COLUMNS


def of_chart(points: Points, variable: str, nameplate: Nameplate) -> Sentence:
    """Say what a step of the chart is, and what its statistics are of."""
    is_angle = variable in ANGLE_NAMES
    crossing = " Of a direction, the band may cross north." if is_angle else ""
    return sentence(
        _step(points),
        crossing,
        " The std is hidden until its name is clicked." if _keeps_std(variable) else "",
        _of_samples(variable, nameplate),
    )


def _keeps_std(variable: str) -> bool:
    return variable not in COLUMNS or STD in COLUMNS[variable].statistics


def _of_samples(variable: str, nameplate: Nameplate) -> str:
    """Say what the statistics know of what happens between two samples."""
    if variable not in COLUMNS:
        return " VARIABLES_FILE names this variable no more: what there is stays as it is."
    columns = COLUMNS[variable].companion_columns
    told = [companion for companion, column in columns.items() if column in nameplate.companions]
    if told:
        return (
            f" Its {' and '.join(told)} are those of the readings within the samples, wherever the"
            " source tells them."
        )
    return (
        f" These are statistics of samples {interval(nameplate.sample_interval_s)} apart: where"
        " these are means, gusts and turbulence are larger."
    )


def _step(points: Points) -> str:
    if points.windows == 1:
        return "A step is a window of 10 minutes."
    return (
        f"A step is {points.windows} windows, {points.lasts}: the mean and std of all their"
        " samples, the least and the greatest of them, so that no extreme is lost. Click on one to"
        " see its day."
    )


def of_absence(signal: Signal, period: Period, last_day: date | None) -> Sentence:
    """Say of which days there are no values, and where the last ones are."""
    return sentence(
        strong("There are no values"),
        f" of {signal.variable} of {signal.turbine} ",
        of_period(period, addresses.of_day(period.first)),
        ".",
        of_last(last_day, "first"),
    )


def of_period(period: Period, address_of_day: str) -> Sentence:
    """Say which days are shown; a single one leads to its page."""
    if period.days > 1:
        return sentence(f"from {period.first} to {period.last}")
    return sentence("on ", link(str(period.first), address_of_day))


def of_last(last_day: date | None, parameter: str) -> Sentence:
    """Say where the last values are."""
    if not last_day:
        return Sentence()
    return sentence(" The last are of ", link(str(last_day), f"?{parameter}={last_day}"), ".")


def of_ways(has_windows: bool) -> Sentence:
    """Say how a value is explained; nothing where no windows are shown."""
    why = "Why is a value what it is? Click on its window, here or in the chart."
    return sentence(why) if has_windows else Sentence()
