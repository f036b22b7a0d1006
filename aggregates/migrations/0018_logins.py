"""When tokens were used last, and that accounts are locked."""

from django.db import migrations, models

EVENTS = ["failing", "recovered", "damaged", "locked"]


class Migration(migrations.Migration):
    dependencies = [("aggregates", "0017_nameplate"), ("knox", "0009_extend_authtoken_field")]

    operations = [
        migrations.CreateModel(
            name="TokenUse",
            fields=[
                (
                    "token",
                    models.OneToOneField(
                        on_delete=models.CASCADE,
                        primary_key=True,
                        related_name="use",
                        serialize=False,
                        to="knox.authtoken",
                    ),
                ),
                ("used_at", models.DateTimeField()),
            ],
            options={"db_table": "token_use", "default_permissions": ()},
        ),
        migrations.AlterField(
            model_name="alert",
            name="event",
            field=models.CharField(
                choices=[(event, event.capitalize()) for event in EVENTS], max_length=10
            ),
        ),
    ]
