"""What the admin's pages ask for."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminDateWidget
from django.core.validators import MaxValueValidator, MinValueValidator

from aggregates import extract

# A longer history is asked for in parts.
MOST_DAYS = 366
# Ten years are what a page can show of a history.
MOST_DAYS_SHOWN = 3653
# No source holds others.
POSSIBLE_DAYS = (
    MinValueValidator(date(1970, 1, 1), "The first day of all is 1970-01-01."),
    MaxValueValidator(date(2099, 12, 31), "The last day of all is 2099-12-31."),
)


def wrong_end(first: date, last: date, most_days: int = MOST_DAYS) -> str:
    """Return why the days up to `last` cannot be asked for, else an empty text."""
    if last < first:
        return "This lies before the first day."
    if last - first >= timedelta(days=most_days):
        return f"At most {most_days} days can be asked for at a time."
    return ""


class PeriodForm(forms.Form):
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
        asked = self.cleaned_data
        first, last = asked.get("first"), asked.get("last")
        asked["first"], asked["last"] = first or last, last or first
        wrong = wrong_end(first, last, MOST_DAYS_SHOWN) if first and last else ""
        if wrong:
            self.add_error("last", wrong)
        return asked


class RunDaysForm(forms.Form):
    """Which days are to run; both ends are included, and no turbines means all.

    Raises SourceUnavailable where the source cannot name its turbines.
    """

    first = forms.DateField(label="From", widget=AdminDateWidget)
    last = forms.DateField(label="To", widget=AdminDateWidget, help_text="Included.")
    turbines = forms.MultipleChoiceField(required=False, help_text="None chosen means all.")
    force = forms.BooleanField(
        required=False,
        help_text="Also what is current, and even if it deletes most of a day's statistics.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        turbines = self.fields["turbines"]
        assert isinstance(turbines, forms.MultipleChoiceField)
        turbines.choices = [(name, name) for name in extract.turbine_names()]

    def clean(self) -> dict[str, Any]:
        first, last = self.cleaned_data.get("first"), self.cleaned_data.get("last")
        wrong = wrong_end(first, last) if first and last else ""
        if wrong:
            self.add_error("last", wrong)
        return self.cleaned_data
