"""The API's own description, OpenAPI 3: made of what the views validate with and answer.

A view names its FilterSet in `filterset_class`, whose parameters are described here; its rows are
described by a record's type hints, or by the columns of a table.
"""

from collections.abc import Mapping
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pyarrow as pa
from drf_spectacular.contrib.knox_auth_token import KnoxTokenScheme
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import resolve_type_hint
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from common.rest.problems import CONTENT_TYPE
from common.rest.tables import CONTAINERS, TableSchema

Described = dict[str, Any]

PROBLEM: Described = {
    "type": "object",
    "description": "RFC 9457. `errors` is there where parameters or fields were wrong.",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"parameter": {"type": "string"}, "reason": {"type": "string"}},
                "required": ["parameter", "reason"],
            },
        },
    },
    "required": ["type", "title", "status", "detail"],
}
PROBLEMS = {
    "400": "A parameter or a field is wrong: which, why, and what is allowed.",
    "default": "401 or 403: who asks may not; 404: it does not exist; 406 and 415: in no such form;"
    " 409 and 413: not now, or not so much; 429: too often; 503: a database does not answer.",
}


# A visitor of the docs may try these first: each of them is a day, and a time.
PERIOD = {"start": "2025-08-31", "end": "2025-09-01"}


class Token(KnoxTokenScheme):  # type: ignore[no-untyped-call]  # it has few types
    """Tokens, which are shown once."""

    target_class = "common.rest.access.AsciiTokenAuthentication"


class ViewSchema(AutoSchema):
    """Describes a view by its FilterSet, and the problems that any view may answer with."""

    def get_override_parameters(self) -> list[Any]:
        """Return what the view's FilterSet validates."""
        filterset = getattr(self.view, "filterset_class", None)
        if self.method != "GET" or not filterset:
            return []
        filters = filterset.base_filters
        return [_parameter(name, filter_.field) for name, filter_ in filters.items()]

    def _get_response_bodies(
        self, direction: Literal["request", "response"] = "response"
    ) -> Described:
        bodies: Described = super()._get_response_bodies(direction)
        for status, description in PROBLEMS.items():
            content = {CONTENT_TYPE: {"schema": PROBLEM}}
            bodies.setdefault(status, {"description": description, "content": content})
        return bodies


def _parameter(name: str, field: Any) -> OpenApiParameter:
    described = dict(getattr(field, "described", {"type": "string"}))
    if name in PERIOD:
        described["example"] = PERIOD[name]
    return OpenApiParameter(name, described, required=field.required, description=field.help_text)


def records(of: type, **descriptions: str) -> Described:
    """Describe an answer that is a list of records, by the hints of their type."""
    return {"type": "array", "items": record(of, **descriptions)}


def record(of: type, **descriptions: str) -> Described:
    """Describe a record by the hints of its type."""
    properties = {name: _hinted(hint) for name, hint in get_type_hints(of).items()}
    for name, text in descriptions.items():
        properties[name]["description"] = text
    return {"type": "object", "properties": properties, "required": [*properties]}


def _hinted(hint: Any) -> Described:
    if get_origin(hint) is list:
        return records(*get_args(hint))
    return dict(resolve_type_hint(hint))  # type: ignore[no-untyped-call]  # as above


def tables(*schemas: TableSchema, **descriptions: str) -> dict[tuple[int, str], Any]:
    """Describe a download, whose rows have the columns of one of the tables."""
    rows = [_row(schema, descriptions) for schema in schemas]
    row = rows[0] if len(rows) == 1 else {"anyOf": rows}
    bodies = {
        (200, media_type): OpenApiResponse({"type": "string", "format": "binary"}, name)
        for name, (media_type, _) in CONTAINERS.items()
    }
    json, _ = CONTAINERS["json"]
    return bodies | {(200, json): OpenApiResponse({"type": "array", "items": row}, "The rows.")}


def _row(schema: TableSchema, descriptions: Mapping[str, str]) -> Described:
    properties = {field.name: _cell(field.type) for field in schema}
    for name, text in descriptions.items():
        if name in properties:
            properties[name]["description"] = text
    return {"type": "object", "properties": properties}


def _cell(type_: Any) -> Described:
    if pa.types.is_timestamp(type_):
        zoned = {"format": "date-time"} if type_.tz else {}
        return {"type": "string", **zoned, "nullable": True}
    names = {"string": "string", "int64": "integer", "double": "number", "bool": "boolean"}
    return {"type": names[str(type_)], "nullable": True}
