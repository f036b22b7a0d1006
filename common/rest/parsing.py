"""Strict reading of what is posted, for serializers."""

import json
from collections.abc import Sequence
from datetime import date
from typing import IO, Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from common.days import parse_day
from common.rest.errors import TooLarge
from common.wording import quoted

LARGEST_BODY = 2_500_000


class StrictJSONParser(BaseParser):
    """JSON whose objects have each name once."""

    media_type = "application/json"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None
    ) -> Any:
        """Return what the body says.

        Raises:
            ParseError: where it is not JSON, names something twice, or is nested without end.
            TooLarge: where it is larger than anything that is asked for.
        """
        try:
            body = stream.read(LARGEST_BODY + 1)
            if len(body) > LARGEST_BODY:
                raise TooLarge
            return json.loads(body.decode(), object_pairs_hook=_unrepeated)
        except RecursionError:
            raise ParseError("The body is nested too deeply.") from None
        except ValueError as error:
            raise ParseError(f"The body is not JSON: {error}.") from None


def _unrepeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if (name := repeated(pairs)) is not None:
        raise ParseError(f"The body names {quoted(name)} twice; allowed is once.")
    return dict(pairs)


def repeated(pairs: Sequence[tuple[str, Any]]) -> str | None:
    """Return the first name of an object's pairs that stands there more than once, or None."""
    if len(dict(pairs)) == len(pairs):
        return None
    names = [name for name, _ in pairs]
    return next(name for name in names if names.count(name) > 1)


@extend_schema_field(OpenApiTypes.DATE)
class DayField(serializers.Field[date, Any, str, Any]):
    """A UTC day, as 2025-08-31."""

    default_error_messages = {
        "required": "is required: a day such as 2025-08-31.",
        "null": "is null; allowed is a day such as 2025-08-31.",
        "invalid": "is not a day; allowed is YYYY-MM-DD, such as 2025-08-31.",
    }

    def to_internal_value(self, value: Any) -> date:
        """Return the day."""
        try:
            return parse_day(value if isinstance(value, str) else "")
        except ValueError:
            self.fail("invalid")

    def to_representation(self, value: date) -> str:
        """Return the day as text."""
        return value.isoformat()


@extend_schema_field(OpenApiTypes.BOOL)
class YesOrNoField(serializers.Field[bool, Any, bool, Any]):
    """true or false, and nothing that only looks like it."""

    default_error_messages = {"invalid": "is neither true nor false.", "null": "is null."}

    def to_internal_value(self, value: Any) -> bool:
        """Return whether it is true."""
        if not isinstance(value, bool):
            self.fail("invalid")
        return value

    def to_representation(self, value: bool) -> bool:
        """Return it as it is."""
        return value
