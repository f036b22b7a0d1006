"""The REST endpoint of turbine-days."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from aggregates import reader, states
from aggregates.api.filters import DayStateFilter
from aggregates.api.views import TellsOfSource, next_changed_since
from common import let_go
from common.days import DAY, day_start, now
from common.rest.parameters import validated
from common.rest.schema import records

OF_CURRENT_RULES = (
    "Whether the statistics were computed by the rules of today: the algorithm, the valid ranges, "
    "the turbine's rated power. An archived turbine-day keeps statistics of the rules of its time. "
    "Null where it was never aggregated, or is archived and the source no longer has its turbine."
)


class DaysView(TellsOfSource, APIView):
    """`GET /api/days`: the turbine-days in [start, end) and what their statistics are worth."""

    filterset_class = DayStateFilter

    @extend_schema(
        responses={200: records(states.TurbineDayState, of_current_rules=OF_CURRENT_RULES)}
    )
    def get(self, request: Request) -> Response:
        parameters = validated(self.filterset_class, request.query_params)
        headers = next_changed_since()
        period = day_start(parameters["start"]), day_start(parameters["end"])
        headers |= let_go.headers(reader.let_go(*period, "assessments"))
        turbine_days = states.turbine_days(
            parameters["start"],
            parameters["end"] - DAY,
            now(),
            parameters["turbine"],
            parameters["changed_since"],
        )
        return Response(turbine_days, headers=headers)
