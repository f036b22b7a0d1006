"""The REST endpoint of the measurements: validates, asks for batches, renders."""

import logging

from django.http import StreamingHttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from common.rest.downloads import DownloadView, download, format_of, refuse_too_many
from common.rest.errors import DatabaseUnavailable
from common.rest.parameters import validated
from common.rest.schema import tables
from sourcedata import reader
from sourcedata.batches import measurement_batches, number_of_samples
from sourcedata.filters import MeasurementFilter, TurbineFilter
from sourcedata.layouts import FULL, LAYOUTS, OPENOA, measurement_batch, measurement_schema
from sourcedata.snapshot import UnreadableSource
from sourcedata.variables import UNITS, VARIABLE_NAMES

logger = logging.getLogger(__name__)


class SourceView(DownloadView):
    """A download that answers 503 where the source cannot be relied on; the log says why."""

    def handle_exception(self, error: Exception) -> Response:
        if isinstance(error, UnreadableSource):
            logger.error("%s", error)
            error = DatabaseUnavailable("The measurements cannot be relied on; the log says why.")
        return super().handle_exception(error)


class DataView(SourceView):
    """`GET /data`: the 1-minute measurements in [start, end), by turbine and time.

    A row has `timestamp` (UTC), `turbine`, and each variable asked for in its unit, null where it
    is missing.
    """

    filterset_class = MeasurementFilter

    @extend_schema(responses=tables(measurement_schema(VARIABLE_NAMES), **UNITS))
    def get(self, request: Request) -> StreamingHttpResponse:
        parameters = validated(self.filterset_class, request.query_params)
        variables = parameters["variables"] or VARIABLE_NAMES
        wanted = parameters["start"], parameters["end"]
        format = format_of(request, parameters)
        most = number_of_samples(*wanted, parameters["turbine"]) * len(variables)
        refuse_too_many(format, most)
        schema = measurement_schema(variables)
        batches = measurement_batches(*wanted, variables, parameters["turbine"])
        return download(format, schema, (measurement_batch(schema, *batch) for batch in batches))


class TurbinesView(SourceView):
    """`GET /api/turbines`: what is known of each turbine, by name."""

    filterset_class = TurbineFilter

    @extend_schema(responses=tables(FULL, OPENOA))
    def get(self, request: Request) -> StreamingHttpResponse:
        parameters = validated(self.filterset_class, request.query_params)
        layout = LAYOUTS[parameters["layout"] or "full"](reader.turbines(parameters["turbine"]))
        return download(format_of(request, parameters), layout.schema, iter([layout]))
