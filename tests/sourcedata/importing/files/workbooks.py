"""A workbook of Excel as zipped XML, with no more in it than a reader needs."""

import io
import zipfile
from collections.abc import Sequence

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
# The styles of cells: a number, a day and time, a time of the day, and a duration.
FORMATS = {"number": 0, "moment": 22, "clock": 21, "duration": 46}
# A cell is a text, a number, a formula that failed, a truth, a number of one of FORMATS, or a
# formula with what stands there of its result.
Cell = str | float | bool | None | tuple[str, float | str]


def workbook(*, is_computed: bool = True, **sheets: Sequence[Sequence[Cell]]) -> bytes:
    """Return a workbook with these sheets; an empty row is left out, as Excel does."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", _workbook(list(sheets), is_computed))
        archive.writestr("_rels/.rels", _relations(["officeDocument xl/workbook.xml"]))
        targets = [f"worksheet worksheets/{name}.xml" for name in sheets]
        relations = _relations([*targets, "styles styles.xml"])
        archive.writestr("xl/_rels/workbook.xml.rels", relations)
        archive.writestr("xl/styles.xml", _styles())
        for name, rows in sheets.items():
            archive.writestr(f"xl/worksheets/{name}.xml", _sheet(rows))
    return stream.getvalue()


def changed(content: bytes, old: str, new: str) -> bytes:
    """Return a workbook in all of whose files `new` stands in the place of `old`."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(stream, "w") as archive:
        for name in before.namelist():
            archive.writestr(name, before.read(name).decode().replace(old, new))
    return stream.getvalue()


def _workbook(names: Sequence[str], is_computed: bool) -> str:
    sheets = [
        f'<sheet name="{name}" sheetId="{number}" r:id="r{number}"/>'
        for number, name in enumerate(names, start=1)
    ]
    computed = "" if is_computed else '<calcPr fullCalcOnLoad="1"/>'
    whole = f"<sheets>{''.join(sheets)}</sheets>{computed}"
    return f'<workbook {MAIN} xmlns:r="{OFFICE}">{whole}</workbook>'


def _relations(targets: Sequence[str]) -> str:
    pairs = [target.split() for target in targets]
    relations = [
        f'<Relationship Id="r{number}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(pairs, start=1)
    ]
    return f'<Relationships xmlns="{PACKAGE}/relationships">{"".join(relations)}</Relationships>'


def _styles() -> str:
    styles = "".join(f'<xf numFmtId="{number}"/>' for number in FORMATS.values())
    return f"<styleSheet {MAIN}><cellXfs>{styles}</cellXfs></styleSheet>"


def _sheet(rows: Sequence[Sequence[Cell]]) -> str:
    lines = [
        f'<row r="{number}">{"".join(_cell(number, *cell) for cell in _there(cells))}</row>'
        for number, cells in enumerate(rows, start=1)
        if cells
    ]
    return f"<worksheet {MAIN}><sheetData>{''.join(lines)}</sheetData></worksheet>"


def _there(cells: Sequence[Cell]) -> list[tuple[int, Cell]]:
    """Return the cells with their columns; Excel leaves empty ones out."""
    return [(column, cell) for column, cell in enumerate(cells) if cell != ""]


def _cell(row: int, column: int, cell: Cell) -> str:
    place = f'r="{"ABCDEFGH"[column]}{row}"'
    match cell:
        case None:
            return f'<c {place} t="e"><v>#N/A</v></c>'
        case str():
            return f'<c {place} t="inlineStr"><is><t>{cell}</t></is></c>'
        case bool():
            return f'<c {place} t="b"><v>{int(cell)}</v></c>'
        case ("formula", result):
            return f"<c {place}><f>A1*2</f>{result}</c>"
        case (kind, number):
            return f'<c {place} s="{list(FORMATS).index(kind)}"><v>{number}</v></c>'
        case _:
            return f"<c {place}><v>{cell}</v></c>"
