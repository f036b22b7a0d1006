"""Naming the sessions that have what is waited for."""

from common.wording import quoted


def holder(pid: int | None, account: str | None, program: str | None) -> str:
    """Return who it is, by the process of the session, as `pg_locks` has it."""
    if pid is None:
        return "a prepared transaction (see pg_prepared_xacts)"
    return f"process {pid} (account {quoted(account or '')}, program {quoted(program or '')})"
