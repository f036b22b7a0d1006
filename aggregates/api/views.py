"""The habits that the API's views have in common."""

import logging
from datetime import UTC

from rest_framework.response import Response

from aggregates import reader
from aggregates.source.gateway import SourceUnavailable
from common.rest.errors import DatabaseUnavailable

logger = logging.getLogger(__name__)


class TellsOfSource:
    """Answers 503 where the source does not answer, which is no bug of ours; why is for the log."""

    def handle_exception(self, error: Exception) -> Response:
        if isinstance(error, SourceUnavailable):
            logger.error("%s", error)
            error = DatabaseUnavailable("The source does not answer; try again later.")
        response: Response = super().handle_exception(error)  # type: ignore[misc]  # a mixin
        return response


def next_changed_since() -> dict[str, str]:
    """Return the header that says what to ask for next time; to be called before reading."""
    mark = reader.changes_known_until().astimezone(UTC).replace(tzinfo=None)
    # The time is written with Z, for an address would have to escape the plus of an offset.
    return {"Next-Changed-Since": f"{mark.isoformat()}Z"}
