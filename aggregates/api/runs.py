"""The REST endpoints of runs."""

import re
from datetime import date
from typing import Any, TypedDict

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import NotFound
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response

from aggregates.api.filters import RunFilter
from aggregates.api.views import TellsOfSource
from aggregates.models import Outcome, Run
from aggregates.runs import queueing
from aggregates.runs.queueing import problem_of_period
from aggregates.source import gateway
from common.days import days_between
from common.rest.access import MayChange
from common.rest.parameters import refuse_parameters, validated
from common.rest.parsing import DayField, YesOrNoField
from common.rest.schema import record
from common.wording import listed, quoted, unknown

HIDDEN_ERROR = "It failed; why is told to those who may view runs."
PLAUSIBLE_ID = re.compile("[0-9]{1,18}")


class MayRun(MayChange):
    """Starting runs takes a permission of its own."""

    permission = "aggregates.run_aggregation"


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
        if not run.error or visitor.has_perm("aggregates.view_run"):
            return run.error
        return HIDDEN_ERROR

    def get_duration_s(self, run: Run) -> float | None:
        return run.duration.total_seconds() if run.duration else None


class RunRequestSerializer(serializers.Serializer[Any]):
    """Which days are to run. Both ends are included; no turbines means all."""

    def get_fields(self) -> dict[str, Any]:
        # The fields are made here, since a class cannot have an attribute `from`.
        return {
            "from": DayField(),
            "to": DayField(),
            "turbines": serializers.ListField(child=serializers.CharField(), default=list),
            "force": YesOrNoField(default=False),
        }

    def validate_turbines(self, names: list[str]) -> list[str]:
        wrong = unknown(names, gateway.turbine_names() if names else [])
        if wrong:
            raise serializers.ValidationError(wrong)
        return names

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        strange = set(self.initial_data) - set(self.fields)
        if strange:
            reason = f"is not known; allowed: {listed(self.fields)}."
            raise serializers.ValidationError({quoted(name)[1:-1]: reason for name in strange})
        wrong = problem_of_period(attrs["from"], attrs["to"])
        if wrong:
            raise serializers.ValidationError({"to": wrong})
        return attrs


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
        # The position is the number of a run, and nobody else checks it before the database does.
        if cursor and cursor.position and not PLAUSIBLE_ID.fullmatch(str(cursor.position)):
            raise serializers.ValidationError({"cursor": [allowed]})
        return cursor


class RequestOutcome(TypedDict):
    """What became of one day of the request."""

    day: date
    outcome: Outcome
    run: int | None


class RequestOutcomes(TypedDict):
    """What became of a request; `warning` says why the workers may hear of it later."""

    results: list[RequestOutcome]
    warning: str | None


class RunsView(TellsOfSource, ListAPIView[Run]):
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
        request=RunRequestSerializer, responses=dict.fromkeys([202, 409], record(RequestOutcomes))
    )
    def post(self, request: Request) -> Response:
        body = RunRequestSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        wanted = body.validated_data
        days, failure = queueing.submit(
            days_between(wanted["from"], wanted["to"]),
            wanted["turbines"],
            request.user.get_username(),
            wanted["force"],
        )
        outcomes = [
            {"day": day.day, "outcome": day.outcome, "run": day.run and day.run.pk} for day in days
        ]
        waits = any(day.outcome.waits for day in days)
        code = status.HTTP_202_ACCEPTED if waits else status.HTTP_409_CONFLICT
        return Response({"results": outcomes, "warning": failure}, status=code)


class RunView(RetrieveAPIView[Run]):
    """`GET /api/runs/{id}`: one run."""

    queryset = Run.objects.all()
    serializer_class = RunSerializer

    def get_object(self) -> Run:
        refuse_parameters(self.request.query_params)
        return super().get_object()
