"""A running farm gets variables and companions of its own, in programs that have them declared."""

import csv
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings
from django.db import connections

from tests.builders import aggregated, measurements, turbine
from tests.faults.conftest import copied
from tests.processes import environment
from tests.sessions import session

pytestmark = pytest.mark.django_db(transaction=True)

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


@pytest.fixture
def deployment(transactional_db: None, tmp_path: Path) -> Iterator[Deployment]:
    with copied("source"), copied("default"):
        yield Deployment(tmp_path)


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


def measured_oil(deployment: Deployment) -> None:
    """Let the farm have a day of a variable of its own, and its statistics."""
    deployment.declare(OIL)
    deployment.manage("migrate")
    deployment.imports(oil_temperature=[60.0] * 1440)
    deployment.manage("aggregate", "--pending")


def test_a_range_that_leaves_nothing_leaves_no_window_with_values(deployment: Deployment) -> None:
    measured_oil(deployment)
    assert rows("SELECT windows FROM aggregated_day") == [(144,)]
    deployment.declare((OIL + COMPANIONS).replace("150", "50"))
    deployment.manage("migrate")
    deployment.manage("aggregate", "--pending")
    assert rows("SELECT variables FROM run ORDER BY id DESC LIMIT 1") == [(["oil_temperature"],)]
    assert rows("SELECT windows FROM aggregated_day") == [(0,)]


def test_a_new_variable_leaves_the_others_alone_and_is_all_that_is_computed(
    deployment: Deployment,
) -> None:
    measurements(turbine(), f"{DAY}T00:00", wind_speed=[7.0] * 60, power=[100.0] * 60)
    aggregated(DAY)
    before = rows("SELECT revision, samples, windows FROM aggregated_day")
    connections.close_all()
    deployment.declare(OIL)
    assert "oil_temperature" in deployment.manage("migrate")
    # The column changes no measurement, so that no revision is another one.
    assert "1 to aggregate" not in deployment.manage("check")
    run = deployment.manage("aggregate", "--pending")
    assert rows("SELECT variables FROM run ORDER BY id DESC LIMIT 1") == [(["oil_temperature"],)]
    assert "0 changed" in run or rows("SELECT changed FROM run ORDER BY id DESC LIMIT 1") == [(0,)]
    assert rows("SELECT revision, samples, windows FROM aggregated_day") == before
    assert stored("wind_speed_count") == [10] * 6


def test_its_measurements_come_in_and_are_aggregated_as_those_of_any_other(
    deployment: Deployment,
) -> None:
    deployment.declare(OIL)
    deployment.manage("migrate")
    deployment.imports(oil_temperature=[60.0, 62.0] * 720)
    deployment.manage("aggregate", "--pending")
    assert stored("oil_temperature_mean") == [61] * 144
    assert rows("SELECT DISTINCT name FROM signal") == [("oil_temperature_mean",)]
    assert ": 0 differ" in deployment.manage("audit", f"--from={DAY}", f"--to={DAY}")


def test_a_logger_s_own_std_and_extremes_make_those_of_the_windows(
    deployment: Deployment,
) -> None:
    deployment.declare(COMPANIONS)
    deployment.manage("migrate")
    deployment.imports(**minutes())
    assert rows("SELECT companions FROM turbine", "source") == [
        (["wind_speed_std", "wind_speed_min", "wind_speed_max"],)
    ]
    deployment.manage("aggregate", "--pending")
    windows = READINGS.reshape(144, 600)
    assert stored("wind_speed_std") == pytest.approx(windows.std(axis=1, ddof=1), rel=1e-9)
    assert stored("wind_speed_min") == windows.min(axis=1).tolist()
    assert stored("wind_speed_max") == windows.max(axis=1).tolist()
    assert ": 0 differ" in deployment.manage("audit", f"--from={DAY}", f"--to={DAY}")


EXPLAINED = """
from datetime import UTC, datetime
from aggregates.models import Signal
from aggregates.pages import explanation, explanation_sentences
for name in ("wind_speed_std", "wind_speed_mean"):
    signal = Signal.objects.get(name=name)
    explained = explanation.explain(signal, datetime(2025, 8, 31, tzinfo=UTC))
    print(explanation_sentences.of_formula(explained, signal))
    print(explanation_sentences.of_agreement(explained))
print(explained.samples[0].verdict)
"""


