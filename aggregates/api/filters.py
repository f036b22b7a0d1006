"""The parameters of the target's addresses."""

from typing import Any

import django_filters
from django.core.exceptions import ValidationError

from aggregates.assessment.conditions import Condition
from aggregates.assessment.findings import Kind
from aggregates.compute.statistic_names import STATISTICS
from aggregates.compute.windows import WINDOW
from aggregates.export.blocks import signal_names
from aggregates.export.layouts import LAYOUTS
from aggregates.models import AggregatedDay, Assessment, Finding, Run, Signal, Value
from aggregates.reader import AggregatedTurbines, turbine_names
from aggregates.source import gateway
from common.rest.downloads import FormatFilter
from common.rest.parameters import (
    DayFilter,
    NamesField,
    NamesFilter,
    OneOfFilter,
    PeriodForm,
    ShareFilter,
    TimeFilter,
    TruthFilter,
    ZoneFilter,
)
from common.wording import listed
from sourcedata.variables import COLUMNS, VARIABLE_NAMES

CHANGED_SINCE = (
    "Only turbine-days whose statistics changed then or later, and those whole. An answer's header "
    "`Next-Changed-Since` is what to ask for next time."
)

# So many windows of a full grid take about 200 MB.
MOST_WINDOWS_OF_A_GRID = 10_000_000


class KnownTurbines(AggregatedTurbines):
    """The turbines of which anything was aggregated, and the source's.

    The source is asked only about a turbine that was never aggregated.
    """

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or name in gateway.turbine_names()


class DayStateFilter(django_filters.FilterSet):
    """The parameters that choose turbine-days."""

    start = DayFilter(required=True, help_text="First day, included.")
    end = DayFilter(required=True, help_text="Last day, not included.")
    turbine = NamesFilter(allowed=KnownTurbines, required=False, help_text="Default: all turbines.")
    changed_since = TimeFilter(required=False, help_text=CHANGED_SINCE)

    class Meta:
        model = AggregatedDay
        fields: list[str] = []
        form = PeriodForm


class AssessmentFilter(django_filters.FilterSet):
    """The parameters that choose assessed turbine-days."""

    start = DayFilter(required=True, help_text="First day, included.")
    end = DayFilter(required=True, help_text="Last day, not included.")
    turbine = NamesFilter(
        allowed=AggregatedTurbines, required=False, help_text="Default: all turbines."
    )
    format = FormatFilter()

    class Meta:
        model = Assessment
        fields: list[str] = []
        form = PeriodForm


class FindingFilter(django_filters.FilterSet):
    """The parameters that choose findings, by any moment that they lasted over."""

    start = TimeFilter(
        field_name="end", lookup_expr="gt", help_text="Not what had ended by then. Default: all."
    )
    end = TimeFilter(
        field_name="start", lookup_expr="lt", help_text="Not what began then or later."
    )
    turbine = NamesFilter(
        allowed=KnownTurbines,
        required=False,
        lookup_expr="in",
        help_text="Default: all turbines, and the farm as a whole.",
    )
    kind = NamesFilter(
        allowed=[kind.value for kind in Kind],
        required=False,
        lookup_expr="in",
        help_text="Default: all kinds.",
    )
    open = TruthFilter(field_name="is_open", help_text="Whether it goes on. Default: both.")
    standing = TruthFilter(
        field_name="withdrawn_at",
        lookup_expr="isnull",
        help_text="Whether the data still bear it out. Default: both.",
    )
    format = FormatFilter()

    class Meta:
        model = Finding
        fields: list[str] = []
        form = PeriodForm


class SignalFilter(django_filters.FilterSet):
    """The parameters that choose signals."""

    turbine = NamesFilter(
        allowed=AggregatedTurbines, required=False, help_text="Default: all that have statistics."
    )

    class Meta:
        model = Signal
        fields: list[str] = []


# Pages and tables name a signal so; as parameters it is a variable and a statistic.
PARAMETERS_OF_SIGNALS = {
    f"{variable}_{statistic}": f"variable={variable}&statistic={statistic}"
    for variable, statistic in signal_names([], [])
}


class VariablesField(NamesField):
    """Some variables; a signal's name is refused with what to write in its place."""

    def clean(self, value: Any) -> list[str]:
        try:
            return super().clean(value)
        except ValidationError as refusal:
            names = [name for text in value for name in text.split(",")]
            signals = [name for name in names if name in PARAMETERS_OF_SIGNALS]
            advice = [f"{name} is written {PARAMETERS_OF_SIGNALS[name]}." for name in signals]
            raise ValidationError(" ".join([*refusal.messages, *advice])) from None


