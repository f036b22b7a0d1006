"""A running farm gets variables of its own, in programs that have them declared."""

import pytest
from django.db import connections

from tests.builders import aggregated, measurements, turbine
from tests.sessions import session
from tests.windproject.deployments import COMPANIONS, DAY, OIL, Deployment, minutes, rows, stored

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]


def measured_oil(deployment: Deployment, declared: str = OIL) -> None:
    """Let the farm have a day of a variable of its own, and its statistics."""
    deployment.declare(declared)
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


def test_a_signal_s_name_is_refused_with_its_variable_and_statistic(deployment) -> None:
    deployment.declare(OIL)
    deployment.manage("migrate")
    code = """
from django.test import Client
query = "start=2025-08-31&end=2025-09-01&variable=oil_temperature_mean"
print(Client().get(f"/api/values?{query}", HTTP_HOST="localhost").json()["detail"])
"""
    said = deployment.manage("shell", "-c", code)
    assert "is written variable=oil_temperature&statistic=mean." in said


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


def test_a_variable_that_is_declared_no_more_keeps_its_column_and_signals(
    deployment: Deployment,
) -> None:
    measured_oil(deployment)
    deployment.declare("")
    assert "data keeps oil_temperature" in deployment.manage("check", "--database=source")
    said = deployment.manage("aggregate", "--pending")
    assert "Warning: data keeps oil_temperature" in said
    assert "name it in .env" in said
    assert "nothing" in said.lower()
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


@pytest.mark.parametrize("comment", ["Made by VARIABLES_FILE after 1", "the sensor before", ""])
def test_a_column_that_was_renamed_and_made_anew_leaves_nothing_current(
    deployment: Deployment, comment: str
) -> None:
    measured_oil(deployment, OIL + OIL.replace("oil", "gear"))
    with session("source") as owner:
        owner.run(
            "ALTER TABLE data RENAME COLUMN oil_temperature TO another",
            f"COMMENT ON COLUMN data.another IS '{comment}'",
        )
    deployment.manage("migrate")
    assert "lost samples" in deployment.manage("aggregate", "--pending", fails=True)


BY_HAND = "COMMENT ON COLUMN data.oil_temperature IS 'Made by VARIABLES_FILE after hand'"


def test_another_sensor_that_takes_the_name_leaves_nothing_current(deployment: Deployment) -> None:
    measured_oil(deployment)
    with session("source") as owner:
        owner.run("ALTER TABLE data ADD COLUMN spare float8", "UPDATE data SET spare = 30")
        deployment.manage("aggregate", "--pending")
        owner.run(
            "BEGIN",
            "ALTER TABLE data RENAME COLUMN oil_temperature TO another",
            "COMMENT ON COLUMN data.another IS NULL",
            "ALTER TABLE data RENAME COLUMN spare TO oil_temperature",
            BY_HAND,
            "COMMIT",
        )
    deployment.manage("aggregate", "--pending")
    assert stored("oil_temperature_mean") == [30] * 144


def test_a_column_made_by_hand_that_went_leaves_nothing_current(deployment: Deployment) -> None:
    with session("source") as owner:
        owner.run("ALTER TABLE data ADD COLUMN oil_temperature real", BY_HAND)
        measurements(turbine(), f"{DAY}T00:00", power=[1.0] * 1440)
        owner.run("UPDATE data SET oil_temperature = 60")
        deployment.declare(OIL)
        deployment.manage("aggregate", "--pending")
        owner.run("ALTER TABLE data DROP COLUMN oil_temperature")
    deployment.manage("migrate")
    deployment.manage("aggregate", "--pending")
    assert stored("oil_temperature_mean") == []


@pytest.mark.parametrize("name", ["lowest", "turned", "value", "readings", "start"])
def test_no_name_of_a_variable_is_one_that_the_audit_uses(
    deployment: Deployment, name: str
) -> None:
    deployment.declare(OIL.replace("oil_temperature", name))
    deployment.manage("migrate")
    deployment.imports(**{name: [60.0] * 1440})
    deployment.manage("aggregate", "--pending")
    assert ": 0 differ" in deployment.manage("audit", f"--from={DAY}", f"--to={DAY}")


def test_a_column_of_somebody_else_is_not_taken_for_ours(deployment: Deployment) -> None:
    with session("source") as owner:
        owner.run("ALTER TABLE data ADD COLUMN oil_temperature int")
    deployment.declare(OIL)
    assert "which this project did not make" in deployment.manage("migrate", fails=True)


def test_a_file_that_cannot_be_meant_is_a_sentence(deployment: Deployment) -> None:
    deployment.declare(OIL.replace("unit", "unti"))
    assert "A setting is wrong: VARIABLES_FILE" in deployment.manage("check", fails=True)
