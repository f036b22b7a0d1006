"""The REST endpoint of the measurements: validates, asks the reader, renders."""

from collections.abc import Iterator, Sequence

import orjson
from django.http import StreamingHttpResponse
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from sourcedata import reader
from sourcedata.filters import MeasurementFilter
from sourcedata.variables import VARIABLE_NAMES
from windproject.parameters import refuse_parameters, validated
from windproject.streams import begun


class DataView(APIView):
    """`GET /data`: the 1-minute measurements in [start, end) as a JSON list of objects.

    An object has `timestamp` (UTC), `turbine`, and each variable asked for in its unit, null where
    it is missing. They are ordered by turbine and time.
    """

    def get(self, request: Request) -> StreamingHttpResponse:
        asked = validated(MeasurementFilter, request.query_params)
        variables = asked["variables"] or VARIABLE_NAMES
        batches = reader.measurement_batches(
            asked["start"], asked["end"], variables, asked["turbine"]
        )
        return StreamingHttpResponse(
            begun(_json_list(batches, variables)), content_type="application/json"
        )


class TurbinesView(APIView):
    """`GET /api/turbines`: what is known of each turbine, by name."""

    def get(self, request: Request) -> Response:
        refuse_parameters(request.query_params)
        return Response(reader.turbines())


def _json_list(
    batches: Iterator[tuple[str, list[reader.Row]]], variables: Sequence[str]
) -> Iterator[bytes]:
    names = ("timestamp", "turbine", *variables)
    opening = b"["
    for turbine, rows in batches:
        objects = [
            dict(zip(names, (time, turbine, *values), strict=True)) for time, *values in rows
        ]
        yield opening + orjson.dumps(objects, option=orjson.OPT_UTC_Z)[1:-1]
        opening = b","
    yield b"[]" if opening == b"[" else b"]"
