"""Quantities, names and globs of policies and plans, read by the checker's own means."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import cache
from math import ceil

_SIZES = {"B": 1, "kB": 10**3, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12, "MiB": 2**20}
_TIMES = {"us": 1, "ms": 10**3, "s": 10**6, "m": 60 * 10**6, "h": 3600 * 10**6}
_PER = {"s": 1, "min": 60, "h": 3600}


def exact(number):
    """A number of a document as the fraction that it was written as."""
    return Fraction(str(number))


def size_of(text):
    return int(_quantity(text, _SIZES))


def time_of(text):
    return ceil(_quantity(text, _TIMES))


def rate_of(text):
    size, _, per = text.partition("/")
    return int(_quantity(size, _SIZES) / _PER[per])


def share_of(text):
    return Fraction(text.removesuffix("%")) / 100


def _quantity(text, units):
    number, unit = re.fullmatch(r"([\d.]+) *([A-Za-z]+)", text).groups()
    return Fraction(number) * units[unit]


def listed(value):
    """A list, or one item for it."""
    return [value] if isinstance(value, str) else list(value)


def chosen(patterns, names):
    """The names that any of the patterns means."""
    matches = [_expression(pattern).fullmatch for pattern in listed(patterns)]
    return {name for name in names if any(match(name) for match in matches)}


def is_glob(pattern):
    return re.search(r"[*?]", re.sub(r"\\.", "", pattern, flags=re.DOTALL)) is not None


@cache
def _expression(pattern):
    parts = re.findall(r"\\.|.", pattern, flags=re.DOTALL)
    wild = {"*": ".*", "?": "."}
    expression = "".join(wild.get(part) or re.escape(part[-1]) for part in parts)
    return re.compile(expression, flags=re.DOTALL)


def micro(number):
    """A number of the plan, at most six decimals, as a whole number of millionths."""
    scaled = exact(number) * 10**6
    assert scaled.denominator == 1, f"{number} has more than six decimals"
    return int(scaled)
