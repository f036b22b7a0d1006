"""A turbine knows in which columns its source tells of the readings within each sample."""

from django.db import migrations, models
from django.db.models import Value

import sourcedata.limits


class Migration(migrations.Migration):
    dependencies = [("sourcedata", "0013_refusals_in_other_words")]

    operations = [
        migrations.AddField(
            model_name="turbine",
            name="companions",
            field=models.JSONField(
                blank=True,
                db_default=Value([], models.JSONField()),
                default=list,
                help_text="The columns in which its source tells of the readings within each"
                ' sample, as ["wind_speed_std"]; an import adds those that it brings.',
                validators=[sourcedata.limits.validate_companions],
            ),
        ),
    ]
