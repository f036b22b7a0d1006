"""Times and numbers are read as exports write them, whatever the format of the file."""

import gzip

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from sourcedata.importing import ImportResult
from tests.builders import at, turbine
from tests.sourcedata.exports import (
    MORNING,
    PARIS,
    imported,
    stored,
    stored_powers,
    stored_times,
    write,
    write_bytes,
    write_parquet,
)

pytestmark = pytest.mark.django_db

# Times


@pytest.mark.parametrize(
    ("cell", "utc"),
    [
        ("2025-08-31T10:00Z", "08-31 10:00:00.000000"),
        ("2025-08-31 10:00", "08-31 10:00:00.000000"),
        (" 2025-08-31 10:00:30 ", "08-31 10:00:30.000000"),
        ("2025-08-31T10:00:30.5", "08-31 10:00:30.500000"),
        ("2025-08-31T10:00:30.123456789Z", "08-31 10:00:30.123456"),
        ("2025-08-31T00:30+02:00", "08-30 22:30:00.000000"),
        ("2025-08-31T23:30-0130", "09-01 01:00:00.000000"),
        ("2025-08-31T10:00+05", "08-31 05:00:00.000000"),
        ("1970-01-01T00:00", "01-01 00:00:00.000000"),
        ("2099-12-31T23:59:59.999999", "12-31 23:59:59.999999"),
        ("1969-12-31T23:00-02:00", "01-01 01:00:00.000000"),
    ],
)
def test_iso_8601_is_read(tmp_path, cell, utc) -> None:
    imported(write(tmp_path, f"{cell},1"))
    assert stored() == [(utc, 1.0)]


def test_times_with_and_without_offset_may_stand_in_one_file(tmp_path) -> None:
    path = write(tmp_path, "2025-08-31T10:00,1", "2025-08-31T10:00+01:00,2", "2025-01-31T10:00,3")
    imported(path, timezone=PARIS)
    assert stored() == [
        ("01-31 09:00:00.000000", 3.0),
        ("08-31 08:00:00.000000", 1.0),
        ("08-31 09:00:00.000000", 2.0),
    ]


def test_the_night_the_clocks_go_back_loses_nothing_where_offsets_are_given(tmp_path) -> None:
    path = write(
        tmp_path,
        "R1,2014-10-26T01:50:00+02:00,1",
        "R1,2014-10-26T02:00:00+02:00,2",
        "R1,2014-10-26T02:00:00+01:00,3",
        header="t,time,kw",
    )
    assert imported(path, turbine_column="t", timezone=PARIS).inserted == 3
    assert stored_times() == ["10-25 23:50", "10-26 00:00", "10-26 01:00"]


def test_a_label_at_the_end_is_shifted_by_the_turbines_own_interval(tmp_path) -> None:
    turbine("T01"), turbine("T02", sample_interval_s=600)
    path = write(tmp_path, f"T01,{MORNING},1", f"T02,{MORNING},1", header="t,time,kw")
    imported(path, turbine_column="t", label_is_end=True)
    assert sorted(stored_times()) == ["08-31 09:50", "08-31 09:59"]


def test_a_label_at_the_end_is_shifted_by_the_interval_that_is_given(tmp_path) -> None:
    turbine(sample_interval_s=60)
    path = write(tmp_path, "1970-01-01T00:05,1", "2100-01-01T00:00,1")
    imported(path, label_is_end=True, sample_interval_s=300)
    assert stored_times() == ["01-01 00:00", "12-31 23:55"]


# Numbers


@pytest.mark.parametrize("cell", ["", " ", "NaN", "nan", "-7999", "-7999.0", "-7.999e3", "ERR"])
def test_a_missing_value_is_null(tmp_path, cell) -> None:
    imported(write(tmp_path, f"{MORNING},{cell}"), missing=["-7999", "ERR"])
    assert stored_powers() == [None]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("7.119999900000001", 7.119999900000001),
        ("0.1", 0.1),
        ("9007199254740993", 9007199254740992.0),
        ("2.2250738585072011e-308", 2.225073858507201e-308),
        ("0.500000000000000166533453693773481063544750213623046875", 0.5000000000000002),
        ("+5", 5.0),
        (" -.5 ", -0.5),
    ],
)
def test_a_number_is_the_nearest_double_of_its_text(tmp_path, cell, value) -> None:
    imported(write(tmp_path, f"{MORNING},{cell}"))
    assert stored_powers() == [value]


