"""What the source said last is kept, for pages and monitoring while it does not answer."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("aggregates", "0018_logins")]

    operations = [
        migrations.CreateModel(
            name="KeptAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("first", models.DateField()),
                ("last", models.DateField()),
                ("read_at", models.DateTimeField()),
                ("turbine_days", models.JSONField()),
            ],
            options={
                "db_table": "kept_answer",
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("first", "last"), name="kept_answer_days")
                ],
            },
        ),
    ]
