"""Reference curves, assessed turbine-days, findings, and how good the samples of a day were."""

import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
from django.apps import apps as all_apps
from django.contrib.auth.management import create_permissions
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

SEEN = ["view_finding", "view_assessment", "view_curve", "view_recurrence", "view_turbinesite"]
DONE = ["change_finding", "add_recurrence", "change_recurrence", "delete_recurrence"]
DONE += ["add_curve", "change_curve", "delete_curve", "add_turbinesite", "change_turbinesite"]


def allow(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Let viewers see what was found, and operators say why and what a turbine is like."""
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


class Migration(migrations.Migration):
    dependencies = [
        ("aggregates", "0021_ticks_that_follow_windows"),
    ]

    operations = [
        migrations.CreateModel(
            name="Recurrence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("turbine", models.CharField(blank=True, max_length=100)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("silent", "silent"),
                            ("partial", "partial"),
                            ("rejected", "rejected"),
                            ("frozen", "frozen"),
                            ("stopped", "stopped"),
                            ("stopped_by_neighbours", "stopped by neighbours"),
                            ("icing", "icing"),
                            ("wind_against_neighbours", "wind against neighbours"),
                            ("derated", "derated"),
                            ("behind", "behind"),
                            ("direction_shifted", "direction shifted"),
                        ],
                        max_length=30,
                    ),
                ),
                ("start", models.TimeField(verbose_name="from (UTC)")),
                ("end", models.TimeField(verbose_name="to (UTC)")),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("planned_maintenance", "scheduled maintenance"),
                            ("corrective_action", "planned corrective action"),
                            ("forced_outage", "forced outage"),
                            ("suspended", "suspended work"),
                            ("requested_shutdown", "requested shutdown (noise, bats, shadow)"),
                            (
                                "out_of_electrical_specification",
                                "out of electrical specification (grid)",
                            ),
                            (
                                "out_of_environmental_specification",
                                "out of environmental specification (ice)",
                            ),
                            ("technical_standby", "technical standby"),
                            ("force_majeure", "force majeure"),
                            ("sensor", "a fault of the sensor, not of the turbine"),
                            ("no_fault", "nothing was wrong"),
                        ],
                        max_length=40,
                    ),
                ),
                ("note", models.TextField(blank=True, max_length=2000)),
                ("made_by", models.CharField(max_length=150)),
            ],
            options={
                "db_table": "recurrence",
                "ordering": ["turbine", "kind"],
            },
        ),
        migrations.CreateModel(
            name="TurbineSite",
            fields=[
                ("turbine", models.CharField(max_length=100, primary_key=True, serialize=False)),
                (
                    "cut_out_m_s",
                    models.FloatField(
                        default=25.0,
                        help_text="The wind speed at which it stops to protect itself.",
                        validators=[
                            django.core.validators.MinValueValidator(15),
                            django.core.validators.MaxValueValidator(40),
                        ],
                        verbose_name="cut-out wind (m/s)",
                    ),
                ),
                (
                    "elevation_m",
                    models.FloatField(
                        blank=True,
                        help_text="Above the sea; wind speeds are then normalised by density.",
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(-500),
                            django.core.validators.MaxValueValidator(6000),
                        ],
                        verbose_name="elevation (m)",
                    ),
                ),
            ],
            options={
                "verbose_name": "turbine for its assessment",
                "verbose_name_plural": "turbines for their assessment",
                "db_table": "turbine_site",
                "ordering": ["turbine"],
            },
        ),
        migrations.AddField(
            model_name="aggregatedday",
            name="missing_samples",
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name="aggregatedday",
            name="rejected_samples",
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name="aggregatedday",
            name="samples",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.CreateModel(
            name="Curve",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("turbine", models.CharField(max_length=100)),
                ("first", models.DateField(verbose_name="valid from")),
                ("last", models.DateField(blank=True, null=True, verbose_name="valid to")),
                ("points", models.JSONField()),
                ("is_given", models.BooleanField(default=False, verbose_name="given by a person")),
                ("given_by", models.CharField(blank=True, max_length=150, verbose_name="given by")),
                (
                    "fitted_from",
                    models.DateField(null=True, verbose_name="fitted to the days from"),
                ),
                ("fitted_to", models.DateField(null=True, verbose_name="to")),
                ("fitted_days", models.PositiveSmallIntegerField(default=0, verbose_name="days")),
                ("version", models.CharField(max_length=16)),
                (
                    "made_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="made at"
                    ),
                ),
            ],
            options={
                "verbose_name": "reference curve",
                "db_table": "reference_curve",
                "ordering": ["turbine", "-first"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("turbine", "first", "is_given"), name="reference_curve_is_unique"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("last", None), ("last__gte", models.F("first")), _connector="OR"
                        ),
                        name="reference_curve_ends_after_it_began",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Finding",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("turbine", models.CharField(blank=True, max_length=100)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("silent", "silent"),
                            ("partial", "partial"),
                            ("rejected", "rejected"),
                            ("frozen", "frozen"),
                            ("stopped", "stopped"),
                            ("stopped_by_neighbours", "stopped by neighbours"),
                            ("icing", "icing"),
                            ("wind_against_neighbours", "wind against neighbours"),
                            ("derated", "derated"),
                            ("behind", "behind"),
                            ("direction_shifted", "direction shifted"),
                        ],
                        max_length=30,
                    ),
                ),
                ("variable", models.CharField(blank=True, max_length=50)),
                ("start", models.DateTimeField()),
                ("end", models.DateTimeField()),
                ("is_open", models.BooleanField(verbose_name="going on")),
                ("sentence", models.TextField(verbose_name="what was seen")),
                ("lost_kwh", models.FloatField(null=True, verbose_name="lost (kWh)")),
                (
                    "seen_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        verbose_name="first seen at",
                    ),
                ),
                ("told_at", models.DateTimeField(null=True)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("planned_maintenance", "scheduled maintenance"),
                            ("corrective_action", "planned corrective action"),
                            ("forced_outage", "forced outage"),
                            ("suspended", "suspended work"),
                            ("requested_shutdown", "requested shutdown (noise, bats, shadow)"),
                            (
                                "out_of_electrical_specification",
                                "out of electrical specification (grid)",
                            ),
                            (
                                "out_of_environmental_specification",
                                "out of environmental specification (ice)",
                            ),
                            ("technical_standby", "technical standby"),
                            ("force_majeure", "force majeure"),
                            ("sensor", "a fault of the sensor, not of the turbine"),
                            ("no_fault", "nothing was wrong"),
                        ],
                        max_length=40,
                    ),
                ),
                ("note", models.TextField(blank=True, max_length=2000)),
                ("acknowledged_by", models.CharField(blank=True, max_length=150)),
                ("acknowledged_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "finding",
                "ordering": ["-start", "-id"],
                "indexes": [models.Index(fields=["end"], name="finding_end")],
            },
        ),
        migrations.CreateModel(
            name="Assessment",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "turbine",
                        "day",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("turbine", models.CharField(max_length=100)),
                ("day", models.DateField()),
                ("version", models.CharField(max_length=16)),
                ("conditions", models.CharField(max_length=144)),
                ("energy_kwh", models.FloatField(null=True)),
                ("expected_kwh", models.FloatField(null=True)),
                ("producing_kwh", models.FloatField()),
                ("producing_expected_kwh", models.FloatField()),
                ("lost_stopped_kwh", models.FloatField()),
                ("lost_stopped_by_neighbours_kwh", models.FloatField()),
                ("lost_derated_kwh", models.FloatField()),
                ("windows_at_rest", models.PositiveSmallIntegerField()),
                ("windows_seen_by_neighbours", models.PositiveSmallIntegerField()),
                ("windows_to_run", models.PositiveSmallIntegerField()),
                ("wind_speed", models.FloatField(null=True)),
                (
                    "assessed_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "curve",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="aggregates.curve",
                    ),
                ),
            ],
            options={
                "db_table": "assessment",
                "indexes": [models.Index(fields=["day"], name="assessment_day")],
            },
        ),
        migrations.RunPython(allow, migrations.RunPython.noop),
    ]
