"""What a run says of itself while it works: how far it is, and its log."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("aggregates", "0009_groups"),
    ]

    operations = [
        migrations.AddField(
            model_name="run",
            name="turbine_days",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="run",
            name="turbine_days_due",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name="aggregatedday",
            name="aggregated_at",
            field=models.DateTimeField(),
        ),
        migrations.CreateModel(
            name="LogLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "time",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("level", models.CharField(max_length=10)),
                ("message", models.TextField()),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="log_lines",
                        to="aggregates.run",
                    ),
                ),
            ],
            options={
                "db_table": "log_line",
                "ordering": ["id"],
                "default_permissions": (),
            },
        ),
    ]
