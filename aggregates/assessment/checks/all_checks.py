"""Stub until the checks come."""

from datetime import date

from aggregates.assessment.conditions import Judgement
from aggregates.assessment.farm import Farm
from aggregates.assessment.findings import Seen


def findings(farm: Farm, judgement: Judgement, first: date, last: date) -> list[Seen]:
    return []
