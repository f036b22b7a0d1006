"""Tables that are sent while they are read, in the format that is asked for."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from django.http import StreamingHttpResponse
from django.utils.cache import patch_vary_headers
from rest_framework.exceptions import APIException, NotAcceptable, ValidationError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.views import APIView

from common.rest.parameters import OneOfFilter
from common.rest.tables import CONTAINERS, Batch, TableSchema

# Nobody's program parses more values at once; the other formats are made for that.
MOST_JSON_VALUES = 10_000_000


class FormatFilter(OneOfFilter):
    """The parameter that names the format."""

    def __init__(self) -> None:
        super().__init__(
            allowed=[*CONTAINERS],
            required=False,
            help_text="Of the answer. Default: what `Accept` asks for, or json.",
        )

    def filter(self, rows: Any, value: str) -> Any:
        """Leave the rows as they are: the format says how they are shown."""
        return rows


class ChosenFormat(BaseContentNegotiation):
    """The view chooses the format itself; errors are problems in JSON whatever is accepted."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        """Return the one parser there is."""
        return parsers[0]

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:
        """Return the one renderer there is."""
        return renderers[0], renderers[0].media_type


class NotWhole(APIException):
    """A broken answer ends like a whole one in HTTP/1.0, which has no chunks."""

    status_code = HTTPStatus.HTTP_VERSION_NOT_SUPPORTED
    default_detail = (
        "A download takes HTTP/1.1: in 1.0 one that breaks looks complete. A proxy may have to be "
        "told so, nginx by proxy_http_version 1.1."
    )


class DownloadView(APIView):
    """A view whose answer is sent while it is read, in the format that is asked for."""

    content_negotiation_class = ChosenFormat

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse to send what nobody could tell from a broken answer.

        Raises:
            NotWhole: where the request is in HTTP/1.0.
        """
        super().initial(request, *args, **kwargs)
        if request.META.get("SERVER_PROTOCOL") == "HTTP/1.0":
            raise NotWhole


def format_of(request: Request, parameters: Mapping[str, Any]) -> str:
    """Return the format that the parameters name, else the one that `Accept` prefers, else json.

    Raises:
        NotAcceptable: where `Accept` wants none of them.
    """
    if parameters["format"]:
        return str(parameters["format"])
    names = {media_type: name for name, (media_type, _) in CONTAINERS.items()}
    preferred = request._request.get_preferred_type([*names])
    if preferred is None:
        raise NotAcceptable
    return names[preferred]


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
    schema: TableSchema,
    batches: Iterator[Batch],
    headers: Mapping[str, str] | None = None,
) -> StreamingHttpResponse:
    """Return the answer whose batches are read while it is sent."""
    media_type, write = CONTAINERS[format]
    chunks = write(schema, batches)
    # The first chunk is read at once, so that a database that is down gives no half answer.
    sent = _from(next(chunks), chunks)
    answer = StreamingHttpResponse(sent, content_type=media_type, headers=headers)
    patch_vary_headers(answer, ["Accept"])
    return answer


def _from(first: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from chunks
