"""What the first page says of how things stand."""

from datetime import date

from django.contrib.humanize.templatetags.humanize import naturaltime

from aggregates.pages import addresses
from aggregates.pages.morning import Morning, Trouble, Yield
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

IMPORT = ".venv/bin/python manage.py import_measurements --help"
# A list of more is on the page of the days.
MOST_GAPS = 5


def of_trouble(trouble: Trouble) -> Sentence:
    """Say what is wrong, and what to type to mend it."""
    advice = sentence(" Type ", code(trouble.command), ".") if trouble.command else Sentence()
    return sentence(strong(trouble.sentence), advice)


def of_days(morning: Morning) -> Sentence:
    """Say how many days are current, what ran last, and who works."""
    current = f"{morning.current} of {counted(morning.days, 'day')}"
    return sentence(
        strong("All is well.") if morning.is_well else "",
        " " if morning.is_well else "",
        link(current, addresses.of_days()),
        " current",
        sentence(", ", _of_waiting(morning)) if morning.waiting else Sentence(),
        "; ",
        _of_last_run(morning),
        f"; {counted(morning.workers, 'worker')}.",
    )


def _of_waiting(morning: Morning) -> Sentence:
    return joined([sentence(f"{number} ", state(name)) for name, number in morning.waiting])


def _of_last_run(morning: Morning) -> Sentence:
    if not morning.last_run or not morning.last_run.finished_at:
        return sentence("nothing ever ran")
    ended = naturaltime(morning.last_run.finished_at)
    return sentence(link("last run", addresses.of_run(morning.last_run.pk)), f" {ended}")


def of_gaps(morning: Morning) -> Sentence:
    """Say of which days samples are missing."""
    gaps = [
        sentence(link(str(day), addresses.of_day(day)), f" has {percent} %")
        for day, percent in morning.gaps[:MOST_GAPS]
    ]
    rest = " and so on" if len(morning.gaps) > MOST_GAPS else ""
    return sentence(strong("Samples are missing:"), " ", joined(gaps), f"{rest} of those expected.")


def of_yield(done: Yield, today: date) -> Sentence:
    """Say what the farm did on a day."""
    so_far = ", so far" if done.day == today else ""
    return sentence(link(str(done.day), addresses.of_day(done.day)), f"{so_far}: ", _amounts(done))


def _amounts(done: Yield) -> Sentence:
    amounts = []
    if done.energy_mwh is not None:
        amounts.append(sentence(strong(f"{done.energy_mwh:,.1f} MWh")))
    if done.wind_speed_m_s is not None:
        amounts.append(sentence(f"mean wind speed {done.wind_speed_m_s:.1f} m/s"))
    return sentence(joined(amounts) or "neither power nor wind speed", ".")


def of_nothing() -> Sentence:
    """Say how to begin."""
    return sentence("There are no measurements of the last days yet. Type ", code(IMPORT), ".")


def of_morning(morning: Morning, today: date, may_see_values: bool) -> list[Sentence]:
    """Say how things stand, but for the troubles."""
    if not morning.days:
        return [] if morning.troubles else [of_nothing()]
    said = [of_days(morning)]
    if morning.gaps:
        said.append(of_gaps(morning))
    if morning.done and may_see_values:
        said.append(of_yield(morning.done, today))
    return said
