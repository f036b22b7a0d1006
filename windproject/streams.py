"""Answers that are sent while they are computed."""

from collections.abc import Iterator


def begun(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Compute the first chunk at once, so that a database that is down is no half answer."""
    first = next(chunks)

    def resumed() -> Iterator[bytes]:
        yield first
        yield from chunks

    return resumed()
