"""A file's measurements arrive exactly as they stand in it, or not at all."""

import gzip
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pa_parquet
import pytest
from django.db import DatabaseError, connections

from sourcedata.importing import Export, ImportRefused, ImportResult, import_file, sheet, storing
from tests.builders import at, measurements, turbine

pytestmark = pytest.mark.django_db

PARIS = ZoneInfo("Europe/Paris")
MORNING = "2025-08-31T10:00Z"


def write(folder: Path, *lines: str, header: str = "time,kw", end: str = "\n") -> Path:
    """Write a CSV file of a header and these lines."""
    return write_bytes(folder, "".join(f"{line}{end}" for line in (header, *lines)).encode())


def write_bytes(folder: Path, data: bytes) -> Path:
    path = folder / "export.csv"
    path.write_bytes(data)
    return path


def write_parquet(folder: Path, **columns) -> Path:
    path = folder / "export.parquet"
    pa_parquet.write_table(pa.table(columns), path)
    return path


def imported(path: Path, **fields) -> ImportResult:
    """Import the column `time` and the power in `kw` of the turbine T01, or what `fields` say."""
    of_t01 = {} if "turbine_column" in fields else {"turbine": "T01"}
    defaults = {"time_column": "time", "columns": {"power": "kw"}, **of_t01}
    return import_file(path, Export(**{**defaults, **fields}), lambda step: None)


def query(sql: str) -> list[tuple]:
    with connections["source"].cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def stored(variable: str = "power") -> list[tuple]:
    return query(
        "SELECT to_char(timestamp AT TIME ZONE 'UTC', 'MM-DD HH24:MI:SS.US'), "
        f"{variable} FROM data ORDER BY turbine_id, timestamp"
    )


def stored_times() -> list[str]:
    return [time.removesuffix(":00.000000") for time, _ in stored()]


def stored_powers() -> list[float | None]:
    return [power for _, power in stored()]


def revisions() -> list[tuple]:
    return query("SELECT * FROM source_day ORDER BY turbine_id, day")


# What is counted and kept


def test_rows_are_stored_with_their_turbine_and_time(tmp_path) -> None:
    path = write(
        tmp_path, "T02,2025-08-31T10:00Z,1.5", "T01,2025-08-31T10:01Z,2", header="t,time,kw"
    )
    assert imported(path, turbine_column="t") == ImportResult(2, 0, 0, 0)
    assert query(
        "SELECT name, (timestamp AT TIME ZONE 'UTC')::text, power FROM data"
        " JOIN turbine ON turbine.id = turbine_id ORDER BY name"
    ) == [("T01", "2025-08-31 10:01:00", 2.0), ("T02", "2025-08-31 10:00:00", 1.5)]


def test_a_file_imported_twice_raises_no_revision(tmp_path) -> None:
    path = write(tmp_path, "2025-08-31T10:00Z,1", "2025-08-31T10:01Z,", "2025-09-01T10:00Z,nan")
    imported(path)
    before = revisions()
    assert imported(path) == ImportResult(0, 0, 3, 0)
    assert len(before) == 2
    assert revisions() == before


def test_only_days_with_a_difference_raise_their_revision(tmp_path) -> None:
    imported(write(tmp_path, "2025-08-31T10:00Z,1", "2025-09-01T10:00Z,1"))
    before = revisions()
    result = imported(write(tmp_path, "2025-08-31T10:00Z,1", "2025-09-01T10:00Z,"))
    assert result == ImportResult(0, 1, 1, 0)
    assert [old == new for old, new in zip(before, revisions(), strict=True)] == [True, False]
    assert stored_powers() == [1, None]


def test_new_changed_and_known_rows_are_counted_apart(tmp_path) -> None:
    measurements(turbine(), "2025-08-31T10:00", power=[1.0, 2.0, None])
    lines = [f"2025-08-31T10:0{minute}Z,{power}" for minute, power in enumerate([1, 3, 3, 3])]
    assert imported(write(tmp_path, *lines)) == ImportResult(1, 2, 1, 0)
    assert stored_powers() == [1, 3, 3, 3]


def test_variables_that_are_not_mapped_keep_their_values(tmp_path) -> None:
    measurements(turbine(), "2025-08-31T10:00", power=[1.0], wind_speed=[7.0])
    imported(write(tmp_path, f"{MORNING},2"))
    assert query("SELECT power, wind_speed FROM data") == [(2.0, 7.0)]


