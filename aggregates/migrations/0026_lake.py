"""The schedule keeps the lake in step once a minute; how far it came is kept, and whose it is."""

from typing import Any
from uuid import uuid4

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

TASK = "keep the lake in step"


def every_minute(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Add the periodic task, unless somebody has one of that name."""
    if editor.connection.alias != "default":
        return
    schedules = apps.get_model("django_celery_beat", "IntervalSchedule").objects
    minute, _ = schedules.get_or_create(every=60, period="seconds")
    tasks: Any = apps.get_model("django_celery_beat", "PeriodicTask").objects
    tasks.get_or_create(
        name=TASK, defaults={"task": "aggregates.tasks.sync_lake", "interval": minute}
    )


class Migration(migrations.Migration):
    dependencies = [
        ("aggregates", "0025_rules_of_variables"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [
        migrations.CreateModel(
            name="LakeProgress",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("deployment", models.UUIDField(default=uuid4)),
                ("synced_until", models.DateTimeField(null=True)),
                ("looked_at", models.DateTimeField(null=True)),
                ("looked_back_to", models.DateField(null=True)),
                ("vacuumed_at", models.DateTimeField(null=True)),
                ("tried_at", models.DateTimeField(null=True)),
                ("failing_since", models.DateTimeField(null=True)),
                ("error", models.TextField(blank=True)),
            ],
            options={"db_table": "lake_progress", "default_permissions": ()},
        ),
        migrations.CreateModel(
            name="LetGoMonth",
            fields=[
                ("first", models.DateField(primary_key=True, serialize=False)),
                ("lake_address", models.TextField()),
            ],
            options={"db_table": "let_go_month", "ordering": ["first"], "default_permissions": ()},
        ),
        migrations.AddIndex(
            model_name="assessment",
            index=models.Index(fields=["assessed_at"], name="assessment_assessed_at"),
        ),
        migrations.RunPython(every_minute, migrations.RunPython.noop),
    ]
