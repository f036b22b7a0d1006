"""Silences of turbines and of the farm; with what the source said last, its roster is kept."""

import django.core.serializers.json
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def forget_kept_answers(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Delete what has no roster: the next answer is kept with one."""
    answers = apps.get_model("aggregates", "KeptAnswer").objects
    answers.using(editor.connection.alias).all().delete()


class Migration(migrations.Migration):
    dependencies = [("aggregates", "0019_kept_answer")]

    operations = [
        migrations.RunPython(forget_kept_answers, migrations.RunPython.noop),
        migrations.RemoveField(model_name="keptanswer", name="turbine_days"),
        migrations.AddField(
            model_name="keptanswer",
            name="answer",
            field=models.JSONField(
                default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder
            ),
            preserve_default=False,
        ),
        migrations.CreateModel(
            name="Silence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("turbine", models.CharField(blank=True, max_length=100)),
                ("since", models.DateTimeField()),
                ("told_at", models.DateTimeField(null=True)),
                ("sent_again_at", models.DateTimeField(null=True, verbose_name="sent again at")),
                (
                    "ended_by",
                    models.CharField(
                        blank=True, max_length=150, verbose_name="declared as ended by"
                    ),
                ),
                ("acknowledged_by", models.CharField(blank=True, max_length=150)),
                (
                    "acknowledged_until",
                    models.DateTimeField(
                        blank=True,
                        help_text="Until then nobody is told of it. UTC.",
                        null=True,
                        verbose_name="known until",
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True, help_text="Such as: maintenance until Friday.", max_length=200
                    ),
                ),
            ],
            options={
                "db_table": "silence",
                "ordering": ["-id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_by", ""), ("sent_again_at", None)),
                        fields=("turbine",),
                        name="silence_one_open_per_turbine",
                    )
                ],
            },
        ),
    ]
