"""Asking another deployment's REST API, patiently but not for ever."""

import asyncio
import ssl
from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import httpx
import orjson
from django.conf import settings

from aggregates.source.answers import Answer, problem
from common import leaving, patience, progress, waits
from common.wording import first_line
from sourcedata.limits import LONGEST_NAME
from sourcedata.variables import FURTHER_NAMES

# An answer has at most so many bytes and so many values. Values are counted by what they begin
# with, a comma or a bracket, before they are built: an answer that is small when it is sent may be
# large then.
LARGEST_ANSWER = 256 * 2**20
MOST_VALUES = 8_000_000
VALUE_BEGINS = (b",", b"[", b"{")
# An object of the list has at most so many fields. In bytes, one takes its own name and a number or
# a time; the name of a turbine may have each character escaped as two units of UTF-16.
MOST_FIELDS = 40 + len(FURTHER_NAMES)
LARGEST_NAME = 12 * LONGEST_NAME
LARGEST_FIELD = 100
# Whatever their fields are, so many rows keep an answer below these limits.
MOST_ROWS = min(
    MOST_VALUES // (MOST_FIELDS + 1),
    LARGEST_ANSWER // (MOST_FIELDS * LARGEST_FIELD + LARGEST_NAME),
)

TOKEN_REFUSED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)


def ask(path: str, parameters: Mapping[str, Any], most_items: int) -> Answer:
    """Return what the source answers, which is a list of at most so many objects.

    Raises:
        SourceUnavailable: where it does not answer, or with something else.
    """
    address = f"{settings.SOURCE_API_URL}{path}?{urlencode(parameters, doseq=True)}".rstrip("?")
    body = _body(address)
    _refuse_what_would_be_large(address, body, most_items)
    try:
        rows = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise problem(address, "answers with something that is not JSON") from None
    if not isinstance(rows, list):
        raise problem(address, "answers with JSON that is not a list")
    return Answer(address, rows)


def _refuse_what_would_be_large(address: str, body: bytearray, most_items: int) -> None:
    values, objects = sum(map(body.count, VALUE_BEGINS)), body.count(b"{")
    if values > MOST_VALUES:
        raise problem(address, f"answers with more than {MOST_VALUES:,} values")
    if objects > most_items:
        raise problem(address, f"answers with more than {most_items:,} items")
    if values > MOST_FIELDS * (objects + 1):
        raise problem(address, "answers with items of more fields than any has")


def _body(address: str) -> bytearray:
    try:
        return leaving.run(_read(address))
    except TimeoutError:
        raise problem(address, f"has not answered in full after {_longest_s():g} seconds") from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        reason = first_line(error) or type(error).__name__
        raise problem(address, f"does not answer: {reason}") from error


async def _read(address: str) -> bytearray:
    # This is asynchronous for the deadline alone, which so holds wherever an answer hangs.
    timeout = httpx.Timeout(waits.API_PART_S, connect=waits.API_CONNECT_S)
    body = bytearray()
    async with (
        asyncio.timeout(_longest_s()),
        httpx.AsyncClient(headers=_headers(), timeout=timeout, verify=_tls()) as client,
        client.stream("GET", address) as response,
    ):
        _refuse_status(address, response.status_code)
        if "content-encoding" in response.headers:
            raise problem(address, "answers with something packed, which nobody asked for")
        async for chunk in response.aiter_raw():
            body += chunk
            progress.note()
            if len(body) > LARGEST_ANSWER:
                raise problem(address, f"answers with more than {LARGEST_ANSWER:,} bytes")
    return body


def _longest_s() -> float:
    # Where a visitor waits no longer, nothing is asked for any longer either.
    return min(waits.API_ANSWER_S, patience.current().source_answer_s or waits.API_ANSWER_S)


@cache
def _tls() -> ssl.SSLContext:
    # The context is kept, for to read the certificates takes longer than most answers.
    return httpx.create_ssl_context()


def _headers() -> dict[str, str]:
    # Answers are not to be packed: a few bytes could unpack to all of the memory.
    headers = {"Accept-Encoding": "identity"}
    token = settings.SOURCE_API_TOKEN
    return headers | ({"Authorization": f"Token {token}"} if token else {})


def _refuse_status(address: str, status: int) -> None:
    if status == HTTPStatus.OK:
        return
    advice = ""
    if status in TOKEN_REFUSED:
        advice = ": set SOURCE_API_TOKEN to a token made in the admin of the source"
    elif status == HTTPStatus.NOT_FOUND:
        advice = ", as one of an older version may: it is to be upgraded before this deployment"
    elif 300 <= status < 400:
        advice = ", a redirect: set SOURCE_API_URL to where the source itself is"
    raise problem(address, f"answers with status {status}{advice}")
