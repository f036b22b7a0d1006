"""What people are told of, once: alerts, and the tick that watches for them."""

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
        """What it is about."""
        return "an account" if self.event == self.Event.LOCKED else str(self.day or "the source")


class Tick(models.Model):
    """The last tick of the schedule: one row, or none before the first.

    `failing_since` is when ticks began to fail because the source does not answer, and `error` what
    it said last; both are empty while all is well. `looked_back_to` is how far it has gone over the
    days that are older than its look-back; None where it begins with the newest of them.
    """

    ticked_at = models.DateTimeField()
    failing_since = models.DateTimeField(null=True)
    error = models.TextField(blank=True)
    looked_back_to = models.DateField(null=True)

    class Meta:
        db_table = "tick"

    @classmethod
    def last(cls) -> "Tick | None":
        """Return the last tick."""
        return cls.objects.first()
