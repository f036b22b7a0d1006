"""The schedule assesses what is outdated once a minute; how far it came is kept."""

from typing import Any

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

TASK = "assess what is outdated"


def every_minute(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Add the periodic task, unless somebody has one of that name."""
    if editor.connection.alias != "default":
        return
    schedules = apps.get_model("django_celery_beat", "IntervalSchedule").objects
    minute, _ = schedules.get_or_create(every=60, period="seconds")
    tasks: Any = apps.get_model("django_celery_beat", "PeriodicTask").objects
    tasks.get_or_create(
        name=TASK, defaults={"task": "aggregates.tasks.assess_pending", "interval": minute}
    )


class Migration(migrations.Migration):
    dependencies = [
        ("aggregates", "0022_assessments"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [
        migrations.CreateModel(
            name="AssessmentProgress",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("looked_back_to", models.DateField(null=True)),
                ("found_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "assessment_progress",
            },
        ),
        migrations.AlterField(
            model_name="alert",
            name="event",
            field=models.CharField(
                choices=[
                    ("failing", "Failing"),
                    ("recovered", "Recovered"),
                    ("damaged", "Damaged"),
                    ("locked", "Locked"),
                    ("silent", "Silent"),
                    ("back", "Back"),
                    ("incomplete", "Incomplete"),
                    ("finding", "Finding"),
                    ("test", "Test"),
                ],
                max_length=10,
            ),
        ),
        migrations.RunPython(every_minute, migrations.RunPython.noop),
    ]
