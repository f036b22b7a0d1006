"""Files whose bytes are read from the first on each time: on disk, packed, or in an archive."""

import io
import tempfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from lzma import LZMAError
from pathlib import Path
from typing import IO
from zipfile import BadZipFile

from common.wording import first_line
from sourcedata.importing.refusal import ImportRefused

# A small archive can unpack to more than any disk holds.
MOST_UNPACKED_BYTES = 20 * 10**9
DAMAGES = (EOFError, zlib.error, LZMAError, BadZipFile, NotImplementedError, OSError)
CHUNK_BYTES = 1024 * 1024


@dataclass(frozen=True)
class SourceFile:
    """A file, or what is packed in one.

    `name` is its path, and where it stands in an archive. `open` returns its bytes from the first
    on, each time it is called; only those of a file on disk can be read in any order.
    """

    name: str
    open: Callable[[], IO[bytes]]
    is_on_disk: bool = False

    def first_bytes(self, length: int) -> bytes:
        """Return the first bytes, fewer where it has fewer."""
        with self.open() as stream:
            return stream.read(length)

    def open_anywhere(self) -> IO[bytes]:
        """Return bytes that can be read in any order; what is packed goes to a temporary file."""
        if self.is_on_disk:
            return self.open()
        # Whoever asked closes it.
        copy = tempfile.TemporaryFile()  # noqa: SIM115  (as above)
        with self.open() as stream:
            while chunk := stream.read(CHUNK_BYTES):
                copy.write(chunk)
        copy.seek(0)
        return copy


class Unpacking(io.RawIOBase):
    """The bytes that an unpacker makes of those beneath it, at most MOST_UNPACKED_BYTES."""

    def __init__(self, name: str, form: str, unpacker: io.BufferedIOBase, beneath: IO[bytes]):
        """`form` is the word for what is unpacked, such as gzip."""
        super().__init__()
        self._name, self._form, self._bytes = name, form, 0
        self._unpacker, self._beneath = unpacker, beneath

    def readable(self) -> bool:
        """Tell the reader on top that it may read."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # any buffer is one
        """Fill the buffer, and return how many bytes it has.

        Raises:
            ImportRefused: where the archive is damaged, or unpacks to too much.
        """
        try:
            length = self._unpacker.readinto(buffer)
        except DAMAGES as error:
            raise damaged(self._name, self._form, error) from error
        self._bytes += length
        refuse_too_many_bytes(self._name, self._bytes)
        return length

    def close(self) -> None:
        """Close what is beneath it too."""
        self._unpacker.close()
        self._beneath.close()
        super().close()


def on_disk(path: Path) -> SourceFile:
    """Return the file at a path, whose `open` raises ImportRefused where it cannot be read."""

    def open_path() -> IO[bytes]:
        try:
            _refuse_what_is_read_once(path)
            return path.open("rb")
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise ImportRefused(f"{path} cannot be read: {reason}.") from error

    return SourceFile(str(path), open_path, is_on_disk=True)


def _refuse_what_is_read_once(path: Path) -> None:
    """Raise ImportRefused for a pipe or a device: the second look would find it empty, or wait."""
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise ImportRefused(
            f"{path} is a pipe or a device, which can be read only once; write what comes from it "
            "to a file, and import that."
        )


def refuse_too_many_bytes(name: str, length: int) -> None:
    """Raise ImportRefused where a file unpacks to more than is read."""
    if length > MOST_UNPACKED_BYTES:
        raise ImportRefused(
            f"{name} unpacks to more than {MOST_UNPACKED_BYTES:,} bytes; split it into several "
            "files."
        )


def several_files(name: str, form: str) -> ImportRefused:
    """Return the error that says that a file is several of a form, of which only one is read."""
    return ImportRefused(
        f"{name} is several {form} files behind each other: cut them apart, and import each."
    )


def damaged(name: str, form: str, error: Exception) -> ImportRefused:
    """Return the error that says that a file of a form cannot be read to its end."""
    return ImportRefused(f"{name} is a damaged or incomplete {form} file: {first_line(error)}.")
