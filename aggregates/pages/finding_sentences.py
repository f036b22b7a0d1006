"""What pages and messages say of findings."""

from collections import Counter
from collections.abc import Iterable, Sequence

from aggregates.models import Finding
from aggregates.pages import addresses
from aggregates.pages.open_findings import FindingGroup
from aggregates.pages.sentences import Sentence, counted, joined, link, sentence, strong
from common.days import DAY, day_start
from common.wording import energy


def of_group(group: FindingGroup) -> Sentence:
    """Say what was seen of a turbine, when, and what it cost; of several, of the worst."""
    more = len(group.findings) - 1
    others = f" And {more:,} more of it, {of_cost(group.lost_kwh)} in all." if more else ""
    return sentence(of_finding(group.first), others)


def of_finding(finding: Finding) -> Sentence:
    """Say what was seen of a turbine, when, and what it cost."""
    return sentence(
        strong(finding.about),
        " ",
        link(finding.get_kind_display(), addresses.of_finding(finding.pk)),
        ", ",
        of_time(finding),
        f", {of_cost(finding.lost_kwh)}: {finding.sentence}",
    )


def of_time(finding: Finding) -> Sentence:
    """Say when, and lead to its first day."""
    start = f"{finding.start:%Y-%m-%d %H:%M}"
    when = (
        link(start, addresses.of_turbine_day(finding.turbine, finding.start.date()))
        if finding.turbine
        else start
    )
    if finding.is_open:
        return sentence("since ", when, " UTC")
    is_one_day = finding.end <= day_start(finding.start.date()) + DAY
    end = f"{finding.end:%H:%M}" if is_one_day else f"{finding.end:%Y-%m-%d %H:%M}"
    return sentence(when, f" to {end} UTC")


def of_cost(lost_kwh: float | None) -> str:
    """Return what it cost; it may have no price."""
    return "without a price" if lost_kwh is None else energy(lost_kwh)


def of_kinds(findings: Iterable[Finding]) -> str:
    """Name the kinds of some findings, and how many there are of each."""
    kinds = Counter(finding.get_kind_display() for finding in findings)
    return ", ".join(
        kind if number == 1 else f"{kind} ({number})" for kind, number in kinds.items()
    )


def of_groups(groups: Sequence[FindingGroup], most: int, address: str) -> list[Sentence]:
    """Say each group, up to so many, and where the others are."""
    said = [of_group(group) for group in groups[:most]]
    more = len(groups) - len(said)
    if more:
        said.append(sentence("And ", link(f"{more:,} more", address), "."))
    return said


def of_acknowledged(findings: Sequence[Finding]) -> Sentence:
    """Say how many people know of; nothing where they know of none."""
    if not findings:
        return Sentence()
    number = counted(len(findings), "finding")
    return sentence(
        link(number, addresses.of_findings()),
        " of these days acknowledged: ",
        _reasons(findings),
        ".",
    )


def _reasons(findings: Sequence[Finding]) -> Sentence:
    reasons = Counter(finding.get_reason_display() for finding in findings)
    return joined([sentence(f"{reason} ({number})") for reason, number in reasons.items()])
