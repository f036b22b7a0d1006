"""The forms of the admin: what is to run, and what people say of turbines."""

from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminDateWidget
from django.core.exceptions import ValidationError

from aggregates.runs.queueing import problem_of_period
from aggregates.source import gateway
from aggregates.source.gateway import SourceUnavailable
from common.wording import listed, quoted


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


class TurbineForm(forms.ModelForm):
    """What a person says of a turbine, or of all where that may be left out."""

    def clean_turbine(self) -> str:
        """Refuse a turbine that the source does not know."""
        name: str = self.cleaned_data["turbine"]
        try:
            names = gateway.turbine_names()
        except SourceUnavailable as error:
            raise ValidationError(f"Which turbines there are is not known: {error}") from error
        if name and name not in names:
            allowed = listed(names[:20]) if names else "none"
            raise ValidationError(f"There is no turbine {quoted(name)}; there are: {allowed}.")
        return name
