"""Measurements from somebody else's export, a CSV or Parquet file, into the source database."""

from collections.abc import Callable
from pathlib import Path

from sourcedata.importing.export import Export
from sourcedata.importing.reading import read
from sourcedata.importing.refusal import ImportRefused
from sourcedata.importing.storing import ImportResult, sample_intervals, store

__all__ = ["STEPS_PER_FILE", "Export", "ImportRefused", "ImportResult", "import_file"]

STEPS_PER_FILE = 2


def import_file(path: Path, export: Export, on_step: Callable[[str], None]) -> ImportResult:
    """Store a file's measurements in one transaction: all of them or, where it fails, none.

    `on_step` is called with the name of each of the STEPS_PER_FILE steps as it begins.

    Raises:
        ImportRefused: where the file is not as `export` says.
        django.db.DatabaseError: where the source database does not take the measurements.
    """
    on_step("reading")
    rows = read(path, export, sample_intervals(export))
    on_step("storing")
    return store(rows, export)
