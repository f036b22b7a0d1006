"""Triggers that refuse what moves rows to and fro within a statement, and renaming by others.

They name the trigger of somebody else at which they refuse to count, and pass over one that is off.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from sourcedata import verification


def renew_functions(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.alias == "source":
        verification.mend_triggers()


class Migration(migrations.Migration):
    dependencies = [("sourcedata", "0007_moves_that_are_seen")]

    operations = [migrations.RunPython(renew_functions, migrations.RunPython.noop)]
