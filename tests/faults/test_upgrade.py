"""A source that an older version made, and an upgrade of it."""

from django.core.management import call_command
from django.db import connections

from common.postgres.partitions import ensure_months, partitions
from sourcedata import upkeep
from sourcedata.models import SourceDay
from tests.faults.conftest import DAY, copied, measured

OLD, NEW = "0004_sample_interval", "0005_counted_or_refused"


def migrate(name: str) -> None:
    call_command("migrate", "sourcedata", name, database="source", verbosity=0)


def test_an_upgrade_renews_all_triggers_and_revisions() -> None:
    with copied("source", template="template0"):
        migrate(OLD)
        ensure_months("source", "data", [DAY])
        measured()
        before = dict(SourceDay.objects.values_list("turbine__name", "revision"))
        migrate(NEW)
        with connections["source"].cursor() as cursor:
            names = [partition.name for partition in partitions(cursor, "data")]
            assert len(names) == 2
            assert upkeep.faults(cursor, names) == []
        after = dict(SourceDay.objects.values_list("turbine__name", "revision"))
    assert len({*before.values(), *after.values()}) == 4
    assert max(after.values()) <= 2**52
