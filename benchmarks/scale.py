"""How fast days are aggregated and files imported, and how that grows with a farm.

make bench. In rounds, so that what is compared is measured at much the same time; it ends before
ten minutes are over, and goes on where it stopped when called again.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management import call_command

from benchmarks import day, history, importing, sharing
from benchmarks.fresh import settle
from benchmarks.scale_report import publish_all
from benchmarks.workers import broker

ROUNDS = 5
PATIENCE_S = 570
KEPT: Path = settings.VAR_DIR / "rounds.json"


@dataclass(frozen=True)
class Case:
    """A figure that is measured once a round: how it is prepared, and how long that may take."""

    name: str
    fill: Callable[[], None]
    measure: Callable[[int], dict[str, float]]
    longest_s: int


CASES = [
    Case("day", day.fill, day.measure, 75),
    Case("large day", sharing.fill, sharing.measure_large, 75),
    Case("history", history.fill, history.measure, 60),
    Case("month", sharing.fill, sharing.measure_month, 150),
    Case("import", importing.fill, importing.measure, 240),
]


def main() -> None:
    """Measure what is missing, as long as there is time, and publish what is complete."""
    call_command("migrate", verbosity=0)
    kept: dict[str, Any] = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    with broker():
        is_complete = measure(kept, end=monotonic() + PATIENCE_S)
    if is_complete:
        publish_all(kept)
        KEPT.unlink()
    else:
        print("Not all is measured yet. To go on: make bench")


def measure(kept: dict[str, Any], end: float) -> bool:
    """Measure rounds that are not kept yet until there are none, or no time for the next."""
    for case in CASES:
        if not kept.setdefault(case.name, []):
            print(f"Preparing: {case.name}", flush=True)
            case.fill()
    while missing := [case for case in CASES if len(kept[case.name]) < ROUNDS]:
        case = min(missing, key=lambda candidate: len(kept[candidate.name]))
        if monotonic() + case.longest_s > end:
            return False
        number = len(kept[case.name])
        print(f"Round {number + 1} of {ROUNDS}: {case.name}", flush=True)
        settle()
        kept[case.name].append(case.measure(number))
        KEPT.write_text(json.dumps(kept))
    return True


if __name__ == "__main__":
    main()
