"""OpenOA takes the downloads of `layout=openoa` as they are."""

import numpy as np
import pandas as pd
import pytest
from openoa import PlantData
from openoa.analysis import StaticYawMisalignment, TurbineLongTermGrossEnergy, WakeLosses
from openoa.schema.metadata import PlantMetaData

TURBINES = ["T01", "T02", "T03"]
METADATA = {"reanalysis": {"era5": {"frequency": "h"}}}
JANUARY = "layout=openoa&format=parquet&start=2025-01-01&end=2025-02-01"


@pytest.fixture(scope="session")
def scada(api: str) -> pd.DataFrame:
    return pd.read_parquet(f"{api}/values?{JANUARY}")


@pytest.fixture(scope="session")
def assets(api: str) -> pd.DataFrame:
    return pd.read_parquet(f"{api}/turbines?layout=openoa&format=parquet")


def reanalysis(scada: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return a model's wind that is the farm's own; OpenOA wants both of its components."""
    wind = scada.groupby(scada["time"].dt.floor("h"))[["WMET_HorWdSpd", "WMET_HorWdDir"]].first()
    direction = np.radians(wind["WMET_HorWdDir"])
    u, v = (-wind["WMET_HorWdSpd"] * part(direction) for part in (np.sin, np.cos))
    columns = {"WMETR_HorWdSpdU": u, "WMETR_HorWdSpdV": v, "WMETR_AirDen": 1.2}
    return {"era5": pd.DataFrame(columns).interpolate().reset_index()}


def plant(scada: pd.DataFrame, assets: pd.DataFrame, **tables: object) -> PlantData:
    analyses = ["TurbineLongTermGrossEnergy", "WakeLosses-scada", "StaticYawMisalignment"]
    return PlantData(analysis_type=analyses, metadata=METADATA, scada=scada, asset=assets, **tables)


def test_every_column_has_the_name_and_the_type_that_openoa_knows(scada, assets) -> None:
    # OpenOA computes the first of these itself; the other one is not measured here.
    absent = {"WTUR_SupWh", "WTUR_TurSt"}
    for frame, meta in ((scada, PlantMetaData().scada), (assets, PlantMetaData().asset)):
        assert set(frame) == set(meta.dtypes) - absent
        floats = [name for name in frame if meta.dtypes[name] is float]
        assert (frame[floats].dtypes == "float64").all()
    assert scada["time"].dtype == "datetime64[ns]"


def test_openoa_has_no_complaint(scada, assets) -> None:
    plant(scada, assets, reanalysis=reanalysis(scada)).validate()  # raises ValueError on a fault


def test_without_a_reanalysis_openoa_complains_of_nothing_else(scada, assets) -> None:
    with pytest.raises(ValueError, match="reanalysis-era5") as caught:
        plant(scada, assets)
    lines = str(caught.value).splitlines()
    assert all(line.startswith("`reanalysis-era5`") for line in lines)


def test_the_line_of_the_readme_makes_a_plant(api: str) -> None:
    farm = PlantData(
        metadata={},
        scada=pd.read_parquet(f"{api}/values?{JANUARY}"),
        asset=pd.read_parquet(f"{api}/turbines?layout=openoa&format=parquet"),
    )
    assert list(farm.turbine_ids) == TURBINES


def test_openoa_reads_csv_by_its_address(api: str) -> None:
    scada = f"{api}/values?{JANUARY.replace('parquet', 'csv')}"
    asset = f"{api}/turbines?layout=openoa&format=csv"
    farm = PlantData(metadata={}, scada=scada, asset=asset)
    assert list(farm.turbine_ids) == TURBINES


def test_openoa_finds_the_places_and_the_energy(scada, assets) -> None:
    farm = plant(scada, assets, reanalysis=reanalysis(scada))
    # The two turbines lie a tenth of a degree of latitude apart.
    assert farm.turbine_distance_matrix().loc["T01", "T02"] == pytest.approx(11_120, rel=0.01)
    assert farm.scada["WTUR_SupWh"].sum() == pytest.approx(scada["WTUR_W"].sum() / 6)


def test_the_long_term_gross_energy_is_what_was_produced(scada, assets) -> None:
    analysis = TurbineLongTermGrossEnergy(
        plant(scada, assets, reanalysis=reanalysis(scada)),
        UQ=False,
        reanalysis_products=["era5"],
        wind_bin_threshold=2.0,
        max_power_filter=0.85,
        correction_threshold=0.9,
    )
    analysis.run()
    hours = scada["WTUR_W"].mean() * len(TURBINES) * 31 * 24
    assert analysis.plant_gross.item() == pytest.approx(hours, rel=0.1)


def test_rows_are_by_time_then_turbine(scada) -> None:
    assert scada[["time", "asset_id"]].equals(
        scada[["time", "asset_id"]].sort_values(["time", "asset_id"], ignore_index=True)
    )
    assert scada["WMET_HorWdDirRel"].abs().max() <= 180


def test_the_wake_losses_are_those_of_a_farm_that_is_simulated_without_wakes(scada, assets) -> None:
    analysis = WakeLosses(
        plant(scada, assets, reanalysis=reanalysis(scada)),
        UQ=False,
        reanalysis_products=["era5"],
        freestream_sector_width=90.0,
        derating_filter_wind_speed_start=4.5,
        max_power_filter=0.95,
        wind_bin_mad_thresh=7.0,
        num_years_LT=1,
    )
    analysis.run()
    assert analysis.wake_losses_por == pytest.approx(0, abs=0.1)
    assert np.isfinite(analysis.wake_losses_lt).all()


def test_the_yaw_misalignment_is_about_the_mean_of_the_relative_direction(scada, assets) -> None:
    analysis = StaticYawMisalignment(
        plant(scada, assets, reanalysis=reanalysis(scada)),
        UQ=False,
        min_vane_bin_count=5,
        max_power_filter=0.95,
        power_bin_mad_thresh=7.0,
    )
    analysis.run()
    assert np.isfinite(analysis.yaw_misalignment_ws).all()
    relative = scada.groupby("asset_id")["WMET_HorWdDirRel"].mean()
    assert analysis.mean_vane_angle_ws.mean(axis=1) == pytest.approx(relative.to_numpy(), abs=1)
