"""How far the transactions of the source had come."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("aggregates", "0014_most_windows")]

    operations = [
        migrations.CreateModel(
            name="SourceProgress",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("transactions", models.BigIntegerField(default=0)),
            ],
            options={"db_table": "source_progress"},
        ),
    ]
