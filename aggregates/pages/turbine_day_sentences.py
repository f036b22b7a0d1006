"""What the page of a turbine's day says of it."""

from collections.abc import Sequence

from aggregates.assessment.conditions import LOSING
from aggregates.models import Assessment, Curve
from aggregates.pages import addresses
from aggregates.pages.farm_sentences import NO_FIGURE, of_part, of_wind
from aggregates.pages.sentences import Sentence, counted, joined, link, sentence, strong
from aggregates.pages.turbine_day import Band, JudgedDay
from common.days import today
from common.wording import energy


def of_day(of: JudgedDay) -> Sentence:
    """Say what the turbine gave, what was expected, what was lost, and how it was available."""
    if of.assessment is None:
        return _of_no_assessment(of)
    assessment = of.assessment
    parts = [
        _of_energy(assessment),
        sentence("lost ", strong(energy(assessment.lost_kwh)), *_of_losses(assessment)),
        sentence(
            f"availability as its own anemometer saw it {of_part(assessment.availability_by_time)},"
            f" by energy {of_part(assessment.availability_by_energy)}"
        ),
        sentence(f"mean wind {of_wind(assessment.wind_speed)} m/s"),
    ]
    return sentence(joined(parts, "; "), ".")


def _of_energy(assessment: Assessment) -> Sentence:
    if assessment.energy_kwh is None:
        return sentence("no power")
    given = strong(energy(assessment.energy_kwh))
    if assessment.expected_kwh is None:
        return sentence(given, ", of which nobody can say what was to be expected")
    return sentence(given, f" of {energy(assessment.expected_kwh)} expected")


def _of_losses(assessment: Assessment) -> list[str]:
    by_condition = {
        "stopped": assessment.lost_stopped_kwh,
        "stopped as the neighbours saw it": assessment.lost_stopped_by_neighbours_kwh,
        "derated": assessment.lost_derated_kwh,
    }
    named = [f"{name} {energy(kwh)}" for name, kwh in by_condition.items() if kwh > 0]
    return [f" ({', '.join(named)})"] if named else []


def _of_no_assessment(of: JudgedDay) -> Sentence:
    if of.has_values:
        return sentence(strong("This day is not assessed yet."), " Its statistics are shown below.")
    return sentence(
        strong("Nothing is known"), f" of {of.turbine} on {of.day}: there are no statistics of it."
    )


def of_curve(of: JudgedDay) -> Sentence:
    """Say by what the turbine was judged; nothing of a day that is not assessed."""
    if of.assessment is None:
        return Sentence()
    if of.assessment.curve is None:
        return sentence(
            "There is no reference curve of the turbine for this day, so that nothing is expected"
            " of it: a curve takes a rated power and windows in wind, or a person who gives one."
        )
    return sentence("Expected by ", of_origin(of.assessment.curve), ".")


def of_origin(curve: Curve) -> Sentence:
    """Say where a curve is from."""
    page = addresses.of_curve(curve.pk)
    if curve.is_given:
        return sentence(link("the curve", page), f" that {curve.given_by or 'somebody'} gave")
    # The first curve of a turbine is of days that are yet to come, too.
    last = min(curve.fitted_to or today(), today())
    return sentence(
        "its own ",
        link("reference curve", page),
        f", of {counted(curve.fitted_days, 'day')} from {curve.fitted_from} to {last}",
    )


def of_bands(bands: Sequence[Band]) -> list[tuple[str, str, list[str]]]:
    """Return a row for each band: its times, its condition, and its figures as text."""
    return [(_times(band), band.name, _figures(band)) for band in bands]


def _times(band: Band) -> str:
    end = "24:00" if band.end.date() > band.start.date() else f"{band.end:%H:%M}"
    return f"{band.start:%H:%M} to {end}"


def _figures(band: Band) -> list[str]:
    is_priced = band.condition in LOSING and band.missing_kwh is not None
    return [
        of_wind(band.wind_speed),
        _kilowatts(band.power_kw),
        _kilowatts(band.expected_kw),
        f"{max(band.missing_kwh or 0, 0):,.0f}" if is_priced else "",
    ]


def _kilowatts(power_kw: float | None) -> str:
    return NO_FIGURE if power_kw is None else f"{power_kw + 0.0:,.0f}"
