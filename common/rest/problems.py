"""Errors of the REST API, in one shape: problem details as in RFC 9457.

`{"type", "title", "status", "detail"}`, and for bad parameters `errors`, a list of
`{"parameter", "reason"}`; a reason says what was wrong and what is allowed.
"""

import logging
import sys
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler as default_handler

from common.broker import BrokerFailed
from common.postgres.outages import is_outage
from common.refusals import Refusal
from common.rest.errors import DatabaseUnavailable, TooLarge
from common.wording import first_line

CONTENT_TYPE = "application/problem+json"

# Programs ask below these addresses; pages for people are elsewhere.
API = ("/api/", "/data")
# An error of the body as a whole is told under this name.
BODY = "body"
ONLY_UTF_8 = "The body has another charset; allowed is utf-8."

logger = logging.getLogger(__name__)


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer an exception of a view; None where it is a bug, which Django answers with 500."""
    if is_outage(error):
        logger.error("A database cannot be used: %s", error)
        error = DatabaseUnavailable()
    if isinstance(error, RequestDataTooBig):
        error = TooLarge()
    response = default_handler(error, context)
    if response is None:
        return None
    problem = _problem(response.status_code)
    if isinstance(error, exceptions.ValidationError):
        problem["errors"] = _errors(response.data)
        problem["detail"] = " ".join(f"{e['parameter']}: {e['reason']}" for e in problem["errors"])
    else:
        problem["detail"] = str(response.data["detail"])
    response.data = problem
    response.content_type = CONTENT_TYPE
    return response


def _problem(status: int) -> dict[str, Any]:
    return {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}


def page_or_problem(
    page: Callable[..., HttpResponse], status: int, detail: str
) -> Callable[..., HttpResponse]:
    """Return a handler of errors that meet no view: a page for people, a problem for programs."""

    def handle(request: HttpRequest, *arguments: Any, **keywords: Any) -> HttpResponse:
        if not request.path.startswith(API):
            return page(request, *arguments, **keywords)
        problem = {**_problem(status), "detail": detail}
        return JsonResponse(problem, status=status, content_type=CONTENT_TYPE)

    return handle


def _page(status: int) -> Callable[..., HttpResponse]:
    """Return what answers by the page of the status.

    Django's own handlers read the session and the body, either of which may be what failed.
    """

    def answer(request: HttpRequest, *arguments: Any, **keywords: Any) -> HttpResponse:
        return HttpResponse(render_to_string(f"{status}.html"), status=status)

    return answer


def _conflict(request: HttpRequest, error: Exception) -> HttpResponse:
    """Answer by a page that says what a database refuses, where it was one that refused."""
    is_told = isinstance(error, DatabaseError | Refusal)
    page = render_to_string("409.html", {"refusal": first_line(error) if is_told else ""})
    return HttpResponse(page, status=HTTPStatus.CONFLICT)


bad_request = page_or_problem(_page(400), 400, "The request cannot be read.")
forbidden = page_or_problem(_page(403), 403, "Your account may not do this.")
conflict = page_or_problem(_conflict, 409, "What is stored stands against this.")
not_found = page_or_problem(_page(404), 404, "There is nothing at this address.")
_failed = page_or_problem(_page(500), 500, "This is a fault of the server, and in its log.")
_unavailable = page_or_problem(_page(503), 503, DatabaseUnavailable.default_detail)
other_charset = page_or_problem(
    lambda request: HttpResponse(ONLY_UTF_8, status=415, content_type="text/plain"),
    415,
    ONLY_UTF_8,
)


def server_error(request: HttpRequest, *arguments: Any) -> HttpResponse:
    """Answer an error of a page, while it is handled: 503 where a server failed, else 500."""
    error = sys.exc_info()[1]
    if isinstance(error, Exception) and (is_outage(error) or isinstance(error, BrokerFailed)):
        return _unavailable(request)
    return _failed(request, *arguments)


def _errors(reasons: dict[str, Any]) -> list[dict[str, str]]:
    named = {BODY if name == "non_field_errors" else name: why for name, why in reasons.items()}
    return [
        {"parameter": parameter, "reason": " ".join(_texts(reason))}
        for parameter, reason in named.items()
    ]


def _texts(reason: Any) -> list[str]:
    """Return the sentences, which are kept by place where the parameter is a list."""
    if isinstance(reason, dict):
        return [text for texts in reason.values() for text in _texts(texts)]
    return [str(text) for text in reason] if isinstance(reason, list) else [str(reason)]
