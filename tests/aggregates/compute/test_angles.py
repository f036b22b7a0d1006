"""Angles in whatever turn they come, against a computation of each window in plain Python."""

import json
from datetime import date
from fractions import Fraction
from math import (
    atan2,
    cos,
    degrees,
    fsum,
    hypot,
    inf,
    isnan,
    log,
    nan,
    nextafter,
    radians,
    remainder,
    sin,
    sqrt,
)
from random import Random
from statistics import fmean, stdev
from typing import Any

import pytest
from django.test import Client
from hypothesis import assume, given
from hypothesis import strategies as st

from aggregates.audit import auditing
from aggregates.compute.statistic_names import STATISTICS
from aggregates.compute.transform import DayStatistics, transform
from aggregates.models import Run, Value
from tests.builders import MINUTE, aggregated, frame, measurements, nameplates, turbine, values

DAY = date(2025, 8, 31)
MIDNIGHT = "2025-08-31T00:00"
DIRECTIONS = ["wind_direction", "nacelle_direction"]
ABOUT_NORTH = [-10.0, -5, 0, 5, 10, -20, 15, 20, -15, 1]

ENDS = [-360.0, -180.0, 0.0, 180.0, 360.0, 540.0, 720.0]
EDGES = [
    *ENDS,
    *(nextafter(end, side) for end in ENDS for side in (-inf, inf)),
    *(-0.0, -1e-20, 1e-20, -1e-200, 1e-200, 720.0000000001, -360.0000000001, 1e300, -999.0),
    *(inf, -inf, nan),
]
SAMPLES = st.lists(
    st.sampled_from(EDGES) | st.floats(-400, 760) | st.integers(-400, 760).map(float),
    min_size=1,
    max_size=10,
)


def window(name: str, samples: list[float]) -> dict[str, float]:
    """Return the statistics that the samples of one window have, by name."""
    of_day = transformed(name, samples).values
    statistics: dict[str, Any] = {of: of_day.loc[("T01", name, of), 0] for of in STATISTICS}
    return {statistic: value for statistic, value in statistics.items() if not isnan(value)}


def transformed(name: str, samples: list[float]) -> DayStatistics:
    columns: Any = {name: samples}
    return transform(frame("T01", MIDNIGHT, **columns), DAY, nameplates(T01=None))


def valid(samples: list[float]) -> list[float]:
    return [sample for sample in samples if -360 <= sample <= 720]


def naive_directions(samples: list[float]) -> dict[str, float]:
    used = [sample % 360 % 360 for sample in valid(samples)]
    east, north = (fsum(f(radians(x)) for x in used) / len(used) for f in (sin, cos))
    assume(hypot(east, north) > 1e-3)
    mean = degrees(atan2(east, north))
    # Fractions are exact; rounding would make two neighbouring angles equal.
    right = {x: (Fraction(x) - Fraction(mean) + 180) % 360 - 180 for x in used}
    # Rounding decides whether a sample opposite of the mean lies left or right of it.
    assume(all(179.999 > distance > -179.999 for distance in right.values()))
    length = min(1.0, hypot(east, north))
    statistics = {"mean": mean, "count": float(len(used)), "std": degrees(sqrt(-2 * log(length)))}
    return statistics | {
        "min": min(used, key=right.__getitem__),
        "max": max(used, key=right.__getitem__),
    }


def naive_pitches(samples: list[float]) -> dict[str, float]:
    used = [x if abs(x) <= 180 else remainder(x, 360) for x in valid(samples)]
    statistics = {
        "mean": fmean(used),
        "count": float(len(used)),
        "min": min(used),
        "max": max(used),
    }
    return statistics | ({"std": stdev(used)} if len(used) > 1 else {})


def test_directions_about_north_that_go_below_0_are_all_used() -> None:
    statistics = window("wind_direction", ABOUT_NORTH)
    # The samples lie in pairs about north, so all sines but that of 1 degree cancel out.
    cosines = 1 + cos(radians(1)) + 2 * sum(cos(radians(x)) for x in (5, 10, 15, 20))
    assert statistics["mean"] == pytest.approx(degrees(atan2(sin(radians(1)), cosines)), abs=1e-12)
    assert statistics["mean"] == pytest.approx(0.102, abs=5e-4)
    assert (statistics["count"], statistics["min"], statistics["max"]) == (10, 340, 20)


@pytest.mark.parametrize("name", DIRECTIONS)
@pytest.mark.parametrize(
    ("sample", "direction"),
    [
        (-10.0, 350.0),
        (-360.0, 0.0),
        (-1e-20, 0.0),
        (-0.0, 0.0),
        (359.99999999999994, 359.99999999999994),
        (360.0, 0.0),
        (361.5, 1.5),
        (720.0, 0.0),
    ],
)
def test_a_direction_is_taken_modulo_360(name: str, sample: float, direction: float) -> None:
    statistics = window(name, [sample])
    assert statistics == {"mean": direction, "min": direction, "max": direction, "count": 1}
    assert str(statistics["mean"]) == str(direction)


@pytest.mark.parametrize(
    ("sample", "pitch"),
    [
        (-180.0, -180.0),
        (180.0, 180.0),
        (-1e-20, -1e-20),
        (nextafter(180, inf), nextafter(-180, inf)),
        (nextafter(-180, -inf), nextafter(180, -inf)),
        (359.0, -1.0),
        (360.0, 0.0),
        (-271.5, 88.5),
        (541.0, -179.0),
        (720.0, 0.0),
        (-360.0, 0.0),
    ],
)
def test_a_pitch_outside_180_degrees_is_taken_into_them(sample: float, pitch: float) -> None:
    statistics = window("pitch_angle", [sample])
    assert statistics == {"mean": pitch, "min": pitch, "max": pitch, "count": 1}


