"""What the document says of reading a fleet is done, and each way gives the same energy."""

import re
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from deltalake import write_deltalake

from tests.aggregates.lake.servers import free_port, listening

DOCUMENT = Path(__file__).parents[2] / "docs" / "lake.md"
READING = DOCUMENT.read_text().partition("## Reading a fleet\n")[2]
BLOCKS = re.findall(r"^```python\n(.*?)^```$", READING, re.M | re.S)
FIRST, DAYS, WINDOWS_PER_DAY = date(2025, 1, 30), 4, 144
POWERS_KW = {"T01": 600.0, "T02": 1200.0}


@pytest.fixture(scope="session")
def statistics(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A table of two turbines that give the same power for two days in each of two months."""
    path = str(tmp_path_factory.mktemp("lake") / "statistics")
    for day in (FIRST + number * timedelta(days=1) for number in range(DAYS)):
        starts = pd.date_range(str(day), periods=WINDOWS_PER_DAY, freq="10min", tz="UTC")
        columns = {"day": day, "timestamp": starts.as_unit("us")}
        rows = pd.concat(
            pd.DataFrame({**columns, "turbine": name, "power_mean": power_kw})
            for name, power_kw in POWERS_KW.items()
        )
        table = pa.Table.from_pandas(rows, preserve_index=False)
        write_deltalake(path, table, partition_by=["day"], mode="append")
    return path


@pytest.fixture(scope="session")
def sail() -> Iterator[str]:
    """The address of a Spark Connect server."""
    port = free_port()
    program = Path(sys.executable).with_name("sail")
    with listening([str(program), "spark", "server", "--port", str(port)], port):
        yield f"sc://localhost:{port}"


def test_there_is_a_block_for_each_engine() -> None:
    assert [
        next(name for name in ("duckdb", "polars", "pyspark", "pandas") if name in block)
        for block in BLOCKS
    ] == ["duckdb", "polars", "pandas", "pyspark"]


@pytest.mark.parametrize("block", BLOCKS)
def test_each_gives_the_energy_by_turbine_and_month(block: str, statistics: str, sail: str) -> None:
    written = block.replace("/srv/lake/statistics", statistics)
    written = written.replace("sc://localhost:50051", sail)
    names: dict[str, Any] = {}
    exec(written, names)
    energy = names["energy"]
    rows = energy if isinstance(energy, pd.DataFrame) else pd.DataFrame(energy.to_dicts())
    by_month = {(row.turbine, str(row.month)[:7]): row.mwh for row in rows.itertuples()}
    assert by_month == pytest.approx(
        {
            (name, month): 2 * 24 * power_kw / 1000
            for name, power_kw in POWERS_KW.items()
            for month in ("2025-01", "2025-02")
        }
    )
