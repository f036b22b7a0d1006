from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sourcedata", "0014_companions")]

    operations = [
        migrations.AlterField(
            model_name="turbine",
            name="rated_power_kw",
            field=models.FloatField(
                blank=True,
                null=True,
                validators=[MinValueValidator(1), MaxValueValidator(1e9)],
                verbose_name="rated power (kW)",
            ),
        )
    ]
