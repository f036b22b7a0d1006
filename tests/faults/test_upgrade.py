"""Databases that an older version made, and an upgrade of them."""

import gzip
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path

import pandas as pd
from django.core.management import call_command
from django.db import connections

from aggregates import states
from aggregates.audit import auditing
from aggregates.models import Value
from common.days import now
from common.postgres.partitions import ensure_months, partitions
from sourcedata import upkeep
from sourcedata.models import SourceDay
from tests.faults.conftest import DAY, copied

# Both databases of the version before revisions were random: one turbine of two days, simulated.
DUMPS = Path(__file__).parent / "dumps"
DUMPED_DAYS = date(2025, 8, 30), date(2025, 8, 31)
OLD, NEW = "0004_sample_interval", "0005_counted_or_refused"


def migrate(name: str) -> None:
    call_command("migrate", "sourcedata", name, database="source", verbosity=0)


def test_an_upgrade_renews_all_triggers_and_revisions() -> None:
    with copied("source", template="template0"):
        migrate(OLD)
        ensure_months("source", "data", [DAY])
        measured_as_then()
        before = dict(SourceDay.objects.values_list("turbine__name", "revision"))
        migrate(NEW)
        with connections["source"].cursor() as cursor:
            names = [partition.name for partition in partitions(cursor, "data")]
            assert len(names) == 2
            assert upkeep.faults(cursor, names) == []
        after = dict(SourceDay.objects.values_list("turbine__name", "revision"))
    assert len({*before.values(), *after.values()}) == 4
    assert max(after.values()) <= 2**52


def measured_as_then() -> None:
    """Store a measurement of each of two turbines, whose table lacks what came later."""
    with connections["source"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO turbine (name, sample_interval_s) VALUES ('T1', 60), ('T2', 60)"
        )
        cursor.execute(
            "INSERT INTO data (turbine_id, timestamp, power) SELECT id, %s, 1 FROM turbine", [DAY]
        )


@contextmanager
def old_databases() -> Iterator[None]:
    """Work on databases as that version left them."""
    with ExitStack() as stack:
        for alias, name in (("source", "source"), ("default", "target")):
            stack.enter_context(copied(alias, template="template0"))
            with gzip.open(DUMPS / f"old_{name}.sql.gz", "rt") as dump:
                connections[alias].cursor().execute(dump.read())
            # A dump leaves its session without a search path.
            connections[alias].close()
        yield


def stored_values() -> pd.DataFrame:
    rows = Value.objects.values_list("signal__turbine", "signal__name", "timestamp", "value")
    table = pd.DataFrame(list(rows), columns=["turbine", "signal", "timestamp", "value"])
    return table.sort_values(["turbine", "signal", "timestamp"], ignore_index=True)


def states_of_all() -> list[str]:
    return [turbine_day.state for turbine_day in states.turbine_days(*DUMPED_DAYS, now())]


def test_after_an_upgrade_all_is_computed_once_and_comes_to_the_same() -> None:
    with old_databases():
        for alias in ("source", "default"):
            call_command("migrate", database=alias, verbosity=0)
        assert states_of_all() == ["stale", "stale"]
        before = stored_values()
        call_command("aggregate", "--pending")
        assert states_of_all() == ["current", "current"]
        pd.testing.assert_frame_equal(stored_values(), before, rtol=1e-12)
        audits = [auditing.audit_day(day) for day in DUMPED_DAYS]
    assert [len(audit.differences) for audit in audits] == [0, 0]
    assert len(before) == 10_080
