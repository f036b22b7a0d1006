"""The months that were let go are remembered, and where the lake has them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sourcedata", "0016_companions_emptied"),
    ]

    operations = [
        migrations.CreateModel(
            name="DroppedMonth",
            fields=[
                ("first", models.DateField(primary_key=True, serialize=False)),
                ("lake_address", models.TextField(blank=True)),
            ],
            options={"db_table": "dropped_month", "ordering": ["first"], "default_permissions": ()},
        ),
    ]
