"""The source's last answers, for pages and monitoring alone, while it does not answer."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Now

# An answer is written no more often, and forgotten when it is so old.
KEPT_EVERY = timedelta(seconds=10)
REMEMBERED = timedelta(days=7)


class KeptAnswer(models.Model):
    """What arrived from `first` to `last`, as the source said at `read_at`."""

    first = models.DateField()
    last = models.DateField()
    read_at = models.DateTimeField()
    answer = models.JSONField(encoder=DjangoJSONEncoder)

    class Meta:
        db_table = "kept_answer"
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["first", "last"], name="kept_answer_days")]

    @classmethod
    def keep(cls, first: date, last: date, answer: Mapping[str, Any]) -> None:
        """Remember an answer of now."""
        of_these = cls._default_manager.filter(first=first, last=last)
        if of_these.filter(read_at__range=(Now() - KEPT_EVERY, Now() + KEPT_EVERY)).exists():
            return
        cls._default_manager.defer("read_at").update_or_create(
            first=first, last=last, defaults={"read_at": Now(), "answer": answer}
        )
        cls._default_manager.filter(read_at__lt=Now() - REMEMBERED).delete()

    @classmethod
    def newest(cls, first: date, last: date) -> "KeptAnswer | None":
        """Return the newest that reaches back to `first`, and has some of the days to `last`.

        One of the future counts for none: a clock was wrong, or somebody wrote it.
        """
        reaching = cls._default_manager.filter(
            first__lte=first, last__gte=first, read_at__lte=Now() + KEPT_EVERY
        )
        return reaching.order_by("-last", "-read_at").first()
