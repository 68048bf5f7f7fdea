"""A broken promise: which one, where in the plan, and the numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from stowplan.model import DocPath, shown
from stowplan.units import duration_text

MOST = 20
"""How many breaches of one promise are told one by one."""


class Breach(NamedTuple):
    """A promise of the plan that does not hold; `path` leads to the wrong value in its file."""

    promise: str
    path: DocPath
    message: str
    tables: tuple[str, ...] = ()


def first_of(breaches: Iterable[Breach]) -> Iterator[Breach]:
    """The first breaches of each promise; the last one told says how many more there are."""
    counts: Counter[str] = Counter()
    kept: list[Breach] = []
    for breach in breaches:
        counts[breach.promise] += 1
        if counts[breach.promise] <= MOST:
            kept.append(breach)
    last = {breach.promise: number for number, breach in enumerate(kept)}
    for number, breach in enumerate(kept):
        more = counts[breach.promise] - MOST
        tell = more > 0 and last[breach.promise] == number
        yield breach._replace(message=f"{breach.message}; and {more} more") if tell else breach


def time(microseconds: int | None) -> str:
    """A moment or a duration for a message; exact where people's units would round it."""
    if microseconds is None:
        return "null"
    text = duration_text(microseconds)
    if microseconds % 1_000_000 and (microseconds % 1000 or abs(microseconds) >= 600_000_000):
        return f"{decimal(microseconds)} s"
    return text


def decimal(millionths: int | None) -> str:
    """Millionths as a plan writes them."""
    if millionths is None:
        return "null"
    whole, rest = divmod(abs(millionths), 1_000_000)
    digits = f"{whole}.{rest:06d}".rstrip("0").rstrip(".")
    return f"-{digits}" if millionths < 0 else digits


def names(tables: Iterable[str], most: int = 5) -> str:
    """Some names for a message."""
    listed = sorted(tables)
    text = ", ".join(shown(name) for name in listed[:most]) or "none"
    return text if len(listed) <= most else f"{text} and {len(listed) - most} more"


def same(stated: int | None, expected: int | None) -> bool:
    """The same of numbers that may be null."""
    if stated is None or expected is None:
        return stated is expected
    return agree(stated, expected)


def agree(stated: int, expected: int) -> bool:
    """Whether a stated number is the expected one, as far as floats with six decimals can tell."""
    return stated == expected or abs(stated - expected) <= abs(expected) >> 51
