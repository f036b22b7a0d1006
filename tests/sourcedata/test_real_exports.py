"""Real exports, with the faults that real exports have, arrive whole."""

from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections

from sourcedata.importing import Form, ImportResult, import_table, look_at

DATA: Path = settings.BASE_DIR.parent / "shared" / "data"
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not DATA.is_dir(), reason=f"{DATA} does not exist"),
]

MIDC = Form(
    time_columns=["time"],
    turbine="M3",
    columns={
        "wind_speed": "Avg Wind Speed @ 3m [m/s]",
        "wind_direction": "Avg Wind Direction @ 3m [deg from N]",
        "ambient_temperature": "Air Temperature [deg C]",
    },
    missing=["-7999"],
)
LA_HAUTE_BORNE = Form(
    time_columns=["Date_time"],
    turbine_column="Wind_turbine_name",
    columns={
        "power": "P_avg",
        "wind_speed": "Ws_avg",
        "wind_direction": "Wa_avg",
        "nacelle_direction": "Ya_avg",
        "ambient_temperature": "Ot_avg",
        "pitch_angle": "Ba_avg",
    },
    sample_interval_s=600,
)


def imported(name: str, form: Form) -> ImportResult:
    (understood,) = look_at(DATA / name, form)
    return import_table(understood, "test")


def query(sql: str) -> list[tuple]:
    with connections["source"].cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def test_a_day_in_colorado_is_two_days_in_utc() -> None:
    assert imported("midc_2018-10-18_1min.csv", MIDC) == ImportResult(1440, 0, 0, 0)
    days = query("SELECT day::text, samples FROM source_day ORDER BY day")
    assert days == [("2018-10-18", 1020), ("2018-10-19", 420)]


def test_the_first_minute_in_colorado_is_seven_in_the_morning() -> None:
    imported("midc_2018-10-18_1min.csv", MIDC)
    assert query(
        "SELECT (timestamp AT TIME ZONE 'UTC')::text, wind_speed, wind_direction,"
        " ambient_temperature FROM data ORDER BY timestamp LIMIT 1"
    ) == [("2018-10-18 07:00:00", 2.947, 328.6, 16.1)]


def test_minus_7999_degrees_are_no_measurement() -> None:
    columns = {"ambient_temperature": "Temp CHP1 [deg C]"}
    imported("midc_2018-10-18_1min.csv", replace(MIDC, columns=columns))
    empty = "SELECT count(*) FROM data WHERE ambient_temperature IS NULL"
    # As `grep -c -- ,-7999` counts.
    assert query(empty) == [(1247,)]


def test_january_at_la_haute_borne_is_31_days_of_four_turbines() -> None:
    result = imported("la_haute_borne_2014-01.csv", LA_HAUTE_BORNE)
    assert result == ImportResult(17_832, 0, 0, 0)
    assert query(
        "SELECT count(DISTINCT turbine_id), count(DISTINCT day), sum(samples), min(day)::text"
        " FROM source_day"
    ) == [(4, 31, 17_832, "2014-01-01")]


def test_a_month_imported_twice_raises_no_revision() -> None:
    imported("la_haute_borne_2014-01.csv", LA_HAUTE_BORNE)
    before = query("SELECT * FROM source_day ORDER BY turbine_id, day")
    again = imported("la_haute_borne_2014-01.csv", LA_HAUTE_BORNE)
    assert again == ImportResult(0, 0, 17_832, 0)
    assert query("SELECT * FROM source_day ORDER BY turbine_id, day") == before


def test_the_night_the_clocks_go_back_loses_and_merges_nothing() -> None:
    result = imported("la_haute_borne_dst_2014-10.csv", LA_HAUTE_BORNE)
    assert result == ImportResult(1728, 0, 0, 0)
    hours = query(
        "SELECT extract(hour FROM timestamp AT TIME ZONE 'UTC')::int, count(*) FROM data"
        " WHERE timestamp >= '2014-10-25 22:00Z' AND timestamp < '2014-10-26 03:00Z'"
        " GROUP BY 1 ORDER BY 1"
    )
    # The file itself has no 02:00+02:00 to 02:50+02:00.
    assert hours == [(1, 24), (2, 24), (22, 24), (23, 24)]


def test_of_a_year_the_preview_warns_of_what_is_wrong_and_of_nothing_else() -> None:
    (understood,) = look_at(
        DATA / "la_haute_borne_2014.csv.gz", replace(LA_HAUTE_BORNE, sample_interval_s=None)
    )
    assert (understood.look.rows, understood.look.steps.usual_s) == (210_240, 600)
    words = [
        "pitch_angle is -121.26",
        "ambient_temperature is -273.2",
        "On 2014-03-30",
        "On 2014-10-26",
    ]
    assert len(understood.warnings) == len(words)
    for word in words:
        assert any(word in warning for warning in understood.warnings)
