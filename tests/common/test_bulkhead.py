"""Questions that may never be answered take only so many threads."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from common.bulkhead import Bulkhead, NotAnswered, SharedAnswer


def raises() -> None:
    raise TimeoutError("of the question itself")


def test_an_answer_in_time_is_the_answer_and_an_error_the_error() -> None:
    bulkhead = Bulkhead(threads=1)
    assert bulkhead.ask(lambda: 7, within_s=5) == 7
    with pytest.raises(TimeoutError, match="of the question itself"):
        bulkhead.ask(raises, within_s=5)


def test_no_answer_is_waited_for_for_longer_than_was_said() -> None:
    gone_on, started = Event(), time.monotonic()
    with pytest.raises(NotAnswered, match=r"after 0\.1 seconds"):
        Bulkhead(threads=1).ask(gone_on.wait, within_s=0.1)
    assert time.monotonic() - started < 5
    gone_on.set()


def test_where_all_wait_nobody_else_does_until_one_has_its_answer() -> None:
    bulkhead, gone_on = Bulkhead(threads=1), Event()
    waiting = [bulkhead.begin(gone_on.wait) for _ in range(4)]
    with pytest.raises(NotAnswered, match="those who asked before"):
        bulkhead.ask(lambda: 7, within_s=5)
    gone_on.set()
    assert [answer(5) for answer in waiting] == [True] * 4
    assert bulkhead.ask(lambda: 7, within_s=5) == 7


def test_who_gave_up_before_a_thread_was_free_takes_no_place() -> None:
    bulkhead, gone_on = Bulkhead(threads=1), Event()
    first = bulkhead.begin(gone_on.wait)
    for _ in range(3):
        with pytest.raises(NotAnswered, match="after"):
            bulkhead.ask(lambda: 7, within_s=0.01)
    gone_on.set()
    assert first(5)


def test_who_comes_while_an_answer_is_made_takes_it() -> None:
    shared, begun, gone_on = SharedAnswer(), Event(), Event()

    def answer() -> int:
        begun.set()
        return 7 if gone_on.wait(5) else 0

    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(shared.ask, answer)
        assert begun.wait(5)
        second = threads.submit(shared.ask, lambda: 8)
        time.sleep(0.1)
        gone_on.set()
        assert (first.result(5), second.result(5)) == (7, 7)
    assert shared.ask(lambda: 9) == 9


def test_an_error_is_told_all_who_wait_and_the_next_one_asks_anew() -> None:
    shared = SharedAnswer()
    with pytest.raises(TimeoutError, match="of the question itself"):
        shared.ask(raises)
    assert shared.ask(lambda: 7) == 7
