"""`manage.py broker`."""

from tests import processes
from tests.processes import broker_answers, wait_until


def test_the_broker_answers_until_its_process_ends() -> None:
    with processes.broker():
        wait_until(broker_answers, "answer of the broker")
    assert not broker_answers()
