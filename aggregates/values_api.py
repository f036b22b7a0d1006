"""The REST endpoints of the statistics: what there is, and the values in whatever form is asked."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from django.http import StreamingHttpResponse
from rest_framework import serializers
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from aggregates import extract, layouts, reader
from aggregates.api import SourceMixin
from aggregates.blocks import Block, SignalName, blocks, signal_names, window_starts_between
from aggregates.filters import ValueFilter
from aggregates.layouts import LAYOUTS, Shown
from sourcedata.variables import VARIABLES
from windproject.containers import CONTAINERS
from windproject.parameters import refuse_parameters, validated
from windproject.streams import begun

# More than anybody's program parses at once; the other formats are made for it.
MOST_JSON_VALUES = 5_000_000
DEFAULT_INTERVAL_S = 60


class VariablesView(APIView):
    """`GET /api/variables`: what is measured, in which unit, and which values are possible."""

    def get(self, request: Request) -> Response:
        refuse_parameters(request.query_params)
        return Response([asdict(variable) for variable in VARIABLES])


class SignalsView(APIView):
    """`GET /api/signals`: what there are values of, and from when to when."""

    def get(self, request: Request) -> Response:
        refuse_parameters(request.query_params)
        return Response(reader.signals())


class ChosenContainer(BaseContentNegotiation):
    """The view chooses the format itself; errors are problems in JSON whatever is accepted."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        """Return the one parser there is."""
        return parsers[0]

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:
        """Return the one renderer there is."""
        return renderers[0], renderers[0].media_type


class ValuesView(SourceMixin, APIView):
    """`GET /api/values`: the statistics of windows that start in [start, end).

    By turbine, time, and for `layout=long` by signal. Values are in their variable's unit.
    """

    content_negotiation_class = ChosenContainer

    def get(self, request: Request) -> StreamingHttpResponse:
        asked = validated(ValueFilter, request.query_params)
        signals = signal_names(asked["variable"], asked["statistic"])
        container = asked["format"] or _accepted(request.headers.get("Accept", ""))
        if container == "json":
            _refuse_too_many(asked, len(signals))
        shown = Shown(asked["timezone"], asked["label"] or "start")
        schema, layout = LAYOUTS[asked["layout"] or "long"]
        batches = (layout(block, shown) for block in _blocks(asked, signals))
        media_type, write = CONTAINERS[container]
        chunks = write(schema(signals, shown), batches)
        return StreamingHttpResponse(begun(chunks), content_type=media_type)


def _accepted(accept: str) -> str:
    """Return the first container that the header names, else json."""
    kinds = [part.partition(";")[0].strip() for part in accept.split(",")]
    named = {media_type: name for name, (media_type, _) in CONTAINERS.items()}
    return next((named[kind] for kind in kinds if kind in named), "json")


def _refuse_too_many(asked: Mapping[str, Any], signals: int) -> None:
    turbines = len(asked["turbine"] or reader.turbine_names())
    most = turbines * signals * len(window_starts_between(asked["start"], asked["end"]))
    if most > MOST_JSON_VALUES:
        raise serializers.ValidationError(
            {
                "format": f"json holds at most {MOST_JSON_VALUES} values, and up to {most} are "
                "asked for; allowed is less, or csv, parquet or arrow."
            }
        )


def _blocks(asked: Mapping[str, Any], signals: Sequence[SignalName]) -> Iterator[Block]:
    found = blocks(asked["start"], asked["end"], asked["turbine"], signals)
    least = asked["min_coverage"]
    if not least:
        return found
    intervals_s = extract.sample_intervals_s()
    return (
        layouts.covered(block, least, intervals_s.get(block.turbine, DEFAULT_INTERVAL_S))
        for block in found
    )
