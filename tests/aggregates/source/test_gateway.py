"""How long a visitor waits for the source."""

import time
from dataclasses import replace

import pytest

from aggregates.errors import SourceUnavailable
from aggregates.source import gateway
from common import patience, waits
from sourcedata import reader


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """A source that takes 0.3 s for each answer, and visitors who wait for 0.5 s."""
    impatient = replace(waits.ANSWER, source_answer_s=0.5)
    monkeypatch.setattr(patience, "current", lambda: impatient)
    monkeypatch.setattr(waits, "PAGE_S", 0.5)
    monkeypatch.setattr(reader, "turbine_names", lambda: time.sleep(0.3))
    gateway._forget_the_visitor_before()


def test_all_questions_of_a_visitor_take_no_longer_than_one_may(slow: None) -> None:
    gateway.turbine_names()
    with pytest.raises(SourceUnavailable, match="has not answered"):
        gateway.turbine_names()


def test_the_next_visitor_waits_anew(slow: None) -> None:
    gateway.turbine_names()
    gateway._forget_the_visitor_before()
    gateway.turbine_names()


def test_all_questions_of_a_page_take_no_longer_than_one_may(slow: None) -> None:
    with gateway.for_page():
        gateway.turbine_names()
        with pytest.raises(SourceUnavailable, match=r"has not answered after 0\.2 seconds"):
            gateway.turbine_names()


def test_a_page_that_has_waited_for_the_source_asks_it_nothing_else(
    slow: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(reader, "roster", lambda: asked.append("roster"))
    gateway._waited_s.set(0.5)
    with gateway.for_page(), pytest.raises(SourceUnavailable, match=r"after 0\.5 seconds"):
        gateway.roster()
    assert not asked
