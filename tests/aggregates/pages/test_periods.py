"""The days that a page shows, and the ways to others."""

from datetime import date

from aggregates.pages.periods import Link, Period, period

LAST = date(2025, 8, 31)


def period_of(**query: str) -> Period:
    return period(query, LAST, days=7)


def ends(stretch: Period | Link) -> tuple[str, str]:
    return str(stretch.first), str(stretch.last)


def test_who_asks_for_nothing_is_shown_the_last_days() -> None:
    assert ends(period_of()) == ("2025-08-25", "2025-08-31")
    assert ends(period_of(first="", last="")) == ("2025-08-25", "2025-08-31")


def test_one_end_alone_is_a_day() -> None:
    assert ends(period_of(first="2025-08-01")) == ("2025-08-01", "2025-08-01")
    assert ends(period_of(last="2025-08-01")) == ("2025-08-01", "2025-08-01")


def test_both_ends_are_included() -> None:
    assert period_of(first="2025-08-01", last="2025-08-03").days == 3


def test_a_period_leads_to_its_neighbours_and_to_other_lengths() -> None:
    links = {
        link.name: ends(link) for link in period_of(first="2025-08-23", last="2025-08-29").links
    }
    assert links == {
        "← earlier": ("2025-08-16", "2025-08-22"),
        "Day": ("2025-08-29", "2025-08-29"),
        "Week": ("2025-08-23", "2025-08-29"),
        "Month": ("2025-07-31", "2025-08-29"),
        "Year": ("2024-08-30", "2025-08-29"),
        "later →": ("2025-08-30", "2025-09-05"),
    }


def test_nothing_is_later_than_the_newest_day() -> None:
    assert "later →" not in {link.name for link in period_of().links}


def test_a_period_that_is_wrong_is_the_last_days_and_says_why() -> None:
    chosen = period_of(first="2025-08-02", last="2025-08-01")
    assert ends(chosen) == ("2025-08-25", "2025-08-31")
    assert chosen.form.errors == {"last": ["This lies before the first day."]}
