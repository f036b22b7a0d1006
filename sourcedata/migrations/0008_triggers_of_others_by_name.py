"""Trigger functions that name the trigger of somebody else at which they refuse to count.

They pass over one that is disabled.
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
