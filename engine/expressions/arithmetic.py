"""Numbers: 64-bit ints whose overflow is a failure, and IEEE doubles."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from typing import TypeVar

from .faults import EvaluationError
from .literals import LARGEST_INT, SMALLEST_INT

_INT_TEXT = re.compile(r"[+-]?[0-9]{1,100}", re.ASCII)
_DOUBLE_TEXT = re.compile(
    r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]{1,9})?|nan|[+-]?inf(?:inity)?",
    re.ASCII | re.IGNORECASE,
)
_LONGEST_NUMBER = 1000
_PLAIN_BELOW = 1e21
_N = TypeVar("_N", int, float)


def bounded(number: int) -> int:
    """The number, if it fits 64 bits."""
    if SMALLEST_INT <= number <= LARGEST_INT:
        return number
    raise EvaluationError("integer overflow")


def add(one: int, other: int) -> int:
    """Sum of ints."""
    return bounded(one + other)


def subtract(one: int, other: int) -> int:
    """Difference of ints."""
    return bounded(one - other)


def multiply(one: int, other: int) -> int:
    """Product of ints."""
    return bounded(one * other)


def negate(number: int) -> int:
    """The int with the other sign; the smallest has none."""
    return bounded(-number)


def divide(one: int, other: int) -> int:
    """Quotient of ints, cut toward zero."""
    if other == 0:
        raise EvaluationError("division by zero")
    quotient = abs(one) // abs(other)
    return bounded(quotient if (one < 0) == (other < 0) else -quotient)


def remainder(one: int, other: int) -> int:
    """What division leaves, with the sign of the dividend; fails where the quotient would."""
    if other == 0:
        raise EvaluationError("modulo by zero")
    if other == -1:
        bounded(-one)
    rest = abs(one) % abs(other)
    return -rest if one < 0 else rest


def ratio(one: float, other: float) -> float:
    """Quotient of doubles: IEEE 754, so that nothing fails."""
    if other != 0:
        return one / other
    if one == 0 or math.isnan(one):
        return math.nan
    return math.copysign(math.inf, one) * math.copysign(1, other)


def int_of_double(number: float) -> int:
    """The int toward zero; CEL conformance: the bounds themselves are outside."""
    if SMALLEST_INT < number < LARGEST_INT:
        return int(number)
    raise EvaluationError(f"int() of {double_text(number)}: out of range")


def int_of_string(text: str) -> int:
    """The int of decimal digits and a sign."""
    if _INT_TEXT.fullmatch(text) is None:
        raise EvaluationError("int() of a string that is no int")
    return bounded(int(text))


def double_of_string(text: str) -> float:
    """The double of a decimal text, of NaN or of infinity."""
    if len(text) > _LONGEST_NUMBER or _DOUBLE_TEXT.fullmatch(text) is None:
        raise EvaluationError("double() of a string that is no number")
    return float(text)


def double_text(number: float) -> str:
    """The shortest text that reads as the same double, without a zero after the point."""
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    # Python turns to an exponent at 1e16; CEL's examples do at 1e21.
    if number == int(number) and abs(number) < _PLAIN_BELOW:
        return "-0" if number == 0 and math.copysign(1, number) < 0 else str(int(number))
    return repr(float(number))


def total(start: _N, numbers: Iterable[_N], plus: Callable[[_N, _N], _N]) -> _N:
    """Added up from the left, so that every Python gives the same double."""
    for number in numbers:
        start = plus(start, number)
    return start