def test_an_explanation_says_which_way_a_value_was_made(deployment: Deployment) -> None:
    deployment.declare(COMPANIONS)
    deployment.manage("migrate")
    deployment.imports(**minutes())
    deployment.manage("aggregate", "--pending")
    pooled = deployment.manage("shell", "-c", EXPLAINED)
    assert "of 60 readings a sample" in pooled
    assert "Made of the samples&#x27; own wind_speed_std." in pooled
    assert pooled.count("Computed again from the samples below, it is the same.") == 2
    with session("source") as owner:
        owner.run("UPDATE data SET wind_speed_std = -1 WHERE timestamp = '2025-08-31 00:03Z'")
    deployment.manage("aggregate", "--pending")
    of_means = deployment.manage("shell", "-c", EXPLAINED)
    assert "Made of the samples alone: 1 of 10 lack their wind_speed_std." in of_means
    assert of_means.count("Computed again from the samples below, it is the same.") == 2


def test_a_farm_s_own_measurements_come_by_http_and_go_by_it(deployment: Deployment) -> None:
    deployment.declare(OIL + COMPANIONS)
    deployment.manage("migrate")
    deployment.imports(oil_temperature=[60.0] * 1440, **minutes())
    code = """
from django.test import Client
query = "start=2025-08-31&end=2025-08-31T00:01:00&format=csv"
print(Client().get(f"/data?{query}", HTTP_HOST="localhost").getvalue().decode())
"""
    header = deployment.manage("shell", "-c", code)
    assert '"oil_temperature","wind_speed_std","wind_speed_min","wind_speed_max"' in header


DATA: Path = settings.BASE_DIR.parent / "shared" / "data"
BINS = """
    SELECT floor(mean.value + 0.5)::int, avg(std.value / mean.value)
    FROM data AS mean JOIN signal AS of_mean ON of_mean.id = mean.signal_id
    JOIN data AS std USING (timestamp) JOIN signal AS of_std ON of_std.id = std.signal_id
    WHERE of_mean.name = 'wind_speed_mean' AND of_std.name = 'wind_speed_std'
    GROUP BY 1
"""


@pytest.mark.long
@pytest.mark.skipif(not DATA.is_dir(), reason="the real measurements are not here")
def test_a_real_mast_has_its_logger_s_gusts_and_turbulence(deployment: Deployment) -> None:
    deployment.declare('[wind_speed]\ncompanions = ["std", "max"]')
    deployment.manage("migrate")
    columns = ("wind_speed=Spd80mN", "wind_speed_std=Spd80mNStd", "wind_speed_max=Spd80mNMax")
    maps = [f"--map={column}" for column in columns]
    of_mast = ("--turbine=MAST", "--time-column=Timestamp")
    file = str(DATA / "mast_10min_with_std.csv.gz")
    deployment.manage("import_measurements", file, *of_mast, *maps)
    deployment.manage("aggregate", "--pending")
    assert max(stored("wind_speed_max")) == 27.06
    turbulence = {of_bin[0]: of_bin[1] for of_bin in rows(BINS)}
    expected = {4: 0.160570, 6: 0.132949, 8: 0.131578, 10: 0.132784, 12: 0.128279}
    assert {number: turbulence[number] for number in expected} == pytest.approx(expected, abs=1e-6)


def test_a_std_of_an_angle_is_refused_with_why(deployment: Deployment) -> None:
    mapped = ("--turbine=T01", "--time-column=t", "--map=wind_direction_std=d")
    refusal = deployment.manage("import_measurements", "a.csv", *mapped, fails=True)
    assert "its mean is a direction, not a sum" in refusal
    mapped = ("--turbine=T01", "--time-column=t", "--map=wind_speed_std=d")
    refusal = deployment.manage("import_measurements", "a.csv", *mapped, fails=True)
    assert 'write companions = ["std"] under [wind_speed], then: manage.py migrate' in refusal


def with_companions(deployment: Deployment) -> None:
    """Let the farm have a day of wind speed and its companions."""
    deployment.declare(COMPANIONS)
    deployment.manage("migrate")
    deployment.imports(**minutes())


def companions_there() -> list[tuple[object, ...]]:
    counts = (f"count({name})" for name in ("wind_speed_std", "wind_speed_min", "wind_speed_max"))
    return rows(f"SELECT {', '.join(counts)} FROM data", "source")


