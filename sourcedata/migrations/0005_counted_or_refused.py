"""Triggers that count every change or refuse it, on `data` and all its partitions.

Every turbine-day gets a new revision: those before were times of a clock, which may come twice.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from sourcedata.triggers import REVISION
from sourcedata.upkeep import mend

# How long each of those who write measurements is waited for.
LONGEST_WAIT = "30s"


def renew_triggers(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.alias != "source":
        return
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{LONGEST_WAIT}'")
        # No writer comes in between, and none waits for us while we wait for it.
        cursor.execute("LOCK TABLE turbine, source_day, data IN SHARE ROW EXCLUSIVE MODE")
        mend(cursor)
        cursor.execute(f"UPDATE source_day SET revision = {REVISION}")


class Migration(migrations.Migration):
    dependencies = [("sourcedata", "0004_sample_interval")]

    operations = [migrations.RunPython(renew_triggers, migrations.RunPython.noop)]
