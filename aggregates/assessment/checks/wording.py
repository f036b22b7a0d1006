"""How findings say durations, energies and variables: in words that are the same in every check.

Figures have no separator of thousands, for in half of the world that is the decimal point.
"""

from aggregates.compute.windows import WINDOW
from sourcedata.variables import UNITS

MINUTES = int(WINDOW.total_seconds()) // 60
MINUTES_PER_HOUR = 60
LONGEST_IN_HOURS = 72


def duration(windows: int) -> str:
    """Return how long so many windows last, such as `24 h (144 windows)`."""
    return f"{time_span(windows)} ({windows} window{'s' if windows != 1 else ''})"


def time_span(windows: int) -> str:
    """Return how long so many windows last, in minutes, hours or days."""
    minutes = windows * MINUTES
    hours = minutes / MINUTES_PER_HOUR
    if hours < 1:
        return f"{minutes} min"
    return f"{_figure(hours)} h" if hours <= LONGEST_IN_HOURS else f"{_figure(hours / 24)} days"


def days(number: int) -> str:
    """Return `1 day` or `5 days`."""
    return f"{number} day{'s' if number != 1 else ''}"


def energy(kwh: float) -> str:
    """Return an energy to what can be known of it, such as `about 4200 kWh`."""
    return f"about {round(kwh, -1):.0f} kWh" if kwh >= 1000 else f"about {kwh:.0f} kWh"


def lost(kwh: float | None) -> str:
    """Return what was lost as the end of a sentence, without its full stop."""
    if kwh is None:
        return "; what that cost cannot be said without a reference curve"
    return f"; {energy(kwh)} were lost"


def speed(m_s: float) -> str:
    """Return a wind speed."""
    return f"{m_s:.1f} m/s"


def degrees(turn: float) -> str:
    """Return a turn, clockwise or against it."""
    return f"{turn:+.0f} degrees"


def share(part: float) -> str:
    """Return a part as a percentage, never rounded up to what it falls short of."""
    return f"{int(part * 100)} %"


def named(variable: str) -> str:
    """Return a variable's name as words."""
    return variable.replace("_", " ")


def value(variable: str, number: float) -> str:
    """Return a value of a variable with its unit."""
    return f"{number:.1f} {UNITS.get(variable, '')}".rstrip()


def _figure(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
