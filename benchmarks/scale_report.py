"""The table of `make bench`: what was measured, beside its goal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks import year
from benchmarks.day import CHANGED, HERE, ONE, SAME, SERVER, USUAL
from benchmarks.history import NEW_FOLDER
from benchmarks.importing import ALL_KNOWN, ALL_NEW, PSQL
from benchmarks.next_day import BUFFERS, SECONDS, WAL_BYTES
from benchmarks.old_farm import PENDING, SIGNAL
from benchmarks.report import publish, spread
from benchmarks.sharing import (
    BUSY_WITH_ONE,
    BUSY_WITH_TWO,
    LARGE,
    MEMORY_MB,
    ONE_WORKER,
    TWO_WORKERS,
)

Rounds = Sequence[Mapping[str, float]]


@dataclass(frozen=True)
class Claim:
    """A figure of each round, in a unit, and what its median is to be, at most or at least."""

    what: str
    figures: Sequence[float]
    unit: str
    most: float | None = None
    least: float | None = None

    def row(self) -> Sequence[str]:
        """Return what is published."""
        figure = median(self.figures)
        goal, is_met = "", True
        if self.most is not None:
            goal, is_met = f"at most {self.most:g}", figure <= self.most
        elif self.least is not None:
            goal, is_met = f"at least {self.least:g}", figure >= self.least
        verdict = ("yes" if is_met else "no") if goal else ""
        return (self.what, f"{spread(self.figures)} {self.unit}".strip(), goal, verdict)


def publish_all(kept: Mapping[str, Rounds]) -> None:
    """Publish what all rounds found."""
    rounds = [
        {name: value for case in cases for name, value in case.items()}
        for cases in zip(*kept.values(), strict=True)
    ]
    rows = [claim.row() for claim in _claims(rounds)]
    publish("The pipeline", ["what", "median (least to most)", "goal", "met"], rows)


def _claims(rounds: Rounds) -> Sequence[Claim]:
    def each(name: str) -> Sequence[float]:
        return [figures[name] for figures in rounds]

    def ratio(name: str, to: str) -> Sequence[float]:
        return [figures[name] / figures[to] for figures in rounds]

    def after_a_year(name: str) -> Sequence[float]:
        return ratio(f"{year.FOLDER}, {name}", f"{NEW_FOLDER}, {name}")

    return [
        Claim(f"100 turbines, a day: {HERE}", each(HERE), "s"),
        Claim("the server alone", each(SERVER), "s"),
        Claim(f"{HERE} / the server alone", ratio(HERE, SERVER), "", most=1.0),
        Claim(f"{USUAL} / {HERE}", ratio(USUAL, HERE), "", least=15),
        Claim(f"{CHANGED} / {HERE}", ratio(CHANGED, HERE), "", most=2.5),
        Claim(f"{SAME} / {HERE}", ratio(SAME, HERE), "", most=0.6),
        Claim(f"{ONE} / {HERE}", ratio(ONE, HERE), "", most=0.1),
        Claim(f"{LARGE}, a day", each(LARGE), "s"),
        Claim(f"{LARGE} / {HERE} of 100", ratio(LARGE, HERE), "", most=11),
        Claim(f"{LARGE}: {MEMORY_MB}", each(MEMORY_MB), "MB", most=500),
        Claim("a day after a year / of a new farm: time", after_a_year(SECONDS), "", most=1.4),
        Claim("the same: buffers touched", after_a_year(BUFFERS), "", most=1.1),
        Claim("the same: WAL written", after_a_year(WAL_BYTES), "", most=1.1),
        Claim(f"30 days of 100 turbines, {ONE_WORKER}", each(ONE_WORKER), "s"),
        Claim(f"the same, {TWO_WORKERS}", each(TWO_WORKERS), "s"),
        Claim(f"{TWO_WORKERS} / {ONE_WORKER}", ratio(TWO_WORKERS, ONE_WORKER), ""),
        Claim("cores busy, of 2, with one worker", each(BUSY_WITH_ONE), ""),
        Claim("cores busy, of 2, with two workers", each(BUSY_WITH_TWO), ""),
        Claim("10,000,000 rows of CSV by psql", each(PSQL), "s"),
        Claim("import, rows/s of psql's, no row exists yet", ratio(PSQL, ALL_NEW), "", least=0.6),
        Claim("import, rows/s of psql's, every row exists", ratio(PSQL, ALL_KNOWN), "", least=0.3),
        Claim("nothing to do in a year of 100 turbines", ms(each(PENDING)), "ms", most=300),
        Claim("a signal's year out of a year of 100 turbines", ms(each(SIGNAL)), "ms", most=150),
    ]


def ms(seconds: Sequence[float]) -> Sequence[float]:
    """Return milliseconds."""
    return [1000 * duration for duration in seconds]
