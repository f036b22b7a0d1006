"""Findings have times that Python can hold: one row with another kept all from being read."""

from datetime import UTC, datetime

from django.db import migrations, models

COLUMNS = ("start", "end", "seen_at", "told_at", "withdrawn_at", "acknowledged_at")
BOUNDS = datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
OUTSIDE = " OR ".join(
    f"\"{column}\" NOT BETWEEN '{BOUNDS[0]}' AND '{BOUNDS[1]}'" for column in COLUMNS
)


def is_between(column: str) -> models.Q:
    return models.Q((f"{column}__gte", BOUNDS[0]), (f"{column}__lte", BOUNDS[1]))


class Migration(migrations.Migration):
    dependencies = [("aggregates", "0027_error_of_checks")]

    operations = [
        # No program of ours made these, and none could read them.
        migrations.RunSQL(f"DELETE FROM finding WHERE {OUTSIDE}", migrations.RunSQL.noop),
        *(
            migrations.AddConstraint(
                model_name="finding",
                constraint=models.CheckConstraint(
                    condition=is_between(column), name=f"finding_{column}_from_1970_to_2099"
                ),
            )
            for column in COLUMNS
        ),
    ]
