"""The figures of a run: what it read and wrote, in numbers."""

from dataclasses import astuple, dataclass


@dataclass(frozen=True)
class Figures:
    """Counts of turbine-days, of what was read of them, and of the values it led to."""

    turbine_days: int = 0
    samples: int = 0
    missing: int = 0
    rejected: int = 0
    windows: int = 0
    inserted: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))
