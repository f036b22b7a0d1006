"""What the statistics are worth: reference curves, assessed turbine-days, and findings."""

from collections.abc import Sequence
from datetime import date

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from aggregates.assessment.conditions import CONDITIONS, Condition
from aggregates.assessment.farm import USUAL_CUT_OUT_M_S
from aggregates.assessment.findings import Kind
from aggregates.compute.windows import WINDOWS_PER_DAY
from common.days import FIRST_DAY, LAST_DAY, day_bounds


class TurbineSite(models.Model):
    """What a person says of a turbine for its assessment; one without a row has what is usual."""

    turbine = models.CharField(max_length=100, primary_key=True)
    cut_out_m_s = models.FloatField(
        "cut-out wind (m/s)",
        default=USUAL_CUT_OUT_M_S,
        validators=[MinValueValidator(15), MaxValueValidator(40)],
        help_text="The wind speed at which it stops to protect itself.",
    )
    elevation_m = models.FloatField(
        "elevation (m)",
        null=True,
        blank=True,
        validators=[MinValueValidator(-500), MaxValueValidator(6000)],
        help_text="Above the sea; wind speeds are then normalised by density.",
    )

    class Meta:
        db_table = "turbine_site"
        ordering = ["turbine"]
        verbose_name = "turbine for its assessment"
        verbose_name_plural = "turbines for their assessment"

    def __str__(self) -> str:
        return self.turbine


class CurveQuerySet(models.QuerySet["Curve"]):
    """Reference curves, those that persons gave and those that were fitted."""

    def valid_in(self, first: date, last: date) -> "CurveQuerySet":
        """Those that are valid on any of the days, those that persons gave last."""
        days = self.filter(first__lte=last).filter(Q(last=None) | Q(last__gte=first))
        return days.order_by("turbine", "is_given", "first")


