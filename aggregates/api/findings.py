"""The REST endpoint of findings."""

from django.http import StreamingHttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from aggregates.api.filters import FindingFilter
from aggregates.api.views import TellsOfSource
from aggregates.export import findings
from aggregates.models import Finding
from common.rest.downloads import DownloadView, download, format_of, refuse_too_many
from common.rest.parameters import validated
from common.rest.schema import tables

DESCRIPTIONS = {
    "turbine": "Null where it is about the farm as a whole.",
    "variable": "Null where its kind is not of one.",
    "open": "Whether it went on when it was last looked at.",
    "sentence": "What was seen.",
    "lost_kwh": "What it cost; null where it has no price.",
    "reason": "Why it was so, as a person said: a category of IEC 61400-26-1, `sensor`, or"
    " `no_fault`.",
    "withdrawn_at": "Since when the data no longer bear it out.",
}


class FindingsView(TellsOfSource, DownloadView):
    """`GET /api/findings`: what a person should look at, or should have, by its start."""

    filterset_class = FindingFilter

    @extend_schema(responses=tables(findings.SCHEMA, **DESCRIPTIONS))
    def get(self, request: Request) -> StreamingHttpResponse:
        parameters = validated(self.filterset_class, request.query_params)
        chosen = self.filterset_class(request.query_params, Finding.objects.all()).qs
        format = format_of(request, parameters)
        refuse_too_many(format, len(findings.SCHEMA) * chosen.count())
        return download(format, findings.SCHEMA, findings.batches(chosen))
