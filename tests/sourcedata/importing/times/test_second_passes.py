"""The order of the rows tells which pass of the hour they are of, or that nobody can tell."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from sourcedata.importing.times.local_clocks import offsets
from sourcedata.importing.times.second_passes import (
    NEWEST_FIRST,
    OLDEST_FIRST,
    UNORDERED,
    AmbiguousRows,
    Decision,
)
from sourcedata.importing.times.time_cells import parse

HOUR = ["02:00", "02:10", "02:20", "02:30", "02:40", "02:50"]
TWICE = HOUR + HOUR
FIRST, SECOND = [False] * 6, [True] * 6
BLOCK_LENGTH = 5
OLDEST = {1: OLDEST_FIRST, 2: OLDEST_FIRST}
PARIS = ZoneInfo("Europe/Paris")


def decided(rows: Sequence[tuple[int, str]], directions: Mapping[int, int] = OLDEST) -> Decision:
    """Return what is decided of turbines and times of a day, or days and times, block by block."""
    ambiguous = AmbiguousRows()
    for start in range(0, len(rows), BLOCK_LENGTH):
        block = rows[start : start + BLOCK_LENGTH]
        local = [text if "T" in text else f"2024-10-27T{text}" for _, text in block]
        turbines = np.array([turbine for turbine, _ in block])
        numbers = 100 + np.arange(start, start + len(block))
        none = np.zeros(len(block), dtype=bool)
        ambiguous.add(turbines, np.array(local, dtype="datetime64[us]"), numbers, none)
    return ambiguous.decide(directions)


def passes(times: Sequence[str], direction: int = OLDEST_FIRST) -> list[bool] | list[int]:
    """Return which times of a turbine are of the second pass, or the rows that are undecided."""
    decision = decided([(1, text) for text in times], {1: direction})
    return decision.undecided_rows.tolist() or decision.is_second_pass.tolist()


def test_the_rows_from_the_step_back_on_are_of_the_second_pass() -> None:
    assert passes(TWICE) == FIRST + SECOND


def test_newest_first_is_the_mirror_image() -> None:
    assert passes(TWICE[::-1], NEWEST_FIRST) == SECOND + FIRST


def test_stamps_that_are_given_twice_in_a_row_are_no_step() -> None:
    assert (
        passes(["02:00", "02:00", "02:30", "02:30", "02:00", "02:00"]) == [False] * 4 + [True] * 2
    )


def test_passes_that_lack_rows_are_told_apart() -> None:
    assert passes(["02:00", "02:40", "02:20"]) == [False, False, True]


def test_an_hour_that_is_given_once_cannot_be_decided() -> None:
    assert passes(HOUR) == passes(HOUR[::-1], NEWEST_FIRST) == [100]
    assert passes(["02:00", "02:00"]) == [100]


def test_more_than_one_step_back_cannot_be_decided() -> None:
    assert passes(TWICE + HOUR) == passes(["02:10", "02:00", "02:20", "02:00"]) == [100]
    assert passes(TWICE, NEWEST_FIRST) == passes(TWICE, UNORDERED) == [100]


def test_turbines_are_told_apart_where_their_rows_alternate() -> None:
    rows = [(turbine, text) for text in TWICE for turbine in (1, 2)]
    assert decided(rows).is_second_pass.tolist() == [False] * 12 + [True] * 12
    assert not len(decided(rows).undecided_rows)


def test_each_turbine_has_its_own_direction_and_its_own_doubt() -> None:
    rows = [(1, text) for text in TWICE[::-1]] + [(2, text) for text in HOUR]
    decision = decided([*rows, *((3, text) for text in TWICE)], {1: -1, 2: 1, 3: 1})
    assert decision.is_second_pass.tolist() == SECOND + FIRST + FIRST + FIRST + SECOND
    assert decision.undecided_rows.tolist() == [112]


def test_two_autumns_are_decided_each_for_itself() -> None:
    days = ["2023-10-29", "2024-10-27"]
    times = [f"{day}T{text}" for day in days for text in TWICE]
    assert passes(times) == (FIRST + SECOND) * 2
    assert passes(times[::-1], NEWEST_FIRST) == (SECOND + FIRST) * 2
    assert passes(times[:18]) == passes([*times[:18], *times[12:24]]) == [112]


def test_two_autumns_are_told_apart_where_their_rows_alternate() -> None:
    times = [f"{day}T{text}" for text in TWICE for day in ("2024-10-27", "2023-10-29")]
    assert passes(times) == [False] * 12 + [True] * 12


def test_a_night_in_paris_is_as_long_in_utc_as_it_was() -> None:
    texts = [f"2024-10-27 {text}:00" for text in ["01:50", *TWICE, "03:00"]]
    local = parse(pa.array(texts)).local
    both = offsets(local, PARIS)
    ambiguous = AmbiguousRows()
    rows = np.flatnonzero(both.is_ambiguous)
    ambiguous.add(np.zeros(12, dtype=np.int64), local[rows], rows, both.is_of_start[rows])
    both.first[rows] -= ambiguous.decide({0: OLDEST_FIRST}).is_second_pass * np.timedelta64(1, "h")
    start = np.datetime64("2024-10-26T23:50", "us")
    assert (local - both.first == start + np.arange(14) * np.timedelta64(10, "m")).all()


def test_no_rows_need_no_decision() -> None:
    decision = decided([])
    assert len(decision.is_second_pass) == len(decision.undecided_rows) == 0


def test_the_first_row_of_the_table_is_named_whatever_the_direction() -> None:
    rows = [(turbine, text) for text in HOUR[::-1] for turbine in (2, 1)]
    assert decided(rows, {1: NEWEST_FIRST}).undecided_rows.tolist() == [100, 101]


def in_turns(moments: list[datetime], directions: Mapping[int, int], random: Random) -> tuple:
    """Return turbines and moments of the rows in which turbines alternate by chance."""
    turns = {turbine: iter(moments[::direction]) for turbine, direction in directions.items()}
    turbines = [turbine for turbine in turns for _ in moments]
    random.shuffle(turbines)
    utc = [next(turns[turbine]) for turbine in turbines]
    return np.array(turbines), np.array(utc, dtype="datetime64[us]")


@given(
    # Each pass has two stamps at least.
    st.integers(1, 29),
    st.integers(0, 59),
    st.lists(st.sampled_from([OLDEST_FIRST, NEWEST_FIRST]), min_size=1, max_size=3),
    st.randoms(use_true_random=False),
)
def test_a_night_comes_back_as_it_was(step, shift, directions, random) -> None:
    start = datetime(2024, 10, 26, 23, 0) + timedelta(minutes=shift)
    moments = [start + number * timedelta(minutes=step) for number in range(240 // step)]
    turbines, utc = in_turns(moments, dict(enumerate(directions)), random)
    is_winter = utc >= np.datetime64("2024-10-27T01:00")
    local = utc + np.where(is_winter, 1, 2).astype("timedelta64[h]")
    of_zone = offsets(local, PARIS)
    is_ambiguous, none = of_zone.is_ambiguous, of_zone.is_of_start
    ambiguous = AmbiguousRows()
    rows = np.flatnonzero(is_ambiguous)
    ambiguous.add(turbines[rows], local[rows], rows, none[rows])
    passes = ambiguous.decide(dict(enumerate(directions)))
    assert not len(passes.undecided_rows)
    np.testing.assert_array_equal(passes.is_second_pass, is_winter[is_ambiguous])
