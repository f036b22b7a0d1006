"""How far the lake is in step, and whose it is."""

from datetime import date, datetime
from uuid import uuid4

from django.db import models
from django.db.models import F
from django.db.models.functions import Coalesce


class LakeProgress(models.Model):
    """What this deployment remembers of its lake: one row. What the lake has, the lake itself says.

    `deployment` is written into the lake's tables, so that no other deployment writes there. All
    that changed before `synced_until` is in the lake. `looked_at` is when the days of the look-back
    were compared last, and `looked_back_to` how far the look at older days has come; None where it
    begins with the newest of them. `failing_since` and `error` are empty while all is well;
    `tried_at` is when it failed last.
    """

    deployment = models.UUIDField(default=uuid4)
    synced_until = models.DateTimeField(null=True)
    looked_at = models.DateTimeField(null=True)
    looked_back_to = models.DateField(null=True)
    vacuumed_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        db_table = "lake_progress"
        default_permissions = ()

    @classmethod
    def get(cls) -> "LakeProgress":
        """Return the one row, made where there is none."""
        return cls.objects.get_or_create(pk=1)[0]

    @classmethod
    def note_failure(cls, error: str, now: datetime) -> None:
        """Remember that the lake does not do its part, and since when."""
        cls.get()
        since = Coalesce(F("failing_since"), now, output_field=models.DateTimeField())
        cls.objects.filter(pk=1).update(failing_since=since, error=error, tried_at=now)


class LetGoMonth(models.Model):
    """A month whose statistics were let go, and where the lake has them."""

    first = models.DateField(primary_key=True)
    lake_address = models.TextField()

    class Meta:
        db_table = "let_go_month"
        ordering = ["first"]
        default_permissions = ()


class HeldMonth(models.Model):
    """A month of a table of the lake that is to stay there, for a database let go of it.

    Which turbine-days stay, LetGoTurbineDay tells. The lake lacks `lost` of them, or had other rows
    of them, when that was looked at last.
    """

    lake_table = models.CharField(max_length=20)
    first = models.DateField()
    lost = models.IntegerField(default=0)

    class Meta:
        db_table = "held_month"
        ordering = ["first"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["lake_table", "first"], name="a_month_is_held_once")
        ]

    @classmethod
    def months_of(cls, lake_table: str) -> set[date]:
        """Return the first days of the months that are held of the table."""
        return {*cls.objects.filter(lake_table=lake_table).values_list("first", flat=True)}


class LetGoTurbineDay(models.Model):
    """A turbine-day of a table of the lake that is to stay there: no database has it.

    It has `rows` rows in the lake. `digest` is that of their values, empty where nobody read them.
    """

    lake_table = models.CharField(max_length=20)
    day = models.DateField()
    turbine = models.CharField(max_length=100)
    rows = models.IntegerField()
    digest = models.CharField(max_length=64, blank=True)

    class Meta:
        db_table = "let_go_turbine_day"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["lake_table", "day", "turbine"], name="a_turbine_day_is_let_go_once"
            )
        ]

    @classmethod
    def days_of(cls, lake_table: str) -> set[date]:
        """Return the UTC days of which anything of the table is to stay."""
        of_table = cls.objects.filter(lake_table=lake_table)
        return {*of_table.values_list("day", flat=True).distinct()}
