"""Sessions as Django keeps them in the database, under keys as Django makes them alone."""

from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import VALID_KEY_CHARS


class SessionStore(db.SessionStore):
    """A session of the database."""

    def _validate_session_key(self, key: Any) -> bool:
        """Return whether this may be a key: PostgreSQL text cannot hold whatever a cookie can."""
        is_long_enough = super()._validate_session_key(key)  # type: ignore[misc]  # types lack it
        return is_long_enough and set(key) <= set(VALID_KEY_CHARS)