def test_pitches_are_averaged_as_plain_numbers() -> None:
    statistics = window("pitch_angle", [359.0, 2.0, -90.0, 90.0])
    assert (statistics["mean"], statistics["min"], statistics["max"]) == (0.25, -90, 90)


@pytest.mark.parametrize("name", [*DIRECTIONS, "pitch_angle"])
def test_an_angle_a_turn_and_more_beyond_its_own_is_rejected(name: str) -> None:
    beyond = [nextafter(-360, -inf), nextafter(720, inf), 720.0000000001, -999, inf, -inf]
    assert transformed(name, [*beyond, nan]).rejected == len(beyond)
    assert window(name, [*beyond, nan]) == {}


@given(SAMPLES)
def test_directions_agree_with_a_naive_computation(samples: list[float]) -> None:
    assume(valid(samples))
    statistics, expected = window("wind_direction", samples), naive_directions(samples)
    for name in ("min", "max", "count"):
        assert statistics[name] == expected[name]
    assert abs(remainder(statistics["mean"] - expected["mean"], 360)) < 1e-9
    assert statistics.get("std", 0) == pytest.approx(expected["std"], abs=1e-5)


@given(SAMPLES)
def test_pitches_agree_with_a_naive_computation(samples: list[float]) -> None:
    assume(valid(samples))
    statistics = window("pitch_angle", samples)
    assert statistics == pytest.approx(naive_pitches(samples), rel=1e-9, abs=1e-9)
    for name in ("min", "max"):
        assert statistics[name] == naive_pitches(samples)[name]


@given(SAMPLES, st.randoms(use_true_random=False))
def test_extremes_do_not_depend_on_the_order_of_rows(samples: list[float], random: Random) -> None:
    assume(valid(samples))
    naive_directions(samples)
    before = window("wind_direction", samples)
    random.shuffle(samples)
    after = window("wind_direction", samples)
    assert [repr(after[name]) for name in ("min", "max")] == [
        repr(before[name]) for name in ("min", "max")
    ]


def a_day_of_angles(name: str, seed: int) -> None:
    """A full day of angles of any turn, some of them at the very ends, as sources may send them."""
    random = Random(seed)

    def column() -> list[float | None]:
        about = [random.uniform(-400, 760) for _ in range(144)]
        return [
            random.choice([*EDGES, None])
            if random.random() < 0.3
            else about[minute // 10] + random.gauss(0, 20)
            for minute in range(1440)
        ]

    columns: Any = {variable: column() for variable in (*DIRECTIONS, "pitch_angle")}
    measurements(turbine(name, rated_power_kw=2050), MIDNIGHT, **columns)


@pytest.mark.django_db
def test_the_audit_agrees_about_angles_of_any_turn() -> None:
    for number in range(5):
        a_day_of_angles(f"T{number:02}", seed=number)
    aggregated(DAY)
    assert Run.objects.get().rejected > 1000
    audit = auditing.audit_day(DAY)
    assert audit.values == Value.objects.count() > 5 * 144 * 3 * 4
    assert audit.differences.empty


@pytest.mark.django_db
def test_the_audit_agrees_about_angles_that_are_alone_in_their_window() -> None:
    columns: Any = dict.fromkeys([*DIRECTIONS, "pitch_angle"], EDGES)
    measurements(turbine(), MIDNIGHT, step=10 * MINUTE, **columns)
    aggregated(DAY)
    audit = auditing.audit_day(DAY)
    # A lone sample has a mean, a minimum, a maximum and a count, but no std.
    assert audit.values == len(valid(EDGES)) * len(columns) * 4
    assert audit.differences.empty


@pytest.mark.django_db
def test_the_audit_sees_an_angle_that_was_dropped() -> None:
    measurements(turbine(), MIDNIGHT, wind_direction=[*ABOUT_NORTH])
    aggregated(DAY)
    assert values("wind_direction_count") == {"31 00:00": 10}
    Value.objects.filter(signal__name="wind_direction_mean").update(value=8.49)
    (difference,) = auditing.audit_day(DAY).differences.to_dict("records")
    assert difference["expected"] == pytest.approx(0.102, abs=5e-4)


@pytest.mark.django_db
def test_the_source_answers_with_the_angles_as_they_came(client: Client) -> None:
    measurements(turbine(), MIDNIGHT, wind_direction=[-10.0, 360.0], pitch_angle=[270.0, -200.0])
    aggregated(DAY)
    query = {"start": "2025-08-31", "end": "2025-09-01"}
    before, after = json.loads(client.get("/data", query).getvalue())
    assert (before["wind_direction"], before["pitch_angle"]) == (-10, 270)
    assert (after["wind_direction"], after["pitch_angle"]) == (360, -200)


@pytest.mark.django_db
def test_a_power_of_minus_999_is_rejected() -> None:
    measurements(turbine(rated_power_kw=2050), MIDNIGHT, power=[-999.0, -205.0, 100.0])
    aggregated(DAY)
    assert Run.objects.get().rejected == 1
    assert values("power_min") == {"31 00:00": -205}
    assert auditing.audit_day(DAY).differences.empty
