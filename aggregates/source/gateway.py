"""The questions of the pipeline to the source: which turbine-days exist, and their measurements."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from functools import partial, wraps
from time import monotonic
from typing import Any, ParamSpec, Protocol, TypeVar

from django.conf import settings
from django.core.signals import request_started
from django.db import Error
from django.dispatch import receiver

from aggregates.errors import SourceUnavailable
from aggregates.source import remote
from common import patience, waits
from common.bulkhead import Bulkhead, NotAnswered
from common.let_go import MonthElsewhere
from common.postgres.outages import is_outage
from common.wording import first_line
from sourcedata import reader
from sourcedata.nameplate import Nameplate
from sourcedata.reader import RosterEntry, Snapshot, TurbineDay, UnreadableSource
from sourcedata.variables import VARIABLE_NAMES

__all__ = [
    "Nameplate",
    "RosterEntry",
    "Snapshot",
    "SourceUnavailable",
    "TurbineDay",
    "day_range",
    "faults",
    "for_page",
    "measured_days",
    "months_let_go",
    "recount",
    "require_empty",
    "roster",
    "snapshot",
    "transactions",
    "turbine_days",
    "turbine_groups",
    "turbine_names",
]


# While the statistics of so many turbines are stored, those of as many more are made.
TURBINES_AHEAD = 35

Given = ParamSpec("Given")
Returned = TypeVar("Returned")


class Source(Protocol):
    """The one that answers: this deployment's own database, or another deployment's API."""

    def turbine_names(self) -> list[str]: ...
    def roster(self) -> Mapping[str, RosterEntry]: ...
    def day_range(self) -> tuple[date, date] | None: ...
    def measured_days(self, first: date, last: date) -> list[date]: ...
    def months_let_go(self, first: date, last: date) -> list[MonthElsewhere]: ...
    def turbine_days(
        self, first: date, last: date, turbines: Collection[str] = ()
    ) -> list[TurbineDay]: ...
    def snapshot(
        self, day: date, turbines: Sequence[str], variables: Sequence[str]
    ) -> Snapshot: ...
    def faults(self) -> list[str]: ...
    def recount(self, first: date, last: date) -> list[tuple[date, str]]: ...
    def require_empty(self, day: date, turbines: Collection[str], but: Collection[str]) -> None: ...
    def transactions(self) -> int | None: ...


def _source() -> Source:
    return remote if settings.SOURCE_API_URL else reader


# In each process of the web server only a few visitors ask the source at a time. Those who look at
# pages are counted apart from the others, so that neither take the others' turn.
FOR_ANSWERS, FOR_PAGES = Bulkhead(threads=4), Bulkhead(threads=4)

_is_for_page: ContextVar[bool] = ContextVar("is_for_page", default=False)
# This visitor has waited so long for the source, however many questions that were.
_waited_s: ContextVar[float] = ContextVar("waited_s", default=0)


@receiver(request_started)
def _forget_the_visitor_before(**kwargs: Any) -> None:
    _waited_s.set(0)


@contextmanager
def for_page() -> Iterator[None]:
    """Within the block, the web server waits for the source only as long as a page can."""
    token = _is_for_page.set(True)
    try:
        yield
    finally:
        _is_for_page.reset(token)


def _asking_the_source(question: Callable[Given, Returned]) -> Callable[Given, Returned]:
    """Have the question raise SourceUnavailable, also where its program waits no longer."""

    @wraps(question)
    def ask(*args: Given.args, **kwargs: Given.kwargs) -> Returned:
        longest_s = patience.current().source_answer_s
        with _telling_what_failed():
            if not longest_s:
                return question(*args, **kwargs)
            return _ask_for_a_visitor(partial(question, *args, **kwargs), longest_s)

    return ask


def _ask_for_a_visitor(question: Callable[[], Returned], longest_s: float) -> Returned:
    bulkhead = FOR_PAGES if _is_for_page.get() else FOR_ANSWERS
    most_s = waits.PAGE_S if _is_for_page.get() else longest_s
    left_s = most_s - _waited_s.get()
    if left_s <= 0:
        raise NotAnswered(f"has not answered after {most_s:g} seconds")
    began = monotonic()
    try:
        return bulkhead.ask(question, left_s)
    finally:
        _waited_s.set(_waited_s.get() + monotonic() - began)


@contextmanager
def _telling_what_failed() -> Iterator[None]:
    try:
        yield
    except UnreadableSource as error:
        raise SourceUnavailable(str(error)) from error
    except NotAnswered as error:
        raise SourceUnavailable(f"The source {error}.") from error
    except Error as error:
        if not is_outage(error):
            raise
        sentence = f"The source database fails: {first_line(error)}."
        raise SourceUnavailable(sentence) from error


@_asking_the_source
def turbine_names() -> list[str]:
    """Return the names of the source's turbines."""
    return _source().turbine_names()


@_asking_the_source
def roster() -> Mapping[str, RosterEntry]:
    """Return every turbine's nameplate, its days of service, and when it sent, by name."""
    return _source().roster()


@_asking_the_source
def day_range() -> tuple[date, date] | None:
    """Return the first and last day that has measurements, or None where there are none."""
    return _source().day_range()


@_asking_the_source
def measured_days(first: date, last: date) -> list[date]:
    """Return the days from `first` to `last` that have measurements of any turbine, in order."""
    return _source().measured_days(first, last)


@_asking_the_source
def months_let_go(first: date, last: date) -> list[MonthElsewhere]:
    """Return the months with days from `first` to `last` that the source let go, in order."""
    return _source().months_let_go(first, last)


@_asking_the_source
def turbine_days(first: date, last: date, turbines: Collection[str] = ()) -> list[TurbineDay]:
    """Return the turbine-days from `first` to `last`, both included, by day and turbine."""
    return _source().turbine_days(first, last, turbines)


@_asking_the_source
def snapshot(
    day: date, turbines: Sequence[str], variables: Sequence[str] = VARIABLE_NAMES
) -> Snapshot:
    """Return what was measured of some turbines on one UTC day, and the versions that it is of.

    Where the source changes while it is read, the turbine-days are stale, never wrongly current.
    The answer has nothing of turbines that the source does not know on that day.
    """
    return _source().snapshot(day, turbines, variables)


@_asking_the_source
def faults() -> list[str]:
    """Return what keeps the source from counting changes of its measurements."""
    return _source().faults()


@_asking_the_source
def transactions() -> int | None:
    """Return how many transactions the source has begun, None where it cannot be known.

    It is a larger number each time, but where the source's files were put back from a copy.
    """
    return _source().transactions()


@_asking_the_source
def recount(first: date, last: date) -> list[tuple[date, str]]:
    """Let the source count again what it miscounted from `first` to `last`, both included.

    Returns those turbine-days. They are stale then, and can be aggregated again.
    """
    return _source().recount(first, last)


@_asking_the_source
def require_empty(day: date, turbines: Collection[str], but: Collection[str]) -> None:
    """Refuse a UTC day on which any of these turbines but those in `but` has measurements.

    No `turbines` means all.
    """
    _source().require_empty(day, turbines, but)


def turbine_groups(turbines: Sequence[str]) -> list[Sequence[str]]:
    """Return the turbines in groups, whose measurements are to be asked for one after the other.

    Another deployment is asked for all at once, since each question takes a way there and back.
    """
    size = len(turbines) if settings.SOURCE_API_URL else TURBINES_AHEAD
    return [turbines[start : start + size] for start in range(0, len(turbines), size or 1)]