def test_the_last_of_duplicate_rows_wins(tmp_path) -> None:
    path = write(tmp_path, f"{MORNING},1", "2025-08-31T12:00+02:00,2", "2025-08-31T10:00:00,3")
    assert imported(path) == ImportResult(1, 0, 0, 2)
    assert stored_powers() == [3]


def test_a_header_alone_imports_nothing(tmp_path) -> None:
    assert imported(write_bytes(tmp_path, b"time,kw")) == ImportResult(0, 0, 0, 0)


def test_other_turbines_keep_their_rows(tmp_path) -> None:
    measurements(turbine("T02"), "2025-08-31T10:00", power=[5.0])
    assert imported(write(tmp_path, f"{MORNING},1")) == ImportResult(1, 0, 0, 0)
    assert set(stored_powers()) == {1, 5}


def test_more_rows_than_are_copied_at_once_all_arrive(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(storing, "ROWS_PER_COPY", 2)
    imported(write(tmp_path, *(f"2025-08-31T10:0{minute},{minute}" for minute in range(5))))
    assert stored_powers() == [0, 1, 2, 3, 4]


def test_a_database_that_fails_keeps_no_turbine(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(storing, "UPSERT", "SELECT 1 / 0")
    with pytest.raises(DatabaseError):
        imported(write(tmp_path, f"{MORNING},1"))
    assert query("SELECT count(*) FROM turbine") == [(0,)]


# Turbines


def test_a_new_turbine_gets_the_defaults(tmp_path) -> None:
    imported(write(tmp_path, f"{MORNING},1"))
    assert query("SELECT name, sample_interval_s, rated_power_kw FROM turbine") == [
        ("T01", 60, None)
    ]


def test_an_existing_turbine_keeps_what_is_not_given(tmp_path) -> None:
    turbine(sample_interval_s=30, rated_power_kw=2000)
    imported(write(tmp_path, f"{MORNING},1"), rated_power_kw=2050.0)
    assert query("SELECT sample_interval_s, rated_power_kw FROM turbine") == [(30, 2050.0)]


def test_what_is_given_is_set_on_the_turbines_of_the_file_alone(tmp_path) -> None:
    turbine("T01"), turbine("T03")
    path = write(tmp_path, f"T01,{MORNING},1", f"T02,{MORNING},1", header="t,time,kw")
    imported(path, turbine_column="t", sample_interval_s=600)
    assert query("SELECT name, sample_interval_s FROM turbine ORDER BY name") == [
        ("T01", 600),
        ("T02", 600),
        ("T03", 60),
    ]


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
    turbine("T02", sample_interval_s=600)
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
        ("inf", float("inf")),
        ("-Infinity", float("-inf")),
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
    imported(path, columns={"power": 'power, "net"\n[kW]'})
    assert stored_powers() == [1, 2]


def test_rows_are_read_alike_across_the_readers_blocks(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(sheet, "BLOCK_BYTES", 100)
    offsets = ["Z", "+00:00", "", "-01:00"]
    lines = [f'T{n % 7},2025-08-31T10:{n}{offsets[n % 4]},"\n,",{n}' for n in range(10, 60)]
    imported(write(tmp_path, *lines, header="t,time,note,kw"), turbine_column="t")
    assert query(
        "SELECT name, (extract(epoch FROM timestamp)::int / 60) % 120, power FROM data"
        " JOIN turbine ON turbine.id = turbine_id ORDER BY power"
    ) == [(f"T{n % 7}", n + 60 * (n % 4 == 3), n) for n in range(10, 60)]


def test_columns_that_are_not_wanted_may_hold_anything(tmp_path) -> None:
    header = ",".join(["time", "kw", "note", "note", *(f"°{number}" for number in range(10_000))])
    imported(write(tmp_path, f"{MORNING},1,\0,{'x' * 2_000_000}{',' * 10_000}", header=header))
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


def test_a_missing_value_is_found_in_single_precision(tmp_path) -> None:
    kw = pa.array([-9999.9, 1.5], pa.float32())
    times = pd.date_range("2025-08-31", periods=2, freq="min", unit="us")
    imported(write_parquet(tmp_path, time=times, kw=kw), missing=["-9999.9"])
    assert stored_powers() == [None, 1.5]


# Refusals

GOOD = f"{MORNING},1"
GOOD_LINES = f"time,kw\n{GOOD}\n".encode()
LONG = b"x" * 200_000


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (GOOD_LINES + b"2025-08-31,2\n", "line 3, column 'time': '2025-08-31' is no time"),
        (GOOD_LINES + b"2025-08-31T10:00.5,2\n", "line 3, column 'time'"),
        (GOOD_LINES + b"2025-02-29T10:00,2\n", "'2025-02-29T10:00' is no time"),
        (GOOD_LINES + b"2025-08-31T10:00+24:00,2\n", "+24:00' is no time"),
        (GOOD_LINES + b",2\n", "line 3, column 'time': an empty cell is no time"),
        (GOOD_LINES + b"1756634400,2\n", "'1756634400' is no time"),
        (GOOD_LINES + b"1969-12-31T23:59:59,2\n", "from 1970-01-01 to before 2100-01-01"),
        (GOOD_LINES + b"2100-01-01T00:00,2\n", "line 3, column 'time'"),
        (GOOD_LINES + b"9999-12-31T23:59-12:00,2\n", "line 3, column 'time'"),
        (GOOD_LINES + b"0000-01-01T00:00+12:00,2\n", "line 3, column 'time'"),
        (GOOD_LINES + b"2025-08-31T10:01,1_000\n", "line 3, column 'kw': '1_000' is no number"),
        (GOOD_LINES + b'2025-08-31T10:01,"1,5"\n', "with a decimal point"),
        (GOOD_LINES + b"2025-08-31T10:01,1\x00\n", r"'1\x00' is no number"),
        (GOOD_LINES + b"2025-08-31T10:01," + LONG, f"line 3, column 'kw': '{'x' * 50}...' is"),
        (GOOD_LINES + b"2025-08-31T10:01\n", "has 1 cells; allowed are 2"),
        (GOOD_LINES + b"2025-08-31T10:01,1,2\n", "has 3 cells; allowed are 2"),
        (GOOD_LINES + b"   \n", "has 1 cells; allowed are 2"),
        (b'time,kw\n\n2025-08-31T10:00,"\n"\n\r\n2025-08-31T10:00,x\n', "line 6, column 'kw': 'x'"),
        (b"\r\rtime,kw\r2025-08-31T10:00,x\r", "line 4, column 'kw': 'x'"),
        (b'time,kw,n\n2025-08-31T10:00,1,"\n2025-08-31T10:01,1,\n', "line 2: a quote"),
        (b'time,kw\n2025-08-31T10:00,"1"2\n', "line 2: a quote"),
        (b'"time,kw\n2025-08-31T10:00,1\n', "line 1: a quote"),
        (
            b"time,kw,n\n2025-08-31T10:00,1,\n2025-08-31T10:00,1,\xb0C\n",
            "line 3: b'\\xb0C\\n' is not",
        ),
        ("time,kw\n2025-08-31T10:00,1".encode("utf-16"), "line 1: b'\\xff"),
        (b"time;kw\n2025-08-31T10:00;1\n", "is separated by semicolons; commas are expected"),
        (b"time;wind, mean;kw\n", "is separated by semicolons; commas are expected"),
        (b"time,KW,\n2025-08-31T10:00,1,\n", "has no column 'kw'; it has 'time', 'KW', ''."),
        (b"time," * 30, "has no column 'kw'; it has" + " 'time'," * 19 + " 'time' and 11 more"),
        (b"time,kw,kw\n2025-08-31T10:00,1,2\n", "has more than one column 'kw'"),
        (b"", "is empty"),
        (b"\r\n \n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (gzip.compress(b""), "is empty"),
        (gzip.compress(GOOD_LINES)[:-9], "is a damaged or incomplete gzip file"),
        (gzip.compress(GOOD_LINES)[:-4] + b"\0\0\0\0", "is a damaged or incomplete gzip file"),
        (gzip.compress(GOOD_LINES)[:10] + b"\xff" * 20, "is a damaged or incomplete gzip file"),
        (b"PAR1" + bytes(100), "is a damaged or incomplete Parquet file"),
    ],
)
def test_a_csv_file_with_a_fault_is_refused(tmp_path, data, sentence) -> None:
    assert sentence in refusal(write_bytes(tmp_path, data))


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"kw": ["1", "x"]}, "row 2, column 'kw': 'x' is no number"),
        ({"kw": [True, False]}, "row 1, column 'kw': 'True' is no number"),
        ({"kw": [[1.0], [2.0]]}, "column 'kw': its type is list<element: double>; allowed are"),
        ({"time": [MORNING, None]}, "row 2, column 'time': an empty cell is no time"),
        ({"time": [1, 2]}, "row 1, column 'time': '1' is no time"),
        ({"time": pa.array([0, None], pa.timestamp("ms"))}, "row 2, column 'time'"),
        ({"time": pa.array([0, 2**63 - 1], pa.timestamp("us"))}, "row 2, column 'time'"),
        ({"time": pa.array([0, 2**63 - 1], pa.timestamp("ms", "UTC"))}, "row 2, column 'time'"),
        ({"time": pa.array([0, -(2**63)], pa.timestamp("us", "UTC"))}, "labels a sample outside"),
        ({"kw": pa.array([1, 2]), "other": [1, 2], "time": None}, "has no column 'time'; it has"),
    ],
)
def test_a_parquet_file_with_a_fault_is_refused(tmp_path, columns, sentence) -> None:
    columns = {"time": [MORNING, MORNING], "kw": [1, 2], **columns}
    given = {name: cells for name, cells in columns.items() if cells is not None}
    assert sentence in refusal(write_parquet(tmp_path, **given))


