"""Trigger functions that refuse moves which they would not see.

They ask whether the table that changes belongs to `data`, whatever schema it is in.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from sourcedata import verification


def renew_functions(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.alias == "source":
        verification.mend_triggers()


class Migration(migrations.Migration):
    dependencies = [("sourcedata", "0006_schema_in_functions")]

    operations = [migrations.RunPython(renew_functions, migrations.RunPython.noop)]
