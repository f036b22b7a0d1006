"""The REST endpoint of the measurements: what there is, and what a program sends."""

import logging
from datetime import date, datetime
from typing import Any, TypedDict

from django.conf import settings
from django.http import StreamingHttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import UnsupportedMediaType, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from common import let_go
from common.days import FIRST_DAY, LAST_DAY
from common.rest.access import MayChange
from common.rest.downloads import DownloadView, download, format_of, refuse_too_many
from common.rest.errors import DatabaseUnavailable, NotHere
from common.rest.parameters import refuse_parameters, validated
from common.rest.schema import record, records, tables
from common.rest.tables import CONTAINERS
from common.rest.uploads import LONGEST_UPLOAD, spooled
from sourcedata import reader
from sourcedata.batches import measurement_batches, number_of_samples
from sourcedata.dropped_months import dropped
from sourcedata.filters import MeasurementFilter, TurbineFilter
from sourcedata.importing import ImportRefused, ImportResult, Understood
from sourcedata.importing.records import of_variable
from sourcedata.importing.survey import ends
from sourcedata.importing.uploads import MOST_JSON_BYTES, MOST_ROWS, import_upload
from sourcedata.layouts import FULL, LAYOUTS, OPENOA, measurement_batch, measurement_schema
from sourcedata.snapshot import UnreadableSource
from sourcedata.variables import COLUMNS, UNITS

HOW_TO_SEND = (
    "Imports a table as `GET /data` gives it, in the format that `Content-Type` names, packed with"
    " gzip or not: all of it or, where anything in it is wrong, nothing. What is known is updated"
    f" where it differs; sent twice, it changes nothing. At most {LONGEST_UPLOAD:,} bytes, of json"
    f" {MOST_JSON_BYTES:,}, and {MOST_ROWS:,} rows. Takes the permission"
    " `sourcedata.add_importrecord`."
)
logger = logging.getLogger(__name__)


class SourceView(DownloadView):
    """A download that answers 503 where the source cannot be relied on; the log says why."""

    def handle_exception(self, error: Exception) -> Response:
        if isinstance(error, UnreadableSource):
            logger.error("%s", error)
            error = DatabaseUnavailable("The measurements cannot be relied on; the log says why.")
        return super().handle_exception(error)


class MaySend(MayChange):
    """Sending measurements takes a permission of its own."""

    permission = "sourcedata.add_importrecord"


class Imported(TypedDict):
    """What became of a table that was sent, and how it was understood.

    `figures` has by variable what its values look like; `notes` says what was taken for granted,
    `warnings` what is likely wrong.
    """

    rows: int
    inserted: int
    updated: int
    unchanged: int
    joined: int
    disagreeing: int
    emptied: int
    turbines: list[str]
    first: datetime | None
    last: datetime | None
    figures: dict[str, Any]
    notes: list[str]
    warnings: list[str]


class DataView(SourceView):
    """`GET /data`: the 1-minute measurements in [start, end), by turbine and time.

    A row has `timestamp` (UTC), `turbine`, and each variable asked for in its unit, null where it
    is missing. Companions tell of the readings within each sample: `wind_speed_std`.
    """

    filterset_class = MeasurementFilter
    permission_classes = (*SourceView.permission_classes, MaySend)

    @extend_schema(responses=tables(measurement_schema([*COLUMNS]), **UNITS))
    def get(self, request: Request) -> StreamingHttpResponse:
        parameters = validated(self.filterset_class, request.query_params)
        variables = parameters["variables"] or reader.columns(parameters["turbine"])
        wanted = parameters["start"], parameters["end"]
        format = format_of(request, parameters)
        most = number_of_samples(*wanted, parameters["turbine"]) * len(variables)
        refuse_too_many(format, most)
        schema = measurement_schema(variables)
        gone = dropped(*wanted)
        batches = measurement_batches(*wanted, variables, parameters["turbine"], gone)
        rows = (measurement_batch(schema, *batch) for batch in batches)
        return download(format, schema, rows, let_go.headers(gone))

    @extend_schema(
        request={media_type: bytes for media_type, _ in CONTAINERS.values()},
        responses={200: record(Imported)},
        description=HOW_TO_SEND,
    )
    def post(self, request: Request) -> Response:
        refuse_parameters(request.query_params)
        if settings.SOURCE_API_URL:
            raise NotHere("Nobody would read it: this deployment reads another one's measurements.")
        format = _format_of_body(request)
        with spooled(request._request) as path:
            try:
                understood, stored = import_upload(path, format, request.user.get_username())
            except ImportRefused as error:
                raise ValidationError({"body": str(error)}) from error
        return Response(_answer(understood, stored))


def _format_of_body(request: Request) -> str:
    """Return the format that `Content-Type` names.

    Raises:
        UnsupportedMediaType: where it names none.
    """
    packed = str(request.META.get("HTTP_CONTENT_ENCODING", "")).strip().lower()
    if packed not in ("", "identity", "gzip"):
        raise UnsupportedMediaType(packed, f"Content-Encoding is {packed!r}; allowed: gzip.")
    named = (request.content_type or "").partition(";")[0].strip().lower()
    for name, (media_type, _) in CONTAINERS.items():
        if named == media_type:
            return name
    allowed = ", ".join(media_type for media_type, _ in CONTAINERS.values())
    raise UnsupportedMediaType(named, f"Content-Type is {named!r}; allowed: {allowed}.")


def _answer(understood: Understood, stored: ImportResult) -> Imported:
    look = understood.look
    first, last = ends(look) or (None, None)
    return Imported(
        rows=look.rows,
        inserted=stored.inserted,
        updated=stored.updated,
        unchanged=stored.unchanged,
        joined=stored.joined,
        disagreeing=stored.disagreeing,
        emptied=stored.emptied,
        turbines=list(look.turbines),
        first=first,
        last=last,
        figures={name: of_variable(figures) for name, figures in look.figures.items()},
        notes=understood.notes,
        warnings=understood.warnings,
    )


class MonthLetGo(TypedDict):
    """A month whose measurements were let go: its first day, and where the lake has them.

    The address is empty where they were let go without a lake.
    """

    month: date
    lake_address: str


class LetGoView(SourceView):
    """`GET /api/let-go`: the months whose measurements were let go, in order."""

    @extend_schema(responses={200: records(MonthLetGo)})
    def get(self, request: Request) -> Response:
        refuse_parameters(request.query_params)
        months = reader.months_let_go(FIRST_DAY, LAST_DAY)
        return Response([MonthLetGo(month=first, lake_address=where) for first, where in months])


class TurbinesView(SourceView):
    """`GET /api/turbines`: what is known of each turbine, by name."""

    filterset_class = TurbineFilter

    @extend_schema(responses=tables(FULL, OPENOA))
    def get(self, request: Request) -> StreamingHttpResponse:
        parameters = validated(self.filterset_class, request.query_params)
        layout = LAYOUTS[parameters["layout"] or "full"](reader.turbines(parameters["turbine"]))
        return download(format_of(request, parameters), layout.schema, iter([layout]))
