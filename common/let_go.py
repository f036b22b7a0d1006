"""Naming what was let go, and where it is, to those who ask for it."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from urllib.parse import quote

from common.wording import listed


class MonthElsewhere(NamedTuple):
    """A month that a database let go: its first day, and where the lake has it, if anywhere."""

    first: date
    lake_address: str


def named(months: Sequence[MonthElsewhere]) -> str:
    """Return a sentence that says where the months are, and how they come back; empty for none."""
    if not months:
        return ""
    names = listed(f"{month.first:%Y-%m}" for month in months)
    addresses = sorted({month.lake_address for month in months if month.lake_address})
    if not addresses:
        return f"Let go: {names}."
    return (
        f"Let go: {names}; in the lake at {listed(addresses)};"
        f" manage.py lake restore --month {months[0].first:%Y-%m} puts a month back."
    )


def headers(months: Sequence[MonthElsewhere]) -> dict[str, str]:
    """Return the header that says so; a header has ASCII alone."""
    return {"Let-Go": quote(named(months), safe=" :;,./=-()'")} if months else {}
