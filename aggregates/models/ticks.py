"""The ticks of the schedule, and how far they have come."""

from django.db import models


class Tick(models.Model):
    """The last tick of the schedule: one row, or none before the first.

    `failing_since` is when ticks began to fail because the source does not answer, and `error` what
    it said last; both are empty while all is well. `looked_back_to` is how far it has gone over the
    days that are older than its look-back; None where it begins with the newest of them.
    `told_until` is the last day of which people were told whether it is complete.
    """

    ticked_at = models.DateTimeField()
    failing_since = models.DateTimeField(null=True)
    error = models.TextField(blank=True)
    looked_back_to = models.DateField(null=True)
    told_until = models.DateField(null=True)

    class Meta:
        db_table = "tick"

    @classmethod
    def last(cls) -> "Tick | None":
        """Return the last tick."""
        return cls.objects.first()
