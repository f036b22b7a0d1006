"""What people should look at and nobody has said anything of yet, by what it cost."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Q

from aggregates.analysis.turbine_totals import sum_of
from aggregates.models import Finding
from aggregates.models.assessments import FindingQuerySet


@dataclass(frozen=True)
class FindingGroup:
    """All findings of one kind of one turbine, the most expensive first; there is at least one."""

    findings: Sequence[Finding]

    @property
    def first(self) -> Finding:
        """The most expensive one."""
        return self.findings[0]

    @property
    def lost_kwh(self) -> float | None:
        """What they cost together; None where none has a price."""
        return sum_of(finding.lost_kwh for finding in self.findings)


def open_findings(at: datetime) -> FindingQuerySet:
    """Return those that nobody acknowledged: they go on, or ended within the look-back."""
    is_recent = Q(is_open=True) | Q(end__gte=at - settings.PENDING_LOOKBACK)
    return unacknowledged(Finding.objects.standing()).filter(is_recent).by_cost()


def unacknowledged(findings: FindingQuerySet) -> FindingQuerySet:
    """Return those of which nobody has said why."""
    return findings.filter(acknowledged_at=None)


def grouped(findings: Iterable[Finding]) -> list[FindingGroup]:
    """Return findings, given by cost, by turbine and kind; the most expensive group first."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.turbine, finding.kind), []).append(finding)
    return sorted(map(FindingGroup, groups.values()), key=lambda group: -(group.lost_kwh or -1))


def by_turbine(findings: Iterable[Finding]) -> Mapping[str, Sequence[Finding]]:
    """Return the findings of each turbine, in their order."""
    of_turbines: dict[str, list[Finding]] = {}
    for finding in findings:
        of_turbines.setdefault(finding.turbine, []).append(finding)
    return of_turbines
