"""What is said of a curve that a person gives."""

from aggregates.assessment.kept_curves import misfits
from aggregates.models import Curve


def use_sentence(given: Curve) -> str:
    """Return whether a curve that a person gave is used, and where not, why."""
    ratios = misfits(given)
    if not ratios:
        return "It is used."
    first, last = min(ratios), max(ratios)
    least, most = min(ratios.values()), max(ratios.values())
    times = f"{least:.2f}" if f"{least:.2f}" == f"{most:.2f}" else f"{least:.2f} to {most:.2f}"
    months = (
        f"{first:%Y-%m}"
        if first == last
        else f"{len(ratios)} months of {first:%Y-%m} to {last:%Y-%m}"
    )
    return (
        f"It is not used in {months}: it promises {times} times what the turbine's own curve does"
        " in its wind. Such a curve is of another type, or of other wind speeds."
    )
