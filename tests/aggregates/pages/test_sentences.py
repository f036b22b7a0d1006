"""What pages say, read without the pages."""

from datetime import date
from typing import Any

import pytest
from django.template import Context, Template

from aggregates.expectations import SilentTurbine
from aggregates.models import Acknowledgement
from aggregates.pages import morning_sentences
from aggregates.pages.completeness import of_completeness
from aggregates.pages.energy import Yield
from aggregates.pages.morning import Morning, Trouble
from aggregates.pages.sentences import (
    Sentence,
    code,
    counted,
    joined,
    link,
    plain,
    sentence,
    state,
    strong,
)
from aggregates.states import TurbineDayState
from tests.builders import at, day_state, turbine_day_state

DAY = date(2025, 8, 31)


def rendered(shown: Sentence) -> str:
    return Template("{{ shown }}").render(Context({"shown": shown}))


def test_a_sentence_is_shown_with_what_stands_out_and_where_it_leads() -> None:
    shown = sentence(strong("Two"), " of ", link("3 <days>", "/days/?a=1&b=2"), state("stale"))
    assert plain(shown) == "Two of 3 <days>stale"
    assert rendered(shown) == (
        '<strong>Two</strong> of <a href="/days/?a=1&amp;b=2">3 &lt;days&gt;</a>'
        '<span class="state of-stale">stale</span>'
    )


def test_sentences_are_joined_by_what_stands_between_each_two() -> None:
    assert plain(joined([sentence("a"), sentence(code("b")), sentence("c")])) == "a, b, c"
    assert plain(joined([])) == ""


@pytest.mark.parametrize(("number", "said"), [(0, "0 days"), (1, "1 day"), (1500, "1,500 days")])
def test_a_number_has_its_noun(number: int, said: str) -> None:
    assert counted(number, "day") == said


def a_yield(**fields: Any) -> Yield:
    """Return what 29 of 30 turbines did, of which nothing is known but what `fields` say."""
    known = {"energy_mwh": None, "usual_mwh": None, "wind_speed_m_s": None, "windows_percent": 97}
    known |= {"is_whole": False, "turbines": 29, "expected_turbines": 30}
    return Yield(DAY, **known | fields)


@pytest.mark.parametrize(
    ("known", "said"),
    [
        (
            {"energy_mwh": 1234.56, "usual_mwh": 210.0, "wind_speed_m_s": 7.25},
            "1,234.6 MWh from 29 of 30 turbines, 97 % of the windows;"
            " mean of the 7 days before 210.0 MWh; mean wind speed 7.2 m/s.",
        ),
        ({"wind_speed_m_s": 7.25}, "mean wind speed 7.2 m/s."),
        ({"energy_mwh": 3.0, "windows_percent": None}, "3.0 MWh from 29 of 30 turbines."),
        ({}, "neither power nor wind speed."),
    ],
)
def test_a_days_yield_is_told_with_what_it_is_of(known: dict[str, float], said: str) -> None:
    sentence = morning_sentences.of_yield(a_yield(**known), today=date(2025, 9, 1))
    assert plain(sentence) == f"2025-08-31: {said}"


def test_a_day_that_is_under_way_is_told_so_far() -> None:
    said = plain(morning_sentences.of_yield(a_yield(energy_mwh=3.0), today=DAY))
    assert said.startswith("2025-08-31, so far: 3.0 MWh")


@pytest.mark.parametrize("is_whole", [True, False])
def test_an_energy_stands_out_only_where_nothing_of_it_is_missing(is_whole: bool) -> None:
    done = a_yield(energy_mwh=3.0, is_whole=is_whole)
    assert ("<strong>" in str(morning_sentences.of_yield(done, DAY))) == is_whole


def test_of_many_incomplete_days_the_newest_are_told() -> None:
    days = [
        day_state(f"2025-08-{day}", complete=1, incomplete=[silent(f"2025-08-{day}")])
        for day in range(31, 24, -1)
    ]
    said = plain(morning_sentences.of_incomplete(Morning(days=7, incomplete=days)))
    assert said.startswith(
        "Measurements are missing. 2025-08-31: 1 of 2 turbines complete, T2 silent; 2025-08-30: "
    )
    assert said.endswith("T2 silent; and 2 more days.")


def silent(day: str) -> TurbineDayState:
    return turbine_day_state("T2", 0, 1440, day)


def test_of_many_incomplete_turbines_the_worst_are_named() -> None:
    incomplete = [silent("2025-08-31"), turbine_day_state("T7", 1080, 1440, "2025-08-31")]
    day = day_state("2025-08-31", complete=1, incomplete=incomplete * 4)
    said = "1 of 9 turbines complete, T2 silent, T7 75 %, T2 silent, T7 75 %, T2 silent, 3 more"
    assert of_completeness(day) == said


def test_a_farm_that_is_not_live_is_a_history() -> None:
    ended = Morning(days=7, current=7, ended_at=at("2014-12-31T23:50"))
    said = plain(morning_sentences.of_days(ended))
    assert said.startswith("History, last measurement 2014-12-31 23:50 UTC. 7 of 7 days current")


def test_who_is_silent_now_is_named_the_newest_first() -> None:
    silent = [
        SilentTurbine("T29", at("2025-08-31T12:00")),
        SilentTurbine("T07", at("2025-08-31T13:00")),
    ]
    said = plain(morning_sentences.of_silent(silent, []))
    assert said == "Silent now: T07 since 2025-08-31 13:00, T29 since 2025-08-31 12:00 (UTC)."
    assert plain(morning_sentences.of_silent(silent * 10, [])).endswith(", and 10 more (UTC).")


@pytest.mark.parametrize("turbine", ["T29", ""])
def test_a_silence_that_people_know_of_says_so(turbine: str) -> None:
    silent = [SilentTurbine("T29", at("2025-08-31T12:00"))]
    said = plain(morning_sentences.of_silent(silent, [Acknowledgement(turbine=turbine)]))
    assert said == "Silent now: T29 since 2025-08-31 12:00 (acknowledged) (UTC)."
    assert "ack" not in plain(morning_sentences.of_silent(silent, [Acknowledgement(turbine="T7")]))


def test_what_people_know_of_is_told_with_its_end() -> None:
    acknowledgement = Acknowledgement(turbine="T29", reason="maintenance", last=DAY)
    said = plain(morning_sentences.of_acknowledged([acknowledgement]))
    assert said == "Acknowledged: T29, maintenance, until 2025-08-31."


def test_a_clock_that_is_ahead_is_told() -> None:
    said = plain(morning_sentences.of_ahead([("T5", at("2031-01-01T00:00"))]))
    assert said == "Measurements that are yet to come: T5 (2031-01-01 00:00 UTC); see their clocks."


def test_a_trouble_says_what_to_type() -> None:
    said = plain(morning_sentences.of_trouble(Trouble("It stands.", "make serve")))
    assert said == "It stands. Type make serve."