class VariablesFilter(NamesFilter):
    """A parameter that is a list of variables."""

    field_class = VariablesField


class ValueForm(PeriodForm):
    """The turbines that are meant, and what a layout has no place for."""

    def clean(self) -> dict[str, Any]:
        parameters = super().clean()
        parameters["turbine"] = parameters.get("turbine") or turbine_names()
        layout = LAYOUTS[parameters.get("layout") or "long"]
        self._refuse_what_is_not_kept(parameters)
        for parameter, reason in layout.refusals(parameters).items():
            self.add_error(parameter, reason)
        if parameters.get("grid") == "full" and {"start", "end"} <= parameters.keys():
            self._refuse_too_many_windows(parameters)
        return self.cleaned_data

    def _refuse_what_is_not_kept(self, parameters: dict[str, Any]) -> None:
        variables, statistics = parameters.get("variable"), parameters.get("statistic")
        if variables and statistics and not signal_names(variables, statistics):
            kept = {name for variable in variables for name in COLUMNS[variable].statistics}
            self.add_error("statistic", f"of these variables only {listed(sorted(kept))} are kept.")

    def _refuse_too_many_windows(self, parameters: dict[str, Any]) -> None:
        """Let a full grid have as many windows as fit into memory, be there values or not."""
        period = parameters["end"] - parameters["start"]
        windows = len(parameters["turbine"]) * (period // WINDOW)
        if windows > MOST_WINDOWS_OF_A_GRID:
            self.add_error(
                "grid",
                f"full has at most {MOST_WINDOWS_OF_A_GRID:,} windows, and {windows:,} are asked"
                " for; allowed is a shorter period, or fewer turbines.",
            )


class ValueFilter(django_filters.FilterSet):
    """The parameters that choose values, and say how they are shown."""

    start = TimeFilter(required=True, help_text="First start of a window, included.")
    end = TimeFilter(required=True, help_text="Last start of a window, not included.")
    turbine = NamesFilter(
        allowed=AggregatedTurbines, required=False, help_text="Default: all that have statistics."
    )
    variable = VariablesFilter(
        allowed=VARIABLE_NAMES, required=False, help_text="Default: all variables."
    )
    statistic = NamesFilter(
        allowed=STATISTICS, required=False, help_text="Default: all statistics."
    )
    changed_since = TimeFilter(required=False, help_text=CHANGED_SINCE)
    exclude = NamesFilter(
        allowed=[condition.value for condition in Condition],
        required=False,
        help_text="Leaves out windows in these conditions; `stopped` takes in those that are"
        " stopped_by_neighbours. Windows that nobody assessed stay.",
    )
    condition = TruthFilter(
        help_text="Whether `layout=wide` has a column `condition`, null where nobody assessed it."
    )
    turbulence_intensity = TruthFilter(
        help_text="Whether `layout=wide` has a column `turbulence_intensity`, the std of the wind"
        " speed over its mean; null where the std is not of the readings within samples."
    )
    grid = OneOfFilter(
        allowed=["sparse", "full"],
        required=False,
        help_text="`full`: every window of the period, null where there is no value; `sparse`:"
        " those that have one. Default sparse.",
    )
    min_coverage = ShareFilter(
        required=False, help_text="Least share of the expected samples, 0 to 1; default 0."
    )
    layout = OneOfFilter(
        allowed=[*LAYOUTS],
        required=False,
        help_text="`long`: a row per value; `wide`: a row per turbine and window; `openoa`: the"
        " SCADA table of OpenOA; `flasc`: the frame of FLASC, a row per window. Default long.",
    )
    label = OneOfFilter(
        allowed=["start", "end"], required=False, help_text="Which end of a window is shown."
    )
    timezone = ZoneFilter(required=False, help_text="Of the times shown. Default UTC.")
    format = FormatFilter()

    class Meta:
        model = Value
        fields: list[str] = []
        form = ValueForm


class RunFilter(django_filters.FilterSet):
    """The parameters that choose runs."""

    start = DayFilter(field_name="day", lookup_expr="gte", help_text="First day, included.")
    end = DayFilter(field_name="day", lookup_expr="lt", help_text="Last day, not included.")
    status = NamesFilter(
        field_name="status",
        lookup_expr="in",
        allowed=Run.Status.values,
        required=False,
        help_text=f"Some of {listed(Run.Status.values)}; default all.",
    )
    cursor = django_filters.CharFilter(
        method="page", help_text="Where a page goes on, from `next` of the page before."
    )

    class Meta:
        model = Run
        fields: list[str] = []
        form = PeriodForm

    def page(self, runs: Any, name: str, value: str) -> Any:
        """Leave the cursor to the pagination."""
        return runs
