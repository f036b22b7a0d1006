"""Expressions that are typed, against Python's own arithmetic."""

from math import nan

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sourcedata.importing.cells.arithmetic import evaluated
from sourcedata.importing.cells.expressions import LONGEST_EXPRESSION, NoExpression, parsed

X = [-725.5, -360.0, -1.0, -0.25, 0.0, 1e-9, 0.5, 1.0, 7.0, 359.9, 1500.0]

OPERANDS = st.sampled_from(["x", "x", "0.0", ".5", "1.", "1.8", "7.0", "360.0", "2E+1", "1e-3"])
SIGNS = st.sampled_from("+-*/%")
ARITHMETIC = st.recursive(
    OPERANDS,
    lambda inner: (
        st.tuples(inner, SIGNS, inner).map(" ".join)
        | inner.map("({})".format)
        | inner.map("-{}".format)
        | inner.map("+ {}".format)
    ),
    max_leaves=12,
)


def by_python(text: str, x: float) -> float:
    """Return what Python computes of the text, NaN where it divides by zero."""
    try:
        return eval(text, {"x": x})
    except ZeroDivisionError:
        return nan


def computed(text: str) -> list[float]:
    """Return the expression of each X, NaN where it is refused as a division by zero."""
    try:
        return evaluated(parsed(text)[0], np.array(X)).tolist()
    except NoExpression as error:
        if str(error) != "it divides by zero":
            raise
        return [nan] * len(X)


@given(ARITHMETIC)
def test_an_expression_is_what_python_computes_of_each_value(text: str) -> None:
    assume("x" in text and len(text) <= LONGEST_EXPRESSION)
    expected = [by_python(text, x) for x in X]
    assume(not np.isinf(expected).any())
    np.testing.assert_array_equal(computed(text), expected)


@given(st.text(st.sampled_from("xP1.0e+-*/%()[]`_ \n\"'é²٣"), max_size=30) | st.text(max_size=30))
def test_any_text_is_an_expression_or_refused(text: str) -> None:
    try:
        column = parsed(text)[1]
    except NoExpression:
        column = text
    assert column in text


def test_no_nesting_is_too_deep() -> None:
    assert computed("-" * 199 + "x") == [-x for x in X]
    assert computed("(" * 99 + "x" + ")" * 99) == X
    for text in ("(" * 200, "x" + "%(x" * 66, "+-" * 100):
        with pytest.raises(NoExpression, match="is missing at the end"):
            parsed(text)
