"""What the page of a turbine's performance says of its figures."""

from datetime import date

from aggregates.analysis.performance import Energy, PowerCurve, WindRose
from aggregates.pages.periods import Period
from aggregates.pages.sentences import Sentence, counted, sentence, strong
from aggregates.pages.signal_sentences import of_last

# From here on an energy is shown in MWh.
LARGE_KWH = 10_000

NO_TURBINE = "No turbine of that name has statistics."
COVERAGE = "Samples used, of those expected in the days shown."


def of_more(more: int) -> Sentence:
    """Say how many turbines are not listed; nothing where all are."""
    if not more:
        return Sentence()
    return sentence(f"{more:,} more are not shown: search for a part of their name.")


def of_absence(turbine: str, period: Period, last_day: date | None) -> Sentence:
    """Say of which days there are no statistics, and where the last ones are."""
    return sentence(
        strong("There are no statistics"),
        f" of {turbine} from {period.first} to {period.last}.",
        of_last(last_day, "last"),
    )


def of_energy(energy: Energy, rated_power_kw: float | None) -> Sentence:
    """Say what the turbine yielded, of how many windows, and its capacity factor."""
    is_large = abs(energy.kwh) >= LARGE_KWH
    amount = f"{energy.mwh:,.1f} MWh" if is_large else f"{energy.kwh:,.1f} kWh"
    return sentence(
        strong(amount),
        f" in {energy.windows:,} of {energy.of_windows:,} windows;"
        " nothing stands in for the others.",
        _of_capacity(energy, rated_power_kw),
    )


def _of_capacity(energy: Energy, rated_power_kw: float | None) -> Sentence:
    if rated_power_kw is None:
        return sentence(
            " There is no capacity factor: the rated power of the turbine is not known."
        )
    if energy.percent is None:
        return Sentence()
    return sentence(
        " Capacity factor ",
        strong(f"{energy.percent:.1f} %"),
        f" of {rated_power_kw:,.10g} kW, over the hours with power.",
    )


def of_curve(curve: PowerCurve, rated_power_kw: float | None) -> Sentence:
    """Say what the power curve is, and what it is not."""
    if not curve.bins:
        return _of_no_curve(curve)
    return sentence(
        "10-minute means of power over the wind speed at the nacelle, and their mean per bin of"
        " 0.5 m/s, as IEC 61400-12-1 bins them. It is no power curve by that standard: the density"
        " of the air is not corrected for, no window is left out for curtailment or faults, and the"
        " wind is measured behind the rotor. Windows that would lie on each other are drawn once;"
        f" the bins are of all. {_left_out(curve)}.",
        " The rated power is not known." if rated_power_kw is None else "",
    )


def _of_no_curve(curve: PowerCurve) -> Sentence:
    why = f" of enough samples: {_left_out(curve)}" if curve.left_out else ""
    return sentence(f"No window has both a wind speed and a power{why}.")


def _left_out(curve: PowerCurve) -> str:
    verb = "is" if curve.left_out == 1 else "are"
    return f"{counted(curve.left_out, 'window')} below 90 % coverage {verb} left out"


def of_rose(rose: WindRose) -> Sentence:
    """Say what the wind rose is of."""
    if not rose.windows:
        return sentence("No window has both a direction and a wind speed.")
    return sentence(
        f"Shares of the {rose.windows:,} windows (of {rose.of_windows:,}) that have a direction and"
        " a wind speed, as the turbine measures them: neither is corrected for the rotor or for a"
        " nacelle that is not aligned with north."
    )
