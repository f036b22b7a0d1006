"""The ticks of the schedule, and how far they have come."""

from datetime import timedelta

from django.db import models
from django.db.models import Func, Q


class Tick(models.Model):
    """The last tick of the schedule: one row, or none before the first.

    `failing_since` is when ticks began to fail because the source does not answer, and `error` what
    it said last; both are empty while all is well. `looked_back_to` is how far it has gone over the
    days that are older than its look-back; None where it begins with the newest of them.
    `looked_at` is when it looked who is silent, and `told_until` the last day of which people were
    told whether it is complete; `reported_until` the last one of which they were told what the farm
    did. `begun_at` is when somebody began to tick last, by the clock of the
    database.
    """

    ticked_at = models.DateTimeField()
    failing_since = models.DateTimeField(null=True)
    error = models.TextField(blank=True)
    looked_back_to = models.DateField(null=True)
    looked_at = models.DateTimeField(null=True)
    told_until = models.DateField(null=True)
    reported_until = models.DateField(null=True)
    begun_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "tick"

    @classmethod
    def last(cls) -> "Tick | None":
        """Return the last tick, without `begun_at`, for which it is not asked.

        A clock that was wrong may have left a time there that Python has not.
        """
        return cls.objects.defer("begun_at").first()

    @classmethod
    def claim(cls, apart: timedelta) -> bool:
        """Return whether the caller may tick: nobody began to since so long ago.

        Of several who ask at once one may.
        """
        now = ClockTime()
        cls.objects.defer("begun_at").get_or_create(pk=1, defaults={"ticked_at": now})
        free = Q(begun_at=None) | Q(begun_at__lte=now - apart) | Q(begun_at__gt=now)
        return bool(cls.objects.filter(free, pk=1).update(begun_at=now))


class ClockTime(Func):
    """The time of the database's clock, be it within a transaction."""

    function = "clock_timestamp"
    output_field = models.DateTimeField()
