"""Bodies that are too long for memory: they go to a file as they come."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from django.http import HttpRequest, UnreadablePostError
from rest_framework.exceptions import ValidationError

from common import waits
from common.rest.errors import TooLarge

# A year of one turbine's minutes as CSV; whoever sends more does it in parts, or packed.
LONGEST_UPLOAD = 64 * 1024 * 1024
CHUNK_BYTES = 64 * 1024


@contextmanager
def spooled(request: HttpRequest) -> Iterator[Path]:
    """Yield a file that has the body, and is gone with the block.

    Raises:
        TooLarge: where the body is said to have more than LONGEST_UPLOAD bytes.
        ValidationError: where it ends before it should, or does not come in time.
    """
    length = _length(request)
    with TemporaryDirectory() as folder:
        path = Path(folder, "body")
        received = _receive(request, path)
        if received != length:
            raise ValidationError(
                {"body": f"ends after {received:,} of {length:,} bytes; nothing was stored."}
            )
        yield path


def _length(request: HttpRequest) -> int:
    length = str(request.META.get("CONTENT_LENGTH") or "0")
    if not length.isdecimal():
        raise ValidationError({"body": "does not say how long it is: Content-Length."})
    if int(length) > LONGEST_UPLOAD:
        raise TooLarge(f"A body holds at most {LONGEST_UPLOAD:,} bytes: send it in parts, or gzip.")
    return int(length)


def _receive(request: HttpRequest, path: Path) -> int:
    """Write the body to the file as it comes; return how many bytes came."""
    until, received = time.monotonic() + waits.UPLOAD_S, 0
    with path.open("wb") as file:
        try:
            while chunk := request.read(CHUNK_BYTES):
                received += file.write(chunk)
                if time.monotonic() > until:
                    raise ValidationError({"body": f"took longer than {waits.UPLOAD_S} seconds."})
        except UnreadablePostError:
            # The sender has gone, or sends nothing for long.
            return received
    return received
