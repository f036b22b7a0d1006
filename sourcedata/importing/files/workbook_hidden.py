"""What somebody hid in a workbook: it comes in like all else, and is told."""

import re
from collections.abc import Iterator
from typing import IO
from zipfile import ZipFile

from sourcedata.importing.files.source_files import CHUNK_BYTES, SourceFile
from sourcedata.importing.files.workbook_formulas import path_of_sheet

# A row that is filtered out is hidden. Elements of XML may have a prefix, and quotes of two kinds.
HIDDEN = re.compile(rb"<(?:\w+:)?(row|col)\s[^<>]*\bhidden=[\"'](?:1|true)[\"'][^<>]*")
ATTRIBUTE = re.compile(rb"\b(r|min|max)=[\"']([0-9]{1,7})[\"']")
# A sheet may hide all columns behind its last one.
LAST_COLUMN = 16_384


def hidden_in(source: SourceFile, sheet: str) -> tuple[set[int], set[int]]:
    """Return the numbers of the rows and of the columns that are hidden, as Excel counts them."""
    rows, columns = set[int](), set[int]()
    with source.open_anywhere() as stream, ZipFile(stream) as archive:
        if (path := path_of_sheet(archive, sheet)) in archive.namelist():
            with archive.open(path) as xml:
                for element in _hidden(xml):
                    numbers = {name: int(digits) for name, digits in ATTRIBUTE.findall(element[0])}
                    if element[1] == b"row":
                        rows.add(numbers.get(b"r", 0))
                    else:
                        last = min(numbers.get(b"max", 0), LAST_COLUMN)
                        columns.update(range(numbers.get(b"min", 1), last + 1))
    return rows, columns


def _hidden(xml: IO[bytes]) -> Iterator[re.Match[bytes]]:
    """Yield the elements of rows and columns that are hidden."""
    rest = b""
    while chunk := xml.read(CHUNK_BYTES):
        text = rest + chunk
        # The last element may go on in the next chunk.
        end = text.rfind(b"<")
        rest = text[end:][:CHUNK_BYTES]
        if b"hidden" in text:
            yield from HIDDEN.finditer(text[:end])
