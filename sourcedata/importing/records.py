"""The record of each table that came in or was refused: who, when, and what came of it."""

import getpass
import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
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


@dataclass(frozen=True)
class Import:
    """What is imported: what it is called, by which account, and its checksum."""

    file: str
    account: str
    sha256: str


def imported(
    look: Survey, stored: ImportResult, origin: Import, said: Sequence[str]
) -> ImportRecord:
    """Keep what became of a table, and what was said of it, in the caller's transaction."""
    span = ends(look)
    counts = asdict(stored)
    # It is among what was said.
    del counts["overwritten"]
    return ImportRecord.objects.create(
        **_common(origin, look.reading.form),
        **counts,
        rows=look.rows,
        turbines=look.turbines[:MOST_TURBINES],
        first=span and span[0],
        last=span and span[1],
        figures={name: of_variable(figures) for name, figures in look.figures.items()},
        warnings=list(said),
    )


def refused(origin: Import, form: Form | None, sentence: str) -> ImportRecord:
    """Keep why a file was refused, which was read by the form, if it came so far."""
    return ImportRecord.objects.create(**_common(origin, form), refusal=sentence)


def _common(origin: Import, form: Form | None) -> dict[str, Any]:
    # The name of a file may be no text.
    name = os.fsencode(origin.file).decode(errors="replace")
    return {
        "file": name,
        "sha256": origin.sha256,
        "options": _words(form) if form else {},
        "made_by": origin.account,
    }


def checksum(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal digits; empty where it cannot be read."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except (OSError, ValueError):
        return ""


def account() -> str:
    """Return the account of this program, empty where it has none."""
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
