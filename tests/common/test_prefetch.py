"""What is made ahead of its use."""

import threading
from contextlib import closing

import pytest
from django.db import connection

from common.prefetch import prefetch
from tests.processes import wait_until


def test_all_is_made_in_order() -> None:
    assert list(prefetch(str, [1, 2, 3])) == ["1", "2", "3"]
    assert list(prefetch(str, [])) == []


def test_the_first_is_made_here_and_at_once_and_the_others_in_one_thread() -> None:
    made_by = []
    prefetched = prefetch(lambda item: made_by.append(threading.get_ident()), [1, 2, 3])
    assert made_by == [threading.get_ident()]
    list(prefetched)
    assert made_by[0] != made_by[1] == made_by[2]


def test_one_alone_takes_no_thread() -> None:
    before = threading.active_count()
    with closing(prefetch(str, [1])) as prefetched:
        assert next(prefetched) == "1"
        assert threading.active_count() == before


def test_the_next_is_made_while_the_one_before_is_used() -> None:
    second = threading.Event()

    def make(item: int) -> None:
        if item == 2:
            second.set()

    with closing(prefetch(make, [1, 2])) as prefetched:
        next(prefetched)
        assert second.wait(timeout=10)


def test_what_is_raised_there_is_raised_here() -> None:
    prefetched = prefetch(lambda item: 1 // item, [1, 0])
    assert next(prefetched) == 1
    with pytest.raises(ZeroDivisionError):
        next(prefetched)


@pytest.mark.django_db(transaction=True)
def test_the_thread_leaves_no_connection_behind() -> None:
    made = []

    def ask(item: int) -> None:
        connection.ensure_connection()
        made.append(connection.connection)

    list(prefetch(ask, [1, 2]))
    assert not made[0].closed
    wait_until(lambda: made[1].closed, "end of the thread")


def test_whoever_is_done_does_not_wait_for_what_is_no_longer_needed() -> None:
    is_over = threading.Event()
    prefetched = prefetch(lambda item: item == 1 or is_over.wait(timeout=10), [1, 2])
    next(prefetched)
    prefetched.close()
    assert not is_over.is_set()
    is_over.set()
