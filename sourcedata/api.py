"""The REST endpoint of the measurements: validates, asks the reader, renders."""

from django.http import StreamingHttpResponse
from rest_framework.request import Request
from rest_framework.views import APIView

from sourcedata import reader
from sourcedata.filters import MeasurementFilter, TurbineFilter
from sourcedata.layouts import LAYOUTS, measurement_batch, measurement_schema
from sourcedata.variables import VARIABLE_NAMES
from windproject.downloads import ChosenFormat, download, format_of, refuse_too_many
from windproject.parameters import validated


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
        schema = measurement_schema(variables)
        found = reader.measurement_batches(*wanted, variables, asked["turbine"])
        return download(format, schema, (measurement_batch(schema, *batch) for batch in found))


class TurbinesView(APIView):
    """`GET /api/turbines`: what is known of each turbine, by name."""

    content_negotiation_class = ChosenFormat

    def get(self, request: Request) -> StreamingHttpResponse:
        asked = validated(TurbineFilter, request.query_params)
        found = LAYOUTS[asked["layout"] or "full"](reader.turbines(asked["turbine"]))
        return download(format_of(request, asked), found.schema, iter([found]))
