"""A turbine that has measurements gets no other id and is not deleted: none takes its place."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from sourcedata import verification


def make_triggers(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.alias == "source":
        verification.mend_triggers()


class Migration(migrations.Migration):
    dependencies = [("sourcedata", "0010_merge_that_also_inserts")]

    operations = [migrations.RunPython(make_triggers, migrations.RunPython.noop)]
