"""Signals, their values, and the version of the measurements that each turbine-day is of."""

import math
from datetime import UTC, datetime

from django.db import models
from django.db.models import F, Func, Q
from django.db.models import Value as Constant
from django.db.models.functions import Concat

from aggregates.compute.statistic_names import COUNT
from aggregates.compute.windows import WINDOW
from sourcedata.variables import UNITS


class Signal(models.Model):
    """One statistic of one variable of one turbine; `name` reads `wind_speed_mean`."""

    # The turbine is named, for no relation crosses the two databases.
    turbine = models.CharField(max_length=100)
    variable = models.CharField(max_length=50)
    statistic = models.CharField(max_length=10)
    name = models.GeneratedField(
        expression=Concat("variable", Constant("_"), "statistic"),
        output_field=models.CharField(max_length=61),
        db_persist=True,
    )

    class Meta:
        db_table = "signal"
        ordering = ["turbine", "variable", "statistic"]
        constraints = [
            models.UniqueConstraint(
                fields=["turbine", "variable", "statistic"], name="signal_is_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.turbine} {self.name}"

    @property
    def unit(self) -> str:
        """The unit of its values."""
        return "samples" if self.statistic == COUNT else UNITS.get(self.variable, "")


class Value(models.Model):
    """A signal's value in one window; `timestamp` is the window's start."""

    pk = models.CompositePrimaryKey("signal", "timestamp")
    # A constraint here makes COPY three times slower; a statement trigger checks the ids instead.
    signal = models.ForeignKey(
        Signal, models.PROTECT, db_constraint=False, db_index=False, related_name="values"
    )
    timestamp = models.DateTimeField()
    value = models.FloatField()

    class Meta:
        db_table = "data"
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    timestamp=Func(
                        Constant(WINDOW),
                        F("timestamp"),
                        Constant(datetime(2000, 1, 1, tzinfo=UTC)),
                        function="date_bin",
                    )
                ),
                name="data_timestamp_starts_a_window",
            ),
            # NaN and the infinities are no statistics, and NaN equals nothing it is compared with.
            models.CheckConstraint(
                condition=Q(value__gt=-math.inf, value__lt=math.inf), name="data_value_is_finite"
            ),
        ]


class Rules(models.Model):
    """The rules that statistics are of: `of_variables` has a short hash for each, by its name."""

    rules = models.CharField(max_length=12, primary_key=True)
    of_variables = models.JSONField()

    class Meta:
        db_table = "rules"
        default_permissions = ()


class AggregatedDay(models.Model):
    """The version of the measurements that a turbine-day's statistics were computed from."""

    pk = models.CompositePrimaryKey("turbine", "day")
    turbine = models.CharField(max_length=100)
    day = models.DateField()
    revision = models.BigIntegerField()
    rules = models.CharField(max_length=12)
    run = models.ForeignKey("Run", models.PROTECT, related_name="aggregated_days")
    aggregated_at = models.DateTimeField()
    # A value of it last came, changed or went at this time.
    changed_at = models.DateTimeField()
    # The windows that have values, and those that had values at most since a loss was confirmed.
    windows = models.PositiveSmallIntegerField()
    most_windows = models.PositiveSmallIntegerField(db_default=0)
    # The turbine was so at that time; with it the values can be judged without the source. Days of
    # before this was kept have no interval, and say nothing of the rated power.
    sample_interval_s = models.PositiveSmallIntegerField(null=True)
    rated_power_kw = models.FloatField(null=True)
    # The samples that came, of which so many had no value, by variable, or one that cannot be, by
    # variable and number of the window. Days of before this was kept say nothing of it.
    samples = models.PositiveIntegerField(null=True)
    missing_samples = models.JSONField(null=True)
    rejected_samples = models.JSONField(null=True)
    # By companion that the turbine had, the windows whose statistic is of the means alone.
    companions = models.JSONField(null=True)
    # The audit last looked at it at this time; None for never.
    audited_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "aggregated_day"
        indexes = [
            models.Index(fields=["day"], name="aggregated_day_day"),
            models.Index(fields=["changed_at"], name="aggregated_day_changed_at"),
        ]


class SourceProgress(models.Model):
    """The number of transactions that the source had begun when it was last asked: one row."""

    transactions = models.BigIntegerField(default=0)

    class Meta:
        db_table = "source_progress"


class Performance(models.Model):
    """What a turbine does, which the admin shows; it has no table, all of it is computed."""

    turbine = models.CharField(max_length=100, primary_key=True)

    class Meta:
        managed = False
        # A visitor who may see the signals may see this too, so it has no permissions of its own.
        default_permissions = ()
        verbose_name = verbose_name_plural = "turbine performance"


class Day(models.Model):
    """A UTC day of the farm, which the admin lists; it has no table, its state is computed."""

    day = models.DateField(primary_key=True)

    class Meta:
        managed = False
        default_permissions = ("view",)
