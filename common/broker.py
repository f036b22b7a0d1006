"""Asking the broker, which may fail in any way."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from celery.exceptions import SoftTimeLimitExceeded

from common import patience, waits
from common.bulkhead import Bulkhead
from common.wording import first_line

# In each process of the web server only a few visitors wait for the broker at a time.
BULKHEAD = Bulkhead(threads=2)


class BrokerFailed(Exception):
    """The broker does not answer, takes nothing, or says what no broker does."""


@contextmanager
def asking() -> Iterator[None]:
    """Within the block the broker is asked; whatever goes wrong is the broker's failure.

    Clients raise many kinds of errors over an answer that is none, a RecursionError among them.
    """
    try:
        yield
    except SoftTimeLimitExceeded:
        raise
    except Exception as error:
        raise BrokerFailed(first_line(error) or type(error).__name__) from error


def send(message: Callable[[], object]) -> None:
    """Send a message; a visitor waits for a broker no longer than for any other server.

    Raises:
        BrokerFailed: where it does not take it, or not in time.
    """
    with asking():
        if patience.current() is waits.ANSWER:
            BULKHEAD.ask(message, waits.PAGE_S)
        else:
            message()
