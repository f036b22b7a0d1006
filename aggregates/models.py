"""The target database: signals, their values, the version of every turbine-day, and the runs."""

import math
from collections.abc import Collection
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from django.contrib.postgres.fields import ArrayField
from django.db import connections, models, transaction
from django.db.models import F, Func, Q
from django.db.models import Value as Constant
from django.db.models.functions import Concat, Now

from aggregates import workers
from aggregates.errors import RunLost
from aggregates.figures import Figures
from aggregates.windows import WINDOW

# How long a worker may give no sign of life before another may take its run.
LEASE = timedelta(minutes=2)
# How many workers may lose a run before it fails.
MOST_ATTEMPTS = 3

ACTIVE = ["queued", "running"]

# Any number, the same in every process: requests for one day take turns.
REQUEST_LOCK = 5_271_002


class Signal(models.Model):
    """One statistic of one variable of one turbine; `name` reads `wind_speed_mean`."""

    # The turbine's name: no relation crosses the two databases.
    turbine = models.CharField(max_length=100)
    variable = models.CharField(max_length=50)
    statistic = models.CharField(max_length=10)
    name = models.GeneratedField(
        expression=Concat("variable", Constant("_"), "statistic"),
        output_field=models.CharField(max_length=61),
        db_persist=True,
    )

    class Meta:
        db_table = "signal"
        ordering = ["turbine", "variable", "statistic"]
        constraints = [
            models.UniqueConstraint(
                fields=["turbine", "variable", "statistic"], name="signal_is_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.turbine} {self.name}"


class Value(models.Model):
    """A signal's value in one window; `timestamp` is the window's start."""

    pk = models.CompositePrimaryKey("signal", "timestamp")
    # A constraint here makes COPY three times slower; a statement trigger checks the ids instead.
    signal = models.ForeignKey(
        Signal, models.PROTECT, db_constraint=False, db_index=False, related_name="values"
    )
    timestamp = models.DateTimeField()
    value = models.FloatField()

    class Meta:
        db_table = "data"
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    timestamp=Func(
                        Constant(WINDOW),
                        F("timestamp"),
                        Constant(datetime(2000, 1, 1, tzinfo=UTC)),
                        function="date_bin",
                    )
                ),
                name="data_timestamp_starts_a_window",
            ),
            # What is not a number is no statistic, and equals nothing that it could be compared to.
            models.CheckConstraint(
                condition=Q(value__gt=-math.inf, value__lt=math.inf), name="data_value_is_finite"
            ),
        ]


class AggregatedDay(models.Model):
    """The version of the measurements that a turbine-day's statistics were computed from."""

    pk = models.CompositePrimaryKey("turbine", "day")
    turbine = models.CharField(max_length=100)
    day = models.DateField()
    revision = models.BigIntegerField()
    rules = models.CharField(max_length=12)
    run = models.ForeignKey("Run", models.PROTECT, related_name="aggregated_days")
    aggregated_at = models.DateTimeField(auto_now=True)
    # When the audit last looked at it; None for never.
    audited_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "aggregated_day"
        indexes = [models.Index(fields=["day"], name="aggregated_day_day")]


class Day(models.Model):
    """A UTC day of the farm, which the admin lists; it has no table, its state is computed."""

    day = models.DateField(primary_key=True)

    class Meta:
        managed = False
        default_permissions = ("view",)


class Outcome(StrEnum):
    """What became of a request for a run."""

    QUEUED = "queued"  # a new run
    JOINED = "joined"  # a run of that day was waiting and takes the request in
    ACTIVE = "active"  # a run of that day is under way
    CURRENT = "current"  # there is nothing to do

    @property
    def waits(self) -> bool:
        """Whether there is a run that waits for a worker."""
        return self in (Outcome.QUEUED, Outcome.JOINED)


class RunQuerySet(models.QuerySet["Run"]):
    """Runs, and how one is asked for."""

    def request(
        self, day: date, turbines: Collection[str], requested_by: str, force: bool = False
    ) -> tuple["Run", Outcome]:
        """Return the run that will aggregate the day, and how it came to be.

        A day has at most one active run: a waiting one takes `turbines` in (none means all), and
        one whose worker is gone waits again.
        """
        with transaction.atomic(using=self.db):
            self._wait_for_other_requests(day)
            active = self.select_for_update().filter(day=day, status__in=ACTIVE).first()
            if active and active.status == Run.Status.RUNNING and not active.take_back():
                return active, Outcome.ACTIVE
            if active and active.status == Run.Status.QUEUED:
                active.join(turbines, force)
                return active, Outcome.JOINED
            asked = {"turbines": sorted(turbines), "requested_by": requested_by, "force": force}
            return self.create(day=day, **asked), Outcome.QUEUED

    def _wait_for_other_requests(self, day: date) -> None:
        with connections[self.db].cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [REQUEST_LOCK, day.toordinal()])


