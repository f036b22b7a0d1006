"""The REST endpoints of the statistics: what there is, and the values in whatever form is asked."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from django.http import StreamingHttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from aggregates import reader
from aggregates.api.filters import SignalFilter, ValueFilter
from aggregates.api.views import TellsOfSource, next_changed_since
from aggregates.export import conditions, layouts, turbulence
from aggregates.export.blocks import Block, SignalName, blocks, signal_names
from aggregates.export.layouts import LAYOUTS, Grid, Layout, TimeLabels
from aggregates.export.parts import Part, parts
from common import let_go
from common.rest.downloads import DownloadView, download, format_of, refuse_too_many
from common.rest.parameters import refuse_parameters, validated
from common.rest.schema import records, tables
from common.rest.tables import TableSchema
from sourcedata.variables import VARIABLES, Variable

CONVENTIONS = {
    "minimum": "Least valid value, in `unit`; of the rated power where `per_rated_power`. What is"
    " not valid is left out of the statistics.",
    "maximum": "Greatest valid value, likewise.",
    "is_angle": "Taken modulo 360 and averaged as unit vectors: `std` is Mardia's, and `min` may be"
    " the larger number. `/data` has what was measured.",
    "is_signed_angle": "What lies outside -180 to 180 is taken into it by whole turns, and averaged"
    " as a plain number. `/data` has what was measured.",
}


def _every_layout() -> list[TableSchema]:
    return [
        layout(
            signal_names(layout.names, layout.statistics),
            TimeLabels(),
            ["T01"],
            Grid(has_condition=layout.has_derived, has_turbulence=layout.has_derived),
        ).schema
        for layout in LAYOUTS.values()
    ]


class VariablesView(APIView):
    """`GET /api/variables`: what is measured, in which unit, and which values are possible."""

    @extend_schema(responses={200: records(Variable, **CONVENTIONS)})
    def get(self, request: Request) -> Response:
        refuse_parameters(request.query_params)
        return Response([asdict(variable) for variable in VARIABLES])


class SignalsView(APIView):
    """`GET /api/signals`: what there are values of, and from when to when."""

    filterset_class = SignalFilter

    @extend_schema(responses={200: records(reader.SignalHistory)})
    def get(self, request: Request) -> Response:
        parameters = validated(self.filterset_class, request.query_params)
        return Response(reader.signals(parameters["turbine"]))


class ValuesView(TellsOfSource, DownloadView):
    """`GET /api/values`: the statistics of windows that start in [start, end).

    By turbine, time, and for `layout=long` by signal; by time first for `openoa` and `flasc`.
    Values are in their variable's unit.
    """

    filterset_class = ValueFilter

    @extend_schema(responses=tables(*_every_layout()))
    def get(self, request: Request) -> StreamingHttpResponse:
        parameters = validated(self.filterset_class, request.query_params)
        headers = next_changed_since()
        headers |= let_go.headers(reader.let_go(parameters["start"], parameters["end"]))
        layout = _layout(parameters)
        stored = parts(
            parameters["start"],
            parameters["end"],
            layout.turbines,
            parameters["changed_since"],
            days_per_part=layout.days_per_part,
            is_full=layout.grid.is_full,
        )
        if layout.by_time:
            stored.sort(key=lambda part: part.starts[0])
        format = format_of(request, parameters)
        refuse_too_many(format, layout.cells(stored))
        if _needs_conditions(parameters):
            period = parameters["start"], parameters["end"]
            headers |= conditions.behind(*period, layout.turbines)
        batches = layout.batches(_blocks(stored, layout.signals, parameters))
        return download(format, layout.schema, batches, {**headers, **layout.headers})


def _layout(parameters: Mapping[str, Any]) -> Layout:
    layout = LAYOUTS[parameters["layout"] or "long"]
    signals = signal_names(
        parameters["variable"] or [*layout.names], parameters["statistic"] or layout.statistics
    )
    time_labels = TimeLabels(parameters["timezone"], parameters["label"] or "start")
    grid = Grid(
        parameters["grid"] == "full",
        bool(parameters["condition"]),
        bool(parameters["turbulence_intensity"]),
    )
    return layout(signals, time_labels, parameters["turbine"], grid)


def _needs_conditions(parameters: Mapping[str, Any]) -> bool:
    return bool(parameters["condition"] or parameters["exclude"])


def _blocks(
    parts: Sequence[Part], signals: Sequence[SignalName], parameters: Mapping[str, Any]
) -> Iterator[Block]:
    for block in blocks(parts, signals):
        if parameters["min_coverage"]:
            block = layouts.covered(block, parameters["min_coverage"])
        if _needs_conditions(parameters):
            block = conditions.without(conditions.with_conditions(block), parameters["exclude"])
        if parameters["turbulence_intensity"]:
            block = turbulence.with_turbulence(block)
        yield block
