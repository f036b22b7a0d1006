"""How many windows had values at most, so that a loss by small steps is one too."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def take_those_of_today(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    days = apps.get_model("aggregates", "AggregatedDay").objects
    days.using(schema_editor.connection.alias).update(most_windows=models.F("windows"))


class Migration(migrations.Migration):
    dependencies = [("aggregates", "0013_older_days")]

    operations = [
        migrations.AddField(
            model_name="aggregatedday",
            name="most_windows",
            field=models.PositiveSmallIntegerField(db_default=0),
        ),
        migrations.RunPython(take_those_of_today, migrations.RunPython.noop),
    ]
