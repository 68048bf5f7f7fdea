"""What a plain scalar means: the core schema of YAML 1.2 (chapter 10.3), and nothing else.

`no`, `on`, `22:00`, `1_000` and dates stay text.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TypeAlias

Plain: TypeAlias = str | int | Decimal | bool | None

_WORDS: dict[str, Plain] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_NUMERIC = frozenset("+-.0123456789")
_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_INFINITE = re.compile(r"[-+]?\.(inf|Inf|INF)")
_NAN = re.compile(r"\.(nan|NaN|NAN)")
_BASED_DIGITS = 3000


def resolved(text: str) -> Plain:
    """The value of a plain scalar.

    Raises ValueError or decimal.InvalidOperation for a number that is too long to be read.
    """
    if text in _WORDS:
        return _WORDS[text]
    return _number(text) if text[0] in _NUMERIC else text


def _number(text: str) -> Plain:
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return Decimal(text)
    if _BASED.fullmatch(text):
        return _based(text)
    if _INFINITE.fullmatch(text):
        return Decimal("-Infinity" if text[0] == "-" else "Infinity")
    return Decimal("NaN") if _NAN.fullmatch(text) else text


def _based(text: str) -> int:
    if len(text) > _BASED_DIGITS:
        raise ValueError("too many digits")
    return int(text[2:], 8 if text[1] == "o" else 16)
