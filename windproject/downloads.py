"""Tables that are sent while they are read, in the format that is asked for."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.http import StreamingHttpResponse
from rest_framework.exceptions import ValidationError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request

from windproject.containers import CONTAINERS, Batch, Schema
from windproject.parameters import OneOfFilter

# More than anybody's program parses at once; the other formats are made for it.
MOST_JSON_VALUES = 10_000_000


class FormatFilter(OneOfFilter):
    """The parameter that names the format."""

    def __init__(self) -> None:
        super().__init__(
            allowed=[*CONTAINERS],
            required=False,
            help_text="Of the answer. Default: what `Accept` asks for, or json.",
        )


class ChosenFormat(BaseContentNegotiation):
    """The view chooses the format itself; errors are problems in JSON whatever is accepted."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        """Return the one parser there is."""
        return parsers[0]

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:
        """Return the one renderer there is."""
        return renderers[0], renderers[0].media_type


def format_of(request: Request, asked: Mapping[str, Any]) -> str:
    """Return the format that the parameters name, else the first that `Accept` does, else json."""
    if asked["format"]:
        return str(asked["format"])
    kinds = request.headers.get("Accept", "").split(",")
    accepted = [kind.partition(";")[0].strip() for kind in kinds]
    named = {media_type: name for name, (media_type, _) in CONTAINERS.items()}
    return next((named[kind] for kind in accepted if kind in named), "json")


def refuse_too_many(format: str, values: int) -> None:
    """Let JSON hold so many values that a program can parse it.

    Raises:
        ValidationError: where it would hold more.
    """
    if format == "json" and values > MOST_JSON_VALUES:
        raise ValidationError(
            {
                "format": f"json holds at most {MOST_JSON_VALUES} values, and up to {values} are "
                "asked for; allowed is less, or csv, parquet or arrow."
            }
        )


def download(
    format: str,
    schema: Schema,
    batches: Iterator[Batch],
    headers: Mapping[str, str] | None = None,
) -> StreamingHttpResponse:
    """Return the answer whose batches are read while it is sent."""
    media_type, write = CONTAINERS[format]
    chunks = write(schema, batches)
    # The first chunk at once, so that a database that is down is no half answer.
    sent = _from(next(chunks), chunks)
    return StreamingHttpResponse(sent, content_type=media_type, headers=headers)


def _from(first: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from chunks
