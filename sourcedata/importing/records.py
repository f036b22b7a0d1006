"""The record of each table that came in or was refused: who, when, and what came of it."""

import getpass
import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np

from sourcedata.importing.figures import VariableFigures
from sourcedata.importing.form import Form
from sourcedata.importing.storing import ImportResult
from sourcedata.importing.survey import Survey, ends
from sourcedata.models import ImportRecord

# Names beyond these are counted.
MOST_TURBINES = 1000


def imported(look: Survey, stored: ImportResult, sha256: str, said: Sequence[str]) -> ImportRecord:
    """Keep what became of a table, and what was said of it, in the caller's transaction."""
    span = ends(look)
    return ImportRecord.objects.create(
        **_common(look.reading.table.name, sha256, look.reading.form),
        **asdict(stored),
        rows=look.rows,
        turbines=look.turbines[:MOST_TURBINES],
        first=span and span[0],
        last=span and span[1],
        figures={name: of_variable(figures) for name, figures in look.figures.items()},
        warnings=list(said),
    )


def refused(path: Path, form: Form, sentence: str) -> ImportRecord:
    """Keep why a file was refused."""
    return ImportRecord.objects.create(**_common(str(path), checksum(path), form), refusal=sentence)


def _common(name: str, sha256: str, form: Form) -> dict[str, Any]:
    # The name of a file may be no text.
    name = os.fsencode(name).decode(errors="replace")
    return {"file": name, "sha256": sha256, "options": _words(form), "made_by": _account()}


def checksum(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal digits; empty where it cannot be read."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except (OSError, ValueError):
        return ""


def _account() -> str:
    try:
        return getpass.getuser()[:150]
    except (KeyError, OSError):
        return ""


def _words(form: Form) -> Mapping[str, Any]:
    """Return what a form says beyond what it would say by itself, as JSON can hold it."""
    usual = {field.name: field.default for field in fields(Form)}
    said = {name: value for name, value in asdict(form).items() if value != usual[name]}
    return {name: value if _is_plain(value) else str(value) for name, value in said.items()}


def _is_plain(value: object) -> bool:
    return isinstance(value, str | int | float | list | dict | tuple | None)


def of_variable(figures: VariableFigures) -> Mapping[str, Any]:
    """Return the figures of a variable, for people and as JSON can hold them."""
    median = figures.quantiles([0.5])
    return {
        "first": _value(figures.first),
        "last": _value(figures.last),
        "missing_percent": _percent(figures.missing, figures.rows),
        "outside_percent": _percent(figures.outside, figures.there),
        "repeated_percent": _percent(figures.repeated, figures.there),
        "minimum": figures.minimum if figures.there else None,
        "median": median[0] if median else None,
        "maximum": figures.maximum if figures.there else None,
    }


def _value(value: tuple[float, np.datetime64] | None) -> Mapping[str, Any] | None:
    if value is None:
        return None
    number, time = value
    return {"value": number, "at": f"{np.datetime_as_string(time, unit='s')}Z"}


def _percent(part: int, of: int) -> float:
    return round(100 * part / of, 2) if of else 0.0
