"""NumPy's arrays, whose shapes and units docstrings say, and times as they hold them."""

from datetime import UTC, datetime
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


def utc_datetime64(time: datetime) -> np.datetime64:
    """Return a time that has a zone as arrays hold it: datetime64[us] in UTC."""
    return np.datetime64(time.astimezone(UTC).replace(tzinfo=None), "us")
