"""The type of NumPy's arrays, whose shapes and units their docstrings say."""

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
