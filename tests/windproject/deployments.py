"""Programs of a deployment that has a file of variables, and what its databases hold."""

import csv
import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
from django.conf import settings

from tests.processes import environment
from tests.sessions import session

DAY = date(2025, 8, 31)

READINGS = np.random.default_rng(8).normal(9, 1.5, (1440, 60))

OIL = """
[oil_temperature]
unit = "degC"
minimum = -50
maximum = 150
statistics = ["mean"]
"""

COMPANIONS = """
[wind_speed]
companions = ["std", "min", "max"]
"""


class Deployment:
    """Programs of this project that have a file of variables, on copies of the databases."""

    def __init__(self, folder: Path) -> None:
        self.file, self.folder = folder / "variables.toml", folder
        self.declare("")

    def declare(self, text: str) -> None:
        self.file.write_text(text)

    def manage(self, *arguments: str, fails: bool = False) -> str:
        """Run a command; return what it says."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=settings.BASE_DIR,
            env=environment(VARIABLES_FILE=str(self.file), TEST_COPY="copy", COLUMNS="200"),
            capture_output=True,
            text=True,
        )
        assert (done.returncode != 0) == fails, done.stdout + done.stderr
        return done.stdout + done.stderr

    def imports(self, *columns: str, **values: Sequence[float | None]) -> str:
        """Import a day of minutes, with these columns."""
        file = self.folder / "day.csv"
        with file.open("w", newline="") as opened:
            writer = csv.writer(opened)
            writer.writerow(["time", *values])
            minutes = np.datetime64(DAY, "m") + np.arange(1440)
            writer.writerows(zip(minutes.tolist(), *values.values(), strict=True))
        maps = [f"--map={name}={name}" for name in (columns or values)]
        return self.manage(
            "import_measurements", str(file), "--turbine=T01", "--time-column=time", *maps
        )


def rows(sql: str, alias: str = "default") -> list[tuple[object, ...]]:
    with session(alias) as at_database:
        return at_database.run(sql)


def stored(name: str) -> list[float]:
    """Return a signal's values, by their windows."""
    values = "SELECT value FROM data JOIN signal ON signal.id = signal_id WHERE name = '{}'"
    return [float(str(value)) for (value,) in rows(f"{values.format(name)} ORDER BY timestamp")]


def minutes() -> dict[str, list[float]]:
    """Return what a logger of one reading a second stores each minute."""
    return {
        "wind_speed": READINGS.mean(axis=1).tolist(),
        "wind_speed_std": READINGS.std(axis=1, ddof=1).tolist(),
        "wind_speed_min": READINGS.min(axis=1).tolist(),
        "wind_speed_max": READINGS.max(axis=1).tolist(),
    }
