"""What the pages of a run, a signal and a turbine say, read without the pages."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from aggregates.analysis.performance import Bin, Energy, PowerCurve
from aggregates.models import Run
from aggregates.pages import day_sentences, performance_sentences, run_sentences
from aggregates.pages.sentences import plain
from aggregates.states import State
from tests.builders import day_state, turbine_day_state

NOON = datetime(2025, 8, 31, 12, tzinfo=UTC)


def run(**fields: object) -> Run:
    return Run(day=date(2025, 8, 31), queued_at=NOON, **fields)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"status": "queued"}, "Queued since 12:00:00 UTC: it waits for a worker."),
        ({"status": "running", "started_at": NOON}, "Running since 12:00:00 UTC."),
        (
            {
                "status": "succeeded",
                "started_at": NOON,
                "finished_at": NOON + timedelta(seconds=1.5),
                "attempt": 2,
            },
            "Succeeded in 1.50 s, attempt 2.",
        ),
    ],
)
def test_a_run_says_how_it_goes(fields: dict[str, object], said: str) -> None:
    assert plain(run_sentences.of_status(run(**fields))) == said


def test_what_is_not_shown_of_a_run_is_told() -> None:
    assert plain(run_sentences.of_written(run(turbine_days=300), shown=200)).startswith(
        "200 of 300 turbines. Others"
    )
    assert plain(run_sentences.of_written(run(turbine_days=200), shown=200)) == ""


@pytest.mark.parametrize(
    ("energy", "rated_power_kw", "said"),
    [
        (Energy(12_345.0, 0.25, 144, 150), 2000, "12.3 MWh in 144 of 150 windows; nothing stands"),
        (Energy(12_345.0, 0.25, 144, 150), 2000, "Capacity factor 25.0 % of 2,000 kW"),
        (Energy(-20.5, None, 1, 150), None, "-20.5 kWh in 1 of 150 windows"),
        (Energy(-20.5, None, 1, 150), None, "the rated power of the turbine is not known."),
    ],
)
def test_an_energy_is_told_with_what_it_is_of(energy, rated_power_kw, said) -> None:
    assert said in plain(performance_sentences.of_energy(energy, rated_power_kw))


def curve(bins: list[Bin], left_out: int) -> PowerCurve:
    return PowerCurve(np.array([]), np.array([]), bins, left_out)


def test_windows_without_enough_samples_are_counted() -> None:
    said = plain(performance_sentences.of_curve(curve([], left_out=1), 2000))
    assert said.endswith("of enough samples: 1 window below 90 % coverage is left out.")
    said = plain(performance_sentences.of_curve(curve([], left_out=0), 2000))
    assert said == "No window has both a wind speed and a power."


def test_a_day_says_how_many_turbines_are_in_which_state() -> None:
    turbines = {State.STALE: 1, State.CURRENT: 2}
    day = day_state(
        "2025-08-31",
        state=State.STALE,
        turbines=turbines,
        samples=1440,
        expected_samples=4320,
        windows=144,
        complete=1,
        incomplete=[turbine_day_state("T2", 0, 1440, "2025-08-31")],
    )
    said = (
        "stale; 1 of 2 turbines complete, T2 silent; 1,440 of 4,320 samples, 144 windows;"
        " turbines: 1 stale, 2 current."
    )
    assert plain(day_sentences.of_day(day)) == said
