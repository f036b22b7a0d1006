"""The formulas in a sheet whose results its file does not have: another program wrote them."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from posixpath import join
from typing import IO
from xml.etree import ElementTree
from zipfile import ZipFile

from sourcedata.importing.files.source_files import CHUNK_BYTES, SourceFile
from sourcedata.importing.files.workbook_sizes import column_number

# It stands in the place of the result, and no number, time or turbine is so called.
NO_RESULT = "a formula without its result, which Excel computes as it saves the file"
WORKBOOK, RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
# Elements of XML may have a prefix.
END = re.compile(rb"</(?:\w+:)?c>")
START = re.compile(rb"<(?:\w+:)?c\s")
FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
PLACE = re.compile(rb'\sr="([A-Z]{1,3})([0-9]{1,7})"')
RESULT = re.compile(rb"<(?:\w+:)?v[^>/]*>([^<]+)<")
IS_TEXT = re.compile(rb'\st="str"')
# A program that computes nothing may write 0, and that the results are to be computed.
NOT_COMPUTED = re.compile(rb'\sfullCalcOnLoad="(?:1|true)"')
ZERO = b"0"
# The place of a cell is so near to its formula, and its end is no further than a chunk.
OVERLAP_BYTES = 1024


def formulas_without_result(source: SourceFile, sheet: str) -> Mapping[int, list[int]]:
    """Return the places from 0 on, by the number of the row, of the formulas without a result."""
    without: dict[int, list[int]] = defaultdict(list)
    zeros, results = [], set()
    with source.open_anywhere() as stream, ZipFile(stream) as archive:
        if (path := path_of_sheet(archive, sheet)) not in archive.namelist():
            return without
        is_computed = not NOT_COMPUTED.search(archive.read(WORKBOOK))
        with archive.open(path) as xml:
            for row, place, computed in _formulas(xml):
                results.add(computed)
                if not computed:
                    without[row].append(place)
                elif computed == ZERO:
                    zeros.append((row, place))
    if not is_computed and results <= {None, ZERO}:
        for row, place in zeros:
            without[row].append(place)
    return without


def path_of_sheet(archive: ZipFile, sheet: str) -> str:
    """Return where in the archive a sheet stands; nowhere where it is no XML."""
    if not {WORKBOOK, RELATIONS} <= {*archive.namelist()}:
        return ""
    sheets = ElementTree.fromstring(archive.read(WORKBOOK)).iter()
    named = next((each for each in sheets if _is_sheet(each, sheet)), None)
    attributes = {} if named is None else named.attrib
    numbers = [value for name, value in attributes.items() if name.endswith("}id")]
    relations = ElementTree.fromstring(archive.read(RELATIONS))
    targets = (each.get("Target", "") for each in relations if each.get("Id") in numbers)
    return join("/xl", next(targets, "")).lstrip("/")


def _is_sheet(element: ElementTree.Element, name: str) -> bool:
    return element.get("name") == name and element.get("sheetId") is not None


def _formulas(xml: IO[bytes]) -> Iterator[tuple[int, int, bytes | None]]:
    """Yield the row, the place and the result of each formula, None where it has none."""
    for cell in _cells(xml):
        if FORMULA.search(cell) and (place := PLACE.search(cell)):
            computed = RESULT.search(cell)
            text = b"text" if IS_TEXT.search(cell) else None
            yield int(place[2]), column_number(place[1]) - 1, computed[1] if computed else text


def _cells(xml: IO[bytes]) -> Iterator[bytes]:
    """Yield each cell, from its place on, but for most of those that are far from any formula."""
    rest = b""
    while chunk := xml.read(CHUNK_BYTES):
        rest += chunk
        if not FORMULA.search(rest):
            rest = rest[-OVERLAP_BYTES:]
            continue
        *cells, rest = END.split(rest)
        for cell in cells:
            yield cell[max((start.start() for start in START.finditer(cell)), default=0) :]
        rest = rest[-CHUNK_BYTES:]
