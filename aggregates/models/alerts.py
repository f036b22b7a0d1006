"""Alerts: what people are told of, once."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now


class Alert(models.Model):
    """Something that people are told of once.

    It is about a day, or without one about the source or an account. `waiting` names the channels
    that have not taken it yet, and `error` why the last of them did not.
    """

    class Event(models.TextChoices):
        FAILING = "failing"
        RECOVERED = "recovered"
        DAMAGED = "damaged"  # the audit found values that are not what they must be
        LOCKED = "locked"  # an account takes no password from an address for a while

    day = models.DateField(null=True)
    event = models.CharField(max_length=10, choices=Event.choices)
    message = models.TextField()
    raised_at = models.DateTimeField(db_default=Now())
    waiting = ArrayField(models.CharField(max_length=20), default=list)
    error = models.TextField(blank=True)

    class Meta:
        db_table = "alert"
        ordering = ["-id"]
        indexes = [models.Index(fields=["day", "-id"], name="alert_day")]

    def __str__(self) -> str:
        return f"{self.about} {self.event}"

    @property
    def about(self) -> str:
        """The day, the source or an account that the alert is about."""
        return "an account" if self.event == self.Event.LOCKED else str(self.day or "the source")