class Run(models.Model):
    """One aggregation of one day: who asked for it, how it went, and what it did.

    `turbines` names those asked for; empty means all. `attempt` counts the workers that took it.
    """

    class Status(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        SUCCEEDED = "succeeded"
        EMPTY = "empty"  # the day has no measurements
        FAILED = "failed"  # an operator can act on `error`
        ERRORED = "errored"  # a bug, with its traceback

    day = models.DateField()
    turbines = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    force = models.BooleanField(default=False)
    requested_by = models.CharField(max_length=150)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    attempt = models.PositiveIntegerField(default=0)
    worker = models.CharField(max_length=200, blank=True)

    # Tells whether the run met what a later one would meet; empty until it has asked the source.
    fingerprint = models.CharField(max_length=12, blank=True)

    queued_at = models.DateTimeField(db_default=Now())
    # When the workers were last told of it.
    sent_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    samples = models.BigIntegerField(default=0)
    missing = models.BigIntegerField(default=0)
    rejected = models.BigIntegerField(default=0)
    windows = models.BigIntegerField(default=0)
    inserted = models.BigIntegerField(default=0)
    changed = models.BigIntegerField(default=0)
    removed = models.BigIntegerField(default=0)
    unchanged = models.BigIntegerField(default=0)

    error = models.TextField(blank=True)
    traceback = models.TextField(blank=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        db_table = "run"
        ordering = ["-id"]
        permissions = [("run_aggregation", "Can start runs")]
        indexes = [models.Index(fields=["day", "-id"], name="run_day")]
        constraints = [
            models.UniqueConstraint(
                fields=["day"],
                condition=Q(status__in=ACTIVE),
                name="run_one_active_per_day",
            )
        ]

    def __str__(self) -> str:
        return f"run {self.pk} of {self.day}"

    @property
    def duration(self) -> timedelta | None:
        """How long the last attempt took; None while it is not finished."""
        if self.finished_at is None or self.started_at is None:
            return None
        return self.finished_at - self.started_at

    @property
    def summary(self) -> str:
        """What the run did, in figures."""
        return (
            f"{self.samples:,} samples, {self.windows:,} windows; values: {self.inserted:,} "
            f"inserted, {self.changed:,} changed, {self.removed:,} removed, "
            f"{self.unchanged:,} unchanged."
        )

    def join(self, turbines: Collection[str], force: bool) -> None:
        """Take a further request in; the run is queued and its row locked."""
        everything = not self.turbines or not turbines
        self.turbines = [] if everything else sorted({*self.turbines, *turbines})
        self.force = self.force or force
        self.save(update_fields=["turbines", "force"])

    def take_back(self) -> bool:
        """Queue the run again if its worker is gone or silent; return whether it was.

        After MOST_ATTEMPTS it fails instead, and is no longer active either.
        """
        running = Run.objects.filter(pk=self.pk, status=Run.Status.RUNNING)
        if not workers.is_gone(self.worker):
            running = running.filter(heartbeat_at__lt=Now() - LEASE)
        if self.attempt < MOST_ATTEMPTS:
            taken = running.update(status=Run.Status.QUEUED, sent_at=None)
        else:
            error = f"The run lost its worker {self.attempt} times, last {self.worker}."
            taken = running.update(status=Run.Status.FAILED, error=error, finished_at=Now())
        self.refresh_from_db()
        return bool(taken)

    def start(self) -> bool:
        """Take the run, which starts it; return False where another worker was faster."""
        started = Run.objects.filter(pk=self.pk, status=Run.Status.QUEUED).update(
            status=Run.Status.RUNNING,
            attempt=F("attempt") + 1,
            worker=workers.this_one(),
            started_at=Now(),
            heartbeat_at=Now(),
            finished_at=None,
            error="",
            traceback="",
            **asdict(Figures()),
        )
        self.refresh_from_db()
        return bool(started)

    def note(self, fingerprint: str) -> None:
        """Remember which versions the run met."""
        self._held().update(fingerprint=fingerprint, heartbeat_at=Now())

    def hold(self) -> None:
        """Lock the run's row until the transaction ends.

        Raises:
            RunLost: where another worker has taken the run over.
        """
        if not list(self._held().select_for_update().values_list("pk")):
            raise RunLost(f"{self} is no longer held by attempt {self.attempt}")

    def add(self, figures: Figures) -> None:
        """Count what was done, as a sign of life too; the caller holds the run."""
        counts = {name: F(name) + count for name, count in asdict(figures).items()}
        self._held().update(heartbeat_at=Now(), **counts)

    def finish(self, status: Status, error: str = "", traceback: str = "") -> None:
        """End the run, unless another worker has taken it over."""
        self._held().update(status=status, error=error, traceback=traceback, finished_at=Now())
        self.refresh_from_db()

    def _held(self) -> RunQuerySet:
        return Run.objects.filter(pk=self.pk, status=Run.Status.RUNNING, attempt=self.attempt)
