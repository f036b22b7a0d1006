"""Telling people of findings: each once, all of a time in one message."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from aggregates.alerting.alerts import raise_alert
from aggregates.assessment.findings import Kind
from aggregates.models import Alert, Finding, locks

# Whoever falls silent is told of at once, by the silences.
TOLD_ELSEWHERE = (Kind.SILENT, Kind.PARTIAL)
LEAST_KWH = 500
# What ended longer ago is history, as of a backfill.
RECENT = timedelta(hours=48)
MOST_NAMED = 10


@transaction.atomic
def tell(now: datetime) -> None:
    """Raise one alert for the findings that nobody was told of and that are worth it."""
    locks.take_turns_to_alert()
    untold = list(_untold(now))
    if untold:
        raise_alert(None, Alert.Event.FINDING, _message(untold))
        Finding.objects.filter(pk__in=[finding.pk for finding in untold]).update(told_at=now)


def _untold(now: datetime) -> Sequence[Finding]:
    standing = Finding.objects.standing().filter(told_at=None, acknowledged_by="")
    recent = standing.filter(end__gt=now - RECENT).exclude(kind__in=TOLD_ELSEWHERE)
    return [
        finding
        for finding in recent.by_cost()
        if finding.lost_kwh is None or finding.lost_kwh >= LEAST_KWH
    ]


def _message(findings: Sequence[Finding]) -> str:
    sentences = [finding.sentence for finding in findings[:MOST_NAMED]]
    more = len(findings) - len(sentences)
    if more:
        sentences.append(f"And {more:,} more: see Findings in the admin.")
    return "\n".join(sentences)
