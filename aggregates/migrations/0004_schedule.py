"""The one periodic task: `aggregate_pending`, every minute. It may be edited in the admin."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

NAME = "aggregate what is pending"


def create_schedule(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.alias != "default":
        return
    # Every hour: the scheduler loads only crontabs whose hour is within two hours of now.
    every_minute, _ = apps.get_model("django_celery_beat", "CrontabSchedule").objects.get_or_create(
        minute="*", hour="*", day_of_week="*", day_of_month="*", month_of_year="*", timezone="UTC"
    )
    apps.get_model("django_celery_beat", "PeriodicTask").objects.get_or_create(
        name=NAME,
        defaults={
            "task": "aggregates.tasks.aggregate_pending",
            "crontab": every_minute,
            # A tick that nobody took within its minute is made up for by the next one.
            "expire_seconds": 60,
        },
    )


class Migration(migrations.Migration):
    dependencies = [
        ("aggregates", "0003_run_fingerprint_run_sent_at"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [migrations.RunPython(create_schedule, migrations.RunPython.noop)]
