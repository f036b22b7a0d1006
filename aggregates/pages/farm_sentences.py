"""What the farm's page says of the farm, of its turbines, and of its figures."""

from collections.abc import Sequence
from datetime import date

from aggregates.analysis.turbine_totals import LEAST_TURBINES, TurbineTotals, sum_of
from aggregates.models import Finding
from aggregates.pages import addresses
from aggregates.pages.finding_sentences import of_kinds
from aggregates.pages.periods import Period
from aggregates.pages.sentences import Sentence, counted, joined, link, sentence, strong
from common.wording import energy

# An em dash stands where nothing tells.
NO_FIGURE = "—"


def of_farm(totals: Sequence[TurbineTotals]) -> Sentence:
    """Say what the farm gave, what was expected of it, and what was lost by what."""
    energy_kwh = sum_of(total.energy_kwh for total in totals)
    expected_kwh = sum_of(total.expected_kwh for total in totals)
    with_energy = sum(total.energy_kwh is not None for total in totals)
    if energy_kwh is None:
        return sentence("There is no power of any turbine, so nothing is said of energy.")
    expected = "nothing to expect of it" if expected_kwh is None else energy(expected_kwh)
    return sentence(
        strong(energy(energy_kwh)),
        f" from {with_energy:,} of {counted(len(totals), 'turbine')}; expected at its wind: ",
        f"{expected}; lost: ",
        strong(energy(sum(total.lost_kwh for total in totals))),
        _of_losses(totals),
        ".",
    )


def _of_losses(totals: Sequence[TurbineTotals]) -> Sentence:
    days = [day for total in totals for day in total.days]
    by_condition = {
        "stopped": sum(day.lost_stopped_kwh for day in days),
        "stopped as the neighbours saw it": sum(day.lost_stopped_by_neighbours_kwh for day in days),
        "derated": sum(day.lost_derated_kwh for day in days),
    }
    named = [sentence(f"{name} {energy(kwh)}") for name, kwh in by_condition.items() if kwh > 0]
    return sentence(" (", joined(named), ")") if named else Sentence()


def of_absence(period: Period, last_day: date | None) -> Sentence:
    """Say that nothing is assessed of the period, and where the last assessments are."""
    days = f"on {period.first}" if period.days == 1 else f"from {period.first} to {period.last}"
    last = sentence(" The last are of ", link(str(last_day), f"?last={last_day}"), ".")
    return sentence(
        strong("Nothing is assessed"),
        f" of any turbine {days}. It is once the statistics are there.",
        last if last_day else Sentence(),
    )


def of_no_finding(acknowledged: int) -> Sentence:
    """Say that there is nothing to look at that nobody knows of."""
    if not acknowledged:
        return sentence("No check saw anything on these days.")
    return sentence("All that the checks saw on these days is acknowledged.")


def of_energy_column(kwh: float | None) -> str:
    """Return an energy in MWh."""
    return NO_FIGURE if kwh is None else f"{kwh / 1000 + 0.0:,.1f}"


def of_lost(total: TurbineTotals) -> Sentence:
    """Say what a turbine lost in MWh, and lead to the day on which it lost most."""
    if total.worst_day is None:
        return sentence(NO_FIGURE)
    lost = f"{total.lost_kwh / 1000:,.2f}" if total.lost_kwh else "0"
    if not total.lost_kwh:
        return sentence(lost)
    return sentence(link(lost, addresses.of_turbine_day(total.turbine, total.worst_day)))


def of_ratio(ratio: float | None) -> str:
    """Return a turbine's ratio to the farm."""
    return NO_FIGURE if ratio is None else f"{ratio:.3f}"


def of_part(part: float | None) -> str:
    """Return a part in per cent, rounded down: 100 % is all of it."""
    return NO_FIGURE if part is None else f"{int(part * 1000) / 10:.1f} %"


def of_percent(percent: int | None) -> str:
    """Return per cents."""
    return NO_FIGURE if percent is None else f"{percent} %"


def of_wind(wind_speed: float | None) -> str:
    """Return a wind speed in m/s."""
    return NO_FIGURE if wind_speed is None else f"{wind_speed:.1f}"


def of_findings(turbine: str, findings: Sequence[Finding]) -> Sentence:
    """Name the kinds of a turbine's findings, and lead to them; those that people know of last."""
    if not findings:
        return Sentence()
    news = [finding for finding in findings if not finding.acknowledged_at]
    told = [finding for finding in findings if finding.acknowledged_at]
    kinds = [sentence(link(of_kinds(news), addresses.of_findings(turbine)))] if news else []
    kinds += [sentence(f"acknowledged: {of_kinds(told)}")] if told else []
    return joined(kinds, "; ")


def of_figures(turbines: int) -> list[Sentence]:
    """Say what the figures are, and what they are not."""
    return [
        sentence(
            "A window's mean power stands for its ten minutes: where the source sends one sample"
            " in ten minutes, that sample represents all of them. Completeness counts samples, so"
            " a window with one of ten samples counts as a tenth; windows below 90 % of their"
            " samples have no condition and no loss."
        ),
        sentence(
            "Expected is what the turbine's own reference curve gives at its own wind; lost is"
            " what lacked of that while it stood still in wind or was derated."
        ),
        sentence(
            "The worst come first: those of which nothing tells, then those that lost most; what"
            " nobody saw for want of samples counts as much as what was seen in as long."
        ),
        _of_ratio_column(turbines),
        sentence(
            "Availability is operational, not contractual: the part of the windows in which a"
            " turbine could have run and did not stand still, as its own anemometer saw it, and"
            " as its neighbours saw it as well, which know of wind that an iced anemometer misses."
        ),
    ]


def _of_ratio_column(turbines: int) -> Sentence:
    if turbines < LEAST_TURBINES:
        return sentence(
            f"There is no ratio to the farm: of fewer than {LEAST_TURBINES} turbines there is no"
            " median that says anything of one."
        )
    return sentence(
        "The ratio to the farm is energy over expected energy while nothing was lost, over the"
        " farm's median of it: all turbines move with the season, so 1.000 is as the others do."
    )


def of_map(is_by_month: bool) -> Sentence:
    """Say what a cell of the map is."""
    if is_by_month:
        return sentence(
            "A cell is what a turbine lost in a month, in MWh, and leads to its worst day."
        )
    return sentence("A cell is what a turbine lost on a day, in MWh, and leads to that day.")


def of_pages(first: int, last: int, turbines: int) -> Sentence:
    """Say which turbines are shown, the worst first; nothing where all are."""
    if (first, last) == (1, turbines):
        return Sentence()
    return sentence(f"Turbines {first:,} to {last:,} of {turbines:,}, the worst first.")
