"""The days that a page of the admin shows, and the ways to others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from aggregates.forms import PeriodForm

DAY = timedelta(days=1)
LENGTHS = {"Day": 1, "Week": 7, "Month": 30, "Year": 365}


@dataclass(frozen=True)
class Link:
    """The way to another period, both of its ends included."""

    name: str
    first: date
    last: date


@dataclass(frozen=True)
class Period:
    """UTC days, both ends included, and the form that asked for them."""

    first: date
    last: date
    newest: date
    form: PeriodForm

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @property
    def links(self) -> Sequence[Link]:
        """The period before, those of other lengths that end with it, and the one after, if any."""
        step = self.days * DAY
        later = [Link("later →", self.first + step, self.last + step)]
        return [
            Link("← earlier", self.first - step, self.last - step),
            *(
                Link(name, self.last - days * DAY + DAY, self.last)
                for name, days in LENGTHS.items()
            ),
            *(later if self.last < self.newest else []),
        ]


def period(asked: Mapping[str, str], newest: date, days: int) -> Period:
    """Return the period that is asked for, or else the `days` up to the newest.

    Its form tells what was wrong with what was asked.
    """
    if not asked.get("first") and not asked.get("last"):
        asked = {"first": str(newest - days * DAY + DAY), "last": str(newest)}
    form = PeriodForm(asked)
    if form.is_valid():
        return Period(form.cleaned_data["first"], form.cleaned_data["last"], newest, form)
    return Period(newest - days * DAY + DAY, newest, newest, form)
