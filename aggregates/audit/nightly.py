"""The audit that nobody asks for: some days a night, in turn, and what it finds is mended."""

import logging
from collections import defaultdict
from datetime import date

from django.conf import settings

from aggregates.alerting import alerts
from aggregates.assessment.versions import outdated_days
from aggregates.audit import auditing
from aggregates.audit.assessments import audit_assessments
from aggregates.errors import RunFailed, SourceUnavailable
from aggregates.models import Alert, Assessment
from aggregates.source import gateway
from common.days import DAY, today
from common.wording import listed

logger = logging.getLogger(__name__)

DAYS_PER_NIGHT = 30


def audit_in_turn() -> None:
    """Audit the days that were not audited for the longest time; tell of damage, and let it heal.

    The measurements of these days are counted anew, and those of the look-back, where a day may
    have come that no trigger counted.

    Raises:
        SourceUnavailable: where the source does not answer.
    """
    look_back = today() - settings.PENDING_LOOKBACK
    _recount(look_back, today())
    for day in auditing.longest_unaudited(DAYS_PER_NIGHT):
        try:
            if day < look_back:
                _recount(day, day)
            audit = auditing.audit_day(day)
        except SourceUnavailable:
            raise
        except RunFailed as error:
            logger.error("%s", error)
            # Nobody here can audit the measurements of another deployment, on any night.
            if not settings.SOURCE_API_URL:
                alerts.raise_alert(day, Alert.Event.DAMAGED, str(error))
        else:
            _tell_of_failures(audit)
            if audit.damaged:
                _mend(audit)
        _audit_assessments(day)


def _recount(first: date, last: date) -> None:
    try:
        turbine_days = gateway.recount(first, last)
    except SourceUnavailable as error:
        logger.error("%s to %s are not counted anew: %s", first, last, error)
        return
    by_day = defaultdict(list)
    for day, turbine in turbine_days:
        by_day[day].append(turbine)
    for day, turbines in by_day.items():
        message = (
            f"the source had another number of measurements of {listed(turbines)} than it said;"
            " they are counted anew and computed again. What is gone waits for --force."
        )
        logger.error("%s: %s", day, message)
        alerts.raise_alert(day, Alert.Event.DAMAGED, message)


def _tell_of_failures(audit: auditing.Audit) -> None:
    for turbine, reason in audit.failed.items():
        message = f"{turbine} could not be audited: {reason}."
        logger.error("%s: %s", audit.day, message)
        alerts.raise_alert(audit.day, Alert.Event.DAMAGED, message)


def _mend(audit: auditing.Audit) -> None:
    auditing.make_damaged_stale(audit)
    message = (
        f"the audit found {len(audit.differences)} values of {listed(audit.damaged)} that differ "
        "from what the measurements say; they are computed again."
    )
    logger.error("%s: %s", audit.day, message)
    alerts.raise_alert(audit.day, Alert.Event.DAMAGED, message)


def _audit_assessments(day: date) -> None:
    """Delete the assessments of the day that differ from what SQL says: they are made again."""
    if outdated_days(day - DAY, day + DAY):
        return
    different = audit_assessments(day).different
    if different:
        Assessment.objects.filter(day=day, turbine__in=different).delete()
        message = (
            f"the assessment of {listed(different)} was not what it must be; it is made again."
        )
        logger.error("%s: %s", day, message)
        alerts.raise_alert(day, Alert.Event.DAMAGED, message)
