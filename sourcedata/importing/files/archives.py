"""What is packed in a file: one file by gzip, bzip2 or xz, or several in a zip."""

import bz2
import gzip
import io
import lzma
from collections.abc import Callable, Iterator, Sequence
from typing import IO, cast
from zipfile import BadZipFile, ZipFile, ZipInfo

from sourcedata.importing.files.kinds import (
    A_WORD_DOCUMENT,
    BZIP2,
    GZIP,
    SAVE,
    XZ,
    unreadable,
)
from sourcedata.importing.files.packed_streams import PackedStreams
from sourcedata.importing.files.source_files import (
    CHUNK_BYTES,
    SourceFile,
    Unpacking,
    damaged,
    refuse_too_many_bytes,
    several_files,
)
from sourcedata.importing.refusal import ImportRefused

XZ_PADDING = b"\0"
UNPACKERS: dict[str, Callable[[IO[bytes]], io.BufferedIOBase]] = {
    GZIP: lambda packed: gzip.GzipFile(fileobj=packed),
    BZIP2: lambda packed: _streams(PackedStreams(packed, bz2.BZ2Decompressor)),
    XZ: lambda packed: _streams(PackedStreams(packed, lzma.LZMADecompressor, XZ_PADDING)),
}
# The general purpose bit flag of a member has this bit where it is encrypted.
ENCRYPTED = 1
# Of XML, in which a sheet with as many rows as Excel takes and ten columns has half of them.
MOST_WORKBOOK_BYTES = 10**9
OPEN_DOCUMENT = {"mimetype", "content.xml"}
WORD, EXCEL = "word/", ("xl/workbook.xml", "xl/workbook.bin")


def unpacked(packed: SourceFile, form: str) -> SourceFile:
    """Return the file that is packed in one of a form that UNPACKERS has."""

    def open_unpacked() -> IO[bytes]:
        beneath = packed.open()
        return _buffered(Unpacking(packed.name, form, UNPACKERS[form](beneath), beneath))

    return SourceFile(packed.name, open_unpacked)


def is_workbook(archive: SourceFile) -> bool:
    """Return whether a zip is a workbook of Excel.

    Raises:
        ImportRefused: where it is a document of Word or of LibreOffice, damaged, or a workbook that
            is too large.
    """
    sizes = {member.filename: member.file_size for member in _members(archive)}
    if any(name.startswith(WORD) for name in sizes):
        raise unreadable(archive.name, A_WORD_DOCUMENT, SAVE)
    if sizes.keys() >= OPEN_DOCUMENT:
        raise unreadable(archive.name, "an OpenDocument table", SAVE)
    if sizes.keys().isdisjoint(EXCEL):
        return False
    if sum(sizes.values()) > MOST_WORKBOOK_BYTES:
        raise ImportRefused(
            f"{archive.name} unpacks to more than {MOST_WORKBOOK_BYTES:,} bytes, and a workbook is "
            "read at once; save its sheet as CSV."
        )
    return True


def unzipped(archive: SourceFile) -> Iterator[SourceFile]:
    """Yield the files in a zip, in its order, without those that macOS adds.

    Raises:
        ImportRefused: where there is none, or one is encrypted, or they unpack to too much, or
            another zip stands before it.
    """
    members = _members(archive)
    _refuse_several_zips(archive, members)
    members = [member for member in members if not _is_left_out(member)]
    if not members:
        raise ImportRefused(f"{archive.name} is a zip file without any file in it.")
    refuse_too_many_bytes(archive.name, sum(member.file_size for member in members))
    for member in members:
        yield _member_file(archive, member)


def _is_left_out(member: ZipInfo) -> bool:
    name = member.filename.rpartition("/")[2]
    is_of_macos = name.startswith("._") or name == ".DS_Store"
    return not name or is_of_macos or member.filename.startswith("__MACOSX/")


def _refuse_several_zips(archive: SourceFile, members: Sequence[ZipInfo]) -> None:
    """Refuse a file that begins with another zip: only the last one lists its members."""
    if min((member.header_offset for member in members), default=0):
        raise several_files(archive.name, "zip")


def _members(archive: SourceFile) -> list[ZipInfo]:
    with archive.open_anywhere() as stream:
        return _opened(archive, stream).infolist()


def _opened(archive: SourceFile, stream: IO[bytes]) -> ZipFile:
    try:
        return ZipFile(stream)
    except (BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise damaged(archive.name, "zip", error) from error


def _member_file(archive: SourceFile, member: ZipInfo) -> SourceFile:
    name = f"{archive.name}/{member.filename}"
    if member.flag_bits & ENCRYPTED:
        raise ImportRefused(f"{name} is encrypted: unpack it with its password, and import that.")

    def open_member() -> IO[bytes]:
        stream = archive.open_anywhere()
        try:
            unpacker = _opened(archive, stream).open(member)
        except (BadZipFile, NotImplementedError, OSError, RuntimeError) as error:
            raise damaged(name, "zip", error) from error
        return _buffered(Unpacking(name, "zip", cast(io.BufferedIOBase, unpacker), stream))

    return SourceFile(name, open_member)


def _streams(streams: PackedStreams) -> io.BufferedIOBase:
    return io.BufferedReader(streams, CHUNK_BYTES)


def _buffered(stream: Unpacking) -> IO[bytes]:
    return cast(IO[bytes], io.BufferedReader(stream, CHUNK_BYTES))
