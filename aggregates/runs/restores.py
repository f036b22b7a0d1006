"""Noticing that the source went back in time: that its files were put back from a copy.

Such a copy gives out numbers again that it gave out before, for other things: a table that is then
rewritten may look in PostgreSQL's system tables as one did that is no more. So the target remembers
how far the source's transactions had come.
"""

import logging

from django.db import transaction

from aggregates.models import AggregatedDay, SourceProgress
from aggregates.source import gateway

logger = logging.getLogger(__name__)

# No measurements ever have this revision.
NO_REVISION = 0


@transaction.atomic
def notice() -> None:
    """Let no turbine-day be current where the source has no more transactions than it once had.

    Raises:
        SourceUnavailable: where the source does not answer.
    """
    # The row is locked before the source is asked, so that it is never newer than the answer. Where
    # another process has it locked, that one looks, and this one need not.
    progress = SourceProgress.objects.select_for_update(skip_locked=True).first()
    if progress is None:
        SourceProgress.objects.bulk_create([SourceProgress(pk=1)], ignore_conflicts=True)
        return
    transactions = gateway.transactions()
    if transactions is None:
        return
    if transactions <= progress.transactions:
        logger.error("The source went back in time: every day is computed again.")
        AggregatedDay.objects.update(revision=NO_REVISION)
    SourceProgress.objects.update(transactions=transactions)
