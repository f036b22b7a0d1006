"""The error that the embedded server raises."""

from django.db.utils import OperationalError


class EmbeddedServerError(OperationalError):
    """The embedded PostgreSQL cannot be used; the text says why and what to do."""
