"""Whether both databases and the broker can be used."""

import logging
import time
from collections.abc import Callable, Mapping
from functools import partial

from celery import current_app
from django.db import DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor
from redis.exceptions import ResponseError

from common import patience, waits
from common.broker import BrokerFailed, asking, in_time, wrong_keys
from common.bulkhead import Bulkhead, NotAnswered, SharedAnswer
from common.databases import SOURCE, TARGET

logger = logging.getLogger(__name__)

OK, LACKS_MIGRATIONS, TAKES_NOTHING = "ok", "lacks migrations", "takes nothing"
PROBE, PROBE_LASTS_S = "windproject-probe", 10
# In each process of the web server this many checks of a server run at a time: one that does not
# answer keeps no other from being asked.
BULKHEADS = {name: Bulkhead(threads=2) for name in ("source", "target", "broker")}
SHARED = SharedAnswer()


def servers() -> dict[str, str]:
    """Return of `source`, `target` and `broker` whether it can be used: OK, or what is wrong."""
    checks: dict[str, Callable[[], str]] = {
        "source": lambda: _database(SOURCE),
        "target": lambda: _database(TARGET),
        "broker": lambda: _broker(),
    }
    if patience.current() is not waits.ANSWER:
        return {name: _checked(check) for name, check in checks.items()}
    return SHARED.ask(partial(_at_once, checks))


def _at_once(checks: Mapping[str, Callable[[], str]]) -> dict[str, str]:
    """Check all servers at once, so that a visitor waits for the slowest alone."""
    begun = {name: BULKHEADS[name].begin(check) for name, check in checks.items()}
    deadline = time.monotonic() + waits.PAGE_S
    return {name: _checked(partial(_until, deadline, wait)) for name, wait in begun.items()}


def _until(deadline: float, wait: Callable[[float], str]) -> str:
    return wait(max(0, deadline - time.monotonic()))


def _checked(check: Callable[[], str]) -> str:
    try:
        return check()
    except NotAnswered as error:
        logger.error("Not ready: it %s", error)
        return "does not answer"
    except (DatabaseError, BrokerFailed) as error:
        logger.error("Not ready: %s", error)
        takes_nothing = isinstance(error.__cause__, ResponseError)
        return TAKES_NOTHING if takes_nothing else "does not answer"


def _database(alias: str) -> str:
    executor = MigrationExecutor(connections[alias])
    lacking = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return LACKS_MIGRATIONS if lacking else OK


def _broker() -> str:
    """Ask the broker; a page has a limit of its own."""
    is_page = patience.current() is waits.ANSWER
    with asking():
        return _condition_of_broker() if is_page else in_time(_condition_of_broker)


def _condition_of_broker() -> str:
    with current_app.connection_for_write() as connection:
        connection.ensure_connection(
            max_retries=1, interval_start=0, timeout=waits.BROKER_CONNECT_S
        )
        channel = connection.default_channel
        # A broker that answers may still refuse what it is sent, as a full one or a replica does.
        channel.client.set(PROBE, OK, ex=PROBE_LASTS_S)
        return TAKES_NOTHING if wrong_keys(channel) else OK
