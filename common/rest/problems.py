"""Errors of the REST API, in one shape: problem details as in RFC 9457.

`{"type", "title", "status", "detail"}`, and for bad parameters `errors`, a list of
`{"parameter", "reason"}`; a reason says what was wrong and what is allowed.
"""

import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views import defaults
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler as default_handler

from common.postgres.outages import is_outage

CONTENT_TYPE = "application/problem+json"

# Where programs ask.
API = ("/api/", "/data")
# What is wrong with the body as a whole.
BODY = "body"

logger = logging.getLogger(__name__)


class TooLarge(exceptions.APIException):
    """More was posted than anything asks for."""

    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    default_detail = "The body is too large."


class DatabaseUnavailable(exceptions.APIException):
    """Why is for the log: it may name hosts and accounts."""

    status_code = HTTPStatus.SERVICE_UNAVAILABLE
    default_detail = "The database does not answer; try again later."


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


bad_request = page_or_problem(defaults.bad_request, 400, "The request cannot be read.")
not_found = page_or_problem(defaults.page_not_found, 404, "There is nothing at this address.")
server_error = page_or_problem(
    defaults.server_error, 500, "This is a fault of the server, and in its log."
)


def _errors(reasons: dict[str, Any]) -> list[dict[str, str]]:
    named = {BODY if name == "non_field_errors" else name: why for name, why in reasons.items()}
    return [
        {"parameter": parameter, "reason": " ".join(_texts(found))}
        for parameter, found in named.items()
    ]


def _texts(found: Any) -> list[str]:
    """Return the sentences, which are kept by place where the parameter is a list."""
    if isinstance(found, dict):
        return [text for texts in found.values() for text in _texts(texts)]
    return [str(text) for text in found] if isinstance(found, list) else [str(found)]
