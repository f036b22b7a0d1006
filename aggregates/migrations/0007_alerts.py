"""Alerts, the record of the last tick, and the nightly audit, which may be edited in the admin."""

import django.contrib.postgres.fields
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models.functions import Now

NAME = "audit in turn"
ID = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")
EVENTS = [("failing", "Failing"), ("recovered", "Recovered"), ("damaged", "Damaged")]


def create_schedule(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.alias != "default":
        return
    # A night that is missed is no loss: the next one begins where the last one ended.
    nightly, _ = apps.get_model("django_celery_beat", "CrontabSchedule").objects.get_or_create(
        minute="17", hour="2", day_of_week="*", day_of_month="*", month_of_year="*", timezone="UTC"
    )
    apps.get_model("django_celery_beat", "PeriodicTask").objects.get_or_create(
        name=NAME, defaults={"task": "aggregates.tasks.audit_in_turn", "crontab": nightly}
    )


class Migration(migrations.Migration):
    dependencies = [
        ("aggregates", "0006_audit"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [
        migrations.CreateModel(
            name="Tick",
            fields=[
                ("id", ID),
                ("ticked_at", models.DateTimeField()),
                ("failing_since", models.DateTimeField(null=True)),
                ("error", models.TextField(blank=True)),
            ],
            options={"db_table": "tick"},
        ),
        migrations.CreateModel(
            name="Alert",
            fields=[
                ("id", ID),
                ("day", models.DateField(null=True)),
                ("event", models.CharField(choices=EVENTS, max_length=10)),
                ("message", models.TextField()),
                ("raised_at", models.DateTimeField(db_default=Now())),
                (
                    "waiting",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), default=list
                    ),
                ),
                ("error", models.TextField(blank=True)),
            ],
            options={
                "db_table": "alert",
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["day", "-id"], name="alert_day")],
            },
        ),
        migrations.RunPython(create_schedule, migrations.RunPython.noop),
    ]
