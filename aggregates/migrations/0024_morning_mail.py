"""People are told each morning what the farm did."""

from django.db import migrations, models

EVENTS = ["failing", "recovered", "damaged", "locked", "silent", "back", "incomplete", "morning"]
EVENTS += ["finding", "test"]


class Migration(migrations.Migration):
    dependencies = [
        ("aggregates", "0023_assessment_schedule"),
    ]

    operations = [
        migrations.AddField(
            model_name="alert",
            name="html",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.AddField(
            model_name="tick",
            name="reported_until",
            field=models.DateField(null=True),
        ),
        migrations.AlterField(
            model_name="alert",
            name="event",
            field=models.CharField(
                choices=[(event, event.capitalize()) for event in EVENTS], max_length=10
            ),
        ),
    ]
