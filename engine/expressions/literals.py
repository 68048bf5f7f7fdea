"""What literals stand for: CEL specification, «String and Bytes Values»."""

from __future__ import annotations

import re
from math import isinf

from .faults import refused
from .tokens import Token

LARGEST_INT = 2**63 - 1
SMALLEST_INT = -(2**63)

_ESCAPE = re.compile(
    r"\\(?:[xX](?P<hex2>[0-9a-fA-F]{2})|u(?P<hex4>[0-9a-fA-F]{4})|U(?P<hex8>[0-9a-fA-F]{8})"
    r"|(?P<octal>[0-3][0-7]{2})|(?P<plain>[abfnrtv\\?\"'`])|(?P<wrong>.?))",
    re.DOTALL,
)
_PLAIN = dict(zip("abfnrtv", "\a\b\f\n\r\t\v", strict=True))
_SURROGATES = range(0xD800, 0xE000)


def string_value(token: Token) -> str:
    """The text that a string literal means; raises ExpressionError for a wrong escape."""
    prefix, quotes = _opening(token.text)
    if "b" in prefix:
        message = "this profile of CEL leaves bytes out"
        raise refused(token.offset, message, 'write a string, without the b: "..."')
    start = len(prefix) + quotes
    inner = token.text[start:-quotes]
    return inner if prefix else _unescaped(inner, token.offset + start)


def _opening(text: str) -> tuple[str, int]:
    """What comes before a string literal's quotes, and how many there are."""
    prefix = text[: len(text) - len(text.lstrip("bBrR"))].lower()
    return prefix, 3 if text[len(prefix) :][:3] in {'"""', "'''"} else 1


def place_in(source: str, index: int) -> int:
    """Where a character of a string literal's text stands in the literal as it is written."""
    prefix, quotes = _opening(source)
    at = len(prefix) + quotes
    for _ in range(index):
        escape = None if prefix else _ESCAPE.match(source, at)
        at += 1 if escape is None else len(escape[0])
    return at


def _unescaped(text: str, offset: int) -> str:
    def meant(found: re.Match[str]) -> str:
        if found["plain"] is not None:
            return _PLAIN.get(found["plain"], found["plain"])
        digits = found["hex2"] or found["hex4"] or found["hex8"]
        code = int(digits, 16) if digits else int(found["octal"] or "-1", 8)
        if not 0 <= code <= 0x10FFFF or code in _SURROGATES:
            message = "this backslash starts no escape of CEL"
            hint = r'a backslash itself is \\; in r"..." every character is itself'
            raise refused(offset + found.start(), message, hint)
        return chr(code)

    return _ESCAPE.sub(meant, text) if "\\" in text else text


def int_value(token: Token, *, negative: bool) -> int:
    """The number of an int literal with the sign before it; raises ExpressionError."""
    # At most 10 000 digits, but Python reads no more than 4300 of them as a decimal.
    size = int(token.text, 16 if token.text[:2] in {"0x", "0X"} else 10) if _short(token) else None
    if size is None or size > LARGEST_INT + negative:
        hint = f"an int lies between {SMALLEST_INT} and {LARGEST_INT}; 1e19 is a double"
        raise refused(token.offset, "this int needs more than 64 bits", hint)
    return -size if negative else size


def double_value(token: Token, *, negative: bool) -> float:
    """The number of a double literal with the sign before it; raises ExpressionError."""
    value = float(token.text)
    if isinf(value):
        raise refused(token.offset, "this double is infinite", "the largest is about 1.8e308")
    return -value if negative else value


def _short(token: Token) -> bool:
    return len(token.text) < 1000
