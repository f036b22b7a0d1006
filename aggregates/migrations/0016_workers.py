"""Workers tell that they are there, and which version of the code they run."""

from django.db import migrations, models
from django.db.models.functions import Now


class Migration(migrations.Migration):
    dependencies = [("aggregates", "0015_source_progress")]

    operations = [
        migrations.CreateModel(
            name="Code",
            fields=[
                ("version", models.CharField(max_length=12, primary_key=True, serialize=False)),
                (
                    "first_seen_at",
                    models.DateTimeField(db_default=Now()),
                ),
            ],
            options={
                "db_table": "code",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Worker",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("host", models.CharField(max_length=200)),
                ("process", models.PositiveIntegerField()),
                (
                    "started_at",
                    models.DateTimeField(db_default=Now()),
                ),
                (
                    "seen_at",
                    models.DateTimeField(db_default=Now()),
                ),
                ("busy_with", models.TextField(blank=True)),
                (
                    "code",
                    models.ForeignKey(on_delete=models.CASCADE, to="aggregates.code"),
                ),
            ],
            options={
                "db_table": "worker",
                "ordering": ["host", "process"],
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("host", "process"), name="worker_process")
                ],
            },
        ),
    ]
