"""The days that a page of the admin shows, and the ways to others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from aggregates.runs.queueing import problem_of_period
from common.days import DAY, FIRST_DAY, LAST_DAY

# Ten years are what a page can show of a history.
MOST_DAYS = 3653
# The days that any source can have.
POSSIBLE_DAYS = (
    MinValueValidator(FIRST_DAY, f"The first day of all is {FIRST_DAY}."),
    MaxValueValidator(LAST_DAY, f"The last day of all is {LAST_DAY}."),
)
LENGTHS = {"Day": 1, "Week": 7, "Month": 30, "Year": 365}


class ShownPeriodForm(forms.Form):
    """Which UTC days a page shows; both ends are included, and one alone is a day."""

    first = forms.DateField(
        label="From",
        required=False,
        validators=POSSIBLE_DAYS,
        widget=forms.DateInput({"type": "date"}),
    )
    last = forms.DateField(
        label="to",
        required=False,
        validators=POSSIBLE_DAYS,
        widget=forms.DateInput({"type": "date"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        first, last = cleaned.get("first"), cleaned.get("last")
        cleaned["first"], cleaned["last"] = first or last, last or first
        wrong = problem_of_period(first, last, MOST_DAYS) if first and last else ""
        if wrong:
            self.add_error("last", wrong)
        return cleaned


@dataclass(frozen=True)
class Link:
    """The way to another period, both of its ends included."""

    name: str
    first: date
    last: date

    @property
    def address(self) -> str:
        """Where the page shows it."""
        return f"?first={self.first}&last={self.last}"


@dataclass(frozen=True)
class Period:
    """UTC days, both ends included, and the form that asked for them."""

    first: date
    last: date
    newest: date
    form: ShownPeriodForm

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


def period(parameters: Mapping[str, str], newest: date, days: int) -> Period:
    """Return the period that is asked for, or else the `days` up to the newest.

    Its form tells what was wrong with what was asked.
    """
    if not parameters.get("first") and not parameters.get("last"):
        parameters = {"first": str(newest - days * DAY + DAY), "last": str(newest)}
    form = ShownPeriodForm(parameters)
    if form.is_valid():
        return Period(form.cleaned_data["first"], form.cleaned_data["last"], newest, form)
    return Period(newest - days * DAY + DAY, newest, newest, form)