class Curve(models.Model):
    """A turbine's power over wind speed when nothing is wrong with it, valid for some days.

    `points` are [wind speed in m/s, power in kW, spread in kW or null, windows] by bin. One that
    was fitted is of the windows of the days `fitted_from` to `fitted_to`, of which `fitted_days`
    had any.
    """

    turbine = models.CharField(max_length=100)
    first = models.DateField("valid from")
    last = models.DateField("valid to", null=True, blank=True)
    points = models.JSONField()
    is_given = models.BooleanField("given by a person", default=False)
    given_by = models.CharField("given by", max_length=150, blank=True)
    fitted_from = models.DateField("fitted to the days from", null=True)
    fitted_to = models.DateField("to", null=True)
    fitted_days = models.PositiveSmallIntegerField("days", default=0)
    version = models.CharField(max_length=16)
    made_at = models.DateTimeField("made at", db_default=Now())

    objects = CurveQuerySet.as_manager()

    class Meta:
        db_table = "reference_curve"
        ordering = ["turbine", "-first"]
        verbose_name = "reference curve"
        constraints = [
            models.UniqueConstraint(
                fields=["turbine", "first", "is_given"], name="reference_curve_is_unique"
            ),
            models.CheckConstraint(
                condition=Q(last=None) | Q(last__gte=F("first")),
                name="reference_curve_ends_after_it_began",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.turbine} from {self.first}"


class Assessment(models.Model):
    """What one turbine did on one UTC day, and the version of what it was judged by.

    `conditions` has a letter for each of the 144 windows. Energies are in kWh; None where nothing
    tells. What each figure is says `aggregates.assessment.turbine_days`.
    """

    pk = models.CompositePrimaryKey("turbine", "day")
    turbine = models.CharField(max_length=100)
    day = models.DateField()
    version = models.CharField(max_length=16)
    conditions = models.CharField(max_length=WINDOWS_PER_DAY)
    energy_kwh = models.FloatField(null=True)
    expected_kwh = models.FloatField(null=True)
    producing_kwh = models.FloatField()
    producing_expected_kwh = models.FloatField()
    lost_stopped_kwh = models.FloatField()
    lost_stopped_by_neighbours_kwh = models.FloatField()
    lost_derated_kwh = models.FloatField()
    windows_at_rest = models.PositiveSmallIntegerField()
    windows_seen_by_neighbours = models.PositiveSmallIntegerField()
    windows_to_run = models.PositiveSmallIntegerField()
    wind_speed = models.FloatField(null=True)
    # A curve that is replaced takes nothing away: the assessment is stale then, and made again.
    curve = models.ForeignKey(Curve, models.SET_NULL, null=True, related_name="+")
    assessed_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "assessment"
        indexes = [
            models.Index(fields=["day"], name="assessment_day"),
            models.Index(fields=["assessed_at"], name="assessment_assessed_at"),
        ]

    @property
    def lost_kwh(self) -> float:
        """The energy that was lost, whatever the condition."""
        return self.lost_stopped_kwh + self.lost_stopped_by_neighbours_kwh + self.lost_derated_kwh

    @property
    def availability_by_time(self) -> float | None:
        """The operational availability as the turbine's own anemometer saw it, 0 to 1."""
        if not self.windows_to_run:
            return None
        return 1 - self.windows_at_rest / self.windows_to_run

    @property
    def availability_with_neighbours(self) -> float | None:
        """The same, standstills that only the neighbours saw taken in, 0 to 1."""
        to_run = self.windows_to_run + self.windows_seen_by_neighbours
        if not to_run:
            return None
        return 1 - (self.windows_at_rest + self.windows_seen_by_neighbours) / to_run

    @property
    def availability_by_energy(self) -> float | None:
        """Energy over energy and losses, 0 to 1 (Greenbyte's)."""
        possible_kwh = (self.energy_kwh or 0) + self.lost_kwh
        return (self.energy_kwh or 0) / possible_kwh if possible_kwh > 0 else None

    def windows_of(self) -> Sequence[Condition]:
        """Return the condition of each window."""
        return [CONDITIONS[letter] for letter in self.conditions]


class Reason(models.TextChoices):
    """Why it was so, as a person says: a category of IEC 61400-26-1:2019, or a faulty sensor."""

    MAINTENANCE = "planned_maintenance", "scheduled maintenance"
    CORRECTIVE = "corrective_action", "planned corrective action"
    FORCED = "forced_outage", "forced outage"
    SUSPENDED = "suspended", "suspended work"
    REQUESTED = "requested_shutdown", "requested shutdown (noise, bats, shadow)"
    ELECTRICAL = "out_of_electrical_specification", "out of electrical specification (grid)"
    ENVIRONMENTAL = "out_of_environmental_specification", "out of environmental specification (ice)"
    TECHNICAL = "technical_standby", "technical standby"
    FORCE_MAJEURE = "force_majeure", "force majeure"
    SENSOR = "sensor", "a fault of the sensor, not of the turbine"
    NONE = "no_fault", "nothing was wrong"


class FindingQuerySet(models.QuerySet["Finding"]):
    """What people should look at, or should have."""

    def standing(self) -> "FindingQuerySet":
        """Those that the data still bear out."""
        return self.filter(withdrawn_at=None)

    def within(self, first: date, last: date) -> "FindingQuerySet":
        """Those that stand on any of the days, both included."""
        return self.standing().filter(start__date__lte=last, end__date__gte=first)

    def by_cost(self) -> "FindingQuerySet":
        """The most expensive first, those without a price by their time after them."""
        return self.order_by(F("lost_kwh").desc(nulls_last=True), "-start")


def _is_time_of_farm(column: str) -> Q:
    """Tell whether a time is one that Python can hold and people can ask for, or none."""
    bounds = {f"{column}__gte": day_bounds(FIRST_DAY)[0], f"{column}__lte": day_bounds(LAST_DAY)[1]}
    return Q(**bounds)


class Finding(models.Model):
    """Something about a turbine, or without one about the farm, that a person should look at.

    It lasted over [start, end); `is_open` says that it went on when it was last looked at.
    `withdrawn_at` is when the data no longer bore it out: nothing that people said is deleted.
    """

    turbine = models.CharField(max_length=100, blank=True)
    kind = models.CharField(max_length=30, choices=[(kind.value, kind.label) for kind in Kind])
    variable = models.CharField(max_length=50, blank=True)
    start = models.DateTimeField()
    end = models.DateTimeField()
    is_open = models.BooleanField("going on")
    sentence = models.TextField("what was seen")
    lost_kwh = models.FloatField("lost (kWh)", null=True)
    seen_at = models.DateTimeField("first seen at", db_default=Now())
    told_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=40, choices=Reason, blank=True)
    note = models.TextField(blank=True, max_length=2000)
    acknowledged_by = models.CharField(max_length=150, blank=True)
    acknowledged_at = models.DateTimeField(null=True)

    objects = FindingQuerySet.as_manager()

    class Meta:
        db_table = "finding"
        ordering = ["-start", "-id"]
        indexes = [models.Index(fields=["end"], name="finding_end")]
        constraints = [
            models.CheckConstraint(
                condition=_is_time_of_farm(column), name=f"finding_{column}_from_1970_to_2099"
            )
            for column in ("start", "end", "seen_at", "told_at", "withdrawn_at", "acknowledged_at")
        ]

    def __str__(self) -> str:
        return f"{self.about}: {self.get_kind_display()}, {self.start:%Y-%m-%d %H:%M} UTC"

    @property
    def about(self) -> str:
        """The turbine, or the farm, that it is about."""
        return self.turbine or "the farm"


class Recurrence(models.Model):
    """Hours of the day in which a kind of finding is no news, as of curtailment at night.

    From `start` to `end` UTC, over midnight where the end is before the start; of a turbine, or
    without one of all.
    """

    turbine = models.CharField(max_length=100, blank=True)
    kind = models.CharField(max_length=30, choices=[(kind.value, kind.label) for kind in Kind])
    start = models.TimeField("from (UTC)")
    end = models.TimeField("to (UTC)")
    reason = models.CharField(max_length=40, choices=Reason)
    note = models.TextField(blank=True, max_length=2000)
    made_by = models.CharField(max_length=150)

    class Meta:
        db_table = "recurrence"
        ordering = ["turbine", "kind"]

    def __str__(self) -> str:
        return f"{self.turbine or 'all turbines'} {self.start:%H:%M} to {self.end:%H:%M} UTC"


class AssessmentProgress(models.Model):
    """How far the look for outdated assessments has come, when findings were made: one row.

    It looks next at the days before `looked_back_to`, or at the newest where it is None. `error`
    says which checks errored when findings were made last, and is empty where none did.
    """

    looked_back_to = models.DateField(null=True)
    found_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True, default="", db_default="")

    class Meta:
        db_table = "assessment_progress"

    @classmethod
    def error_of_checks(cls) -> str:
        """Return which checks errored when findings were made last; empty where none did."""
        progress = cls.objects.filter(pk=1).first()
        return progress.error if progress else ""
