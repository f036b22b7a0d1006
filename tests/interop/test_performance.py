"""Power curves and wind roses are those of OpenOA and brightwind, of the same windows."""

import brightwind
import numpy as np
import pandas as pd
import pytest
from openoa.utils.power_curve import IEC

from aggregates.analysis.performance import CLASSES_M_S, SECTORS, power_curve, wind_rose

JANUARY = "layout=wide&format=parquet&start=2025-01-01&end=2025-02-01&turbine=T01"
SIGNALS = "variable=wind_speed,wind_direction,power&statistic=mean,count"
EXPECTED_SAMPLES = 10


@pytest.fixture(scope="session")
def wide(api: str) -> pd.DataFrame:
    values = pd.read_parquet(f"{api}/values?{JANUARY}&{SIGNALS}")
    return values.set_index("timestamp").drop(columns="turbine")


@pytest.fixture(scope="session")
def table(wide: pd.DataFrame) -> pd.DataFrame:
    """The same as this project's own analyses take it, by variable and statistic."""
    names = [tuple(name.rsplit("_", 1)) for name in wide]
    return wide.set_axis(pd.MultiIndex.from_tuples(names), axis="columns")


def test_the_bins_of_the_power_curve_are_those_of_openoa(table: pd.DataFrame) -> None:
    curve = power_curve(table, EXPECTED_SAMPLES)
    speed, power = pd.Series(curve.wind_speed), pd.Series(curve.power_kw)
    iec = IEC(speed, power, windspeed_start=0.25, windspeed_end=30.25)
    bins = [each for each in curve.bins if 0.25 < each.centre < 30]
    assert len(bins) > 20
    powers_kw = np.array([each.power_kw for each in bins])
    assert iec(np.array([each.centre for each in bins])) == pytest.approx(powers_kw)


def frequencies(wide: pd.DataFrame, bins: list[float]) -> pd.DataFrame:
    """Return brightwind's shares of the windows, by class of wind speed and sector, 0 to 1."""
    speed, direction = wide["wind_speed_mean"], wide["wind_direction_mean"]
    _, percent = brightwind.freq_table(
        speed,
        direction,
        var_bin_array=bins,
        sectors=SECTORS,
        # Of the classes it takes for its picture, each must hold one of these.
        plot_bins=bins,
        return_data=True,
    )
    return percent / 100


def test_the_wind_rose_is_that_of_brightwind(wide: pd.DataFrame, table: pd.DataFrame) -> None:
    shares = frequencies(wide, [0, *CLASSES_M_S, 100])
    assert pytest.approx(wind_rose(table).shares) == shares.to_numpy().T


def test_calms_lie_in_the_sector_of_their_direction_as_brightwind_has_them(
    wide: pd.DataFrame, table: pd.DataFrame
) -> None:
    at_night = wide.index.hour < 6
    calm_nights, of_calm_nights = wide.copy(), table.copy()
    calm_nights.loc[at_night, "wind_speed_mean"] = 0.0
    of_calm_nights.loc[at_night, ("wind_speed", "mean")] = 0.0
    calms, light, _ = frequencies(calm_nights, [-0.5, 0.5, 4, 100]).to_numpy()
    assert calms.sum() > 0.2
    assert calms + light == pytest.approx(wind_rose(of_calm_nights).shares[:, 0])