@pytest.mark.parametrize("columns", [["wind_speed"], ["wind_speed", "wind_speed_std"]])
def test_a_mean_that_changes_leaves_no_companion_of_the_one_before(deployment, columns) -> None:
    with_companions(deployment)
    changed = [12.0] * 300 + minutes()["wind_speed"][300:]
    told = deployment.imports(*columns, wind_speed=changed, wind_speed_std=[None] * 1440)
    assert "900 companions were emptied: their mean changed" in told
    assert companions_there() == [(1140, 1140, 1140)]
    deployment.manage("aggregate", "--pending")
    deployment.manage("audit", f"--from={DAY}", f"--to={DAY}")
    assert stored("wind_speed_min")[0] == 12


def test_a_mean_that_changes_takes_the_companions_that_come_with_it(deployment) -> None:
    with_companions(deployment)
    told = deployment.imports(**{name: [9.0] * 1440 for name in minutes()})
    assert "emptied" not in told
    assert companions_there() == [(1440, 1440, 1440)]


def test_companions_wait_for_the_mean_that_comes_after_them(deployment) -> None:
    deployment.declare(COMPANIONS)
    deployment.manage("migrate")
    deployment.imports(*[name for name in minutes() if name != "wind_speed"], **minutes())
    assert "emptied" not in deployment.imports("wind_speed", **minutes())
    assert companions_there() == [(1440, 1440, 1440)]


def test_a_mean_that_comes_again_keeps_its_companions(deployment: Deployment) -> None:
    with_companions(deployment)
    assert "1,440 unchanged" in deployment.imports("wind_speed", **minutes())
    assert companions_there() == [(1440, 1440, 1440)]


def test_what_replaces_a_mean_leaves_no_companion_of_it(deployment: Deployment) -> None:
    with_companions(deployment)
    file = deployment.folder / "windy.csv"
    file.write_text("\n".join(["time,wind_speed", f"{DAY} 00:00,12", f"{DAY} 23:59,12"]))
    columns = ["--turbine=T01", "--time-column=time", "--map=wind_speed=wind_speed"]
    deployment.manage("import_measurements", str(file), "--replace", *columns)
    assert companions_there() == [(0, 0, 0)]


def test_a_column_that_is_no_number_is_named_with_what_mends_it(deployment: Deployment) -> None:
    measured_oil(deployment)
    before = rows("SELECT revision FROM source_day", "source")
    rows("ALTER TABLE data ALTER COLUMN oil_temperature TYPE text", "source")
    said = deployment.manage("verify_source", "--repair", fails=True)
    mend = said.partition("as the owner: ")[2].partition(" precision.")[0] + " precision"
    assert "oil_temperature of data is text, and no number" in said
    assert "To mend what can be" not in said
    rows("UPDATE data SET wind_speed = 5", "source")
    assert rows("SELECT revision FROM source_day", "source") != before
    rows(mend, "source")
    deployment.manage("verify_source")


def test_a_minimum_and_a_maximum_that_are_exchanged_are_asked_about(deployment) -> None:
    deployment.declare(COMPANIONS)
    deployment.manage("migrate")
    means, high, low = [8.0] * 1440, [9.0] * 1440, [7.0] * 1440
    told = deployment.imports(wind_speed=means, wind_speed_min=high, wind_speed_max=low)
    assert "wind_speed_min lie outside 0 to 50 m/s, or above wind_speed, and are not used" in told
    told = deployment.imports(wind_speed=means, wind_speed_min=low, wind_speed_max=high)
    assert "exchanged" not in told


def test_companions_without_what_they_are_of_are_told(deployment: Deployment) -> None:
    deployment.declare(COMPANIONS)
    deployment.manage("migrate")
    told = deployment.imports(wind_speed_std=[1.0] * 1440)
    assert "wind_speed_std count only where the source has wind_speed at the same time" in told
    deployment.manage("aggregate", "--pending")
    assert rows("SELECT count(*) FROM signal") == [(0,)]


def test_companions_that_come_later_change_the_statistics_of_their_variable_alone(
    deployment: Deployment,
) -> None:
    deployment.declare(COMPANIONS)
    deployment.manage("migrate")
    deployment.imports(wind_speed=minutes()["wind_speed"], power=[5.0] * 1440)
    deployment.manage("aggregate", "--pending")
    with session("source") as owner:
        owner.run("""UPDATE turbine SET companions = '["wind_speed_std"]'""")
    deployment.manage("aggregate", "--pending")
    assert rows("SELECT variables FROM run ORDER BY id DESC LIMIT 1") == [(["wind_speed"],)]
    assert ": 0 differ" in deployment.manage("audit", f"--from={DAY}", f"--to={DAY}")


