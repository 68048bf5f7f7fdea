"""Names in SQLite's SQL: written so that every one can be used, and compared as SQLite does."""

from __future__ import annotations

import string

_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def quoted(name: str) -> str:
    """An identifier for SQL, whatever characters it has (a NUL cannot stand in a name)."""
    return '"' + name.replace('"', '""') + '"'


def folded(name: str) -> str:
    """A name as SQLite compares it: only the case of ASCII letters does not count."""
    return name.translate(_LOWER)


def sayable(name: str) -> bool:
    """Whether SQL can name it from Python: not where its bytes are no UTF-8."""
    return not any("\ud800" <= character <= "\udfff" for character in name)
