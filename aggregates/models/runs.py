"""Runs: how a run is asked for, taken, held and ended."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from enum import StrEnum

from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from aggregates.errors import RunTakenOver
from aggregates.models import locks, processes
from aggregates.models.figures import Figures

# A run fails when so many workers took it and were gone before its end.
MOST_ATTEMPTS = 3

ACTIVE = ["queued", "running"]


class Outcome(StrEnum):
    """What became of a request for a run."""

    QUEUED = "queued"  # a new run
    JOINED = "joined"  # a run of that day was waiting and takes the request in
    ACTIVE = "active"  # a run of that day is under way, or waits and cannot take the request in
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
            locks.take_turns_to_ask(day)
            waiting = self.waiting().select_for_update().filter(day=day).first()
            if waiting is None:
                running = self.filter(day=day, status=Run.Status.RUNNING).first()
                if running and not running.take_back() and running.status == Run.Status.RUNNING:
                    return running, Outcome.ACTIVE
                waiting = running if running and running.status == Run.Status.QUEUED else None
            if waiting and not waiting.can_take_in(turbines, force):
                return waiting, Outcome.ACTIVE
            if waiting:
                waiting.join(turbines, force)
                return waiting, Outcome.JOINED
            run = self.create(
                day=day, turbines=sorted(turbines), requested_by=requested_by, force=force
            )
            return run, Outcome.QUEUED

    def waiting(self) -> "RunQuerySet":
        """Runs that no worker has taken yet."""
        return self.filter(status=Run.Status.QUEUED)

    def most_urgent(self) -> "Run | None":
        """Return the waiting run of the newest day: today's waits for no backfill."""
        return self.waiting().order_by("-day").first()

    def last_of_each(self) -> Mapping[date, list["Run"]]:
        """Return the last run of each day and choice of turbines, by day, newest first."""
        last = self.order_by("day", "turbines", "-id").distinct("day", "turbines")
        by_day = defaultdict(list)
        for run in sorted(last, key=lambda run: -run.pk):
            by_day[run.day].append(run)
        return by_day


def covers(some: Collection[str], others: Collection[str]) -> bool:
    """Return whether a choice of turbines takes in another one; none named means all."""
    return not some or (bool(others) and {*others} <= {*some})


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

    # The fingerprint tells whether the run met the versions that a later one would meet; it is
    # empty until the run has asked the source.
    fingerprint = models.CharField(max_length=12, blank=True)

    queued_at = models.DateTimeField(db_default=Now())
    # The workers were last told of it at this time.
    sent_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    # The variables that are computed, all where none is named, and the number of turbine-days to be
    # aggregated, None until that is known, and of those that are.
    variables = ArrayField(models.CharField(max_length=50), default=list, blank=True)
    turbine_days_due = models.PositiveIntegerField(null=True)
    turbine_days = models.PositiveIntegerField(default=0)
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
        """The time that the last attempt took; None while it is not finished."""
        if self.finished_at is None or self.started_at is None:
            return None
        return self.finished_at - self.started_at

    @property
    def is_active(self) -> bool:
        """Whether the run waits or is under way."""
        return self.status in ACTIVE

    @property
    def is_well(self) -> bool:
        """Whether the run ended, and as it should."""
        return self.status in (Run.Status.SUCCEEDED, Run.Status.EMPTY)

    def covers(self, turbines: Collection[str]) -> bool:
        """Return whether the run takes in all of these turbines; none named means all."""
        return covers(self.turbines, turbines)

    @property
    def summary(self) -> str:
        """The run's figures, as a sentence."""
        return (
            f"{self.samples:,} samples, {self.windows:,} windows; values: {self.inserted:,} "
            f"inserted, {self.changed:,} changed, {self.removed:,} removed, "
            f"{self.unchanged:,} unchanged."
        )

    def can_take_in(self, turbines: Collection[str], force: bool) -> bool:
        """Return whether a further request can join the run while it waits.

        It cannot where that would force turbines that nobody forces, for force confirms a loss.
        """
        if self.force == force:
            return True
        return self.covers(turbines) if self.force else covers(turbines, self.turbines)

    def join(self, turbines: Collection[str], force: bool) -> None:
        """Take a further request in; the run is queued and its row locked."""
        everything = not self.turbines or not turbines
        self.turbines = [] if everything else sorted({*self.turbines, *turbines})
        self.force = self.force or force
        self.save(update_fields=["turbines", "force"])

    @transaction.atomic
    def take_back(self) -> bool:
        """Queue the run again if its worker is gone or silent; return whether it was.

        After MOST_ATTEMPTS it fails instead, and is no longer active either.
        """
        locks.take_turns_to_ask(self.day)
        abandoned = self._held().filter(processes.abandoned_by(self.worker))
        if abandoned.exists():
            # Workers of its chunks may have the run's own row locked, just before their commit.
            self.chunks.expel()
        if self.attempt < MOST_ATTEMPTS:
            taken = abandoned.update(status=Run.Status.QUEUED, sent_at=None)
        else:
            error = f"The run lost its worker {self.attempt} times, last {self.worker}."
            taken = abandoned.update(status=Run.Status.FAILED, error=error, finished_at=Now())
        self.refresh_from_db()
        return bool(taken)

    def start(self) -> bool:
        """Take the run, which starts it; return False where another worker was faster."""
        started = Run.objects.filter(pk=self.pk, status=Run.Status.QUEUED).update(
            status=Run.Status.RUNNING,
            attempt=F("attempt") + 1,
            worker=processes.this_one(),
            started_at=Now(),
            heartbeat_at=Now(),
            finished_at=None,
            error="",
            traceback="",
            turbine_days_due=None,
            **asdict(Figures()),
        )
        self.refresh_from_db()
        return bool(started)

    def note(self, fingerprint: str, turbine_days_due: int, variables: Sequence[str]) -> None:
        """Remember which versions the run met, and what it has to aggregate."""
        self.variables = list(variables)
        self._held().update(
            fingerprint=fingerprint,
            turbine_days_due=turbine_days_due,
            variables=self.variables,
            heartbeat_at=Now(),
        )

    def beat(self) -> None:
        """Give a sign of life."""
        self._held().update(heartbeat_at=Now())

    def hold(self) -> None:
        """Lock the run's row until the transaction ends.

        Raises:
            RunTakenOver: where another worker has taken the run over.
        """
        if not list(self._held().select_for_update().values_list("pk")):
            raise RunTakenOver(f"{self} is no longer held by attempt {self.attempt}")

    def add(self, figures: Figures) -> None:
        """Count what was done, as a sign of life too; the caller holds the run."""
        counts = {name: F(name) + count for name, count in asdict(figures).items()}
        self._held().update(heartbeat_at=Now(), **counts)

    def finish(self, status: Status, error: str = "", traceback: str = "") -> bool:
        """End the run; return False where another worker has taken it over."""
        ended = self._held().update(
            status=status, error=error, traceback=traceback, finished_at=Now()
        )
        self.refresh_from_db()
        return bool(ended)

    def _held(self) -> RunQuerySet:
        return Run.objects.filter(pk=self.pk, status=Run.Status.RUNNING, attempt=self.attempt)
