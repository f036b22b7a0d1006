"""When the audit last looked at a turbine-day; and no value but finite ones."""

import math

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("aggregates", "0005_run_permission_day")]

    operations = [
        migrations.AddField(
            model_name="aggregatedday",
            name="audited_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddConstraint(
            model_name="value",
            constraint=models.CheckConstraint(
                condition=Q(("value__gt", -math.inf), ("value__lt", math.inf)),
                name="data_value_is_finite",
            ),
        ),
    ]
