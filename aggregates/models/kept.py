"""The source's last answers, for pages and monitoring alone, while it does not answer."""

from datetime import date, timedelta
from typing import Any

from django.db import models
from django.db.models.functions import Now

# An answer is written no more often, and forgotten when it is so old.
KEPT_EVERY = timedelta(seconds=10)
REMEMBERED = timedelta(days=7)


class KeptAnswer(models.Model):
    """The turbine-days from `first` to `last` as the source gave them out at `read_at`."""

    first = models.DateField()
    last = models.DateField()
    read_at = models.DateTimeField()
    turbine_days = models.JSONField()

    class Meta:
        db_table = "kept_answer"
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["first", "last"], name="kept_answer_days")]

    @classmethod
    def keep(cls, first: date, last: date, turbine_days: list[list[Any]]) -> None:
        """Remember an answer of now."""
        of_these = cls._default_manager.filter(first=first, last=last)
        if of_these.filter(read_at__gt=Now() - KEPT_EVERY).exists():
            return
        cls._default_manager.update_or_create(
            first=first, last=last, defaults={"read_at": Now(), "turbine_days": turbine_days}
        )
        cls._default_manager.filter(read_at__lt=Now() - REMEMBERED).delete()

    @classmethod
    def newest(cls, first: date, last: date) -> "KeptAnswer | None":
        """Return the newest that reaches back to `first`, and has some of the days to `last`."""
        reaching = cls._default_manager.filter(first__lte=first, last__gte=first)
        return reaching.order_by("-last", "-read_at").first()
