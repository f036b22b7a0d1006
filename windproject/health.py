"""Answers for a load balancer, an orchestrator and monitoring, which have no login.

No answer says why something does not work: that may name hosts and accounts, and is for the log.
"""

import logging
from typing import Any

from django.db import Error
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from aggregates import freshness
from aggregates.errors import SourceUnavailable
from common.bulkhead import SharedAnswer
from common.days import now
from common.servers import OK, servers

logger = logging.getLogger(__name__)

# More of a kind are counted: somebody reads the answer, and a farm may have very many of them.
MOST_LISTED = 20
FRESHNESS = SharedAnswer()


@csrf_exempt
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """`GET /health/live`: this process answers, whatever else may be down."""
    return HttpResponse("ok\n", content_type="text/plain")


@csrf_exempt
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """`GET /health/ready`: both databases answer and are migrated, and the broker takes messages.

    503 where one of these does not hold; the answer says of each how it is.
    """
    conditions = servers()
    is_ready = set(conditions.values()) == {OK}
    return JsonResponse(conditions, status=200 if is_ready else 503)


@csrf_exempt
@require_safe
def fresh(request: HttpRequest) -> JsonResponse:
    """`GET /health/freshness`: 503 while the statistics are not what they should be.

    That is while a day that ended a while ago is not current, or a turbine-day of it not complete,
    while a turbine is silent, and while the source could change without being noticed, or does not
    answer; then with what was known of it last, and when that was. Of each reason MOST_LISTED are
    listed, and `more` counts the others.
    """
    try:
        current = FRESHNESS.ask(lambda: freshness.freshness(now()))
    except SourceUnavailable:
        return JsonResponse({"status": freshness.SOURCE_IS_SILENT}, status=503)
    except Error as error:
        logger.error("Freshness is not known: %s", error)
        return JsonResponse({"status": "unknown: the target does not answer"}, status=503)
    if current.status == freshness.OK:
        return JsonResponse({"status": current.status})
    return JsonResponse(_reasons(current), status=503)


def _reasons(current: freshness.Freshness) -> dict[str, Any]:
    reasons: dict[str, list[dict[str, Any]]] = {
        "days": [{"day": day.day, "state": day.state} for day in current.late],
        "silent": [{"turbine": silent.name, "since": silent.since} for silent in current.silent],
        "incomplete": [
            {"day": day.day, "turbine": day.turbine, "percent": day.percent}
            for day in current.incomplete
        ],
    }
    more = {name: len(of_kind) - MOST_LISTED for name, of_kind in reasons.items()}
    optional = {
        "more": {name: number for name, number in more.items() if number > 0},
        "known_at": current.known_at,
    }
    return {
        "status": current.status,
        **{name: of_kind[:MOST_LISTED] for name, of_kind in reasons.items()},
        **{name: value for name, value in optional.items() if value},
    }
