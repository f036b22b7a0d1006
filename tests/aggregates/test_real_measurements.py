"""Real measurements from file to statistics, against figures computed elsewhere.

The files are not part of the project; where they are absent, other tests prove the same on rows of
their own.
"""

from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from aggregates.models import Run, Value
from tests.builders import at, values

SHARED: Path = settings.BASE_DIR.parent / "shared" / "data"
MIDC = SHARED / "midc_2018-10-18_1min.csv"
LA_HAUTE_BORNE = SHARED / "la_haute_borne_2014-01.csv"
DST_NIGHT = SHARED / "la_haute_borne_dst_2014-10.csv"

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not SHARED.exists(), reason="the real measurements are not here"),
]


def import_and_aggregate(file: Path, *arguments: str) -> None:
    call_command("import_measurements", str(file), *arguments)
    call_command("aggregate", "--pending")


def midc() -> None:
    import_and_aggregate(
        MIDC,
        "--turbine=M3",
        "--time-column=time",
        "--map=wind_speed=Avg Wind Speed @ 3m [m/s]",
        "--map=wind_direction=Avg Wind Direction @ 3m [deg from N]",
        "--map=ambient_temperature=Air Temperature [deg C]",
        "--missing-value=-7999",
    )


def la_haute_borne(file: Path, *arguments: str) -> None:
    import_and_aggregate(
        file,
        "--turbine-column=Wind_turbine_name",
        "--time-column=Date_time",
        "--map=wind_speed=Ws_avg",
        "--map=power=P_avg",
        "--map=wind_direction=Wa_avg",
        "--sample-interval=600",
        *arguments,
    )


def all_values(name: str, of: str) -> list[float]:
    rows = Value.objects.filter(signal__turbine=of, signal__name=name)
    return list(rows.order_by("timestamp").values_list("value", flat=True))


def test_a_day_of_minutes_has_the_statistics_that_others_computed() -> None:
    midc()
    assert set(all_values("wind_speed_count", "M3")) == {10}
    at_1010 = Value.objects.filter(timestamp=at("2018-10-18T10:10"))
    stored = dict(at_1010.values_list("signal__name", "value"))
    expected = {
        "wind_speed_mean": 1.4262,
        "wind_speed_min": 0.805,
        "wind_speed_max": 3.75,
        "wind_speed_std": 0.908298,
        "wind_direction_mean": 1.278289,
        "wind_direction_std": 54.821252,
        "ambient_temperature_mean": 14.382,
    }
    assert {name: stored[name] for name in expected} == pytest.approx(expected, abs=5e-7)
    speeds, deviations = (all_values(f"wind_{x}", "M3") for x in ("speed_mean", "direction_std"))
    assert len(speeds) == 144
    assert sum(speeds) == pytest.approx(276.4027, abs=5e-5)
    assert sum(deviations) == pytest.approx(5490.5708, abs=5e-5)


def test_a_local_day_lies_in_two_utc_days() -> None:
    midc()
    assert list(Run.objects.order_by("day").values_list("day", "samples")) == [
        (date(2018, 10, 18), 1020),
        (date(2018, 10, 19), 420),
    ]


@pytest.mark.parametrize("arguments", [[], ["--rated-power-kw=2050"]])
def test_a_farm_of_10_minute_samples_has_one_to_a_window(arguments: list[str]) -> None:
    la_haute_borne(LA_HAUTE_BORNE, *arguments)
    assert sum(all_values("power_mean", "R80711")) == pytest.approx(2251220.8789, abs=5e-5)
    for variable in ("power", "wind_direction"):
        mean, least, most = (
            all_values(f"{variable}_{statistic}", "R80711") for statistic in ("mean", "min", "max")
        )
        assert mean == least == most
    assert set(all_values("power_count", "R80711")) == {1}
    assert not Value.objects.filter(signal__statistic="std").exists()
    assert Run.objects.filter(status="succeeded").count() == 31
    assert sum(Run.objects.values_list("samples", flat=True)) == 17_832


def test_the_night_the_clocks_go_back_loses_and_merges_nothing() -> None:
    la_haute_borne(DST_NIGHT)
    assert sum(Run.objects.values_list("samples", flat=True)) == 1_728
    assert len(values("power_count", of="R80711")) == 432
    # The clock went back that night: the export has no row from 01:50+02:00 to 02:00+01:00.
    night = [time for time in values("power_count", of="R80711") if "25 23:40" <= time < "26 01:20"]
    assert night == ["25 23:40", "25 23:50", "26 01:00", "26 01:10"]
