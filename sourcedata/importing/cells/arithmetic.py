"""Arithmetic on the values of a column, as a tree of operations."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# The remainder has the sign of the divisor, as Python's.
OPERATORS = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "%": np.remainder,
}


@dataclass(frozen=True)
class Column:
    """The place in an expression where the values of the column go."""

    name: str


@dataclass(frozen=True)
class Operation:
    """Two operands and the sign between them."""

    sign: str
    left: "Expression"
    right: "Expression"


Expression = float | Column | Operation


def evaluated(expression: Expression, values: Floats) -> Floats:
    """Return the expression of each value, which has a column.

    It is NaN where the value is, and where some step has no finite outcome, as a division by zero.
    """
    with np.errstate(all="ignore"):
        return _evaluated(expression, values)


def computed(sign: str, left: float, right: float) -> float:
    """Return what the operation gives of two numbers, as it does of arrays: too much is infinite.

    The divisor must not be 0.
    """
    with np.errstate(all="ignore"):
        return float(OPERATORS[sign](left, right))


def _evaluated(expression: Expression, values: Floats) -> Floats:
    match expression:
        case Operation(sign, left, right):
            outcome = OPERATORS[sign](_evaluated(left, values), _evaluated(right, values))
            return np.where(np.isfinite(outcome), outcome, np.nan)
        case Column():
            return values
    return np.array(expression)
