"""The REST endpoints of runs and days: validate, ask the room, render."""

import logging
import re
from datetime import UTC, date, timedelta
from typing import Any, TypedDict

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import NotFound
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.pagination import CursorPagination
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from aggregates import extract, queueing, reader, states
from aggregates.extract import SourceUnavailable
from aggregates.filters import DayStateFilter, RunFilter
from aggregates.forms import wrong_end
from aggregates.models import Outcome, Run
from common.days import days_between
from common.rest.parameters import refuse_parameters, validated
from common.rest.parsing import DayField, YesOrNoField
from common.rest.problems import DatabaseUnavailable
from common.rest.schema import record, records
from common.wording import listed, quoted, unknown

UNTOLD = "It failed; why is told to those who may view runs."
OF_CURRENT_RULES = (
    "Whether the statistics were computed by the rules of today: the algorithm, the valid ranges, "
    "the turbine's rated power. An archived turbine-day keeps statistics of the rules of its time. "
    "Null where it was never aggregated, or is archived and the source no longer has its turbine."
)
PLAUSIBLE_ID = re.compile("[0-9]{1,18}")

logger = logging.getLogger(__name__)


class MayRun(BasePermission):
    """Starting runs takes the permission `aggregates.run_aggregation`."""

    message = "Starting runs takes the permission aggregates.run_aggregation."

    def has_permission(self, request: Request, view: APIView) -> bool:
        return request.method in SAFE_METHODS or request.user.has_perm("aggregates.run_aggregation")


class SourceMixin:
    """A source that does not answer is no bug of ours; why is for the log."""

    def handle_exception(self, error: Exception) -> Response:
        if isinstance(error, SourceUnavailable):
            logger.error("%s", error)
            error = DatabaseUnavailable("The source does not answer; try again later.")
        response: Response = super().handle_exception(error)  # type: ignore[misc]  # a mixin
        return response


class RunSerializer(serializers.ModelSerializer[Run]):
    """A run as it stands; a bug's traceback is for the admin and the log."""

    error = serializers.SerializerMethodField(help_text="Why it failed.")
    duration_s = serializers.SerializerMethodField(help_text="Of the last attempt, in seconds.")

    class Meta:
        model = Run
        exclude = ["traceback", "worker", "fingerprint", "sent_at"]

    def get_error(self, run: Run) -> str:
        """Return the sentence; it may name servers, which are for those who may view runs."""
        visitor = self.context["request"].user
        return run.error if not run.error or visitor.has_perm("aggregates.view_run") else UNTOLD

    def get_duration_s(self, run: Run) -> float | None:
        return run.duration.total_seconds() if run.duration else None


class RunRequestSerializer(serializers.Serializer[Any]):
    """Which days are to run. Both ends are included; no turbines means all."""

    def get_fields(self) -> dict[str, Any]:
        # `from` is no name that a class can give.
        return {
            "from": DayField(),
            "to": DayField(),
            "turbines": serializers.ListField(child=serializers.CharField(), default=list),
            "force": YesOrNoField(default=False),
        }

    def validate_turbines(self, names: list[str]) -> list[str]:
        wrong = unknown(names, extract.turbine_names() if names else [])
        if wrong:
            raise serializers.ValidationError(wrong)
        return names

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        strange = set(self.initial_data) - set(self.fields)
        if strange:
            reason = f"is not known; allowed: {listed(self.fields)}."
            raise serializers.ValidationError({quoted(name)[1:-1]: reason for name in strange})
        wrong = wrong_end(asked["from"], asked["to"])
        if wrong:
            raise serializers.ValidationError({"to": wrong})
        return asked


class NewestFirst(CursorPagination):
    """Pages that neither repeat nor lose a run while others are added."""

    ordering = "-id"
    page_size = 100

    def decode_cursor(self, request: Request) -> Any:
        allowed = "is none; allowed is what next or previous of another page says."
        try:
            cursor = super().decode_cursor(request)
        except NotFound:
            raise serializers.ValidationError({"cursor": [allowed]}) from None
        # The number of a run; nobody checks it before the database does.
        if cursor and cursor.position and not PLAUSIBLE_ID.fullmatch(str(cursor.position)):
            raise serializers.ValidationError({"cursor": [allowed]})
        return cursor


class Answer(TypedDict):
    """What became of the request for one day."""

    day: date
    outcome: Outcome
    run: int | None


class Answers(TypedDict):
    """What became of a request; `warning` says why the workers may hear of it later."""

    results: list[Answer]
    warning: str | None


class RunsView(SourceMixin, ListAPIView[Run]):
    """`GET /api/runs`: runs, newest first. `POST /api/runs`: ask for runs of some days."""

    permission_classes = [*ListAPIView.permission_classes, MayRun]
    queryset = Run.objects.all()
    serializer_class = RunSerializer
    pagination_class = NewestFirst
    filterset_class = RunFilter

    def filter_queryset(self, runs: Any) -> Any:
        validated(self.filterset_class, self.request.query_params)
        return self.filterset_class(self.request.query_params, runs).qs

    @extend_schema(
        request=RunRequestSerializer, responses=dict.fromkeys([202, 409], record(Answers))
    )
    def post(self, request: Request) -> Response:
        body = RunRequestSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        wanted = body.validated_data
        requests, failure = queueing.submit(
            days_between(wanted["from"], wanted["to"]),
            wanted["turbines"],
            request.user.get_username(),
            wanted["force"],
        )
        results = [
            {"day": asked.day, "outcome": asked.outcome, "run": asked.run and asked.run.pk}
            for asked in requests
        ]
        waits = any(asked.outcome.waits for asked in requests)
        code = status.HTTP_202_ACCEPTED if waits else status.HTTP_409_CONFLICT
        return Response({"results": results, "warning": failure}, status=code)


class RunView(RetrieveAPIView[Run]):
    """`GET /api/runs/{id}`: one run."""

    queryset = Run.objects.all()
    serializer_class = RunSerializer

    def get_object(self) -> Run:
        refuse_parameters(self.request.query_params)
        return super().get_object()


class DaysView(SourceMixin, APIView):
    """`GET /api/days`: the turbine-days in [start, end) and what their statistics are worth."""

    filterset_class = DayStateFilter

    @extend_schema(
        responses={200: records(states.TurbineDayState, of_current_rules=OF_CURRENT_RULES)}
    )
    def get(self, request: Request) -> Response:
        asked = validated(self.filterset_class, request.query_params)
        marked = next_changed_since()
        last = asked["end"] - timedelta(days=1)
        found = states.turbine_days(asked["start"], last, asked["turbine"], asked["changed_since"])
        return Response(found, headers=marked)


def next_changed_since() -> dict[str, str]:
    """Return the header that says what to ask for next time; to be called before reading."""
    mark = reader.changes_known_until().astimezone(UTC).replace(tzinfo=None)
    # Without a plus, which an address would have to escape.
    return {"Next-Changed-Since": f"{mark.isoformat()}Z"}
