"""The schedule ticks every ten seconds, where nobody edited it."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

NAME = "aggregate what is pending"
EVERY_MINUTE = {
    "task": "aggregates.tasks.aggregate_pending",
    "expire_seconds": 60,
    "crontab__minute": "*",
    "crontab__hour": "*",
    "crontab__day_of_week": "*",
    "crontab__day_of_month": "*",
    "crontab__month_of_year": "*",
}


def tick_every_ten_seconds(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Ticks that nobody took need not expire: of those that piled up all but one return."""
    if schema_editor.connection.alias != "default":
        return
    schedules = apps.get_model("django_celery_beat", "IntervalSchedule").objects
    every_ten_seconds, _ = schedules.get_or_create(every=10, period="seconds")
    tasks = apps.get_model("django_celery_beat", "PeriodicTask").objects
    tasks.filter(name=NAME, **EVERY_MINUTE).update(
        crontab=None, interval=every_ten_seconds, expire_seconds=None
    )


class Migration(migrations.Migration):
    dependencies = [
        ("aggregates", "0020_silences"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [migrations.RunPython(tick_every_ten_seconds, migrations.RunPython.noop)]
