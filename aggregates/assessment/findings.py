"""What a person should look at: the kinds of findings, and what a check says of one."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

# The turbine of a finding that most turbines share.
WHOLE_FARM = ""


class Kind(StrEnum):
    """The kinds of findings. Where two could see one fault, the one that stands first has it.

    The check of the other leaves out what is of the first.
    """

    SILENT = "silent"
    PARTIAL = "partial"
    REJECTED = "rejected"
    FROZEN = "frozen"
    STOPPED = "stopped"
    STOPPED_BY_NEIGHBOURS = "stopped_by_neighbours"
    ICING = "icing"
    WIND_AGAINST_NEIGHBOURS = "wind_against_neighbours"
    DERATED = "derated"
    BEHIND = "behind"
    DIRECTION_SHIFTED = "direction_shifted"

    @property
    def label(self) -> str:
        """The kind in words."""
        return self.value.replace("_", " ")


@dataclass(frozen=True)
class Seen:
    """Something that a check saw of a turbine, or of the farm, in [start, end), times in UTC.

    `is_open` says that it went on at the end of what was looked at. `variable` is empty where the
    kind is not of one. `sentence` says what was seen; `lost_kwh` is None where it has no price.
    """

    kind: Kind
    turbine: str
    variable: str
    start: datetime
    end: datetime
    is_open: bool
    sentence: str
    lost_kwh: float | None
