"""What pages say, read without the pages."""

from datetime import date

import pytest
from django.template import Context, Template

from aggregates.pages import morning_sentences
from aggregates.pages.morning import Morning, Trouble, Yield
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


@pytest.mark.parametrize(
    ("energy_mwh", "wind_speed_m_s", "said"),
    [
        (1234.56, 7.25, "2025-08-31: 1,234.6 MWh, mean wind speed 7.2 m/s."),
        (None, 7.25, "2025-08-31: mean wind speed 7.2 m/s."),
        (3.0, None, "2025-08-31: 3.0 MWh."),
        (None, None, "2025-08-31: neither power nor wind speed."),
    ],
)
def test_a_days_yield_is_told_as_far_as_it_is_known(energy_mwh, wind_speed_m_s, said) -> None:
    done = Yield(DAY, energy_mwh, wind_speed_m_s)
    assert plain(morning_sentences.of_yield(done, today=date(2025, 9, 1))) == said


def test_a_day_that_is_under_way_is_told_so_far() -> None:
    said = plain(morning_sentences.of_yield(Yield(DAY, 3.0, None), today=DAY))
    assert said == "2025-08-31, so far: 3.0 MWh."


def test_of_many_gaps_the_newest_are_told() -> None:
    gaps = [(date(2025, 8, day), 50) for day in range(31, 24, -1)]
    said = plain(morning_sentences.of_gaps(Morning(days=7, current=7, gaps=gaps)))
    assert said.startswith("Samples are missing: 2025-08-31 has 50 %, 2025-08-30 has 50 %")
    assert said.endswith("2025-08-27 has 50 % and so on of those expected.")


def test_a_trouble_says_what_to_type() -> None:
    said = plain(morning_sentences.of_trouble(Trouble("It stands.", "make serve")))
    assert said == "It stands. Type make serve."
