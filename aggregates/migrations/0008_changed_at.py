"""When a turbine-day's values last changed, and how many windows have any."""

from django.db import migrations, models

# The values of one window of a turbine are counted once: by any of their counts.
COUNT_WINDOWS = """
    UPDATE aggregated_day SET windows = found.windows, changed_at = aggregated_at
    FROM (
        SELECT known.turbine, known.day, count(DISTINCT data.timestamp) AS windows
        FROM aggregated_day AS known
        LEFT JOIN signal ON signal.turbine = known.turbine AND signal.statistic = 'count'
        LEFT JOIN data ON data.signal_id = signal.id
            AND data.timestamp >= known.day::timestamp AT TIME ZONE 'UTC'
            AND data.timestamp < (known.day + 1)::timestamp AT TIME ZONE 'UTC'
        GROUP BY known.turbine, known.day
    ) AS found
    WHERE (aggregated_day.turbine, aggregated_day.day) = (found.turbine, found.day)
"""


class Migration(migrations.Migration):
    dependencies = [("aggregates", "0007_alerts")]

    operations = [
        migrations.AddField("aggregatedday", "changed_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "aggregatedday", "windows", models.PositiveSmallIntegerField(null=True)
        ),
        migrations.RunSQL(COUNT_WINDOWS, migrations.RunSQL.noop),
        # What has changed rows cannot change their table in the same transaction.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.AlterField("aggregatedday", "changed_at", models.DateTimeField()),
        migrations.AlterField("aggregatedday", "windows", models.PositiveSmallIntegerField()),
        migrations.AddIndex(
            "aggregatedday",
            models.Index(fields=["changed_at"], name="aggregated_day_changed_at"),
        ),
    ]
