"""The steps that this process gets done, on which its lease on a run rests.

Every loop that may take long notes each step here. A single statement notes none, and has a limit
of time of its own.
"""

_steps = 0


def note() -> None:
    """Note that a step is done."""
    global _steps
    _steps += 1


def steps() -> int:
    """Return a number that is another one after each step."""
    return _steps
