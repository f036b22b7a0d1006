"""What a logger tells of the readings within each sample makes the windows of a running farm."""

from pathlib import Path

import pytest
from django.conf import settings

from tests.sessions import session
from tests.windproject.deployments import (
    COMPANIONS,
    DAY,
    READINGS,
    Deployment,
    minutes,
    rows,
    stored,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]


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


def test_a_std_that_has_no_square_keeps_no_value_from_being_audited(
    deployment: Deployment,
) -> None:
    deployment.declare(COMPANIONS)
    deployment.manage("migrate")
    deployment.imports(**(minutes() | {"wind_speed_std": [1e-170, 1e200, 1e153] * 480}))
    deployment.manage("aggregate", "--pending")
    assert ": 0 differ" in deployment.manage("audit", f"--from={DAY}", f"--to={DAY}")


SHARED = """
from aggregates.source import remote_variables
from aggregates.source.answers import Answer
from sourcedata.variables import VARIABLES, VARIABLE_NAMES
rows = [{"name": each.name, "companions": [*each.companions]} for each in VARIABLES]
remote_variables.ask = lambda *_: Answer("/api/variables", rows)
print(remote_variables.shared_columns(VARIABLE_NAMES).parameters)
"""


def test_another_deployment_is_asked_for_companions_that_no_turbine_has_yet(
    deployment: Deployment,
) -> None:
    assert deployment.manage("shell", "-c", SHARED).endswith("{}\n")
    deployment.declare(COMPANIONS)
    assert "'wind_speed_std', 'wind_speed_min'" in deployment.manage("shell", "-c", SHARED)


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


DATA: Path = settings.BASE_DIR.parent / "shared" / "data"
BINS = """
    SELECT floor(mean.value + 0.5)::int, avg(std.value / mean.value)
    FROM data AS mean JOIN signal AS of_mean ON of_mean.id = mean.signal_id
    JOIN data AS std USING (timestamp) JOIN signal AS of_std ON of_std.id = std.signal_id
    WHERE of_mean.name = 'wind_speed_mean' AND of_std.name = 'wind_speed_std'
    GROUP BY 1
"""


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