def test_a_parquet_file_with_undecodable_text_is_refused(tmp_path) -> None:
    names = pa.array([b"T\xff"]).view(pa.string())
    path = write_parquet(tmp_path, time=[MORNING], kw=[1], t=names)
    assert "damaged or incomplete Parquet file" in refusal(path, turbine_column="t")


def test_a_parquet_file_that_fails_its_checksum_is_refused(tmp_path) -> None:
    path, table = tmp_path / "a.parquet", pa.table({"time": [MORNING] * 2, "kw": [1.5, 2.5]})
    pa_parquet.write_table(
        table, path, write_page_checksum=True, write_statistics=False, use_dictionary=False
    )
    found, changed = np.float64(2.5).tobytes(), np.float64(3.5).tobytes()
    path.write_bytes(path.read_bytes().replace(found, changed))
    assert changed in path.read_bytes()
    assert "damaged or incomplete Parquet file" in refusal(path)


def test_a_truncated_parquet_file_is_refused(tmp_path) -> None:
    path = write_parquet(tmp_path, time=[MORNING], kw=[1])
    path.write_bytes(path.read_bytes()[:-20])
    assert "is a damaged or incomplete Parquet file" in refusal(path)


@pytest.mark.parametrize("name", ["", "T01 ", "T\0", "T\n01", "T" * 101, '"T,01"'])
def test_a_name_that_no_turbine_can_have_is_refused(tmp_path, name) -> None:
    quoted = f'"{name}"' if "\n" in name else name
    path = write(tmp_path, f"T01,{MORNING},1", f"{quoted},{MORNING},1", header="t,time,kw")
    assert "line 3, column 't': The turbine name" in refusal(path, turbine_column="t")


