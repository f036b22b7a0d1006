"""The questions that others may ask of the source."""

from datetime import date

import numpy as np
import pytest

from sourcedata import reader
from sourcedata.batches import measurement_batches, number_of_samples
from sourcedata.models import Measurement
from tests.builders import at, measurements, turbine

pytestmark = pytest.mark.django_db

DAY = date(2025, 8, 31)


def test_a_frame_has_the_measurements_of_the_day_and_the_turbines_asked_for() -> None:
    for name in ("T3", "T2", "T1"):
        measurements(turbine(name), "2025-08-30T23:59", power=[1.0, 2.0, 3.0])
    frame = reader.snapshot(DAY, ["T1", "T3"]).measurements
    assert list(frame["turbine"]) == ["T3", "T3", "T1", "T1"]
    assert list(frame["power"]) == [2, 3, 2, 3]
    assert frame["timestamp"].iloc[0].isoformat() == "2025-08-31T00:00:00"


def test_a_missing_value_is_nan_and_an_infinity_stays() -> None:
    measurements(turbine(), "2025-08-31T00:00", power=[None, float("inf")])
    power = reader.snapshot(DAY, ["T01"]).measurements["power"].to_numpy()
    assert np.isnan(power[0])
    assert np.isinf(power[1])


def test_a_frame_of_no_measurements_has_all_columns() -> None:
    turbine()
    frame = reader.snapshot(DAY, ["T01"]).measurements
    assert (len(frame), list(frame.columns[:3])) == (0, ["turbine", "timestamp", "wind_speed"])


def test_turbine_days_are_in_order_and_within_the_range() -> None:
    for name in ("T2", "T1"):
        measurements(turbine(name, rated_power_kw=2000.0), "2025-08-30T23:59", power=[1.0, 2.0])
    found = reader.turbine_days(DAY, DAY)
    assert [(day.turbine, day.day, day.samples) for day in found] == [
        ("T1", DAY, 1),
        ("T2", DAY, 1),
    ]
    assert {day.nameplate.rated_power_kw for day in found} == {2000}
    assert len(reader.turbine_days(date(2025, 8, 30), DAY, ["T2"])) == 2


def test_a_turbine_day_whose_measurements_were_deleted_has_0_samples() -> None:
    measurements(turbine(), "2025-08-31T00:00", power=[1.0])
    Measurement.objects.all().delete()
    assert [day.samples for day in reader.turbine_days(DAY, DAY)] == [0]
    assert reader.day_range() is None


def test_the_day_range_goes_from_the_first_to_the_last_measurement() -> None:
    measurements(turbine(), "2025-08-30T23:59", power=[1.0, 2.0])
    assert reader.day_range() == (date(2025, 8, 30), DAY)


def test_batches_are_whole_and_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sourcedata.batches.BATCH_DAYS", 1)
    measurements(turbine(), "2025-08-30T23:58", power=[1.0, 2.0, 3.0])
    batches = list(measurement_batches(at("1970-01-01"), at("2099-01-01"), ["power"]))
    assert [(name, power.tolist()) for name, (_, power) in batches] == [
        ("T01", [1, 2]),
        ("T01", [3]),
    ]


def test_a_number_of_samples_is_that_of_whole_days() -> None:
    for name in ("T1", "T2"):
        measurements(turbine(name), "2025-08-30T23:59", power=[1.0, 2.0, 3.0])
    assert number_of_samples(at("2025-08-31T12:00"), at("2025-08-31T13:00")) == 4
    assert number_of_samples(at("2025-08-30"), at("2025-09-01"), ["T2"]) == 3
    assert number_of_samples(at("2025-08-30"), at("2025-08-31"), ["T2"]) == 1
    assert number_of_samples(at("2025-09-01"), at("2025-09-02")) == 0
