"""Times that follow each other otherwise than time goes on are asked about."""

from datetime import datetime, timedelta
from itertools import accumulate, chain
from pathlib import Path

import pytest

from tests.sourcedata.importing.commands import night, run, text, times_preview

pytestmark = pytest.mark.django_db

NIGHT = night()


def test_a_gap_in_rows_that_stand_newest_first_is_no_hour_that_comes_twice(tmp_path) -> None:
    assert "an hour is" not in times_preview(tmp_path, [*NIGHT[:10], *NIGHT[14:]][::-1])


def test_rows_that_come_twice_here_and_there_are_no_hour_that_does(tmp_path) -> None:
    doubled = [NIGHT[number] for number in (1, 5, 9, 13, 20, 21)]
    assert "an hour is" not in times_preview(tmp_path, sorted([*NIGHT, *doubled]))


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("order", [list, sorted])
def test_an_hour_that_comes_twice_is_asked_about_in_any_order(tmp_path, sign, order) -> None:
    times = order([*NIGHT[:18], *NIGHT[12:]])
    assert "an hour is given twice" in times_preview(tmp_path, times[::sign])


@pytest.mark.parametrize("sign", [1, -1])
def test_an_hour_that_is_missing_is_asked_about_in_any_order(tmp_path, sign) -> None:
    times = [*NIGHT[:12], *NIGHT[18:]]
    assert "an hour is missing" in times_preview(tmp_path, times[::sign])


def test_gaps_of_an_hour_among_gaps_of_any_length_are_chance(tmp_path: Path) -> None:
    places = accumulate([1, 2, 7, 1, 3, 5] * 60)
    times = [datetime(2024, 6, 1) + place * timedelta(minutes=10) for place in places]
    said = times_preview(tmp_path, [f"{time:%Y-%m-%d %H:%M}" for time in times])
    assert "a step of 600 s" in said
    assert "an hour is missing" not in said


def ends_of_days(days: int, minutes: int) -> list[str]:
    """Return ends of samples, of which midnight is written with the day that ends."""
    first = datetime(2024, 9, 1)
    ends = [timedelta(minutes=minute) for minute in range(minutes, 1440 + 1, minutes)]
    midnight = timedelta(days=1)
    return [
        str(first + timedelta(days=day) + (end if end < midnight else timedelta()))
        for day in range(days)
        for end in ends
    ]


A_DAY_EARLY = "Look: Midnights of 'T01' stand behind the day that they begin"


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(("days", "minutes"), [(1, 10), (2, 10), (3, 1), (2, 5)])
def test_midnights_that_are_written_with_the_day_that_ends_are_asked_about(
    tmp_path, days, minutes, sign
) -> None:
    assert A_DAY_EARLY in times_preview(tmp_path, ends_of_days(days, minutes)[::sign])


@pytest.mark.parametrize("sign", [1, -1])
def test_midnights_that_stand_before_their_day_are_not(tmp_path, sign) -> None:
    times = sorted(ends_of_days(2, 10))
    for rows in (times, times * 2, times[:144] * 2, [*times[144:], *times[:144]]):
        assert A_DAY_EARLY not in times_preview(tmp_path, rows[::sign])


STEPS = "where all others go the other way"


def clock(minutes: int, form: str = "%Y-%m-%d %H:%M") -> str:
    return f"{datetime(2024, 6, 1) + timedelta(minutes=minutes):{form}}"


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("missing", [142, 144, 145])
def test_midnights_a_day_early_next_to_a_missing_record_are_asked_about(
    tmp_path, missing, sign
) -> None:
    times = ends_of_days(3, 10)
    said = times_preview(tmp_path, [*times[:missing], *times[missing + 1 :]][::sign])
    assert (STEPS in said) != (A_DAY_EARLY in said)


@pytest.mark.parametrize("missing", [0, 142])
def test_the_one_midnight_of_a_file_is_asked_about_beside_a_missing_record(
    tmp_path, missing
) -> None:
    times = ends_of_days(1, 10)
    said = times_preview(tmp_path, [*times[:missing], *times[missing + 1 :]])
    assert (STEPS in said) != (A_DAY_EARLY in said)


@pytest.mark.parametrize("missing", range(12, 24))
def test_an_hour_that_comes_twice_with_a_record_missing_is_asked_about(tmp_path, missing) -> None:
    times = [*NIGHT[:18], *NIGHT[12:]]
    said = times_preview(tmp_path, [*times[:missing], *times[missing + 1 :]])
    assert (STEPS in said) != ("an hour is given twice" in said)


def test_the_steps_are_told_with_their_number_the_first_and_its_length(tmp_path) -> None:
    said = times_preview(tmp_path, [*NIGHT[:17], *NIGHT[13:25], *NIGHT[23:]])
    assert "The times of 'T01' step back 2 times, first by 1,800 s in line 19, " in said


def test_clocks_of_twelve_hours_are_asked_about_once(tmp_path) -> None:
    times = [clock(minutes, form="%Y-%m-%d %I:%M") for minutes in range(0, 2880, 10)]
    said = times_preview(tmp_path, times)
    assert said.count("Look: ") == said.count(STEPS) == 1


