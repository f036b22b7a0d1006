"""No sample interval but those that statistics can be told the coverage of."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sourcedata", "0003_turbine_units")]

    operations = [
        migrations.AddConstraint(
            "turbine",
            models.CheckConstraint(
                condition=models.Q(("sample_interval_s__range", (1, 600))),
                name="turbine_sample_interval_is_1_to_600_s",
            ),
        ),
    ]
