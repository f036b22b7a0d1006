"""Small files in the forms of real exports, and what opening them gives."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from sourcedata.importing.files.opening import Opening, open_tables
from sourcedata.importing.files.tables import Table
from sourcedata.importing.refusal import ImportRefused


def write(folder: Path, content: str | bytes, name: str = "f.csv") -> Path:
    """Return the path of a file with that content, text in UTF-8."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def lacking(*wanted: str) -> Callable[[Sequence[str]], Sequence[str]]:
    """Return what says which of the wanted columns a row of names does not have."""
    return lambda names: [name for name in wanted if name not in names]


def tables(path: Path, *wanted: str, **options: Any) -> list[Table]:
    """Return the tables of a file; the first of the wanted columns holds times."""
    given = {"time_columns": wanted[:1]} | options
    return list(open_tables(path, lacking(*wanted), Opening(**given)))


def rows_of_table(table: Table, *wanted: str) -> list[tuple]:
    """Return the cells of the wanted columns, row by row."""
    rows: list[tuple] = []
    for block in table.blocks(wanted):
        assert block.first_row == len(rows)
        cells = [block.columns[name].to_pylist() for name in wanted]
        rows += list(zip(*cells, strict=True))
    return rows


def rows(path: Path, *wanted: str, **options: Any) -> list[tuple]:
    """Return the rows of the only table of a file."""
    (table,) = tables(path, *wanted, **options)
    return rows_of_table(table, *wanted)


def refusal(path: Path, *wanted: str, **options: Any) -> str:
    """Return what is said where a file is opened and read to its end, but for its folder."""
    with pytest.raises(ImportRefused) as refused:
        [rows_of_table(table, *wanted) for table in tables(path, *wanted, **options)]
    return str(refused.value).replace(f"{path.parent}/", "")
