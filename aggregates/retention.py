"""Which measurements must be kept, because their statistics still need them."""

from datetime import date

from aggregates import versions
from aggregates.lake import letting_go
from aggregates.models import ACTIVE, Run
from common.wording import listed


def reason_to_keep(first: date, last: date) -> str:
    """Return why the measurements of these days must not be dropped yet, else an empty text.

    Both ends are included.

    Raises:
        LakeUnavailable: where the lake does not do its part.
        SourceUnavailable: where the source does not answer.
    """
    run = Run.objects.filter(day__range=(first, last), status__in=ACTIVE).first()
    if run:
        return f"{run} is {run.status}: wait for its end."
    waiting = versions.not_current(first, last)
    if not waiting:
        return letting_go.reason_to_keep_measurements(first, last)
    days = listed(sorted({str(turbine_day.day) for turbine_day in waiting}))
    return (
        f"{len(waiting):,} turbine-days are not current, and their statistics would stay so for "
        f"ever: {days}. First: manage.py aggregate --from {first} --to {last}"
    )
