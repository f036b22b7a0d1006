"""A turbine-day keeps what its turbine was, so that its values can be judged without the source."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("aggregates", "0016_workers")]

    operations = [
        migrations.AddField(
            model_name="aggregatedday",
            name="sample_interval_s",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="aggregatedday",
            name="rated_power_kw",
            field=models.FloatField(null=True),
        ),
    ]
