"""What the farm did, as it is told each morning: in plain text, and as HTML for who reads that."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.template.loader import render_to_string

from aggregates import assessed
from aggregates.analysis.turbine_totals import TurbineTotals, sum_of, totals
from aggregates.models import AssessmentProgress, Finding
from common.wording import energy

# More are counted, and on the farm's page.
MOST_FINDINGS, MOST_TURBINES = 20, 50
BAR = 24
HEADINGS = ("turbine", "energy, MWh", "lost, MWh", "ratio to the farm")
BARS = "█ is energy, ░ is what was lost."
BARS_IN_COLOUR = "Blue is energy, red is what was lost."
NO_FIGURE = "-"


@dataclass(frozen=True)
class ReportRow:
    """A turbine's figures as text, and its bar in percent of the longest: energy and loss."""

    turbine: str
    figures: Sequence[str]
    energy_percent: int
    lost_percent: int

    @property
    def bar(self) -> str:
        """The bar in letters."""
        return "█" * (self.energy_percent * BAR // 100) + "░" * (self.lost_percent * BAR // 100)


@dataclass(frozen=True)
class Report:
    """What the farm did from `first` to `last`, both included; the worst turbines first."""

    first: date
    last: date
    sentence: str
    findings: Sequence[str]
    rows: Sequence[ReportRow]
    rest: str
    headings: Sequence[str] = HEADINGS
    bars: str = BARS
    bars_in_colour: str = BARS_IN_COLOUR

    @property
    def text(self) -> str:
        """All of it in plain text."""
        findings = [f"- {sentence}" for sentence in self.findings]
        return "\n".join([self.sentence, "", *findings, "", *self._table(), self.rest, self.bars])

    def _table(self) -> list[str]:
        width = max([len(row.turbine) for row in self.rows] + [len(HEADINGS[0])])
        head = _line(HEADINGS[0], HEADINGS[1:], width)
        return [head, *(_line(row.turbine, row.figures, width) + row.bar for row in self.rows)]

    @property
    def html(self) -> str:
        """All of it as HTML that needs nothing but itself."""
        return render_to_string("mail/report.html", {"report": self})


def _line(turbine: str, figures: Sequence[str], width: int) -> str:
    columns = [
        f"{figure:>{len(heading)}}" for figure, heading in zip(figures, HEADINGS[1:], strict=True)
    ]
    return f"{turbine:<{width}}  {'  '.join(columns)}  "


def report(first: date, last: date) -> Report | None:
    """Return what the farm did; None where nothing is assessed."""
    of_farm = totals(assessed.day_figures(first, last))
    if not of_farm:
        return None
    listed = of_farm[:MOST_TURBINES]
    more = len(of_farm) - len(listed)
    longest_kwh = max(_possible_kwh(total) for total in listed)
    return Report(
        first,
        last,
        sentence=_sentence(first, last, of_farm),
        findings=_findings(first, last),
        rows=[_row(total, longest_kwh or 1) for total in listed],
        rest=f"And {more:,} more turbines, which lost less." if more else "",
    )


def _sentence(first: date, last: date, of_farm: Sequence[TurbineTotals]) -> str:
    when = f"On {last}" if first == last else f"From {first} to {last}"
    given_kwh = sum_of(total.energy_kwh for total in of_farm)
    expected_kwh = sum_of(total.expected_kwh for total in of_farm)
    lost = energy(sum(total.lost_kwh for total in of_farm))
    if given_kwh is None:
        return f"{when} no turbine of the farm told its power."
    expected = "" if expected_kwh is None else f" of {energy(expected_kwh)} expected at its wind"
    number = f"{len(of_farm):,} turbine{'s' if len(of_farm) != 1 else ''}"
    return f"{when} {number} gave {energy(given_kwh)}{expected}, and lost {lost}."


def _findings(first: date, last: date) -> list[str]:
    error = AssessmentProgress.error_of_checks()
    return [*([error] if error else []), *_news(first, last)]


def _news(first: date, last: date) -> list[str]:
    news = Finding.objects.within(first, last).filter(acknowledged_at=None).by_cost()
    said = [
        f"{finding.about}, {finding.get_kind_display()}: {finding.sentence}" for finding in news
    ]
    if not said:
        return ["No check saw anything that nobody has acknowledged."]
    more = len(said) - MOST_FINDINGS
    return said[:MOST_FINDINGS] + ([f"And {more:,} more."] if more > 0 else [])


def _possible_kwh(total: TurbineTotals) -> float:
    return max(total.energy_kwh or 0, 0) + total.lost_kwh


def _row(total: TurbineTotals, longest_kwh: float) -> ReportRow:
    return ReportRow(
        turbine=total.turbine,
        figures=[
            NO_FIGURE if total.energy_kwh is None else f"{total.energy_kwh / 1000 + 0.0:,.1f}",
            f"{total.lost_kwh / 1000:,.2f}",
            NO_FIGURE if total.ratio is None else f"{total.ratio:.3f}",
        ],
        energy_percent=int(max(total.energy_kwh or 0, 0) * 100 / longest_kwh),
        lost_percent=int(total.lost_kwh * 100 / longest_kwh),
    )
