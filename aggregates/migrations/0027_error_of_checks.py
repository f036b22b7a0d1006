"""People are told which checks of findings errored."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("aggregates", "0026_lake")]

    operations = [
        migrations.AddField(
            model_name="assessmentprogress",
            name="error",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
    ]
