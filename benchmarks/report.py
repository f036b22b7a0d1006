"""The report of measured figures: a section per benchmark of docs/performance.md."""

import os
import platform
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from django.conf import settings
from django.db import connection
from rich import box
from rich.table import Table

from common.terminal import rendered

FILE: Path = settings.BASE_DIR / "docs" / "performance.md"

Row = Sequence[str]


def spread(figures: Sequence[float]) -> str:
    """Return the median with the least and the most."""
    least, most = min(figures), max(figures)
    digits = 0 if most >= 100 else 2 if most < 10 else 1
    return f"{median(figures):.{digits}f} ({least:.{digits}f} to {most:.{digits}f})"


def publish(title: str, columns: Row, rows: Sequence[Row]) -> None:
    """Print the table, and put it in place of the section `title`, or at the end."""
    table = Table(*columns, title=title, box=box.SIMPLE_HEAD)
    for row in rows:
        table.add_row(*row)
    print(rendered(table))
    lines = [columns, ["---"] * len(columns), *rows]
    text = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    _replace(title, f"## {title}\n\n{_circumstances()}\n\n{text}\n")


def _circumstances() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        (postgresql,) = cursor.fetchone()
    cpu = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores"
        f" ({cpu[1] if cpu else platform.machine()}), Python {platform.python_version()},"
        f" PostgreSQL {postgresql.split()[0]} with its default settings."
    )


def _replace(title: str, section: str) -> None:
    sections = re.split(r"^(?=## )", FILE.read_text(), flags=re.MULTILINE)
    headings = [kept.partition("\n")[0] for kept in sections]
    place = headings.index(f"## {title}") if f"## {title}" in headings else len(sections)
    sections[place : place + 1] = [section]
    FILE.write_text("\n".join(kept.strip() + "\n" for kept in sections))
