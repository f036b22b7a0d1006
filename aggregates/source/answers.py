"""Answers of another deployment's REST API: nothing in them is relied on before it is checked."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import NoneType
from typing import Any

import numpy as np

from aggregates.errors import SourceUnavailable
from common.arrays import Array
from common.days import FIRST_DAY, LAST_DAY, parse_day

TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z")


def problem(address: str, wrong: str) -> SourceUnavailable:
    """Return the error which says that the source, asked for `address`, does what is `wrong`."""
    return SourceUnavailable(f"The source {address} {wrong}.")


@dataclass(frozen=True)
class Answer:
    """The list that an address answered with, supposedly of objects."""

    address: str
    rows: Sequence[Any]

    def column(self, key: str, *types: type) -> list[Any]:
        """Return what each of the objects has under `key`.

        Raises:
            SourceUnavailable: where one has nothing there, or something of another type.
        """
        try:
            values = [row[key] for row in self.rows]
        except (KeyError, TypeError):
            raise problem(self.address, f"gives an item that has no {key}") from None
        # The types are compared exactly, for a boolean would pass for an integer.
        self.require(set(map(type, values)) <= {*types}, f"gives a {key} of a wrong type")
        return values

    def has(self, key: str) -> bool:
        """Return whether the first of the objects has anything under `key`, be it null."""
        return bool(self.rows) and isinstance(self.rows[0], dict) and key in self.rows[0]

    def days(self, key: str, *types: type) -> list[Any]:
        """Return the days that the objects have under `key`; None for null, where it is allowed.

        Raises:
            SourceUnavailable: where one is no day.
        """
        texts = self.column(key, *types)
        try:
            days = [None if text is None else parse_day(text) for text in texts]
        except ValueError:
            raise problem(self.address, f"gives a {key} that is not a day") from None
        self._require_possible(key, days)
        return days

    def moments(self, key: str) -> list[datetime | None]:
        """Return the times that the objects have under `key`, None for null.

        Raises:
            SourceUnavailable: where one is no time in UTC, or lies on a day of no measurement.
        """
        texts = self.column(key, str, NoneType)
        is_time = all(text is None or TIME.fullmatch(text) for text in texts)
        self.require(is_time, f"gives a {key} that is not a time in UTC")
        try:
            times = [None if text is None else datetime.fromisoformat(text) for text in texts]
        except ValueError:
            raise problem(self.address, f"gives a {key} that is not a time in UTC") from None
        self._require_possible(key, [time and time.date() for time in times])
        return times

    def _require_possible(self, key: str, days: Sequence[date | None]) -> None:
        is_possible = all(day is None or FIRST_DAY <= day <= LAST_DAY for day in days)
        self.require(is_possible, f"gives a {key} that does not lie in {FIRST_DAY} to {LAST_DAY}")

    def times(self, key: str) -> Array:
        """Return the times that the objects have under `key`, as datetime64[us] in UTC.

        Raises:
            SourceUnavailable: where one is no time in UTC.
        """
        texts = self.column(key, str)
        # The form is checked first, for NumPy would read `today`, too.
        self.require(all(map(TIME.fullmatch, texts)), f"gives a {key} that is not a time in UTC")
        try:
            return np.array([text[:-1] for text in texts], dtype="datetime64[us]")
        except ValueError:
            raise problem(self.address, f"gives a {key} that is not a time in UTC") from None

    def numbers(self, key: str) -> Array:
        """Return the numbers that the objects have under `key`, NaN for null.

        Raises:
            SourceUnavailable: where one is something else.
        """
        return np.array(self.column(key, float, int, NoneType), dtype=float)

    def require(self, holds: bool, wrong: str) -> None:
        """Go on only where the answer is as it must be.

        Raises:
            SourceUnavailable: saying that the source does what is `wrong`.
        """
        if not holds:
            raise problem(self.address, wrong)
