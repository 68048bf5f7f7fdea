"""Values of a plan's JSON: each is converted, or told to be none of its kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from sys import intern
from typing import Any, TypeVar

from stowplan.model import shown

from .stated import Because, Segment

_DIGITS = 18
_LARGEST = 10**_DIGITS
_MILLION = Decimal(1_000_000)
_T = TypeVar("_T")


class WrongError(ValueError):
    """A value that is not what it should be."""


def number(value: object) -> int:
    """A number with at most six decimals, in millionths."""
    if type(value) is Decimal:
        if value.adjusted() < _DIGITS and value.is_finite():
            scaled = value * _MILLION
            whole = int(scaled)
            if scaled == whole:
                return whole
            raise WrongError("has more than six decimals")
    elif type(value) is int and -_LARGEST < value < _LARGEST:
        return value * 1_000_000
    raise WrongError(f"is {shown(value)}, must be a number")


def share(value: object) -> int:
    """A number from 0 to 1, in millionths."""
    found = number(value)
    if 0 <= found <= 1_000_000:
        return found
    raise WrongError(f"is {shown(value)}, must be from 0 to 1")


def count(value: object) -> int:
    """A whole number that is not negative."""
    if type(value) is int and 0 <= value < _LARGEST:
        return value
    raise WrongError(f"is {shown(value)}, must be a whole number")


def text(value: object) -> str:
    """A text; equal ones are one, for a plan says the same few of each of its tables."""
    if type(value) is str:
        return intern(value)
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


def one_of(*words: str) -> Callable[[object], str]:
    """What reads one of some words."""

    def converted(value: object) -> str:
        if type(value) is str and value in words:
            return value
        raise WrongError(f"is {shown(value)}, must be {' or '.join(words)}")

    return converted


def action(value: object) -> object:
    """What a checkpoint permits: a word, or a mapping with one key."""
    if value == "stop" or (isinstance(value, dict) and len(value) == 1):
        return value
    raise WrongError(f"is {shown(value)}, must be an action")


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


def texts(value: object) -> list[str]:
    """A list of texts."""
    if type(value) is not list:
        raise WrongError(f"is {shown(value)}, must be a list")
    for item in value:
        if type(item) is not str:
            text(item)
    return [*map(intern, value)]


def segments(value: object) -> list[Segment]:
    """The pieces of a table's time: from, to, rate. Most begin where the one before ends."""
    if type(value) is not list:
        raise WrongError(f"is {shown(value)}, must be a list")
    found: list[Segment] = []
    last, ended = None, 0
    for item in value:
        if type(item) is not list or len(item) != 3:
            raise WrongError("must be lists of [from, to, rate]")
        start, end, rate = item
        begun = ended if type(start) is Decimal and start == last else number(start)
        last, ended = end, number(end)
        found.append((begun, ended, number(rate)))
    return found


def because(value: object) -> Because:
    """A reason."""
    reason = mapping(value)
    try:
        rule, words = reason["rule"], reason["text"]
    except KeyError as error:
        raise WrongError(f"has a reason without {error.args[0]}") from None
    if type(words) is str and (rule is None or type(rule) is str):
        return Because(rule, words)
    return Because(or_null(text)(rule), text(words))
