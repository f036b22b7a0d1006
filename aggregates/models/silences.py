"""Silences: turbines, or the whole farm, of which nothing arrives."""

from datetime import datetime

from django.db import models


class SilenceQuerySet(models.QuerySet["Silence"]):
    """Silences, of turbines and of the farm."""

    def of_farm(self) -> "SilenceQuerySet":
        """Those of the whole farm."""
        return self.filter(turbine="")

    def open(self) -> "SilenceQuerySet":
        """Those that go on."""
        return self.filter(sent_again_at=None, ended_by="")

    def acknowledged(self, at: datetime) -> "SilenceQuerySet":
        """Those that somebody knows of at that time, and need not be told."""
        return self.open().filter(acknowledged_until__gt=at)


class Silence(models.Model):
    """A time in which nothing arrived of a turbine, or, without one, of the farm.

    It lasts from the last measurement, `since`, to the next one, or until a person declares that
    nothing more is to come. `told_at` is when people were told, None where a message about the farm
    or an earlier one about the turbine told it.
    """

    turbine = models.CharField(max_length=100, blank=True)
    since = models.DateTimeField()
    told_at = models.DateTimeField(null=True)
    sent_again_at = models.DateTimeField("sent again at", null=True)
    ended_by = models.CharField("declared as ended by", max_length=150, blank=True)
    acknowledged_by = models.CharField(max_length=150, blank=True)
    acknowledged_until = models.DateTimeField(
        "known until", null=True, blank=True, help_text="Until then nobody is told of it. UTC."
    )
    reason = models.CharField(
        max_length=200, blank=True, help_text="Such as: maintenance until Friday."
    )

    objects = SilenceQuerySet.as_manager()

    class Meta:
        db_table = "silence"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["turbine"],
                condition=models.Q(sent_again_at=None, ended_by=""),
                name="silence_one_open_per_turbine",
            )
        ]

    def __str__(self) -> str:
        return f"{self.about} silent since {self.since:%Y-%m-%d %H:%M} UTC"

    @property
    def about(self) -> str:
        """The turbine or the farm that is silent."""
        return self.turbine or "the farm"
