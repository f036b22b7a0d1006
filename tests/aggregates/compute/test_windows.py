"""Windows are [t, t + 10 min) UTC, 144 a day, named by their start."""

from datetime import date

import numpy as np
import pytest

from aggregates.compute.windows import window_numbers, window_starts

DAY = date(2025, 8, 31)


def times(*texts: str) -> np.ndarray:
    return np.array(texts, dtype="datetime64[us]")


def test_a_day_has_144_windows_from_midnight_on() -> None:
    starts = window_starts(DAY)
    assert len(starts) == 144
    assert (
        starts[[0, 1, -1]].tolist()
        == times("2025-08-31T00:00", "2025-08-31T00:10", "2025-08-31T23:50").tolist()
    )


def test_a_window_has_its_start_and_not_its_end() -> None:
    inside = times("2025-08-31T00:10", "2025-08-31T00:19:59.999999", "2025-08-31T00:20")
    assert window_numbers(inside, DAY).tolist() == [1, 1, 2]


@pytest.mark.parametrize("outside", ["2025-08-30T23:59:59.999999", "2025-09-01T00:00"])
def test_a_time_outside_the_day_is_refused(outside: str) -> None:
    with pytest.raises(ValueError, match="outside 2025-08-31"):
        window_numbers(times(outside), DAY)
