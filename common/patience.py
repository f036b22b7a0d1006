"""How long the databases may keep this program waiting, and how long it may hold their locks."""

from typing import Any

from django.db import connections

from common import waits
from common.waits import COMMAND, Patience

_current = COMMAND


def current() -> Patience:
    """Return the patience of the work that this program does."""
    return _current


def keep_to(patience: Patience) -> None:
    """Have each database end what this program asks of it from now on, where it takes longer."""
    global _current
    _current = patience
    for connection in connections.all():
        connection.close()
        options = connection.settings_dict["OPTIONS"]
        # PostgreSQL takes the later of two options that name one setting.
        options["options"] = f"{options.get('options', '')} {_as_options(patience)}"


def connecting(options: dict[str, Any]) -> dict[str, Any]:
    """Return what psycopg2 is to be given, with what the deployment chose itself.

    Keepalives find a host that vanished while this program waits for its answer. The limit on what
    is unacknowledged finds one that vanishes while it is sent something. Neither finds both.
    """
    return {
        "connect_timeout": waits.CONNECT_S,
        "keepalives_idle": waits.SILENT_S,
        "keepalives_interval": waits.ASKED_EVERY_S,
        "keepalives_count": waits.ASKED_TIMES,
        "tcp_user_timeout": waits.UNACKNOWLEDGED_S * 1000,
        **options,
        "options": f"{_OF_THE_SERVER} {options.get('options', '')}".strip(),
    }


def _as_options(patience: Patience) -> str:
    return _settings(
        statement_timeout=f"{patience.statement_s}s",
        lock_timeout=f"{patience.lock_s}s",
        idle_in_transaction_session_timeout=f"{patience.idle_in_transaction_s}s",
        idle_session_timeout=f"{patience.idle_session_s}s",
    )


def _settings(**values: str) -> str:
    return " ".join(f"-c {name}={value}" for name, value in values.items())


# The server looks for the program likewise: where the program's host vanished, its locks are free
# again. And numbers are written to the last digit, whatever the database or the account is set to.
_OF_THE_SERVER = _settings(
    tcp_keepalives_idle=f"{waits.SILENT_S}s",
    tcp_keepalives_interval=f"{waits.ASKED_EVERY_S}s",
    tcp_keepalives_count=f"{waits.ASKED_TIMES}",
    tcp_user_timeout=f"{waits.UNACKNOWLEDGED_S}s",
    client_connection_check_interval=f"{waits.CLIENT_LOOKED_FOR_EVERY_S}s",
    extra_float_digits="1",
    # Who waits for a lock must see afterwards what was done under it.
    default_transaction_isolation="read\\ committed",
    quote_all_identifiers="off",
    # No table is left out for what its checks say: they may call a function that somebody replaced.
    constraint_exclusion="off",
)
