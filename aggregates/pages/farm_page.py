"""What the farm's page shows of some days: the operator's home."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aggregates import assessed
from aggregates.analysis.turbine_totals import TurbineTotals, totals
from aggregates.models import Finding
from aggregates.pages import addresses, finding_sentences
from aggregates.pages import farm_sentences as sentences
from aggregates.pages.heat_map import (
    BAR,
    HEIGHT,
    MOST_COLUMNS,
    columns,
    heat_map,
    highest_kwh,
    sparkline,
)
from aggregates.pages.open_findings import by_turbine, grouped
from aggregates.pages.periods import Period
from aggregates.pages.sentences import Sentence
from aggregates.source.gateway import SourceUnavailable
from aggregates.source.last_known import last_known_arrivals

# More are on further pages, the worst on the first.
MOST_TURBINES = 100
# More are in the list of findings.
MOST_GROUPS = 20
COLUMNS = (
    *("Turbine", "Findings", "Lost, MWh", "Energy, MWh", "Expected, MWh", "Energy by day"),
    *("Ratio to the farm", "Availability as its own anemometer saw it", "and its neighbours"),
    *("Completeness", "Mean wind, m/s"),
)


@dataclass(frozen=True)
class TurbineRow:
    """A row of the table: figures as text, and the picture of its energy as an SVG path."""

    turbine: str
    address: str
    energy: str
    expected: str
    lost: Sentence
    figures: Sequence[str]
    findings: Sentence
    sparkline: str


def contents(shown: Period, at: datetime, page: int) -> dict[str, Any]:
    """Return what the page shows, by the names that its template knows it by."""
    completeness, warning = _completeness(shown, at)
    of_farm = totals(assessed.day_figures(shown.first, shown.last), completeness)
    findings = list(Finding.objects.within(shown.first, shown.last).by_cost())
    pages = range(1, max(-(-len(of_farm) // MOST_TURBINES), 1) + 1)
    page = min(max(page, 1), pages[-1])
    first = (page - 1) * MOST_TURBINES
    listed = of_farm[first : first + MOST_TURBINES]
    return {
        "warning": warning,
        **_of_findings(findings, shown),
        **_of_turbines(of_farm, listed, completeness, by_turbine(findings), shown),
        "of_pages": sentences.of_pages(first + 1, first + len(listed), len(of_farm)),
        "pages": pages if len(pages) > 1 else (),
        "page": page,
    }


def _completeness(shown: Period, at: datetime) -> tuple[Mapping[str, int], str]:
    """Return the completeness of each turbine, and why it is not of now."""
    try:
        last_known = last_known_arrivals(shown.first, shown.last)
    except SourceUnavailable as error:
        return {}, str(error)
    return assessed.completeness_percent(last_known, at), last_known.warning


def _of_findings(findings: Sequence[Finding], shown: Period) -> dict[str, Any]:
    news = [finding for finding in findings if not finding.acknowledged_at]
    acknowledged = [finding for finding in findings if finding.acknowledged_at]
    said = finding_sentences.of_groups(grouped(news), MOST_GROUPS, addresses.of_findings())
    return {
        "findings": said or [sentences.of_no_finding(len(acknowledged))],
        "of_acknowledged": finding_sentences.of_acknowledged(acknowledged),
    }


def _of_turbines(
    of_farm: Sequence[TurbineTotals],
    listed: Sequence[TurbineTotals],
    completeness: Mapping[str, int],
    findings: Mapping[str, Sequence[Finding]],
    shown: Period,
) -> dict[str, Any]:
    if all(total.is_silent for total in of_farm):
        return {"of_absence": sentences.of_absence(shown, assessed.last_day())}
    of_days = columns(shown.first, shown.last)
    highest = highest_kwh(listed, of_days)
    return {
        "of_farm": sentences.of_farm(of_farm),
        "columns": COLUMNS,
        "rows": [
            _row(
                total,
                completeness.get(total.turbine),
                findings.get(total.turbine, ()),
                sparkline(total, of_days, highest),
            )
            for total in listed
        ],
        "spark_width": BAR * len(set(of_days.values())),
        "spark_height": HEIGHT,
        "map": heat_map(listed, of_days),
        "of_map": sentences.of_map(shown.days > MOST_COLUMNS),
        "of_figures": sentences.of_figures(len(of_farm)),
    }


def _row(
    total: TurbineTotals, percent: int | None, findings: Sequence[Finding], picture: str
) -> TurbineRow:
    return TurbineRow(
        turbine=total.turbine,
        address=addresses.of_turbine_days(total.turbine),
        energy=sentences.of_energy_column(total.energy_kwh),
        expected=sentences.of_energy_column(total.expected_kwh),
        lost=sentences.of_lost(total),
        figures=[
            sentences.of_ratio(total.ratio),
            sentences.of_part(total.availability),
            sentences.of_part(total.availability_with_neighbours),
            sentences.of_percent(percent),
            sentences.of_wind(total.wind_speed),
        ],
        findings=sentences.of_findings(total.turbine, findings),
        sparkline=picture,
    )
