"""How far back the schedule has gone over the days that are older than its look-back."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("aggregates", "0012_chunk"),
    ]

    operations = [
        migrations.AddField(
            model_name="tick",
            name="looked_back_to",
            field=models.DateField(null=True),
        ),
    ]
