"""What of a turbine its statistics depend on, besides its measurements."""

from typing import NamedTuple


# A tuple, which is compared and hashed in a fraction of a dataclass's time.
class Nameplate(NamedTuple):
    """A turbine's rated power, how far its samples are apart, and its companions.

    `companions` names the columns in which its source tells of the readings within each sample,
    `lacking` the variables that its source does not have.
    """

    rated_power_kw: float | None
    sample_interval_s: int = 60
    companions: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