@pytest.mark.parametrize("time", ["2025-10-26T02:30", "2025-03-30T02:30"])
def test_a_time_that_clocks_show_twice_or_never_is_refused(tmp_path, time) -> None:
    path = write(tmp_path, "2025-10-26T01:30,1", "2025-03-30T02:30Z,1", f"{time},1")
    message = refusal(path, timezone=PARIS)
    assert f"line 4, column 'time': '{time}' happens twice or never in Europe/Paris" in message


def test_a_year_of_which_no_clock_is_known_is_refused(tmp_path) -> None:
    path = write(tmp_path, "9999-12-31T23:59,1")
    assert "labels a sample outside" in refusal(path, timezone=ZoneInfo("America/Denver"))


def test_an_end_label_whose_sample_began_before_1970_is_refused(tmp_path) -> None:
    path = write(tmp_path, "1970-01-01T00:00:59Z,1")
    assert "'1970-01-01T00:00:59Z' labels a sample outside" in refusal(path, label_is_end=True)


def test_an_absent_file_and_a_folder_are_refused(tmp_path) -> None:
    assert "none.csv cannot be read: No such file or directory." in refusal(tmp_path / "none.csv")
    assert "cannot be read: Is a directory." in refusal(tmp_path)


def test_a_fault_in_the_last_of_many_rows_is_found(tmp_path) -> None:
    lines = [f"2025-08-31T{hour:02}:{minute:02},1" for hour in range(24) for minute in range(60)]
    assert "line 1442, column 'kw': '?'" in refusal(write(tmp_path, *lines, "2025-09-01T00:00,?"))


def refusal(path: Path, **fields) -> str:
    """Return why a file is refused, having checked that nothing was imported."""
    with pytest.raises(ImportRefused) as refused:
        imported(path, **fields)
    message = str(refused.value)
    assert query("SELECT (SELECT count(*) FROM data), (SELECT count(*) FROM turbine)") == [(0, 0)]
    assert message.startswith(str(path))
    assert len(message) < 1000
    return message
