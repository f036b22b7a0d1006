"""What the admin asks for before it starts runs."""

from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminDateWidget

from aggregates.runs.queueing import problem_of_period
from aggregates.source import gateway


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
        turbines.choices = [(name, name) for name in gateway.turbine_names()]

    def clean(self) -> dict[str, Any]:
        first, last = self.cleaned_data.get("first"), self.cleaned_data.get("last")
        wrong = problem_of_period(first, last) if first and last else ""
        if wrong:
            self.add_error("last", wrong)
        return self.cleaned_data
