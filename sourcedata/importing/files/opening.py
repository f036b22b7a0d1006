"""From a file of whatever form to the tables in it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sourcedata.importing.files.archives import UNPACKERS, is_workbook, unpacked, unzipped
from sourcedata.importing.files.columnar_tables import columnar_table
from sourcedata.importing.files.kinds import FIRST_BYTES, TEXT, ZIP, form_of
from sourcedata.importing.files.source_files import SourceFile, on_disk
from sourcedata.importing.files.tables import Missing, Table
from sourcedata.importing.files.text_tables import text_table
from sourcedata.importing.files.workbook_tables import workbook_table
from sourcedata.importing.refusal import ImportRefused, NoSuchTable

# A file may be packed, and an archive be in another, so many times in all.
MOST_ARCHIVES = 3


@dataclass(frozen=True)
class Opening:
    """What was said about files before they are opened.

    `encoding` is that of texts, and `sheet` the name of the one that is read in workbooks; where
    they are None, the file tells. `time_columns` are the names of those that hold times, `decimal`
    is the mark of the numbers that are read later.
    """

    encoding: str | None = None
    sheet: str | None = None
    time_columns: Sequence[str] = ()
    decimal: str = "."


def open_tables(path: Path, missing: Missing, options: Opening) -> Iterator[Table]:
    """Yield the table in a file, or that in each file of a zip that has one.

    `missing` returns which of the columns that are wanted a row of names does not have; the first
    row that has them all is the header.

    Raises:
        ImportRefused: where a file cannot be read, or has no table with these columns, or no file
            of a zip has.
    """
    return _tables(on_disk(path), missing, options, MOST_ARCHIVES)


def _tables(
    source: SourceFile, missing: Missing, options: Opening, archives_left: int
) -> Iterator[Table]:
    form = form_of(source.name, source.first_bytes(FIRST_BYTES))
    if form == ZIP and is_workbook(source):
        yield workbook_table(source, missing, options.sheet, options.time_columns, options.decimal)
    elif form == ZIP:
        yield from _tables_of_zip(source, missing, options, _less(source, archives_left))
    elif form in UNPACKERS:
        inner, left = unpacked(source, form), _less(source, archives_left)
        yield from _tables(inner, missing, options, left)
    elif form == TEXT:
        yield text_table(source, missing, options.encoding, options.time_columns)
    else:
        yield columnar_table(source, form, missing)


def _tables_of_zip(
    source: SourceFile, missing: Missing, options: Opening, archives_left: int
) -> Iterator[Table]:
    """Yield the tables of the files in a zip; a description beside them has none, and is named.

    Files that may be data are told with what they lack.
    """
    files, refusals = [], {}
    for inner in unzipped(source):
        try:
            next(_tables(inner, missing, options, archives_left))
            files.append(inner)
        except NoSuchTable as refusal:
            refusals[inner.name] = refusal
    if not files:
        raise min(refusals.values(), key=lambda refusal: not refusal.may_be_data)
    passed_over = [name for name, refusal in refusals.items() if not refusal.may_be_data]
    may_be_data = [str(refusal) for refusal in refusals.values() if refusal.may_be_data]
    for file in files:
        for table in _tables(file, missing, options, archives_left):
            yield replace(
                table,
                passed_over=[*passed_over, *table.passed_over],
                may_be_data=[*may_be_data, *table.may_be_data],
            )
            passed_over, may_be_data = [], []


def _less(source: SourceFile, archives_left: int) -> int:
    if not archives_left:
        raise ImportRefused(
            f"{source.name} is packed more than {MOST_ARCHIVES} times; unpack it, and import what "
            "is in it."
        )
    return archives_left - 1
