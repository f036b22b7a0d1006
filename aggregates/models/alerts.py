"""Alerts: what people are told of, once."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now


class Alert(models.Model):
    """Something that people are told of once.

    It is about a day, or without one, as its event says, about the source, an account, a turbine or
    the farm. `html` says the same as `message`, where it is more than text. `waiting` names the
    channels that have not taken it yet, and `error` why the last of them did not.
    """

    class Event(models.TextChoices):
        FAILING = "failing"
        RECOVERED = "recovered"
        DAMAGED = "damaged"  # the audit found values that are not what they must be
        LOCKED = "locked"  # an account takes no password from an address for a while
        SILENT = "silent"  # nothing arrives of a turbine, or of the farm
        BACK = "back"  # it sends again
        INCOMPLETE = "incomplete"  # of a day that is over too little arrived
        MORNING = "morning"  # what the farm did on the day before
        FINDING = "finding"  # something about a turbine that a person should look at
        TEST = "test"  # somebody tries the channels

    day = models.DateField(null=True)
    turbine = models.CharField(max_length=100, blank=True)
    event = models.CharField(max_length=10, choices=Event.choices)
    message = models.TextField()
    html = models.TextField(blank=True, default="", db_default="")
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
        """What the alert is about: a day, the source, an account, a turbine or the farm."""
        return self.turbine or str(self.day or NAMELESS.get(self.Event(self.event), "the source"))


NAMELESS = {
    Alert.Event.LOCKED: "an account",
    Alert.Event.SILENT: "the farm",
    Alert.Event.BACK: "the farm",
    Alert.Event.FINDING: "the turbines",
    Alert.Event.TEST: "a channel",
}
