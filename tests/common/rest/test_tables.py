"""Tables as bytes, read back by other programs."""

import csv
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from io import BytesIO, StringIO
from math import copysign, inf, nan
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.rest import tables
from common.rest.tables import CONTAINERS

NASTY = [
    "'=1",
    "=1+1",
    "+1",
    "-1",
    "@x",
    "\t=1",
    "a,b",
    'a"b',
    "a\nb",
    "a'b",
    "\\",
    "Süd",
    "<b>",
    "null",
    "",
]
TIMES = st.datetimes(datetime(1970, 1, 1), datetime(2099, 12, 31))
CELLS = st.lists(
    st.tuples(TIMES, st.text(st.characters(codec="utf-8"), max_size=5), st.floats() | st.none()),
    max_size=20,
)


def batch(rows: Sequence[tuple[datetime, str, float | None]], zone: str | None = "UTC") -> Any:
    times, texts, numbers = zip(*rows, strict=True) if rows else ((), (), ())
    columns = [
        pa.array([time.replace(tzinfo=None) for time in times], pa.timestamp("us")).cast(
            pa.timestamp("us", tz=zone)
        ),
        pa.array(texts, pa.string()),
        pa.array(numbers, pa.float64(), from_pandas=False),
    ]
    return pa.record_batch(columns, names=["time", "text", "number"])


def written(format: str, *batches: Any) -> bytes:
    return b"".join(CONTAINERS[format][1](batches[0].schema, iter(batches)))


def objects(*batches: Any) -> list[dict[str, Any]]:
    decoded: list[dict[str, Any]] = json.loads(written("json", *batches))
    return decoded


def same(number: float | None, other: float | None) -> bool:
    return number == other and (
        not number or number is None or copysign(1, number) == copysign(1, other or 0)
    )


@given(CELLS)
def test_json_says_what_the_table_does(rows: Any) -> None:
    json_rows = objects(batch(rows))
    assert [row["text"] for row in json_rows] == [text for _, text, _ in rows]
    expected = [None if n is None or n != n or abs(n) == inf else n for _, _, n in rows]
    assert all(same(row["number"], n) for row, n in zip(json_rows, expected, strict=True))
    times = [datetime.fromisoformat(row["time"]) for row in json_rows]
    assert times == [time.replace(tzinfo=UTC) for time, _, _ in rows]


@given(CELLS, st.sampled_from(["parquet", "arrow"]))
def test_a_file_says_what_the_table_does(rows: Any, format: str) -> None:
    table, content = batch(rows), BytesIO(written(format, batch(rows)))
    read = pa.ipc.open_stream(content).read_all if format == "arrow" else None
    copy = read() if read else pa.parquet.read_table(content)
    assert copy.schema.equals(table.schema)
    assert copy.column("text").to_pylist() == table.column("text").to_pylist()
    assert str(copy.column("number").to_pylist()) == str(table.column("number").to_pylist())


@pytest.mark.parametrize("text", NASTY)
def test_no_spreadsheet_runs_a_text(text: str) -> None:
    lines = written("csv", batch([(datetime(2025, 1, 1), text, 1.0)])).decode()
    _, row = csv.reader(StringIO(lines))
    assert row[1].removeprefix("'") == text
    assert row[1][:1] not in {"=", "+", "-", "@", "\t", "\r"}


def test_two_texts_are_two_in_csv() -> None:
    rows = [(datetime(2025, 1, 1), text, 1.0) for text in ("=x", "'=x", "'x")]
    cells = [row[1] for row in csv.reader(StringIO(written("csv", batch(rows)).decode()))]
    assert cells == ["text", "'=x", "''=x", "'x"]


def test_a_number_below_zero_is_no_formula() -> None:
    lines = written("csv", batch([(datetime(2025, 1, 1), "a", -1.5)])).decode()
    assert lines.splitlines()[1].endswith(",-1.5")


@pytest.mark.parametrize("format", CONTAINERS)
def test_batches_follow_each_other_whether_large_or_small(format: str, monkeypatch: Any) -> None:
    monkeypatch.setattr(tables, "WORTH_A_THREAD", 3)
    sizes = [1, 5, 0, 2, 4, 1]
    start = datetime(2025, 1, 1)
    batches = [batch([(start, str(n), float(i)) for i in range(n)]) for n in sizes]
    content = written(format, *batches)
    read = {
        "json": lambda: pd.read_json(StringIO(content.decode()), dtype={"text": str}),
        "csv": lambda: pd.read_csv(StringIO(content.decode()), dtype={"text": str}),
        "parquet": lambda: pd.read_parquet(BytesIO(content)),
        "arrow": lambda: pa.ipc.open_stream(content).read_pandas(),
    }
    frame = read[format]()
    assert list(frame["text"]) == [str(n) for n in sizes for _ in range(n)]
    assert list(frame["number"]) == [i for n in sizes for i in range(n)]


@pytest.mark.parametrize(
    ("zone", "text"),
    [
        ("UTC", "2025-03-30T00:30:00Z"),
        ("Europe/Paris", "2025-03-30T01:30:00+01:00"),
        ("America/Sao_Paulo", "2025-03-29T21:30:00-03:00"),
        ("Asia/Kolkata", "2025-03-30T06:00:00+05:30"),
        (None, "2025-03-30T00:30:00"),
    ],
)
def test_a_time_tells_its_offset(zone: str | None, text: str) -> None:
    assert objects(batch([(datetime(2025, 3, 30, 0, 30), "", 0.0)], zone))[0]["time"] == text


# Arrow knows no daylight-saving time after 2037.
BEFORE_2037 = st.datetimes(datetime(1970, 1, 1), datetime(2036, 12, 31))


@given(st.lists(BEFORE_2037, min_size=1), st.sampled_from(["Europe/Paris", "Africa/Monrovia"]))
def test_a_time_is_the_same_in_any_zone(times: list[datetime], zone: str) -> None:
    json_rows = objects(batch([(time, "", 0.0) for time in times], zone))
    read = [datetime.fromisoformat(row["time"]) for row in json_rows]
    assert read == [time.replace(tzinfo=UTC) for time in times]
    offsets = [time.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).utcoffset() for time in times]
    assert [time.utcoffset() for time in read] == offsets


def test_a_fraction_of_a_second_is_told() -> None:
    time = datetime(2025, 1, 1) + timedelta(microseconds=1)
    assert objects(batch([(time, "", 0.0)]))[0]["time"] == "2025-01-01T00:00:00.000001Z"


@pytest.mark.parametrize("format", CONTAINERS)
def test_what_fails_in_the_middle_is_not_finished(format: str) -> None:
    def failing() -> Iterator[Any]:
        yield batch([(datetime(2025, 1, 1), "a", nan)])
        raise RuntimeError("the database has gone")

    chunks = CONTAINERS[format][1](batch([]).schema, failing())
    with pytest.raises(RuntimeError, match="has gone"):
        list(chunks)
