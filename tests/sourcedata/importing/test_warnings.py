"""What is likely wrong with a file is said, and what is right is not warned of."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from common.days import now
from tests.sourcedata.importing.commands import night, run, text, times_preview

pytestmark = pytest.mark.django_db

OPTIONS = ["--time-column", "time", "--turbine", "T01", "--preview"]


def preview(tmp_path: Path, variable: str, values: list[float], *options: str) -> str:
    rows = [f"2024-09-01 00:{minute:02},{value}" for minute, value in enumerate(values)]
    return run(
        text(tmp_path, "\n".join(["time,x", *rows])), *OPTIONS, *options, "--map", f"{variable}=x"
    )


@pytest.mark.parametrize("values", [[-999] * 10, [0] * 9 + [-999], [7.1, 7.2, 7.3] * 3 + [-999]])
@pytest.mark.parametrize("variable", ["wind_direction", "rotor_speed"])
def test_a_number_that_stands_for_no_value_is_warned_of(tmp_path, variable, values) -> None:
    assert "Then add --missing-value -999." in preview(tmp_path, variable, values)


@pytest.mark.parametrize("values", [[5.0, 6, 8], [4.0, 6, 7, 10]])
def test_a_few_whole_numbers_are_not_taken_for_numbers_without_a_value(tmp_path, values) -> None:
    assert "--missing-value" not in preview(tmp_path, "wind_speed", values * 12)


@pytest.mark.parametrize("codes", [[-991, -992, -993, -994], [-7777, -8888]])
def test_several_numbers_that_stand_for_no_value_are_all_warned_of(tmp_path, codes) -> None:
    values = [*(3 + number / 7 for number in range(45)), *codes * 3]
    said = preview(tmp_path, "wind_speed", values)
    assert all(f"Then add --missing-value {code}." in said for code in codes)


@pytest.mark.parametrize("values", [[0] * 10, [0] * 9 + [1], [5, 6, 7, 8, 9, 10]])
def test_plain_values_are_not_taken_for_numbers_without_a_value(tmp_path, values) -> None:
    assert "--missing-value" not in preview(tmp_path, "rotor_speed", values)


@pytest.mark.parametrize(
    "option", ["wind_direction=x % 360", "power=x[W]", "ambient_temperature=x[K]"]
)
def test_a_cell_that_stands_for_no_value_is_named_as_it_is_written(tmp_path, option) -> None:
    cells = [*map(float, range(200, 230)), -999, -999, -999]
    said = preview(tmp_path, "rotor_speed", cells, "--map", option)
    advice = said.partition(f"The column of {option.partition('=')[0]} is -999 in 3 rows")[2]
    assert "Then add --missing-value -999." in advice[:200].replace("\n", " ")


def test_what_the_advice_says_makes_the_cells_missing(tmp_path) -> None:
    cells = [*map(float, range(200, 230)), -999, -999, -999]
    options = ["--map", "power=x[W]", "--missing-value", "-999"]
    assert "--missing-value" not in preview(tmp_path, "rotor_speed", cells, *options)


def test_watts_of_a_turbine_that_draws_them_are_values(tmp_path) -> None:
    watts = [-3000.0, -999, -999, -999, -500, *(1000.0 * step for step in range(25))]
    assert "--missing-value" not in preview(tmp_path, "rotor_speed", watts, "--map", "power=x[W]")


WATTS = [1_500_000.0 + step for step in range(10)]
OF_2_MW = ("--rated-power", "2000")


def test_watts_taken_for_kilowatts_are_asked_about(tmp_path) -> None:
    said = preview(tmp_path, "power", WATTS, *OF_2_MW)
    assert "10 of 10 values of power lie outside -200 to 4000 kW: is it W?" in said


def test_watts_of_a_turbine_of_unknown_power_are_asked_about(tmp_path) -> None:
    assert "above 1,500,004 kW, which no turbine gives: is it W?" in preview(
        tmp_path, "power", WATTS
    )


def test_megawatts_taken_for_kilowatts_are_asked_about(tmp_path) -> None:
    said = preview(tmp_path, "power", [-0.01, 0.3, 1.2, 2.05], *OF_2_MW)
    assert "power goes from -0.01 to 2.05 kW only: is it MW?" in said


def test_megawatts_of_a_turbine_of_unknown_power_are_asked_about(tmp_path) -> None:
    said = preview(tmp_path, "power", [-0.01, 0.3, 1.2, 2.05])
    assert "power goes from -0.01 to 2.05 kW only: is it MW?" in said


@pytest.mark.parametrize("values", [[0, 0, 0.05], [-6, -5.5, 0, 1.4], [0, 900.5, 2050], [5, 6, 7]])
def test_kilowatts_of_a_turbine_of_unknown_power_are_not(tmp_path, values) -> None:
    assert "is it" not in preview(tmp_path, "power", values)


@pytest.mark.parametrize(
    ("values", "is_asked"), [([0.1, 3.2, 6.28], True), ([1, 2, 6], False), ([0.1, 90.5], False)]
)
def test_directions_in_radians_are_asked_about(tmp_path, values, is_asked) -> None:
    assert ("is it rad?" in preview(tmp_path, "wind_direction", values)) == is_asked


@pytest.mark.parametrize("values", [[0, 0, 0.05], [-6, -5.5, 0, 1.4], [0, 900, 2050], [-4, 31]])
def test_kilowatts_of_a_calm_night_or_a_windy_day_are_no_megawatts(tmp_path, values) -> None:
    assert "is it" not in preview(tmp_path, "power", values, *OF_2_MW)


def test_directions_beyond_the_circle_are_said_to_be_taken_round_it(tmp_path) -> None:
    said = preview(tmp_path, "wind_direction", [350, 355, 365, 370])
    assert "go from 350 to 370 degrees: they are taken modulo 360." in said


def test_a_step_that_is_not_the_interval_is_asked_about(tmp_path) -> None:
    rows = "time,x\n2024-09-01 00:00,1\n2024-09-01 00:10,2\n2024-09-01 00:20,3\n"
    options = [*OPTIONS, "--map", "rotor_speed=x", "--sample-interval", "60"]
    assert "is --sample-interval 600 meant?" in run(text(tmp_path, rows), *options)


def test_samples_that_change_their_length_are_asked_about(tmp_path) -> None:
    minutes = [*range(60), *range(60, 360, 10)]
    rows = "".join(f"2024-09-01 {each // 60:02}:{each % 60:02},{each % 7}\n" for each in minutes)
    options = [*OPTIONS, "--map", "rotor_speed=x", "--label", "end"]
    assert "For a while the times of 'T01' are 600 s apart, and all samples were taken as 60 s" in (
        run(text(tmp_path, f"time,x\n{rows}"), *options)
    )


def test_that_a_column_has_a_twin_is_said_where_it_is_read(tmp_path) -> None:
    rows = "time,x,y,x,y\n2024-09-01 00:00,1,2,3,4\n2024-09-01 00:01,1,2,3,4\n"
    said = run(text(tmp_path, rows), *OPTIONS, "--map", "rotor_speed=x", "--map", "wind_speed=y#2")
    assert "Of several columns 'x' the first was read; the next is 'x#2'." in said
    assert "'y'" not in said


def test_times_before_any_farm_kept_them_are_asked_about(tmp_path) -> None:
    rows = "time,x\n45536.5,1\n45537.5,2\n"
    options = [*OPTIONS, "--time-format", "epoch", "--map", "rotor_speed=x"]
    said = run(text(tmp_path, rows), *options)
    assert "The times begin on 1970-01-01: is it the right --time-format?" in said


@pytest.mark.parametrize("hours", [-1, 2])
def test_times_to_come_are_asked_about_and_no_others(tmp_path, hours) -> None:
    rows = f"time,x\n{now() + timedelta(hours=hours):%Y-%m-%d %H:%M},1\n"
    said = run(text(tmp_path, rows), *OPTIONS, "--map", "rotor_speed=x")
    assert ("which is yet to come" in said) == (hours > 0)


def test_rows_of_units_are_told_and_another_unit_is_asked_about(tmp_path) -> None:
    rows = "time;ws;x\nCET;m/s;MW\n2024-09-01 00:00;5;1.5\n2024-09-01 00:01;5;1.6\n"
    said = run(text(tmp_path, rows), *OPTIONS, "--map", "power=x", "--map", "wind_speed=ws")
    assert "below the header were left out: time (CET), x (MW), ws (m/s)." in said
    assert "if it is in MW, write --map 'power=x[MW]'." in said


def test_a_unit_in_parentheses_is_asked_about(tmp_path) -> None:
    rows = "time,P (MW)\n2024-09-01 00:00,1.5\n"
    assert "if it is in MW" in run(text(tmp_path, rows), *OPTIONS, "--map", "power=P (MW)")


def units_preview(tmp_path: Path, head: str, *options: str) -> str:
    values = ",".join("5" for _ in head.split("\n")[0].split(",")[1:])
    rows = f"{head}\n2024-09-01 00:00,{values}\n2024-09-01 00:01,{values}\n"
    return run(text(tmp_path, rows), *OPTIONS, *options)


@pytest.mark.parametrize(
    ("variable", "column", "unit"),
    [
        *(("wind_speed", f"ws {word}", "km/h") for word in ["(km/h)", "[kph]", "(kmh)"]),
        *(("wind_speed", f"ws {word}", "kn") for word in ["(kn)", "[knots]"]),
        ("wind_speed", "ws [mph] avg", "mph"),
        ("power", "P (mw)", "MW"),
        *(("ambient_temperature", f"T {word}", "degF") for word in ["(°F)", "[F]", "[deg F]"]),
        ("wind_direction", "d (rad)", "rad"),
        *(("power", name, "MW") for name in ["P_MW", "MW", "ActivePowerMW", "P MW avg", "p.mw"]),
        *(("power", name, "W") for name in ["P_W", "power_w_mean", "W", "P W (avg)"]),
        *(("wind_speed", name, "km/h") for name in ["ws km/h", "wsKmh", "kmh_1", "ws_km_h"]),
        *(("wind_speed", name, "kn") for name in ["ws_kts", "ws knots max"]),
        *(("ambient_temperature", name, "degF") for name in ["temp_F", "TempF", "t_degF"]),
        ("ambient_temperature", "T_K", "K"),
        ("wind_direction", "wd_rad", "rad"),
        ("rotor_speed", "rotor_rad_s", "rad/s"),
    ],
)
def test_a_column_in_another_unit_is_asked_about_however_it_is_spelled(
    tmp_path, variable, column, unit
) -> None:
    said = units_preview(tmp_path, f"time,{column}", "--map", f"{variable}={column}")
    assert f"if it is in {unit}, write --map '{variable}={column}[{unit}]'." in said


@pytest.mark.parametrize(
    ("variable", "column"),
    [
        *(
            ("wind_speed", f"ws {word}")
            for word in ["(m/s)", "[m s-1]", "[m.s⁻¹]", "(avg)", "(T1)"]
        ),
        *(("ambient_temperature", f"T {word}") for word in ["[deg C]", "(ºC)", "(℃)"]),
        *(("wind_direction", f"d {word}") for word in ["[deg from N]", "(Degrees)"]),
        ("rotor_speed", "n [U/min]"),
        ("power", "P [kW] (net)"),
        *(
            ("power", name)
            for name in [
                "P_kW",
                "PowerkW",
                "PkW",
                "P_W [kW]",
                "W_P_1",
                "WTG1_Power",
                "KW",
                "P.Mean",
            ]
        ),
        *(("wind_speed", name) for name in ["ws_m_s", "ws m/s", "Ws_avg", "WS_MW", "W_ws", "wsW"]),
        *(("ambient_temperature", name) for name in ["temp_C", "T_degC", "Amb_Temp", "K_T"]),
        *(("wind_direction", name) for name in ["wd_deg", "wd_W", "Wind.Direction"]),
        *(("rotor_speed", name) for name in ["rotor_rpm", "n_rad", "Rotor1/min", "GenRPM_avg"]),
    ],
)
def test_a_column_in_its_own_unit_is_not_asked_about(tmp_path, variable, column) -> None:
    said = units_preview(tmp_path, f"time,{column}", "--map", f"{variable}={column}")
    assert "is taken as" not in said


@pytest.mark.parametrize(
    ("column", "unit"),
    [("P [kWh]", "kWh"), ("P (m/s)", "m/s"), ("E_kWh", "kWh"), ("Power_kvar", "kvar")],
)
def test_a_unit_that_is_none_of_the_variable_is_asked_about(tmp_path, column, unit) -> None:
    said = units_preview(tmp_path, f"time,{column}", "--map", f"power={column}")
    assert f"is taken as kW: is '{unit}' another unit? Then convert it by" in said


def test_a_row_of_units_below_a_row_of_statistics_is_understood(tmp_path) -> None:
    said = units_preview(tmp_path, "time,p\nTS,W\n,Avg", "--map", "power=p")
    assert "if it is in W, write --map 'power=p[W]'." in said


@pytest.mark.parametrize(
    ("head", "pattern", "column"),
    [
        ("time,A_p,B_p\n,W,kW", "{turbine}_{column}", "p"),
        ("time,p (W) of A", "{column} of {turbine}", "p (W)"),
    ],
)
def test_in_a_wide_table_the_columns_of_all_turbines_are_looked_at(
    tmp_path, head, pattern, column
) -> None:
    values = ",5" * head.split("\n")[0].count(",")
    rows = text(tmp_path, f"{head}\n2024-09-01 00:00{values}\n")
    said = run(rows, *OPTIONS[:2], "--preview", "--wide", pattern, "--map", f"power={column}")
    assert f"if it is in W, write --map 'power={column}[W]'." in said


def test_a_rare_number_that_stands_for_no_value_is_warned_of(tmp_path) -> None:
    values = [-1000, *(n % 60 / 10 for n in range(30)), -999, -999, -1000]
    assert "rotor_speed is -999 in 2 rows" in preview(tmp_path, "rotor_speed", values)


def test_no_interval_of_no_seconds_is_proposed(tmp_path) -> None:
    tenths = [f"2024-06-01 00:00:00.{tenth}" for tenth in range(5)]
    assert "is --sample-interval 0" not in times_preview(tmp_path, tenths)


@pytest.mark.parametrize("mark", ["", "Z"])
def test_that_times_without_an_offset_were_taken_as_utc_is_said(tmp_path, mark) -> None:
    said = times_preview(tmp_path, [f"{time}{mark}" for time in night()])
    assert ("Times without an offset were taken as UTC." in said) == (not mark)


def test_a_single_row_does_not_tell_how_far_samples_are_apart(tmp_path) -> None:
    assert "samples every 60 s, for the file does not tell." in preview(tmp_path, "power", [1])


def late(tmp_path: Path, *seconds: int) -> str:
    first = datetime(2024, 9, 1)
    times = [
        first + timedelta(minutes=10 * row, seconds=late_s) for row, late_s in enumerate(seconds)
    ]
    return times_preview(tmp_path, list(map(str, times)))


@pytest.mark.parametrize(
    ("late_s", "said"), [(2, "2 s late"), (-2, "2 s early"), (20, "20 s late")]
)
def test_times_that_are_all_a_little_off_are_asked_about(tmp_path, late_s, said) -> None:
    assert f"The times of 'T01' are {said}, nearly all alike" in late(tmp_path, *[late_s] * 30)


@pytest.mark.parametrize("seconds", [[1], [0], [40], [300], [2, 8, 14]])
def test_times_that_are_moved_or_meant_so_or_unlike_are_not(tmp_path, seconds) -> None:
    assert "is the clock wrong?" not in late(tmp_path, *seconds * 12)


@pytest.mark.parametrize("early_s", [range(10), [1, 4, 2, 3, 1, 2, 4, 3], [9, 2]])
def test_times_that_are_mostly_early_are_asked_about_whatever_they_differ_by(
    tmp_path, early_s
) -> None:
    said = late(tmp_path, *(-each for each in early_s for _ in range(10)))
    assert "Most times of 'T01' are some seconds before a multiple of their interval" in said


def test_times_that_are_early_and_late_in_turn_are_not(tmp_path) -> None:
    assert "is the clock wrong?" not in late(tmp_path, *[-3, 4, 0] * 12)


def test_a_file_that_ends_within_a_number_is_warned_of(tmp_path) -> None:
    said = preview(tmp_path, "rotor_speed", [*[7.25] * 10, 7.2])
    assert "The file ends with line 12, '7.2', which is shorter than all cells above it" in said


LACKING = "the time of the row before and other values, of which the last count"


def repeated_preview(tmp_path: Path, *cells: str, head: str = "x", options: str = "") -> str:
    rows = [f"2024-09-01 00:00:{second:02},{cell}" for second in range(20) for cell in cells]
    file = text(tmp_path, "\n".join([f"time,{head}", *rows]))
    return run(file, *OPTIONS, "--map", "rotor_speed=x", *options.split())


def test_times_that_lack_their_fraction_of_a_second_are_asked_about(tmp_path) -> None:
    assert f" of 40 rows of 'T01' have {LACKING}" in repeated_preview(tmp_path, "5", "6")


def test_rows_of_one_time_that_agree_or_complete_each_other_are_not(tmp_path) -> None:
    assert LACKING not in repeated_preview(tmp_path, "5", "5", "5")
    cells, power = ("5,", ",7"), "--map power=y"
    assert LACKING not in repeated_preview(tmp_path, *cells, head="x,y", options=power)


def test_files_put_together_whose_lines_above_differ_are_asked_about(tmp_path) -> None:
    parts = [f"Turbine: T{n}\ntime,x\n2024-09-01 00:0{n},5\n" for n in (1, 2, 2)]
    said = run(text(tmp_path, "".join(parts)), *OPTIONS, "--map", "rotor_speed=x")
    assert said.count("Above the header stands 'Turbine: T1', and where it stands again") == 1
    assert "again 'Turbine: T2': was the file put together" in said
