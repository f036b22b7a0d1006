"""The audit that nobody asks for: some days a night, in turn, and what it finds is mended."""

import logging
from datetime import date

from aggregates import alerts, audit, extract
from aggregates.errors import RunFailed, SourceUnavailable
from aggregates.models import Alert
from windproject.wording import listed

logger = logging.getLogger(__name__)

DAYS_PER_NIGHT = 30


def audit_in_turn() -> None:
    """Audit the days that were not audited for the longest time; tell of damage, and let it heal.

    Raises:
        SourceUnavailable: where the source does not answer.
    """
    for day in audit.longest_unaudited(DAYS_PER_NIGHT):
        try:
            _recount(day)
            found = audit.audit_day(day)
        except SourceUnavailable:
            raise
        except RunFailed as error:
            logger.error("%s", error)
        else:
            if found.damaged:
                _mend(found)


def _recount(day: date) -> None:
    try:
        turbines = extract.recount(day)
    except SourceUnavailable as error:
        logger.error("%s is not counted anew: %s", day, error)
        return
    if turbines:
        message = (
            f"the source had another number of measurements of {listed(turbines)} than it said;"
            " they are counted anew and computed again. What is gone waits for --force."
        )
        logger.error("%s: %s", day, message)
        alerts.raise_alert(day, Alert.Event.DAMAGED, message)


def _mend(found: audit.Audit) -> None:
    audit.disown(found)
    message = (
        f"the audit found {len(found.differences)} values of {listed(found.damaged)} that differ "
        "from what the measurements say; they are computed again."
    )
    logger.error("%s: %s", found.day, message)
    alerts.raise_alert(found.day, Alert.Event.DAMAGED, message)
