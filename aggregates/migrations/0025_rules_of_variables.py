"""The rules of statistics are known by variable; what was computed before stays current."""

from collections.abc import Sequence
from hashlib import blake2s
from math import inf

from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

# The variables and rules of that time: name, angle, signed angle, and the valid range.
VARIABLES: Sequence[tuple[str, bool, bool, tuple[float, float]]] = (
    ("wind_speed", False, False, (0, 50)),
    ("wind_direction", True, False, (-360, 720)),
    ("power", False, False, (-0.1, 2)),
    ("ambient_temperature", False, False, (-50, 60)),
    ("rotor_speed", False, False, (0, 100)),
    ("pitch_angle", False, True, (-360, 720)),
    ("nacelle_direction", True, False, (-360, 720)),
)
STATISTICS = ("mean", "min", "max", "std", "count")
ALGORITHM = 2


def note_rules_of_variables(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Note what the rules of each variable were, where a turbine-day is of those of that time."""
    if schema_editor.connection.alias != "default":
        return
    days = apps.get_model("aggregates", "AggregatedDay").objects
    rules = apps.get_model("aggregates", "Rules").objects
    pairs = days.order_by().values_list("rules", "rated_power_kw").distinct()
    rules.bulk_create(
        [
            rules.model(rules=stored, of_variables=_of_variables(power_kw))
            for stored, power_kw in pairs
            if stored == _rules_of_that_time(power_kw)
        ],
        ignore_conflicts=True,
    )


def _range(name: str, valid: tuple[float, float], power_kw: float | None) -> tuple[float, float]:
    if name != "power":
        return valid
    return (-inf, inf) if power_kw is None else (valid[0] * power_kw, valid[1] * power_kw)


def _rules_of_that_time(power_kw: float | None) -> str:
    ranges = [
        (name, is_angle, is_signed, _range(name, valid, power_kw))
        for name, is_angle, is_signed, valid in VARIABLES
    ]
    return _hash((ALGORITHM, ranges))


def _of_variables(power_kw: float | None) -> dict[str, str]:
    return {
        name: _hash(
            (
                ALGORITHM,
                name,
                is_angle,
                is_signed,
                tuple(map(float, _range(name, valid, power_kw))),
                STATISTICS,
                (),
            )
        )
        for name, is_angle, is_signed, valid in VARIABLES
    }


def _hash(determinants: object) -> str:
    return blake2s(repr(determinants).encode(), digest_size=6).hexdigest()


class Migration(migrations.Migration):
    dependencies = [("aggregates", "0024_morning_mail")]

    operations = [
        migrations.CreateModel(
            name="Rules",
            fields=[
                ("rules", models.CharField(max_length=12, primary_key=True, serialize=False)),
                ("of_variables", models.JSONField()),
            ],
            options={"db_table": "rules", "default_permissions": ()},
        ),
        migrations.AddField(
            model_name="aggregatedday", name="companions", field=models.JSONField(null=True)
        ),
        migrations.AddField(
            model_name="run",
            name="variables",
            field=ArrayField(models.CharField(max_length=50), blank=True, default=list, size=None),
        ),
        migrations.RunPython(note_rules_of_variables, migrations.RunPython.noop),
    ]
