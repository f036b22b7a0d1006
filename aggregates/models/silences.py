"""Silences of turbines and of the farm, and what people know of and need not be told."""

from collections.abc import Collection
from datetime import date

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class SilenceQuerySet(models.QuerySet["Silence"]):
    """Silences, of turbines and of the farm."""

    def of_farm(self) -> "SilenceQuerySet":
        """Those of the whole farm."""
        return self.filter(turbine="")

    def going_on(self) -> "SilenceQuerySet":
        """Those after which nothing was sent yet."""
        return self.filter(sent_again_at=None)


class Silence(models.Model):
    """A time in which nothing arrived of a turbine, or, without one, of the farm.

    It lasts from the last measurement, `since`, to the next one. `told_at` is when people were
    told, None where they were not: a message about the farm told it, or an earlier one about the
    turbine, or somebody knows. `ended_by` declared that nothing more is to be expected.
    """

    turbine = models.CharField(max_length=100, blank=True)
    since = models.DateTimeField()
    told_at = models.DateTimeField(null=True)
    sent_again_at = models.DateTimeField("sent again at", null=True)
    ended_by = models.CharField("declared as ended by", max_length=150, blank=True)

    objects = SilenceQuerySet.as_manager()

    class Meta:
        db_table = "silence"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["turbine"],
                condition=Q(sent_again_at=None),
                name="silence_one_going_on_per_turbine",
            )
        ]

    def __str__(self) -> str:
        return f"{self.about} silent since {self.since:%Y-%m-%d %H:%M} UTC"

    @property
    def about(self) -> str:
        """The turbine or the farm that is silent."""
        return self.turbine or "the farm"


class AcknowledgementQuerySet(models.QuerySet["Acknowledgement"]):
    """What people know of."""

    def of_day(self, day: date) -> "AcknowledgementQuerySet":
        """What people know of on that day."""
        return self.filter(first__lte=day, last__gte=day)

    def turbine_days(self, first: date, last: date) -> "KnownTurbineDays":
        """Return which turbine-days of a period people know of."""
        within = self.filter(first__lte=last, last__gte=first)
        return KnownTurbineDays(within.values_list("turbine", "first", "last"))


class Acknowledgement(models.Model):
    """Days on which somebody knows that less arrives of a turbine, or without one of the farm."""

    turbine = models.CharField(
        max_length=100, blank=True, help_text="Its name; empty for the whole farm."
    )
    first = models.DateField("first day")
    last = models.DateField(
        "last day", help_text="Of these days nobody is told; after them all is as before."
    )
    reason = models.CharField(max_length=200, help_text="Such as: maintenance until Friday.")
    made_by = models.CharField("by", max_length=150)
    made_at = models.DateTimeField("at", db_default=Now())

    objects = AcknowledgementQuerySet.as_manager()

    class Meta:
        db_table = "acknowledgement"
        ordering = ["-last", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last__gte=models.F("first")), name="acknowledgement_ends_after_it_began"
            )
        ]

    def __str__(self) -> str:
        return f"{self.turbine or 'the farm'}, {self.reason}, until {self.last}"

    def is_of(self, turbine: str) -> bool:
        """Whether it is of that turbine, or of the whole farm."""
        return self.turbine in ("", turbine)

    def clean(self) -> None:
        """Refuse an end before the beginning, with a sentence of its own."""
        if self.first and self.last and self.last < self.first:
            raise ValidationError({"last": f"The last day is before the first, {self.first}."})


class KnownTurbineDays:
    """The turbine-days that people know of; made of turbines ("" for all) and their days."""

    def __init__(self, periods: Collection[tuple[str, date, date]]) -> None:
        self.periods = list(periods)

    def has(self, turbine: str, day: date) -> bool:
        """Return whether people know of the turbine on that day."""
        return any(
            name in ("", turbine) and first <= day <= last for name, first, last in self.periods
        )
