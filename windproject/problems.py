"""Errors of the REST API, in one shape: problem details as in RFC 9457.

`{"type", "title", "status", "detail"}`, and for bad parameters `errors`, a list of
`{"parameter", "reason"}`; a reason says what was wrong and what is allowed.
"""

import logging
from http import HTTPStatus
from typing import Any

from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler as default_handler

from windproject.outages import is_outage

CONTENT_TYPE = "application/problem+json"

logger = logging.getLogger(__name__)


class DatabaseUnavailable(exceptions.APIException):
    """Why is for the log: it may name hosts and accounts."""

    status_code = HTTPStatus.SERVICE_UNAVAILABLE
    default_detail = "The database does not answer; try again later."


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer an exception of a view; None where it is a bug, which Django answers with 500."""
    if is_outage(error):
        logger.error("A database cannot be used: %s", error)
        error = DatabaseUnavailable()
    response = default_handler(error, context)
    if response is None:
        return None
    problem: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(response.status_code).phrase,
        "status": response.status_code,
    }
    if isinstance(error, exceptions.ValidationError):
        problem["errors"] = _errors(response.data)
        problem["detail"] = " ".join(f"{e['parameter']}: {e['reason']}" for e in problem["errors"])
    else:
        problem["detail"] = str(response.data["detail"])
    response.data = problem
    response.content_type = CONTENT_TYPE
    return response


def _errors(reasons: dict[str, Any]) -> list[dict[str, str]]:
    return [
        {"parameter": parameter, "reason": " ".join(_texts(found))}
        for parameter, found in reasons.items()
    ]


def _texts(found: Any) -> list[str]:
    """Return the sentences, which are kept by place where the parameter is a list."""
    if isinstance(found, dict):
        return [text for texts in found.values() for text in _texts(texts)]
    return [str(text) for text in found] if isinstance(found, list) else [str(found)]
