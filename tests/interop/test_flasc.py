"""FLASC takes the download of `layout=flasc` as it is."""

from datetime import timedelta
from json import loads
from urllib.request import urlopen

import numpy as np
import pandas as pd
import pytest
from flasc import FlascDataFrame
from flasc.analysis.analysis_input import AnalysisInput
from flasc.analysis.energy_ratio import compute_energy_ratio
from flasc.data_processing.time_operations import df_downsample
from flasc.utilities.utilities import estimate_dt

JANUARY = "values?layout=flasc&format=parquet&start=2025-01-01&end=2025-02-01"
NAMES = {"000": "T01", "001": "T02", "002": "T03"}


@pytest.fixture(scope="session")
def frame(api: str) -> pd.DataFrame:
    return pd.read_parquet(f"{api}/{JANUARY}")


def test_flasc_knows_the_format_and_the_number_of_turbines(frame) -> None:
    assert FlascDataFrame(frame).in_flasc_format
    assert FlascDataFrame(frame).n_turbines == len(NAMES)
    assert (frame.drop(columns="time").dtypes == "float64").all()


def test_flasc_reads_a_time_step_of_ten_minutes(frame) -> None:
    assert frame["time"].dtype == "datetime64[ns]"  # FLASC misreads any other unit
    assert estimate_dt(frame["time"]) == timedelta(minutes=10)


def test_the_energy_ratio_is_that_of_the_powers(frame) -> None:
    ratio = compute_energy_ratio(
        AnalysisInput([frame], ["all"]),
        ref_turbines=[0],
        test_turbines=[1],
        wd_turbines=[0],
        ws_turbines=[0],
        wd_step=360.0,
        wd_min=0.0,
        ws_step=50.0,
    ).df_result
    both = frame.dropna(subset=["pow_000", "pow_001", "wd_000", "ws_000"])
    expected = both["pow_001"].sum() / both["pow_000"].sum()
    assert ratio["all"].to_numpy() == pytest.approx(expected, rel=0.02)


def test_hourly_means_of_directions_are_directions(frame) -> None:
    hourly = df_downsample(frame, ["wd_000"], window_width=timedelta(hours=1))
    assert len(hourly) == 31 * 24
    assert hourly["wd_000"].dropna().between(0, 360).all()


def test_pandas_and_the_header_tell_the_turbines_by_number(api: str, frame) -> None:
    assert frame.attrs["turbines"] == NAMES
    with urlopen(f"{api}/{JANUARY}") as answer:
        assert loads(answer.headers["Turbine-Numbers"]) == NAMES


def test_flasc_gives_the_turbines_their_names_back(frame) -> None:
    prefixes = {"ws": "wind_speed", "wd": "wind_direction", "pow": "power"}
    names = {
        f"{variable}_{turbine}": f"{prefix}_{number}"
        for number, turbine in frame.attrs["turbines"].items()
        for prefix, variable in prefixes.items()
    }
    named = FlascDataFrame(frame, channel_name_map=names).convert_to_user_format()
    assert set(named) == {"time", *names}
    assert np.allclose(named["power_T02"], frame["pow_001"], equal_nan=True)
