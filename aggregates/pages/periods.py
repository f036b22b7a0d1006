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
    form: PeriodForm

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @property
    def links(self) -> Sequence[Link]:
        """The period before, those of other lengths that end with it, and the one after."""
        step = self.days * DAY
        return [
            Link("← earlier", self.first - step, self.last - step),
            *(
                Link(name, self.last - days * DAY + DAY, self.last)
                for name, days in LENGTHS.items()
            ),
            Link("later →", self.first + step, self.last + step),
        ]


def period(asked: Mapping[str, str], last: date, days: int) -> Period:
    """Return the period that is asked for, or else the `days` up to `last`.

    Its form tells what was wrong with what was asked.
    """
    if not asked.get("first") and not asked.get("last"):
        asked = {"first": str(last - days * DAY + DAY), "last": str(last)}
    form = PeriodForm(asked)
    if form.is_valid():
        return Period(form.cleaned_data["first"], form.cleaned_data["last"], form)
    return Period(last - days * DAY + DAY, last, form)
