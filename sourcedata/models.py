"""The source database: turbines, their measurements, and the revision of every turbine-day."""

import math

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Now, TruncDate

from sourcedata.limits import (
    ALLOWED_INTERVALS,
    ALLOWED_POWERS,
    END_OF_TIME,
    FIRST_TIME,
    LONGEST_NAME,
    SAMPLE_INTERVALS_S,
    validate_companions,
    validate_turbine_name,
)


class TurbineQuerySet(models.QuerySet["Turbine"]):
    """Turbines, and what is kept of them."""

    def with_history(self) -> "TurbineQuerySet":
        """Add `first_day`, `last_day` (None without measurements), `days_measured`, `samples`."""
        # Whoever dropped the check of the times may have stored some that Python has no day for.
        measured = models.Q(days__samples__gt=0, days__day__range=(FIRST_TIME, END_OF_TIME))
        return self.annotate(
            first_day=models.Min("days__day", filter=measured),
            last_day=models.Max("days__day", filter=measured),
            days_measured=models.Count("days", filter=measured),
            samples=Coalesce(models.Sum("days__samples"), 0),
        )

    def with_measured_times(self) -> "TurbineQuerySet":
        """Add `first_measurement`, `last_measurement` and `future_measurement`.

        The last is that of up to now; one whose time is yet to come, as of a clock that is ahead,
        is apart. None where there is none. The days are asked for first, so that of each turbine
        three partitions are read and not all.
        """
        # As a time: PostgreSQL would convert a day anew for each time that it is compared with.
        days = SourceDay.objects.filter(
            turbine=OuterRef("pk"), samples__gt=0, day__range=(FIRST_TIME, END_OF_TIME)
        ).annotate(start=Cast("day", models.DateTimeField()))
        until_now = days.filter(day__lte=TruncDate(Now()))
        times = Measurement.objects.filter(
            turbine=OuterRef("pk"), timestamp__gte=FIRST_TIME, timestamp__lt=END_OF_TIME
        ).values("timestamp")
        of_first, of_last = times.order_by("timestamp"), times.order_by("-timestamp")
        with_days = self.annotate(
            from_day=Subquery(days.order_by("day").values("start")[:1]),
            to_day=Subquery(until_now.order_by("-day").values("start")[:1]),
        )
        return with_days.annotate(
            first_measurement=Subquery(of_first.filter(timestamp__gte=OuterRef("from_day"))[:1]),
            last_measurement=Subquery(
                of_last.filter(timestamp__gte=OuterRef("to_day"), timestamp__lte=Now())[:1]
            ),
            future_measurement=Subquery(of_last.filter(timestamp__gt=Now())[:1]),
        )