@pytest.mark.parametrize("rows", [5, 144])
def test_files_that_were_put_together_newest_first_are_not(tmp_path, rows) -> None:
    times = [clock(10 * row) for row in range(5 * rows)]
    files = [times[first : first + rows] for first in range(0, len(times), rows)]
    for of_file in (files[::-1], [file[::-1] for file in files]):
        assert STEPS not in times_preview(tmp_path, [*chain(*of_file)])


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(("days", "count"), [(1, 31), (30, 12)])
def test_files_that_were_put_together_by_their_names_are_not(tmp_path, days, count, sign) -> None:
    first = {str(file): file * days * 1440 for file in range(count)}
    starts = [first[name] for name in sorted(first)]
    times = [clock(start + minutes) for start in starts for minutes in range(0, days * 1440, 60)]
    assert STEPS not in times_preview(tmp_path, times[::sign])


def test_a_step_back_into_what_stands_behind_a_gap_is_asked_about(tmp_path) -> None:
    minutes = [0, 60, 120, 9000, 9060, 9120, 9060, 9120, 9180]
    assert f"step back once, first by 3,600 s in line 8, {STEPS}" in times_preview(
        tmp_path, [clock(each) for each in minutes]
    )


def test_turbines_one_after_the_other_are_not(tmp_path) -> None:
    rows = "".join(f"{time},{name},5\n" for name in ("T01", "T02") for time in NIGHT)
    options = ["--time-column", "time", "--turbine-column", "t", "--map", "rotor_speed=x"]
    assert STEPS not in run(text(tmp_path, f"time,t,x\n{rows}"), *options, "--preview")


@pytest.mark.parametrize("missing", [0, 3, 5])
def test_an_hour_that_comes_twice_in_sorted_rows_may_lack_a_record(tmp_path, missing) -> None:
    hour = NIGHT[12:18]
    times = sorted([*NIGHT, *hour[:missing], *hour[missing + 1 :]])
    assert "an hour is given twice" in times_preview(tmp_path, times)


def seconds_of_night() -> list[str]:
    return [
        f"2024-06-01 0{second // 3600}:{second // 60 % 60:02}:{second % 60:02}"
        for second in range(3600 * 4)
    ]


def test_an_hour_of_seconds_that_comes_twice_in_sorted_rows_is_asked_about(tmp_path) -> None:
    times = seconds_of_night()
    said = times_preview(tmp_path, sorted([*times, *times[7200:10800]]), values="5 6")
    assert "an hour is given twice" in said


def test_an_hour_that_comes_twice_of_many_turbines_in_sorted_rows_is_asked_about(tmp_path) -> None:
    times = [clock(minute) for minute in range(240)]
    rows = "".join(
        f"{time},T{turbine},5\n"
        for time in sorted([*times, *times[120:180]])
        for turbine in range(100)
    )
    options = ["--time-column", "time", "--turbine-column", "t", "--map", "rotor_speed=x"]
    said = run(text(tmp_path, f"time,t,x\n{rows}"), *options, "--preview")
    assert "an hour is given twice" in said


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("form", "options", "advice"),
    [
        ("%Y-%d-%m %H:%M", [], "so that --time-format begins with %Y-%d-%m?"),
        ("%d/%m/%Y %H:%M", ["%m/%d/%Y %H:%M"], "--time-format '%d/%m/%Y %H:%M' meant?"),
    ],
)
def test_days_that_are_a_month_apart_are_asked_about(tmp_path, form, options, advice, sign) -> None:
    times = [clock(minutes, form=form) for minutes in range(30, 5 * 1440, 10)][::sign]
    said = times_preview(tmp_path, times, *(f"--time-format={option}" for option in options))
    assert "of one day a month: are day and month exchanged" in said
    assert advice in said


def test_days_with_a_month_without_any_between_them_are_not(tmp_path) -> None:
    times = [clock(minutes) for minutes in range(0, 5 * 1440, 10)]
    later = [clock(minutes) for minutes in range(35 * 1440, 37 * 1440, 10)]
    assert "exchanged" not in times_preview(tmp_path, [*times, *later])


def from_2000(rows: int) -> list[str]:
    return [str(datetime(2000, 1, 1) + row * timedelta(minutes=10)) for row in range(rows)]


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("rows", [1, 12])
def test_times_of_a_clock_that_was_reset_are_asked_about(tmp_path, rows, sign) -> None:
    times = [clock(10 * row) for row in range(60)]
    said = times_preview(tmp_path, [*times[:20], *from_2000(rows), *times[35:]][::sign])
    assert f"in line {22 if sign == 1 else 27}, and come back later to where they would" in said
    assert "leave for 2000-01-01 0" in said


def test_a_year_that_was_left_as_it_was_is_asked_about(tmp_path) -> None:
    eve = datetime(2024, 12, 31, 22)
    times = [str(eve + row * timedelta(minutes=10)) for row in range(60)]
    new_year = [time.replace("2025", "2024") for time in times[:30]]
    assert "leave for 2024-01-01 00:00 UTC in line 14" in times_preview(
        tmp_path, [*new_year, *times[30:]]
    )


@pytest.mark.parametrize("sign", [1, -1])
def test_a_gap_of_years_is_asked_about(tmp_path, sign) -> None:
    times = [*from_2000(5), *(clock(10 * row) for row in range(60))]
    said = times_preview(tmp_path, times[::sign])
    assert "No times lie between 2000-01 and 20" in said
    assert "was a clock wrong, or a year?" in said


@pytest.mark.parametrize("days", [1, 30])
def test_a_part_that_stands_behind_later_ones_is_no_clock_that_was_reset(tmp_path, days) -> None:
    parts = [
        [clock((part * days * 24 + hour) * 60) for hour in range(days * 24)]
        for part in (2, 0, 1, 3)
    ]
    assert "come back later" not in times_preview(tmp_path, [*chain(*parts)])
