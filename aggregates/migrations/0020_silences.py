"""Silences of turbines and of the farm, what people know of, and alerts about them.

With what the source said last, its roster is kept.
"""

import django.core.serializers.json
from django.apps import apps as all_apps
from django.contrib.auth.management import create_permissions
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import F, Q
from django.db.models.functions import Now

SEEN = ["view_silence", "view_acknowledgement"]
DONE = ["change_silence", "add_acknowledgement", "change_acknowledgement"]


def forget_kept_answers(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Delete what has no roster: the next answer is kept with one."""
    answers = apps.get_model("aggregates", "KeptAnswer").objects
    answers.using(editor.connection.alias).all().delete()


def allow(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Let viewers see what is silent and known, and operators say what is."""
    alias = editor.connection.alias
    # Django makes permissions after the last migration; here they are needed now.
    create_permissions(all_apps.get_app_config("aggregates"), verbosity=0, using=alias)
    permissions = apps.get_model("auth", "Permission").objects.using(alias)
    groups = apps.get_model("auth", "Group").objects.using(alias)
    for name, allowed in {"viewer": SEEN, "operator": SEEN + DONE}.items():
        # Somebody may have deleted the group.
        for group in groups.filter(name=name):
            ours = permissions.filter(content_type__app_label="aggregates", codename__in=allowed)
            group.permissions.add(*ours)


EVENTS = ["failing", "recovered", "damaged", "locked", "silent", "back", "incomplete", "test"]


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
            ],
            options={
                "db_table": "silence",
                "ordering": ["-id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=Q(("sent_again_at", None)),
                        fields=("turbine",),
                        name="silence_one_going_on_per_turbine",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Acknowledgement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "turbine",
                    models.CharField(
                        blank=True, help_text="Its name; empty for the whole farm.", max_length=100
                    ),
                ),
                ("first", models.DateField(verbose_name="first day")),
                (
                    "last",
                    models.DateField(
                        help_text="Of these days nobody is told; after them all is as before.",
                        verbose_name="last day",
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        help_text="Such as: maintenance until Friday.", max_length=200
                    ),
                ),
                ("made_by", models.CharField(max_length=150, verbose_name="by")),
                ("made_at", models.DateTimeField(db_default=Now(), verbose_name="at")),
            ],
            options={
                "db_table": "acknowledgement",
                "ordering": ["-last", "-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(("last__gte", F("first"))),
                        name="acknowledgement_ends_after_it_began",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="alert",
            name="turbine",
            field=models.CharField(blank=True, max_length=100),
        ),
        migrations.AlterField(
            model_name="alert",
            name="event",
            field=models.CharField(
                choices=[(event, event.capitalize()) for event in EVENTS], max_length=10
            ),
        ),
        migrations.AddField(
            model_name="tick", name="told_until", field=models.DateField(null=True)
        ),
        migrations.AddField(
            model_name="tick", name="looked_at", field=models.DateTimeField(null=True)
        ),
        migrations.AddField(
            model_name="tick", name="begun_at", field=models.DateTimeField(null=True)
        ),
        migrations.AddField(
            model_name="worker",
            name="slots",
            field=models.PositiveIntegerField(default=1),
            preserve_default=False,
        ),
        migrations.RunPython(allow, migrations.RunPython.noop),
    ]
