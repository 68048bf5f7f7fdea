"""What is found: findings, faults, violations, and the places they speak of."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple, TypeAlias

DocPath: TypeAlias = tuple[str | int, ...]
"""Where a value stands inside a document: keys and list positions, outermost first."""


class Severity(enum.StrEnum):
    """How bad a violation is; exit status follows from it and `--fail-on`."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found, before the engine gives it a code, a severity and a place.

    `path` leads into the manifest, or into the policy file that `source` names. `on_key` points at
    the key instead of its value. `severity` overrides the check's own, where one code has several.
    `offset` is the character of a text value that is meant, where it is not the value as a whole.
    What is `firm` can never be waived.
    """

    path: DocPath
    message: str
    tables: tuple[str, ...] = ()
    hint: str | None = None
    details: Mapping[str, object] | None = None
    source: str | None = None
    on_key: bool = False
    rule: str | None = None
    severity: Severity | None = None
    firm: bool = False
    offset: int | None = None


class Fault(NamedTuple):
    """A finding that reading a document makes; the code names the check that reports it."""

    code: str
    finding: Finding


@dataclass(frozen=True, slots=True)
class Span:
    """A place in a file: lines and columns count from 1; a file as a whole is at 1:1."""

    path: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Violation:
    """One finding as users see it."""

    code: str
    severity: Severity
    message: str
    span: Span
    rule: str | None = None
    tables: tuple[str, ...] = ()
    hint: str | None = None
    suppressed: Mapping[str, str] | None = None
    details: Mapping[str, object] | None = None
    firm: bool = False


def shown(value: object, limit: int = 60) -> str:
    """A name or value for a message: on one line, at most `limit` characters, nothing invisible."""
    text = _text(value)
    cut = text if len(text) <= limit else text[: limit - 1] + "…"
    escaped = "".join(c if c.isprintable() else _escape(c) for c in cut)
    return escaped if len(escaped) <= limit else escaped[: limit - 1] + "…"


def _text(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        # Python refuses to write integers of thousands of digits.
        return str(value) if value.bit_length() < 1000 else "a number of over 300 digits"
    if isinstance(value, str | Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return "a mapping"
    return "a list" if isinstance(value, list | tuple) else repr(value)


def _escape(character: str) -> str:
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
