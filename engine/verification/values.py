"""Values of a plan's JSON: each is converted, or told to be none of its kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, TypeVar

from stowplan.model import shown

from .stated import Because, Segment

_DIGITS = 18
_LARGEST = 10**_DIGITS
_T = TypeVar("_T")


class WrongError(ValueError):
    """A value that is not what it should be."""


def number(value: object) -> int:
    """A number with at most six decimals, in millionths."""
    if type(value) is int:
        if -_LARGEST < value < _LARGEST:
            return value * 1_000_000
    elif type(value) is Decimal and value.is_finite() and value.adjusted() < _DIGITS:
        scaled = value * 1_000_000
        whole = int(scaled)
        if scaled == whole:
            return whole
        raise WrongError("has more than six decimals")
    raise WrongError(f"is {shown(value)}, must be a number")


def count(value: object) -> int:
    """A whole number that is not negative."""
    if type(value) is int and 0 <= value < _LARGEST:
        return value
    raise WrongError(f"is {shown(value)}, must be a whole number")


def text(value: object) -> str:
    """A text."""
    if type(value) is str:
        return value
    raise WrongError(f"is {shown(value)}, must be text")


def flag(value: object) -> bool:
    """True or false."""
    if type(value) is bool:
        return value
    raise WrongError(f"is {shown(value)}, must be true or false")


def mapping(value: object) -> Mapping[str, Any]:
    """A mapping, as it is."""
    if isinstance(value, dict):
        return value
    raise WrongError(f"is {shown(value)}, must be a mapping")


def or_null(convert: Callable[[object], _T]) -> Callable[[object], _T | None]:
    """What reads a value that may be null."""
    return lambda value: None if value is None else convert(value)


def list_of(convert: Callable[[object], _T]) -> Callable[[object], list[_T]]:
    """What reads a list of such values."""

    def converted(value: object) -> list[_T]:
        if type(value) is not list:
            raise WrongError(f"is {shown(value)}, must be a list")
        return [convert(item) for item in value]

    return converted


def segment(value: object) -> Segment:
    """A piece of a table's time: from, to, rate."""
    if type(value) is list and len(value) == 3:
        return number(value[0]), number(value[1]), number(value[2])
    raise WrongError("must be lists of [from, to, rate]")


def because(value: object) -> Because:
    """A reason."""
    reason = mapping(value)
    return Because(or_null(text)(reason.get("rule")), text(reason.get("text")))
