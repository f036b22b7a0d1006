"""The file of a deployment's own variables: what it may say, and how else it is refused."""

from pathlib import Path

import pytest

from sourcedata.variable import STATISTICS
from sourcedata.variables import BUILT_IN
from sourcedata.variables_file import VariablesFileRefused, declared

TEMPERATURE = 'unit = "degC"\nminimum = -50\nmaximum = 150\n'


def written(folder: Path, text: str) -> str:
    file = folder / "variables.toml"
    file.write_text(text)
    return str(file)


def test_without_a_file_there_are_the_built_in_ones() -> None:
    assert declared("", BUILT_IN) == BUILT_IN


def test_a_variable_says_unit_range_statistics_and_names_elsewhere(tmp_path: Path) -> None:
    text = f'[gearbox]\n{TEMPERATURE}statistics = ["mean"]\nopenoa = "WTRM_Gbx"\nflasc = "gbx"\n'
    *_, gearbox = declared(written(tmp_path, text), BUILT_IN)
    assert (gearbox.name, gearbox.unit, gearbox.valid_range(None)) == (
        "gearbox",
        "degC",
        (-50, 150),
    )
    assert (gearbox.statistics, gearbox.companions) == (("mean",), ())
    assert (gearbox.openoa_name, gearbox.flasc_name) == ("WTRM_Gbx", "gbx")


def test_an_angle_needs_no_range(tmp_path: Path) -> None:
    *_, vane = declared(written(tmp_path, "[second_vane]\nangle = true\n"), BUILT_IN)
    assert vane.is_angle
    assert (vane.unit, vane.valid_range(None)) == ("deg", (-360, 720))
    assert vane.statistics == STATISTICS


def test_a_built_in_variable_may_have_companions(tmp_path: Path) -> None:
    speed, *_ = declared(written(tmp_path, '[wind_speed]\ncompanions = ["max", "std"]'), BUILT_IN)
    assert speed.companion_columns == {"std": "wind_speed_std", "max": "wind_speed_max"}
    assert (speed.minimum, speed.maximum) == (0, 50)


REFUSED = {
    "no TOML": ("[gearbox", "cannot be read"),
    "typo": (f"[gearbox]\n{TEMPERATURE}statistic = []", "'statistic'; allowed: unit, minimum"),
    "capital": (f"[Gearbox]\n{TEMPERATURE}", "no name of a variable; allowed are"),
    "too long": (f"[{'g' * 51}]\n{TEMPERATURE}", "at most 50"),
    "umlaut": (f'["öl"]\n{TEMPERATURE}', "no name of a variable"),
    "SQL": (f"['a; DROP TABLE data']\n{TEMPERATURE}", "no name of a variable"),
    "reserved word": (f"[select]\n{TEMPERATURE}", "a word of SQL, and no name of a variable"),
    "column": (f"[turbine_id]\n{TEMPERATURE}", "what another column is called"),
    "ending": (f"[oil_std]\n{TEMPERATURE}", "no variable may end in _std, _min, _max"),
    "unit": ('[oil]\nunit = "furlong"\nminimum = 0\nmaximum = 1', "which nobody knows; allowed"),
    "no unit": ("[oil]\nminimum = 0\nmaximum = 1", "lacks its unit"),
    "no range": ('[oil]\nunit = "bar"\nminimum = 0', "lacks its maximum: a number"),
    "range": ('[oil]\nunit = "bar"\nminimum = 1\nmaximum = 1', "not below its maximum"),
    "text": ('[oil]\nunit = "bar"\nminimum = "0"\nmaximum = 1', "its minimum is not a number"),
    "true": ('[oil]\nunit = "bar"\nminimum = true\nmaximum = 2', "no number"),
    "infinite": ('[oil]\nunit = "bar"\nminimum = -inf\nmaximum = 2', "no number"),
    "no table": ("oil = 5", "'oil' is no table"),
    "statistic": (f'[oil]\n{TEMPERATURE}statistics = ["median"]', "'median'; allowed: mean, min"),
    "no statistic": (f"[oil]\n{TEMPERATURE}statistics = []", "keeps no statistic"),
    "list": (f'[oil]\n{TEMPERATURE}statistics = "mean"', 'no list such as ["mean"]'),
    "angle": ('[vane]\nangle = true\ncompanions = ["std"]', "its mean is a direction, not a sum"),
    "angle's unit": ('[vane]\nangle = true\nunit = "rad"', "whose unit is deg"),
    "built in": ("[wind_speed]\nmaximum = 80", "'maximum'; allowed: companions"),
    "direction": ('[wind_direction]\ncompanions = ["std"]', "wind_direction is an angle"),
    "twice": (f"[oil]\n{TEMPERATURE}[oil]\n{TEMPERATURE}", "cannot be read"),
    "name elsewhere": (f'[oil]\n{TEMPERATURE}flasc = "ws"', "'ws' names two columns"),
    "name of another column": (f'[oil]\n{TEMPERATURE}openoa = "time"', "'time' names two columns"),
    "name without a mean": (
        f'[oil]\n{TEMPERATURE}flasc = "oil"\nstatistics = ["max"]',
        "which take means, and keeps no mean",
    ),
    "angle's range": ("[vane]\nangle = true\nminimum = 0", "whose range is that of all angles"),
    "huge": (f'[oil]\nunit = "bar"\nminimum = 0\nmaximum = 1{"0" * 400}', "too large for one"),
    "odd name": (f'[oil]\n{TEMPERATURE}openoa = "a b"', "allowed are letters, digits and _"),
}


@pytest.mark.parametrize(("text", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_meant_is_refused_with_what_is_allowed(
    tmp_path: Path, text: str, words: str
) -> None:
    with pytest.raises(VariablesFileRefused) as refusal:
        declared(written(tmp_path, text), BUILT_IN)
    assert words in str(refusal.value)
    assert "variables.toml" in str(refusal.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(VariablesFileRefused, match=r"none\.toml cannot be read"):
        declared(str(tmp_path / "none.toml"), BUILT_IN)
