"""What the admin shows of a turbine, without a table."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("aggregates", "0010_log_line"),
    ]

    operations = [
        migrations.CreateModel(
            name="Performance",
            fields=[
                ("turbine", models.CharField(max_length=100, primary_key=True, serialize=False)),
            ],
            options={
                "verbose_name": "turbine performance",
                "verbose_name_plural": "turbine performance",
                "managed": False,
                "default_permissions": (),
            },
        ),
    ]
