"""The REST endpoint of the measurements: validates, asks the reader, renders."""

from collections.abc import Sequence

import pyarrow as pa
from django.http import StreamingHttpResponse
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from sourcedata import reader
from sourcedata.filters import MeasurementFilter
from sourcedata.variables import VARIABLE_NAMES
from windproject.containers import Batch, Schema
from windproject.downloads import ChosenFormat, download, format_of, refuse_too_many
from windproject.parameters import refuse_parameters, validated
from windproject.pgcopy import Column


class DataView(APIView):
    """`GET /data`: the 1-minute measurements in [start, end), by turbine and time.

    A row has `timestamp` (UTC), `turbine`, and each variable asked for in its unit, null where it
    is missing.
    """

    content_negotiation_class = ChosenFormat

    def get(self, request: Request) -> StreamingHttpResponse:
        asked = validated(MeasurementFilter, request.query_params)
        variables = asked["variables"] or VARIABLE_NAMES
        wanted = asked["start"], asked["end"]
        format = format_of(request, asked)
        most = reader.number_of_samples(*wanted, asked["turbine"]) * len(variables)
        refuse_too_many(format, most)
        schema = _schema(variables)
        found = reader.measurement_batches(*wanted, variables, asked["turbine"])
        return download(format, schema, (_batch(schema, *batch) for batch in found))


class TurbinesView(APIView):
    """`GET /api/turbines`: what is known of each turbine, by name."""

    def get(self, request: Request) -> Response:
        refuse_parameters(request.query_params)
        return Response(reader.turbines())


def _schema(variables: Sequence[str]) -> Schema:
    texts_and_times = [("timestamp", pa.timestamp("us", tz="UTC")), ("turbine", pa.string())]
    return pa.schema([*texts_and_times, *((name, pa.float64()) for name in variables)])


def _batch(schema: Schema, turbine: str, columns: Sequence[Column]) -> Batch:
    timestamp, *values = columns
    cells = [
        pa.array(timestamp, schema.types[0]),
        pa.repeat(turbine, len(timestamp)),
        *(pa.array(column, from_pandas=True) for column in values),
    ]
    return pa.record_batch(cells, schema=schema)
