"""What `import_measurements` makes of files, as a person calls it."""

from io import StringIO
from itertools import cycle
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connections


def run(*arguments: object) -> str:
    out = StringIO()
    call_command("import_measurements", *map(str, arguments), stdout=out)
    return out.getvalue()


def refusal(*arguments: object) -> str:
    with pytest.raises(CommandError) as refused:
        run(*arguments)
    return str(refused.value)


def text(folder: Path, content: str | bytes, name: str = "export.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def stored(*variables: str) -> dict[str, list[float | None]]:
    """Return the values by turbine and time, as `T01 05-31 10:00`."""
    names = ", ".join(variables)
    with connections["source"].cursor() as cursor:
        cursor.execute(
            "SELECT name || ' ' || to_char(timestamp AT TIME ZONE 'UTC', 'MM-DD HH24:MI'),"
            f" {names} FROM data JOIN turbine ON turbine.id = turbine_id ORDER BY 1"
        )
        return {time: list(values) for time, *values in cursor.fetchall()}


def night() -> list[str]:
    """Return the times of samples of ten minutes from midnight to five."""
    return [f"2024-06-01 0{hour}:{minute}0" for hour in range(5) for minute in range(6)]


def times_preview(folder: Path, times: list[str], *options: str, values: str = "5") -> str:
    """Return what is said of a table of these times; `values` are taken in turn."""
    rows = "".join(
        f"{time},{value}\n" for time, value in zip(times, cycle(values.split()), strict=False)
    )
    told = ["--time-column", "time", "--turbine", "T01", "--map", "rotor_speed=x", "--preview"]
    return run(text(folder, f"time,x\n{rows}"), *told, *options)