def test_a_variable_that_is_declared_no_more_keeps_its_column_and_signals(
    deployment: Deployment,
) -> None:
    measured_oil(deployment)
    deployment.declare("")
    assert "data keeps oil_temperature" in deployment.manage("check", "--database=source")
    assert "nothing" in deployment.manage("aggregate", "--pending").lower()
    assert stored("oil_temperature_mean") == [60] * 144


def test_a_column_that_is_missing_is_told_with_what_to_type(deployment: Deployment) -> None:
    deployment.declare(OIL)
    assert "manage.py migrate" in deployment.manage("check", "--database=source")
    deployment.manage("migrate")
    deployment.imports(oil_temperature=[60.0] * 1440)
    with session("source") as owner:
        owner.run("ALTER TABLE data DROP COLUMN oil_temperature")
    assert "manage.py migrate" in deployment.manage("aggregate", f"--date={DAY}", fails=True)


def test_a_column_that_went_and_came_again_leaves_nothing_current(deployment: Deployment) -> None:
    measured_oil(deployment)
    with session("source") as owner:
        owner.run("ALTER TABLE data DROP COLUMN oil_temperature")
    deployment.manage("migrate")
    assert "lost samples" in deployment.manage("aggregate", "--pending", fails=True)


def test_columns_that_exchange_their_names_leave_nothing_current(deployment: Deployment) -> None:
    deployment.declare(OIL + OIL.replace("oil", "gear"))
    deployment.manage("migrate")
    deployment.imports(oil_temperature=[60.0] * 1440, gear_temperature=[30.0] * 1440)
    deployment.manage("aggregate", "--pending")
    with session("source") as owner:
        owner.run(
            "ALTER TABLE data RENAME COLUMN oil_temperature TO spare",
            "ALTER TABLE data RENAME COLUMN gear_temperature TO oil_temperature",
            "ALTER TABLE data RENAME COLUMN spare TO gear_temperature",
        )
    deployment.manage("aggregate", "--pending")
    assert stored("oil_temperature_mean") == [30] * 144


def test_a_column_that_was_renamed_and_made_anew_leaves_nothing_current(
    deployment: Deployment,
) -> None:
    measured_oil(deployment)
    with session("source") as owner:
        owner.run("ALTER TABLE data RENAME COLUMN oil_temperature TO another")
    deployment.manage("migrate")
    assert "lost samples" in deployment.manage("aggregate", "--pending", fails=True)


@pytest.mark.parametrize("name", ["lowest", "turned", "value", "readings", "start"])
def test_no_name_of_a_variable_is_one_that_the_audit_uses(
    deployment: Deployment, name: str
) -> None:
    deployment.declare(OIL.replace("oil_temperature", name))
    deployment.manage("migrate")
    deployment.imports(**{name: [60.0] * 1440})
    deployment.manage("aggregate", "--pending")
    assert ": 0 differ" in deployment.manage("audit", f"--from={DAY}", f"--to={DAY}")


TURBULENCE = """
from django.test import Client
query = "start=2025-08-31&end=2025-08-31T00:10&layout=wide&turbulence_intensity=true&format=csv"
answer = Client().get(f"/api/values?{query}&variable=wind_speed", HTTP_HOST="localhost")
print(answer.getvalue().decode().splitlines()[1])
"""


def test_companions_that_are_declared_no_more_leave_no_turbulence(deployment: Deployment) -> None:
    deployment.declare(COMPANIONS)
    deployment.manage("migrate")
    deployment.imports(**minutes())
    deployment.manage("aggregate", "--pending")
    of_readings = deployment.manage("shell", "-c", TURBULENCE).strip().rpartition(",")[2]
    window = READINGS[:10]
    assert float(of_readings) == pytest.approx(window.std(ddof=1) / window.mean())
    deployment.declare("")
    deployment.manage("aggregate", "--pending")
    assert deployment.manage("shell", "-c", TURBULENCE).strip().endswith(",")


def test_a_column_of_somebody_else_is_not_taken_for_ours(deployment: Deployment) -> None:
    with session("source") as owner:
        owner.run("ALTER TABLE data ADD COLUMN oil_temperature int")
    deployment.declare(OIL)
    assert "which this project did not make" in deployment.manage("migrate", fails=True)


def test_a_file_that_cannot_be_meant_is_a_sentence(deployment: Deployment) -> None:
    deployment.declare(OIL.replace("unit", "unti"))
    assert "A setting is wrong: VARIABLES_FILE" in deployment.manage("check", fails=True)
