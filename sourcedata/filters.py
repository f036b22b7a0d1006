"""The parameters of the source's addresses."""

import django_filters

from common.rest.downloads import FormatFilter
from common.rest.parameters import NamesFilter, OneOfFilter, PeriodForm, TimeFilter
from sourcedata.layouts import LAYOUTS
from sourcedata.models import Measurement, Turbine
from sourcedata.reader import turbine_names
from sourcedata.variables import COLUMNS


class MeasurementFilter(django_filters.FilterSet):
    """Which measurements, and which of their variables."""

    start = TimeFilter(required=True, help_text="First time, included; UTC without an offset.")
    end = TimeFilter(required=True, help_text="Last time, not included; UTC without an offset.")
    variables = NamesFilter(
        allowed=COLUMNS,
        required=False,
        help_text="Default: all variables, and the companions that any of the turbines has.",
    )
    turbine = NamesFilter(allowed=turbine_names, required=False, help_text="Default: all turbines.")
    format = FormatFilter()

    class Meta:
        model = Measurement
        fields: list[str] = []
        form = PeriodForm


class TurbineFilter(django_filters.FilterSet):
    """Which turbines, and how they are shown."""

    turbine = NamesFilter(allowed=turbine_names, required=False, help_text="Default: all turbines.")
    layout = OneOfFilter(
        allowed=[*LAYOUTS],
        required=False,
        help_text="`full`: all that is known; `openoa`: the asset table of OpenOA. Default full.",
    )
    format = FormatFilter()

    class Meta:
        model = Turbine
        fields: list[str] = []
