"""Chunks: what one worker aggregates of a run at a time."""

from collections.abc import Collection

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models.functions import Now

from aggregates.errors import RunTakenOver
from aggregates.models import locks, processes
from aggregates.models.runs import Run


class ChunkQuerySet(models.QuerySet["Chunk"]):
    """Chunks of a run, and how they are shared out."""

    @transaction.atomic
    def cut(self, run: Run, turbines: Collection[str]) -> int:
        """Share the turbines out in chunks, in place of the run's earlier ones; return how many."""
        # What is still loaded for another run or attempt of the day is never committed.
        self.filter(run__day=run.day).expel()
        self.filter(run=run).delete()
        size = settings.CHUNK_TURBINES
        names = [*turbines]
        shares = [names[start : start + size] for start in range(0, len(names), size)]
        return len(self.bulk_create([Chunk(run=run, turbines=share) for share in shares]))

    @transaction.atomic
    def take(self) -> "Chunk | None":
        """Take the first of these chunks that nobody has; None where there is none."""
        waiting = self.filter(worker="", done_at=None).select_related("run")
        chunk = waiting.select_for_update(skip_locked=True, of=("self",)).first()
        if chunk:
            chunk.attempt += 1
            chunk.worker = processes.this_one()
            chunk.heartbeat_at = Now()
            chunk.save(update_fields=["attempt", "worker", "heartbeat_at"])
        return chunk

    def untouched(self) -> "ChunkQuerySet":
        """Chunks that nobody ever took."""
        return self.filter(attempt=0)

    def open(self) -> "ChunkQuerySet":
        """Chunks whose statistics are not committed yet."""
        return self.filter(done_at=None)

    def expel(self) -> None:
        """End the sessions that load one of these chunks."""
        held = self.open().exclude(worker="")
        locks.expel_loaders(list(held.values_list("pk", flat=True)))


class Chunk(models.Model):
    """Some turbines of a run, aggregated by one worker in one transaction.

    It waits while it has no `worker`; `attempt` counts those that took it. `lost` names the
    turbines that were left as they were, since most of their samples are gone.
    """

    run = models.ForeignKey(Run, models.CASCADE, related_name="chunks")
    turbines = ArrayField(models.CharField(max_length=100))
    attempt = models.PositiveIntegerField(default=0)
    worker = models.CharField(max_length=200, blank=True)
    heartbeat_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    lost = ArrayField(models.CharField(max_length=100), default=list)

    objects = ChunkQuerySet.as_manager()

    class Meta:
        db_table = "chunk"
        # Chunks that were given back come last.
        ordering = ["attempt", "id"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"chunk {self.pk} of {self.run}"

    def beat(self) -> None:
        """Give a sign of life."""
        self._held().update(heartbeat_at=Now())

    def finish(self, lost: Collection[str]) -> None:
        """Note that the chunk is done, in the transaction that writes its statistics.

        Raises:
            RunTakenOver: where another worker has taken the chunk over.
        """
        self.lost = sorted(lost)
        if not self._held().update(done_at=Now(), lost=self.lost):
            raise RunTakenOver(f"{self} is no longer held by attempt {self.attempt}")

    def give_back(self) -> None:
        """Let the worker that has the run do it."""
        self._held().update(worker="")

    @transaction.atomic
    def take_back(self) -> None:
        """Let it wait again if its worker is gone or silent."""
        abandoned = self._held().filter(processes.abandoned_by(self.worker))
        if abandoned.exists():
            abandoned.expel()
            abandoned.update(worker="")

    def _held(self) -> ChunkQuerySet:
        return Chunk.objects.open().filter(pk=self.pk, attempt=self.attempt).exclude(worker="")
