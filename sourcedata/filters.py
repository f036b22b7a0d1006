"""The parameters of `/data`."""

import django_filters

from sourcedata.models import Measurement
from sourcedata.reader import turbine_names
from sourcedata.variables import VARIABLE_NAMES
from windproject.downloads import FormatFilter
from windproject.parameters import NamesFilter, PeriodForm, TimeFilter


class MeasurementFilter(django_filters.FilterSet):
    """Which measurements, and which of their variables."""

    start = TimeFilter(required=True, help_text="First time, included; UTC without an offset.")
    end = TimeFilter(required=True, help_text="Last time, not included; UTC without an offset.")
    variables = NamesFilter(
        allowed=lambda: VARIABLE_NAMES, required=False, help_text="Default: all variables."
    )
    turbine = NamesFilter(allowed=turbine_names, required=False, help_text="Default: all turbines.")
    format = FormatFilter()

    class Meta:
        model = Measurement
        fields: list[str] = []
        form = PeriodForm