def test_a_thousand_random_doubles_arrive_bit_for_bit(tmp_path) -> None:
    sent = np.random.default_rng(1).uniform(-1, 1, 1000) * 10.0 ** np.arange(-300, 300, 0.6)
    times = pd.date_range("2025-08-31", periods=1000, freq="min", unit="s")
    lines = [f"{time},{value!r}" for time, value in zip(times, sent.tolist(), strict=True)]
    imported(write(tmp_path, *lines))
    assert stored_powers() == sent.tolist()


# Forms of files


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end_is_read(tmp_path, end) -> None:
    imported(write(tmp_path, f"{MORNING},1", "", "2025-08-31T10:01Z,2", end=end))
    assert stored_powers() == [1, 2]


def test_quotes_and_a_byte_order_mark_are_read(tmp_path) -> None:
    text = f'\ufeff"time","power, ""net""\n[kW]"\n"{MORNING}","1"\n2025-08-31T10:01Z,2'
    path = write_bytes(tmp_path, text.encode())
    imported(path, columns={"power": 'power, "net" [kW]'})
    assert stored_powers() == [1, 2]


def test_columns_that_are_not_wanted_may_hold_anything(tmp_path) -> None:
    header = ",".join(["time", "kw", "note", "note", *(f"°{number}" for number in range(10_000))])
    imported(write(tmp_path, f"{MORNING},1,°,{'x' * 200_000}{',' * 10_000}", header=header))
    assert stored_powers() == [1]


def test_a_gzipped_file_is_told_by_its_content(tmp_path) -> None:
    imported(write_bytes(tmp_path, gzip.compress(f"time,kw\n{MORNING},1".encode())))
    assert stored_powers() == [1]


def test_parquet_is_told_by_its_content_also_gzipped(tmp_path) -> None:
    plain = write_parquet(tmp_path, time=[at("2025-08-31T10:00")], kw=[1])
    assert imported(plain).inserted == 1
    zipped = write_bytes(tmp_path, gzip.compress(plain.read_bytes()))
    assert imported(zipped) == ImportResult(0, 0, 1, 0)


CLOCK = pa.array([at("2025-08-31T10:00").replace(tzinfo=None)], pa.timestamp("s"))


@pytest.mark.parametrize(
    ("time", "utc"),
    [
        (CLOCK.cast(pa.timestamp("ns", "America/Denver")), "08-31 10:00"),
        (CLOCK.cast(pa.timestamp("s", "UTC")), "08-31 10:00"),
        (CLOCK.cast(pa.timestamp("us")), "08-31 08:00"),
        (CLOCK.cast(pa.timestamp("ms")), "08-31 08:00"),
        (CLOCK.cast(pa.string()), "08-31 08:00"),
        (CLOCK.cast(pa.string()).dictionary_encode(), "08-31 08:00"),
    ],
)
def test_times_in_parquet_are_read_with_and_without_zone(tmp_path, time, utc) -> None:
    imported(write_parquet(tmp_path, time=time, kw=[1.0]), timezone=PARIS)
    assert stored_times() == [utc]


@pytest.mark.parametrize(
    "kw",
    [
        pa.array([2, -9999, None], pa.int16()),
        pa.array([2, -9999, None], pa.float32()),
        pa.array([2, float("nan"), None], pa.float64()),
        pa.array(["2", "-9999.0", None]),
        pa.array(["2.00", "-9999", None]).cast(pa.decimal128(9, 2)),
    ],
)
def test_numbers_in_parquet_are_read_whatever_their_type(tmp_path, kw) -> None:
    times = pd.date_range("2025-08-31", periods=3, freq="min", unit="us")
    imported(write_parquet(tmp_path, time=times, kw=kw), missing=["-9999"])
    assert stored_powers() == [2, None, None]


def test_a_decimal_in_parquet_is_the_double_of_its_text(tmp_path) -> None:
    kw = pa.array(["7.10"]).cast(pa.decimal128(38, 2))
    imported(write_parquet(tmp_path, time=[at("2025-08-31T10:00")], kw=kw))
    assert stored_powers() == [7.1]


def test_a_missing_value_is_found_in_single_precision(tmp_path) -> None:
    kw = pa.array([-9999.9, 1.5], pa.float32())
    times = pd.date_range("2025-08-31", periods=2, freq="min", unit="us")
    imported(write_parquet(tmp_path, time=times, kw=kw), missing=["-9999.9"])
    assert stored_powers() == [None, 1.5]