class Turbine(models.Model):
    """A wind turbine, or whatever else records the same variables at the same times."""

    name = models.CharField(
        max_length=LONGEST_NAME, unique=True, validators=[validate_turbine_name]
    )
    rated_power_kw = models.FloatField(
        "rated power (kW)", null=True, blank=True, validators=ALLOWED_POWERS
    )
    latitude = models.FloatField(
        "latitude (deg)",
        null=True,
        blank=True,
        validators=[MinValueValidator(-90), MaxValueValidator(90)],
    )
    longitude = models.FloatField(
        "longitude (deg)",
        null=True,
        blank=True,
        validators=[MinValueValidator(-180), MaxValueValidator(180)],
    )
    hub_height_m = models.FloatField(
        "hub height (m)", null=True, blank=True, validators=[MinValueValidator(0)]
    )
    rotor_diameter_m = models.FloatField(
        "rotor diameter (m)", null=True, blank=True, validators=[MinValueValidator(0)]
    )
    sample_interval_s = models.PositiveIntegerField(
        "sample interval (s)",
        default=60,
        validators=ALLOWED_INTERVALS,
    )
    companions = models.JSONField(
        default=list,
        db_default=Value([], models.JSONField()),
        blank=True,
        validators=[validate_companions],
        help_text="The columns in which its source tells of the readings within each sample, as"
        ' ["wind_speed_std"]; an import adds those that it brings.',
    )
    commissioned_on = models.DateField(
        "commissioned on",
        null=True,
        blank=True,
        help_text="The first day that it is expected to send; else that of its first measurement.",
    )
    retired_on = models.DateField(
        "retired on",
        null=True,
        blank=True,
        help_text="The first day that it is expected to send no more.",
    )

    objects = TurbineQuerySet.as_manager()

    class Meta:
        db_table = "turbine"
        ordering = ["name"]
        constraints = [
            # The valid range of the power follows from it, here and wherever the API is read.
            models.CheckConstraint(
                condition=models.Q(rated_power_kw__gt=0, rated_power_kw__lt=math.inf),
                name="turbine_rated_power_is_positive",
            ),
            models.CheckConstraint(
                condition=models.Q(sample_interval_s__range=SAMPLE_INTERVALS_S),
                name="turbine_sample_interval_is_1_to_600_s",
            ),
            models.CheckConstraint(
                condition=models.Q(retired_on__gte=models.F("commissioned_on")),
                name="turbine_is_retired_after_it_was_commissioned",
                violation_error_message="A turbine is retired after it was commissioned.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Measurement(models.Model):
    """What one turbine measured at one time. A missing value is NULL."""

    pk = models.CompositePrimaryKey("turbine", "timestamp")
    # A constraint here makes COPY three times slower. `SourceDay` has one, and every row of this
    # table raises a revision there, so an unknown turbine is refused all the same.
    turbine = models.ForeignKey(
        Turbine, models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    timestamp = models.DateTimeField()
    wind_speed = models.FloatField(null=True)
    wind_direction = models.FloatField(null=True)
    power = models.FloatField(null=True)
    ambient_temperature = models.FloatField(null=True)
    rotor_speed = models.FloatField(null=True)
    pitch_angle = models.FloatField(null=True)
    nacelle_direction = models.FloatField(null=True)

    class Meta:
        db_table = "data"
        constraints = [
            # A clock that was never set must not make a day that no one can ask for.
            models.CheckConstraint(
                condition=models.Q(timestamp__gte=FIRST_TIME, timestamp__lt=END_OF_TIME),
                name="data_timestamp_from_1970_to_2099",
            )
        ]


class SourceDay(models.Model):
    """The revision of one turbine-day, kept by database triggers; never written by Django.

    Every statement that inserts, changes or deletes measurements of the turbine on that UTC day
    raises the revision; `samples` is the number of rows that the day holds.
    """

    pk = models.CompositePrimaryKey("turbine", "day")
    turbine = models.ForeignKey(Turbine, models.PROTECT, db_index=False, related_name="days")
    day = models.DateField()
    revision = models.BigIntegerField()
    samples = models.BigIntegerField()

    class Meta:
        db_table = "source_day"
        indexes = [models.Index(fields=["day"], name="source_day_day")]


class ImportRecord(models.Model):
    """A table of a file that was imported, or a file that was refused, and what came of it.

    `options` says how it was to be read, `figures` what its variables look like, `warnings` what
    was said of it. `refusal` is empty where it came in.
    """

    made_at = models.DateTimeField("at", db_default=Now())
    made_by = models.CharField("by", max_length=150)
    file = models.TextField()
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    options = models.JSONField(default=dict)
    refusal = models.TextField(blank=True)
    rows = models.BigIntegerField(default=0)
    inserted = models.BigIntegerField(default=0)
    updated = models.BigIntegerField(default=0)
    unchanged = models.BigIntegerField(default=0)
    joined = models.BigIntegerField(default=0)
    disagreeing = models.BigIntegerField(default=0)
    deleted = models.BigIntegerField(default=0)
    emptied = models.BigIntegerField("companions emptied", default=0)
    turbines = models.JSONField(default=list)
    first = models.DateTimeField("first sample", null=True)
    last = models.DateTimeField("last sample", null=True)
    figures = models.JSONField(default=dict)
    warnings = models.JSONField(default=list)

    class Meta:
        db_table = "import_record"
        verbose_name = "import"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.file}, {self.made_at:%Y-%m-%d %H:%M} UTC"


class DroppedMonth(models.Model):
    """A month whose measurements were let go, and where the lake has them; empty for nowhere."""

    first = models.DateField(primary_key=True)
    lake_address = models.TextField(blank=True)

    class Meta:
        db_table = "dropped_month"
        ordering = ["first"]
        default_permissions = ()
