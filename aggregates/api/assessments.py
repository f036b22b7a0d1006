"""The REST endpoint of assessed turbine-days."""

from django.http import StreamingHttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from aggregates import reader
from aggregates.api.filters import AssessmentFilter
from aggregates.api.views import TellsOfSource
from aggregates.export import assessments
from common import let_go
from common.days import DAY, day_start
from common.rest.downloads import DownloadView, download, format_of, refuse_too_many
from common.rest.parameters import validated
from common.rest.schema import tables

DESCRIPTIONS = {
    "state": "Whether the assessment is what the statistics and the reference curve of today say:"
    " `current`, `stale`, `missing`, or `empty` where there is nothing to assess.",
    "conditions": "A letter for each of the 144 windows: `S` stopped, `N` stopped as the neighbours"
    " alone saw it, `D` derated, `o` cut out, `c` calm, `p` producing, `?` unknown.",
    "expected_kwh": "What the curve says of the windows that have a wind speed and a power.",
    "availability_by_time": "Operational, as the turbine's own anemometer saw it, 0 to 1: no status"
    " code tells whose fault a standstill was.",
    "availability_with_neighbours": "The same with the standstills that the neighbours alone saw.",
    "availability_by_energy": "Energy over energy and losses, 0 to 1.",
    "wind_speed": "The day's mean in m/s.",
    "curve_origin": "`given` by a person, or `fitted` to windows of the turbine's own.",
}


class AssessmentsView(TellsOfSource, DownloadView):
    """`GET /api/assessments`: what each turbine did on the days in [start, end), by day."""

    filterset_class = AssessmentFilter

    @extend_schema(responses=tables(assessments.schema(), **DESCRIPTIONS))
    def get(self, request: Request) -> StreamingHttpResponse:
        parameters = validated(self.filterset_class, request.query_params)
        turbines, schema = parameters["turbine"], assessments.schema()
        spans = assessments.spans(parameters["start"], parameters["end"] - DAY, turbines)
        format = format_of(request, parameters)
        refuse_too_many(format, len(schema) * sum(span.turbine_days for span in spans))
        period = day_start(parameters["start"]), day_start(parameters["end"])
        gone = let_go.headers(reader.let_go(*period, "assessments"))
        return download(format, schema, assessments.batches(spans, turbines), gone)
