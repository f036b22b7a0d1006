"""The worker programs there are, and the versions of the code that they run."""

from datetime import timedelta

from django.db import models
from django.db.models import Max
from django.db.models.functions import Greatest, Now

# A worker tells so often that it is there; one that has not told it for so long counts as gone.
SEEN_EVERY_S = 10
ALIVE = timedelta(seconds=60)
# A worker that was gone for so long is forgotten.
REMEMBERED = timedelta(days=1)
# PostgreSQL tells times apart by a microsecond.
LATER = timedelta(microseconds=1)


class CodeManager(models.Manager["Code"]):
    """Versions of the code, in the order in which they were seen first."""

    def seen(self, version: str) -> "Code":
        """Return the version; where nobody had it before, it is newer than all others.

        So it is whatever the clock says, which may have been ahead when another was seen first.
        """
        latest = self.aggregate(at=Max("first_seen_at"))["at"]
        newest = Greatest(Now(), latest + LATER) if latest else Now()
        return self.get_or_create(version=version, defaults={"first_seen_at": newest})[0]


class Code(models.Model):
    """A version of the code that computes statistics, and when a worker first had it.

    Of two, the one that was seen first later is the newer one, whatever is in it.
    """

    version = models.CharField(max_length=12, primary_key=True)
    first_seen_at = models.DateTimeField(db_default=Now())

    objects = CodeManager()

    class Meta:
        db_table = "code"
        default_permissions = ()


class WorkerQuerySet(models.QuerySet["Worker"]):
    """Workers, by the signs of life that they give."""

    def alive(self) -> "WorkerQuerySet":
        """Workers that are there, by the clock of the database."""
        return self.filter(seen_at__gt=Now() - ALIVE, seen_at__lt=Now() + ALIVE)

    def newer_than(self, version: str) -> "WorkerQuerySet":
        """Workers whose code was seen first later than this version of it."""
        mine = Code.objects.filter(version=version).values("first_seen_at")
        return self.filter(code__first_seen_at__gt=models.Subquery(mine))


class Worker(models.Model):
    """A worker program on a host, when it last gave a sign of life, and what it is busy with.

    It works on so many things at a time as it has `slots`.
    """

    host = models.CharField(max_length=200)
    process = models.PositiveIntegerField()
    code = models.ForeignKey(Code, models.CASCADE)
    started_at = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField(db_default=Now())
    busy_with = models.TextField(blank=True)
    slots = models.PositiveIntegerField()

    objects = WorkerQuerySet.as_manager()

    class Meta:
        db_table = "worker"
        ordering = ["host", "process"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["host", "process"], name="worker_process")]

    def __str__(self) -> str:
        return f"{self.host}/{self.process}"
