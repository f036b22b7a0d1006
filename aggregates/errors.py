"""Errors by which a run ends otherwise than well."""

from common.refusals import Refusal
from common.wording import listed


class RunFailed(Refusal):
    """The run cannot go on, for a reason that its sentence tells an operator."""


class SourceUnavailable(RunFailed):
    """The source does not answer, or not with what was asked for."""


class SamplesLost(RunFailed):
    """The source has lost most of what some statistics were computed from.

    `elsewhere` says so where the day's month was let go, and how it comes back; else it is empty.
    """

    def __init__(self, turbines: list[str], elsewhere: str) -> None:
        sentence = (
            f"The source lost samples of {listed(turbines)}, or they are rejected now: more than "
            "half of the day's values would go, so they stay. To let them go, run the day again "
            "and tick 'force' (with a command: --force)."
        )
        super().__init__(f"{sentence} {elsewhere}".strip())


class RunTakenOver(Exception):
    """Somebody else has taken this run over, so nothing may be written in its name."""
