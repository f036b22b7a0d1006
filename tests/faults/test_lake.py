"""Whatever happens to the lake is a sentence; PostgreSQL's work goes on, and the lake heals."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path
from threading import Thread
from typing import Any

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command

from aggregates.lake import commits, delta, reading
from aggregates.lake.in_turn import sync_in_turn
from aggregates.lake.tables import MEASUREMENTS, STATISTICS
from aggregates.models import LakeProgress, Run
from common.days import now
from sourcedata.models import Measurement
from tests.aggregates.lake.builders import rows
from tests.aggregates.lake.conftest import DAYS
from tests.aggregates.lake.deletion_vectors import delete_a_row
from tests.builders import aggregated, measurements, turbine

PERIOD = ["--from", str(DAYS[0]), "--to", str(DAYS[1])]


@pytest.fixture
def lake(settings: Any, tmp_path: Path) -> Path:
    """A lake that is in step with two days of two turbines."""
    settings.LAKE_URL = str(tmp_path / "lake")
    for name in ("T01", "T02"):
        for day in DAYS:
            measurements(turbine(name), f"{day}T12:00", wind_speed=[5.0] * 20, power=[1.0] * 20)
    for day in DAYS:
        aggregated(day)
    call_command("lake", "sync", stdout=StringIO())
    return tmp_path / "lake"


def late_measurements() -> None:
    """Let the first day go on, so that the lake is behind."""
    start = f"{DAYS[0]}T13:{Measurement.objects.count() % 60:02}"
    measurements(turbine("T01"), start, wind_speed=[9.0])
    assert aggregated(DAYS[0]).status == Run.Status.SUCCEEDED


def failure() -> str:
    """Return what a turn says of a lake that does not do its part."""
    LakeProgress.objects.update(tried_at=None)
    sync_in_turn(now())
    return LakeProgress.get().error


def require_healed() -> None:
    LakeProgress.objects.update(looked_at=None)
    assert failure() == ""
    call_command("lake", "audit", *PERIOD, stdout=(said := StringIO()))
    assert "0 differ, 0 in their last bits alone." in said.getvalue()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own that a test may fill, or make read-only."""
    if os.geteuid():
        pytest.skip("only root mounts file systems")
    folder = tmp_path / "disk"
    folder.mkdir()
    mount("-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder))
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True)


def on(disk: Path, lake: Path, settings: Any) -> None:
    """Move the lake to the disk."""
    shutil.move(lake, disk / "lake")
    settings.LAKE_URL = str(disk / "lake")


def test_a_full_disk(lake: Path, small_disk: Path, settings: Any) -> None:
    on(small_disk, lake, settings)
    late_measurements()
    filling = small_disk / "filling"
    with suppress(OSError), filling.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    assert "No space left on device" in failure()
    filling.unlink()
    require_healed()


def test_a_disk_that_is_read_only(lake: Path, small_disk: Path, settings: Any) -> None:
    on(small_disk, lake, settings)
    late_measurements()
    mount("-o", "remount,ro", str(small_disk))
    assert "Read-only file system" in failure()
    mount("-o", "remount,rw", str(small_disk))
    require_healed()


def test_the_lake_of_another_deployment(lake: Path) -> None:
    late_measurements()
    ours = LakeProgress.get().deployment
    table = DeltaTable(str(lake / "statistics"))
    table.alter.set_table_properties({delta.OWNER: "somebody"}, raise_if_not_exists=False)
    assert "belongs to deployment 'somebody'" in failure()
    table.alter.set_table_properties({delta.OWNER: str(ours)}, raise_if_not_exists=False)
    require_healed()


def test_a_newer_protocol(lake: Path) -> None:
    late_measurements()
    log = sorted((lake / "statistics" / "_delta_log").glob("*.json"))[-1]
    newer = log.with_name(f"{int(log.stem) + 1:020}.json")
    protocol = {"minReaderVersion": 99, "minWriterVersion": 99}
    newer.write_text(json.dumps({"protocol": protocol}))
    assert re.search("statistics fails: .*version", failure(), re.I)
    newer.unlink()
    require_healed()


def test_half_of_its_files_deleted(lake: Path) -> None:
    late_measurements()
    for path in sorted(lake.rglob("*.parquet"))[::2]:
        path.unlink()
    require_healed()


def test_a_row_that_another_engine_deleted_by_a_vector(lake: Path) -> None:
    delete_a_row(lake / "measurements")
    deleted = DeltaTable(str(lake / "measurements")).deletion_vectors()
    assert pa.table(deleted).num_rows == 1
    require_healed()
    counts = reading.contents(MEASUREMENTS, *DAYS).values()
    assert [rows for ((rows, *_version),) in counts] == [20] * 4


def test_a_table_that_was_deleted(lake: Path) -> None:
    late_measurements()
    shutil.rmtree(lake / "measurements")
    require_healed()


def test_a_log_that_lacks_a_commit(lake: Path) -> None:
    late_measurements()
    logs = sorted((lake / "statistics" / "_delta_log").glob("*.json"))
    kept = logs[1].read_bytes()
    logs[1].unlink()
    assert f"The lake's {lake / 'statistics'} fails" in failure()
    logs[1].write_bytes(kept)
    require_healed()


def made_by_others(lake: Path, schema: pa.Schema, partitions: list[str]) -> None:
    """Let another program have made the statistics, which are empty."""
    shutil.rmtree(lake / "statistics")
    DeltaTable.create(
        str(lake / "statistics"),
        schema,
        partition_by=partitions,
        configuration={delta.OWNER: str(LakeProgress.get().deployment)},
        raise_if_key_not_exists=False,
    )


