"""A trigger of somebody that keeps measurements which are to move is named."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from sourcedata import verification


def renew_functions(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.alias == "source":
        verification.mend_triggers()


class Migration(migrations.Migration):
    dependencies = [("sourcedata", "0017_dropped_months")]

    operations = [migrations.RunPython(renew_functions, migrations.RunPython.noop)]
