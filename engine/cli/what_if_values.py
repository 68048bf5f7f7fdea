"""The values that options of `what-if` take: lists with commas, ranges, and `as-is`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import TypeVar

from stowplan.model import shown
from stowplan.units import UnitError, parse_duration, parse_rate, parse_share

from .outcome import UsageError

AS_IS = "as-is"
"""The value that the policy has."""

MOST_STREAMS = 10_000
"""As many as a policy may state."""

_Value = TypeVar("_Value")
_RANGE = re.compile(r"([0-9]{1,6})(?:\.\.([0-9]{1,6}))?", re.ASCII)
_WORD = re.compile(r"(?:\\.|[^\\,])*(?:\\$)?", re.DOTALL)


def rates(option: str, given: Sequence[str]) -> Sequence[int | None]:
    """Bytes/s. Raises UsageError."""
    return _values(option, given, _above(option, parse_rate, 1))


def durations(option: str, given: Sequence[str], least: int = 1) -> Sequence[int | None]:
    """Microseconds. Raises UsageError."""
    return _values(option, given, _above(option, parse_duration, least))


def shares(option: str, given: Sequence[str]) -> Sequence[Fraction | None]:
    """Exact fractions. Raises UsageError."""
    return _values(option, given, parse_share)


def stream_counts(option: str, given: Sequence[str]) -> Sequence[int | None]:
    """Numbers, and ranges of them with both ends. Raises UsageError."""
    wide = [number for text in _parts(given) for number in _numbers(option, text)]
    return list(dict.fromkeys(wide)) or [None]


def words(label: str) -> list[str]:
    r"""The words of `--skip`: at commas; `\,` is a comma of a name. Raises UsageError."""
    found, at = [], 0
    while at <= len(label):
        match = _WORD.match(label, at)
        word = match[0] if match else ""
        if not word.strip():
            raise UsageError(f"--skip: {shown(repr(label))} has an empty name")
        found.append(word.strip())
        at += len(word) + 1
    return found


def _numbers(option: str, text: str) -> list[int | None]:
    if text == AS_IS:
        return [None]
    match = _RANGE.fullmatch(text)
    low, high = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
    if not 1 <= low <= high <= MOST_STREAMS:
        ranges = f"a number from 1 to {MOST_STREAMS}, or a range such as 1..8"
        raise UsageError(f"{option}: {shown(repr(text))} is not {ranges}")
    return list(range(low, high + 1))


def _values(
    option: str, given: Sequence[str], parse: Callable[[str], _Value]
) -> Sequence[_Value | None]:
    """Each value once, in the order given; the policy's own alone where none is."""
    found: list[_Value | None] = []
    for text in _parts(given):
        try:
            found.append(None if text == AS_IS else parse(text))
        except UnitError as error:
            raise UsageError(f"{option}: {error}: {error.hint}") from None
    return list(dict.fromkeys(found)) or [None]


def _parts(given: Sequence[str]) -> list[str]:
    return [part.strip() for text in given for part in text.split(",")]


def _above(option: str, parse: Callable[[str], int], least: int) -> Callable[[str], int]:
    def checked(text: str) -> int:
        value = parse(text)
        if value < least:
            raise UsageError(f"{option}: {shown(repr(text))} leaves nothing: ask for more than 0")
        return value

    return checked
