"""Arithmetic that is typed to make values of one column: parsed here, never run as Python.

An expression has numbers, the signs + - * / %, parentheses and the name of a column, which stands
in back-quotes where it is more than letters, digits and _.
"""

import re
from collections.abc import Iterator
from math import isfinite

from common.wording import listed, quoted
from sourcedata.importing.cells.arithmetic import Column, Expression, Operation, computed

# Each parenthesis and each sign before an operand takes some of Python's stack.
LONGEST_EXPRESSION = 200
TOKEN = re.compile(
    r"(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)"
    r"|`(?P<quoted>[^`]+)`|(?P<plain>[^\W\d]\w*)|(?P<sign>\S)"
)
PRECEDENCE = {"+": 1, "-": 1, "*": 2, "/": 2, "%": 2}


class NoExpression(Exception):
    """A text that is no expression; the message says what is wrong, as a part of a sentence."""


def parsed(text: str) -> tuple[Expression, str]:
    """Return the expression that was typed, and the name of its column.

    Raises:
        NoExpression: where it is none, divides by zero, or has not exactly one column.
    """
    if len(text) > LONGEST_EXPRESSION:
        raise NoExpression(f"it is longer than {LONGEST_EXPRESSION} characters")
    parser = _Parser(text)
    expression = parser.whole()
    names = sorted(parser.names)
    if not names:
        raise NoExpression("it has no column")
    if len(names) > 1:
        raise NoExpression(f"it has several columns, {listed(map(quoted, names))}")
    return expression, names[0]


class _Parser:
    """Reads an expression from left to right, one token ahead.

    `names` are the columns that were read so far.
    """

    def __init__(self, text: str) -> None:
        self.names: set[str] = set()
        self._tokens: Iterator[re.Match[str]] = TOKEN.finditer(text)
        self._advance()

    def whole(self) -> Expression:
        """Return the expression; after it, nothing may follow."""
        expression = self._operation(1)
        if self._token:
            raise NoExpression(f"a sign such as + is missing before {quoted(self._token[0])}")
        return expression

    def _advance(self) -> None:
        self._token = next(self._tokens, None)
        self._sign = self._token["sign"] if self._token else None

    def _operation(self, lowest: int) -> Expression:
        """Read operands as long as the signs between them bind at least as `lowest` does."""
        left = self._operand()
        while (sign := self._sign) and PRECEDENCE.get(sign, 0) >= lowest:
            self._advance()
            left = _operation(sign, left, self._operation(PRECEDENCE[sign] + 1))
        return left

    def _operand(self) -> Expression:
        token, sign = self._token, self._sign
        self._advance()
        if sign == "(":
            return self._inside()
        if sign in ("+", "-"):
            return _operation("*", float(f"{sign}1"), self._operand())
        if token is None or sign:
            raise NoExpression(f"a number or a column is missing {_before(token)}")
        return self._number_or_column(token)

    def _number_or_column(self, token: re.Match[str]) -> Expression:
        if token["number"]:
            return _finite(float(token["number"]))
        name = token["quoted"] or token["plain"]
        self.names.add(name)
        return Column(name)

    def _inside(self) -> Expression:
        expression = self._operation(1)
        if self._sign != ")":
            raise NoExpression(f"a ) is missing {_before(self._token)}")
        self._advance()
        return expression


def _before(token: re.Match[str] | None) -> str:
    return f"before {quoted(token[0])}" if token else "at the end"


def _operation(sign: str, left: Expression, right: Expression) -> Expression:
    """Return the operation, computed where no column is in it."""
    if sign in "/%" and right == 0:
        raise NoExpression("it divides by zero")
    if isinstance(left, float) and isinstance(right, float):
        return _finite(computed(sign, left, right))
    return Operation(sign, left, right)


def _finite(number: float) -> float:
    if not isfinite(number):
        raise NoExpression("a number in it is too large")
    return number
