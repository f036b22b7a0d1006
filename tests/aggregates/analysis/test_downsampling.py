"""Points of a history: each is the statistics of the samples that its windows were made of."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregates.analysis.downsampling import MOST_POINTS, Points, points
from aggregates.compute.statistics import of_angles, of_values
from aggregates.compute.windows import WINDOW, WINDOWS_PER_DAY

START = np.datetime64("2025-08-31T00:00", "us")
SAMPLES = 10


def history(samples: list[float], is_angle: bool = False) -> pd.DataFrame:
    """The statistics of windows of ten samples each."""
    groups = np.arange(len(samples)) // SAMPLES
    return table(samples, groups, is_angle).set_index(starts(groups.max() + 1))


def table(samples: list[float], groups: np.ndarray, is_angle: bool) -> pd.DataFrame:
    statistics = (of_angles if is_angle else of_values)(pd.DataFrame({"x": samples}), groups)
    return pd.DataFrame({name: frame["x"] for name, frame in statistics.items()})


def starts(number: int) -> np.ndarray:
    return START + np.arange(number) * np.timedelta64(WINDOW)


def in_twos(frame: pd.DataFrame, is_angle: bool, monkeypatch: pytest.MonkeyPatch) -> Points:
    monkeypatch.setattr("aggregates.analysis.downsampling.MOST_POINTS", (len(frame) + 1) // 2)
    return points(frame, is_angle)


def row(plotted: Points, number: int = 0) -> list[float]:
    return plotted.frame[["mean", "min", "max", "std", "count"]].iloc[number].tolist()


@pytest.mark.parametrize(
    ("days", "windows"), [(1, 1), (7, 1), (8, 2), (30, 6), (365, 72), (366, 72), (3653, 144)]
)
def test_a_longer_history_has_longer_points(days: int, windows: int) -> None:
    number = days * WINDOWS_PER_DAY
    frame = pd.DataFrame(1.0, index=starts(number), columns=["mean", "min", "max", "std", "count"])
    plotted = points(frame, is_angle=False)
    assert plotted.windows == windows
    assert len(plotted.frame) == number / windows
    assert len(plotted.frame) <= max(MOST_POINTS, days)


def test_a_point_keeps_the_extremes_of_its_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = history([5.0] * 9 + [1.0] + [5.0] * 9 + [99.0])
    mean, least, greatest, _, count = row(in_twos(frame, False, monkeypatch))
    assert [mean, least, greatest, count] == pytest.approx([9.5, 1, 99, 20])


def test_a_window_without_samples_makes_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = history([1.0, 3.0] * 5 + [np.nan] * 10)
    assert row(in_twos(frame, False, monkeypatch)) == pytest.approx([2, 1, 3, 1.0540926, 10])


@pytest.mark.parametrize("is_angle", [False, True])
def test_a_point_without_samples_is_a_gap(is_angle: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = history([np.nan] * 20 + [7.0] * 20, is_angle)
    plotted = in_twos(frame, is_angle, monkeypatch)
    assert row(plotted, 0) == pytest.approx([np.nan] * 4 + [0], nan_ok=True)
    assert row(plotted, 1) == pytest.approx([7, 7, 7, 0, 20])


def test_directions_about_north_do_not_meet_in_the_south(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = history([350.0] * 10 + [10.0] * 10, is_angle=True)
    mean, least, greatest, _, _ = row(in_twos(frame, True, monkeypatch))
    assert mean % 360 == pytest.approx(0, abs=1e-9) or mean == pytest.approx(360)
    assert greatest - least == pytest.approx(20)
    assert least % 360 == pytest.approx(350)


def test_the_band_of_a_point_takes_in_those_of_its_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    # The first window lies about 0 deg, on both sides of north; the second about 20 deg.
    frame = history([*[350.0, 10.0] * 5, *[10.0, 30.0] * 5], is_angle=True)
    mean, least, greatest, _, _ = row(in_twos(frame, True, monkeypatch))
    assert (mean, least, greatest) == pytest.approx((10, -10, 30))


def test_a_band_of_all_directions_is_one_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    east, west = [20.0 * n for n in range(10)], [180 + 20.0 * n for n in range(9)]
    frame = history([*east, *west, 30.0], is_angle=True)
    _, least, greatest, _, _ = row(in_twos(frame, True, monkeypatch))
    assert greatest - least == pytest.approx(360)


@pytest.mark.parametrize("is_angle", [False, True])
@settings(max_examples=60)
@given(data=st.data())
def test_a_point_is_the_statistics_of_all_its_samples(is_angle: bool, data: st.DataObject) -> None:
    level = st.floats(0, 359.9) if is_angle else st.floats(-100, 100)
    samples = data.draw(st.lists(level | st.just(np.nan), min_size=40, max_size=40))
    with pytest.MonkeyPatch.context() as patch:
        plotted = in_twos(history(samples, is_angle), is_angle, patch).frame
    whole = table(samples, np.arange(40) // 20, is_angle)
    names = ["std", "count"] if is_angle else ["mean", "min", "max", "std", "count"]
    enough = whole["std"].to_numpy() < 400
    np.testing.assert_allclose(plotted[names][enough], whole[names][enough], rtol=1e-6, atol=1e-4)
    apart = (plotted["mean"].to_numpy() - whole["mean"].to_numpy() + 180)[enough] % 360 - 180
    np.testing.assert_allclose(apart, 0, atol=1e-3)