def test_a_column_of_another_type(lake: Path) -> None:
    late_measurements()
    number = STATISTICS.schema.get_field_index("power_mean")
    schema = STATISTICS.schema.set(number, pa.field("power_mean", pa.string()))
    made_by_others(lake, schema, ["day"])
    assert "has a column power_mean of type string, not double" in failure()
    shutil.rmtree(lake / "statistics")
    require_healed()


@pytest.mark.parametrize(
    ("columns", "partitions", "what"),
    [
        (STATISTICS.schema.names, [], "is not partitioned by day"),
        (STATISTICS.schema.names, ["day", "turbine"], "is not partitioned by day"),
        ([name for name in STATISTICS.schema.names if name != "rules"], ["day"], "column rules"),
        (["day", "timestamp", *STATISTICS.version], ["day"], "lacks the column turbine"),
    ],
)
def test_a_table_that_others_made_otherwise(
    lake: Path, columns: list[str], partitions: list[str], what: str
) -> None:
    late_measurements()
    made_by_others(lake, pa.schema(STATISTICS.schema.field(name) for name in columns), partitions)
    for action in (["status"], ["sync"], ["audit", *PERIOD], ["vacuum"]):
        with pytest.raises(CommandError, match=f"statistics .*{what}.*: put it back as it was"):
            call_command("lake", *action, stdout=StringIO())
    shutil.rmtree(lake / "statistics")
    require_healed()


@pytest.mark.parametrize("is_link", [False, True])
def test_a_file_in_the_place_of_the_folder(lake: Path, is_link: bool) -> None:
    late_measurements()
    lake.rename(lake.with_name("away"))
    lake.symlink_to(lake.with_name("nowhere")) if is_link else lake.write_text("x")
    assert f"LAKE_URL names {lake}, which is no folder" in failure()
    with pytest.raises(CommandError, match="which is no folder"):
        call_command("lake", "status")
    lake.unlink()
    lake.with_name("away").rename(lake)
    require_healed()


def test_a_table_in_the_place_of_the_folder(lake: Path, settings: Any) -> None:
    settings.LAKE_URL = str(lake / "statistics")
    for action in ("status", "sync"):
        with pytest.raises(CommandError, match=f"is a table itself: .*, such as {lake}, in"):
            call_command("lake", action)


def test_a_foreign_writer_on_the_same_day(lake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    late_measurements()
    write = commits._replace_day
    left = [2]

    def beaten_to_it(table: Any, *arguments: Any) -> None:
        if left[0]:
            left[0] -= 1
            foreign = DeltaTable(table.table_uri)
            write_deltalake(foreign, foreign.to_pyarrow_table().slice(0, 1), mode="append")
        write(table, *arguments)

    monkeypatch.setattr(commits, "_replace_day", beaten_to_it)
    assert failure() == ""
    monkeypatch.undo()
    require_healed()


def test_a_lake_that_was_away_for_a_day(lake: Path) -> None:
    shutil.move(lake, lake.parent / "away")
    lake.write_text("not mounted")
    for _ in range(3):
        late_measurements()
        assert "is no folder" in failure()
    since = LakeProgress.get().failing_since
    lake.unlink()
    shutil.move(lake.parent / "away", lake)
    require_healed()
    assert since is not None


WRITER = """
import django
django.setup()
from aggregates.lake.syncing import days_behind
from datetime import date
print("ready", flush=True)
for day in days_behind(date(2025, 8, 31), date(2025, 9, 1)):
    day.write()
"""


def writing(lake: Path, prefix: str = "") -> subprocess.Popen[bytes]:
    """Return a program that writes what is behind, once it says that it is ready."""
    environment = {**os.environ, "TEST_PROCESS": "1", "LAKE_URL": str(lake)}
    environment["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    command = [sys.executable, "-c", prefix + WRITER]
    return subprocess.Popen(
        command, cwd=django_settings.BASE_DIR, env=environment, stdout=subprocess.PIPE
    )


def test_a_writer_on_a_machine_of_one_processor(lake: Path) -> None:
    late_measurements()
    writer = writing(lake, "import os; os.sched_setaffinity(0, {0})")
    try:
        assert writer.wait(timeout=60) == 0
    finally:
        writer.kill()
    require_healed()


def test_a_writer_that_is_killed_in_mid_commit_leaves_whole_days(lake: Path) -> None:
    for attempt in range(15):
        late_measurements()
        writer = writing(lake)
        assert writer.stdout
        assert writer.stdout.readline() == b"ready\n"
        time.sleep(0.01 * attempt)
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        of_days = rows(lake, "measurements").groupby(["day", "turbine"])["revision"]
        assert (of_days.nunique() == 1).all()
        assert len(of_days) == 4
    require_healed()


class Refusing(BaseHTTPRequestHandler):
    """A store that lets nobody in."""

    def answer(self) -> None:
        body = b"<Error><Code>ExpiredToken</Code><Message>The token has expired.</Message></Error>"
        self.send_response(403)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_PUT = do_HEAD = answer

    def log_message(self, *arguments: Any) -> None:
        """Say nothing."""


@pytest.fixture
def refusing_store(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What the AWS variables name: a store whose credentials are wrong, or no longer good."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Refusing)
    Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"):
        monkeypatch.setenv(name, "wrong")
    yield
    server.shutdown()


@pytest.mark.usefixtures("refusing_store")
def test_credentials_that_are_wrong_or_no_longer_good(lake: Path, settings: Any) -> None:
    late_measurements()
    settings.LAKE_URL = "s3://bucket/lake"
    error = failure()
    assert "s3://bucket/lake/measurements fails" in error
    assert "credentials" in error.lower() or "privileges" in error
    settings.LAKE_URL = str(lake)
    require_healed()
