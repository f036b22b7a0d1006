"""Streams of bzip2 or xz that stand behind each other in a file, as one."""

import io
from collections.abc import Callable
from typing import IO, Protocol

from sourcedata.importing.files.source_files import CHUNK_BYTES


class Stream(Protocol):
    """What unpacks one stream: a decompressor of the standard library."""

    @property
    def eof(self) -> bool: ...

    @property
    def needs_input(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, packed: bytes, max_length: int, /) -> bytes: ...


class PackedStreams(io.RawIOBase):
    """What the streams of a file unpack to.

    The standard library's files end without an error where a later stream is damaged in its first
    bytes, as if nothing followed. Here all bytes must be of a stream, or `padding`.
    """

    def __init__(self, beneath: IO[bytes], begin: Callable[[], Stream], padding: bytes = b""):
        """`begin` returns what unpacks the next stream of the bytes `beneath`."""
        super().__init__()
        self._beneath, self._begin, self._padding = beneath, begin, padding
        self._stream, self._packed = begin(), b""

    def readable(self) -> bool:
        """Tell the reader on top that it may read."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # any buffer is one
        """Fill a part of the buffer, and return how many bytes that is; 0 at the end.

        Raises:
            EOFError: where the file ends within a stream.
            OSError, LZMAError: where what stands in it is no stream.
        """
        unpacked = b""
        while not unpacked and self._has_more():
            unpacked = self._stream.decompress(self._packed, len(buffer))
            self._packed = b""
        buffer[: len(unpacked)] = unpacked
        return len(unpacked)

    def _has_more(self) -> bool:
        if self._stream.eof:
            return self._has_another_stream()
        if self._stream.needs_input:
            self._packed = self._beneath.read(CHUNK_BYTES)
            if not self._packed:
                raise EOFError("it ends within a stream")
        return True

    def _has_another_stream(self) -> bool:
        self._packed = self._stream.unused_data.lstrip(self._padding)
        while not self._packed and (chunk := self._beneath.read(CHUNK_BYTES)):
            self._packed = chunk.lstrip(self._padding)
        if self._packed:
            self._stream = self._begin()
        return bool(self._packed)
