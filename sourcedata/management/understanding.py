"""How a table was understood, as people read it on the terminal."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich import box
from rich.console import Group, JustifyMethod, RenderableType
from rich.table import Table
from rich.text import Text

from sourcedata.importing import ImportResult, Understood
from sourcedata.importing.records import of_variable
from sourcedata.importing.survey import ends
from sourcedata.importing.warnings import warnings_of_result

COLUMNS = ["variable", "first (UTC)", "last (UTC)"]
SHARES = {
    "missing_percent": "missing",
    "outside_percent": "outside",
    "repeated_percent": "repeated",
}
NUMBERS = ["minimum", "median", "maximum"]


def understanding(understood: Understood, stored: ImportResult | None) -> RenderableType:
    """Return what a table holds, what became of it, and what was taken for granted or is odd."""
    lines = [_line(understood.name, "bold"), _line(_of_rows(understood))]
    if stored:
        lines.append(_line(_of_result(stored)))
    said = [_line(note) for note in understood.notes]
    of_result = warnings_of_result(understood.look, stored) if stored else []
    warnings = [*understood.warnings, *of_result]
    said += [_line(f"Look: {warning}", "yellow") for warning in warnings]
    return Group(*lines, _figures(understood), *said, _line(""))


def _line(text: str, style: str = "") -> Text:
    """Return a sentence that a terminal breaks where it ends, and a pipe nowhere."""
    return Text(text, style, no_wrap=True, overflow="ignore")


def _of_rows(understood: Understood) -> str:
    look = understood.look
    span, step_s = ends(look), look.steps.usual_s
    if span is None:
        return "No rows."
    first, last = span
    step = f", a step of {step_s:,} s" if step_s else ""
    number = len(look.spans)
    return (
        f"{look.rows:,} rows, {number:,} turbine{'s' if number != 1 else ''}, samples from"
        f" {first:%Y-%m-%d %H:%M:%S} to {last:%Y-%m-%d %H:%M:%S} UTC{step}."
    )


def _of_result(stored: ImportResult) -> str:
    parts = [f"{stored.inserted:,} inserted", f"{stored.updated:,} updated"]
    parts += [f"{stored.unchanged:,} unchanged"]
    if stored.joined:
        parts.append(f"{stored.joined:,} joined with others of their time")
    if stored.disagreeing:
        parts.append(f"{stored.disagreeing:,} of these times disagree, and the last value counts")
    if stored.deleted:
        parts.append(f"{stored.deleted:,} deleted")
    said = f"Rows: {', '.join(parts)}."
    if stored.emptied:
        said += (
            f" {stored.emptied:,} companions were emptied: their mean changed, and they did not"
            " come with it."
        )
    return said


def _figures(understood: Understood) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    for name in [*COLUMNS, *SHARES.values(), *NUMBERS]:
        side: JustifyMethod = "left" if name in COLUMNS else "right"
        table.add_column(name, justify=side, overflow="fold")
    for variable, figures in understood.look.figures.items():
        table.add_row(variable, *_cells(of_variable(figures)))
    return table


def _cells(figures: Mapping[str, Any]) -> Iterator[str]:
    for end in ("first", "last"):
        value = figures[end]
        at = value["at"][:16].replace("T", " ") if value else ""
        yield f"{value['value']:g}\n{at}" if value else "none"
    for share in SHARES:
        yield f"{figures[share]:.3g} %"
    for name in NUMBERS:
        yield "" if figures[name] is None else f"{figures[name]:.6g}"
