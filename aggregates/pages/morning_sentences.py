"""What the first page says of how things stand."""

from collections.abc import Sequence
from datetime import date, datetime

from django.conf import settings
from django.contrib.humanize.templatetags.humanize import naturaltime

from aggregates.expectations import SilentTurbine
from aggregates.models import Acknowledgement
from aggregates.pages import addresses
from aggregates.pages.completeness import of_completeness
from aggregates.pages.energy import DAYS_BEFORE, Yield
from aggregates.pages.finding_sentences import of_groups
from aggregates.pages.morning import Morning, Trouble
from aggregates.pages.sentences import (
    Sentence,
    code,
    counted,
    joined,
    link,
    sentence,
    state,
    strong,
)
from common.days import now, today

IMPORT = ".venv/bin/python manage.py import_measurements --help"
# A list of more is on the page of the days.
MOST_DAYS = 5
# More are on the page of silences.
MOST_SILENT = 10
# More are on the farm's page.
MOST_FINDINGS = 12


def of_trouble(trouble: Trouble) -> Sentence:
    """Say what is wrong, and what to type to mend it."""
    advice = sentence(" Type ", code(trouble.command), ".") if trouble.command else Sentence()
    return sentence(strong(trouble.sentence), advice)


def of_days(morning: Morning) -> Sentence:
    """Say how many days are current, what ran last, and who works."""
    current = f"{morning.current} of {counted(morning.days, 'day')}"
    return sentence(
        _of_all(morning),
        link(current, addresses.of_days()),
        " current",
        f" (today until {morning.live_until:%H:%M} UTC)" if morning.live_until else "",
        sentence(", ", _of_waiting(morning)) if morning.waiting else Sentence(),
        "; ",
        _of_last_run(morning),
        f"; {counted(morning.workers, 'worker')}.",
    )


def _of_all(morning: Morning) -> Sentence:
    if morning.ended_at:
        return sentence(
            strong("History,"), f" last measurement {morning.ended_at:%Y-%m-%d %H:%M} UTC. "
        )
    return sentence(strong("All is well."), " ") if morning.is_well else Sentence()


def _of_waiting(morning: Morning) -> Sentence:
    waiting = joined([sentence(f"{number} ", state(name)) for name, number in morning.waiting])
    if not morning.next_try:
        return waiting
    return sentence(waiting, f" (tried next {_when(morning.next_try)})")


def _when(time: datetime) -> str:
    if time <= now():
        return "at the next tick"
    return f"at {time:%H:%M} UTC" if time.date() == today() else f"on {time:%Y-%m-%d %H:%M} UTC"


def _of_last_run(morning: Morning) -> Sentence:
    if not morning.last_run or not morning.last_run.finished_at:
        return sentence("nothing ever ran")
    ended = naturaltime(morning.last_run.finished_at)
    return sentence(link("last run", addresses.of_run(morning.last_run.pk)), f" {ended}")


def of_incomplete(morning: Morning) -> Sentence:
    """Say on which days less arrived than was expected, and of which turbines."""
    days = [
        sentence(link(str(day.day), addresses.of_day(day.day)), f": {of_completeness(day)}")
        for day in morning.incomplete[:MOST_DAYS]
    ]
    more = len(morning.incomplete) - len(days)
    rest = f"; and {counted(more, 'more day')}" if more else ""
    return sentence(strong("Measurements are missing."), " ", joined(days, "; "), f"{rest}.")


def of_silent(silent: Sequence[SilentTurbine], acknowledged: Sequence[Acknowledgement]) -> Sentence:
    """Say of which turbines nothing arrives now, those first that fell silent last."""
    newest_first = sorted(silent, key=lambda turbine: (turbine.since, turbine.name), reverse=True)
    named = [
        sentence(
            link(turbine.name, addresses.of_turbine(turbine.name)),
            f" since {turbine.since:%Y-%m-%d %H:%M}",
            " (acknowledged)" if _is_known(turbine.name, acknowledged) else "",
        )
        for turbine in newest_first[:MOST_SILENT]
    ]
    more = len(silent) - len(named)
    rest = f", and {more:,} more" if more else ""
    return sentence(strong("Silent now:"), " ", joined(named), f"{rest} (UTC).")


def _is_known(turbine: str, acknowledged: Sequence[Acknowledgement]) -> bool:
    return any(acknowledgement.is_of(turbine) for acknowledgement in acknowledged)


def of_findings(morning: Morning, today: date) -> list[Sentence]:
    """Say what was seen of which turbine and nobody acknowledged, the most expensive first."""
    farm = addresses.of_farm(today - settings.PENDING_LOOKBACK, today)
    return of_groups(morning.findings, MOST_FINDINGS, farm)


def of_acknowledged(acknowledged: Sequence[Acknowledgement]) -> Sentence:
    """Say what people know of, and until when."""
    return sentence("Acknowledged: ", "; ".join(map(str, acknowledged)), ".")


def of_ahead(ahead: Sequence[tuple[str, datetime]]) -> Sentence:
    """Say which turbines sent measurements that are yet to come."""
    named = [f"{turbine} ({time:%Y-%m-%d %H:%M} UTC)" for turbine, time in ahead[:MOST_DAYS]]
    more = len(ahead) - len(named)
    rest = f" and {more:,} more" if more else ""
    return sentence(
        "Measurements that are yet to come: ", ", ".join(named), f"{rest}; see their clocks."
    )


def of_yield(done: Yield, today: date) -> Sentence:
    """Say what the farm did on a day, and of how much of it that is known."""
    so_far = ", so far" if done.day == today else ""
    return sentence(link(str(done.day), addresses.of_day(done.day)), f"{so_far}: ", _amounts(done))


def _amounts(done: Yield) -> Sentence:
    amounts = []
    if done.energy_mwh is not None:
        amounts.append(_energy(done.energy_mwh, done))
    if done.usual_mwh is not None:
        amounts.append(sentence(f"mean of the {DAYS_BEFORE} days before {done.usual_mwh:,.1f} MWh"))
    if done.wind_speed_m_s is not None:
        amounts.append(sentence(f"mean wind speed {done.wind_speed_m_s:.1f} m/s"))
    return sentence(joined(amounts, "; ") or "neither power nor wind speed", ".")


def _energy(energy_mwh: float, done: Yield) -> Sentence:
    """Say the energy with what it is of; it stands out only where nothing of it is missing."""
    # A standstill that draws a little would be -0.0.
    amount = f"{round(energy_mwh, 1) + 0.0:,.1f} MWh"
    turbines = f" from {done.turbines:,} of {counted(done.expected_turbines, 'turbine')}"
    windows = f", {done.windows_percent} % of the windows" if done.windows_percent else ""
    return sentence(strong(amount) if done.is_whole else amount, turbines, windows)


def of_nothing() -> Sentence:
    """Say how to begin."""
    return sentence("There are no measurements of the last days yet. Type ", code(IMPORT), ".")


def of_morning(morning: Morning, today: date, may_see_values: bool) -> list[Sentence]:
    """Say how things stand, but for the troubles."""
    if not morning.days:
        return [] if morning.troubles else [of_nothing()]
    said = [of_days(morning)]
    said += of_findings(morning, today)
    if morning.silent:
        said.append(of_silent(morning.silent, morning.acknowledged))
    if morning.acknowledged:
        said.append(of_acknowledged(morning.acknowledged))
    if morning.incomplete:
        said.append(of_incomplete(morning))
    if morning.ahead:
        said.append(of_ahead(morning.ahead))
    if morning.done and may_see_values:
        said.append(of_yield(morning.done, today))
    return said
