"""The files that mark what is done, as the scenario has them: their names and texts."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from urllib.parse import quote

_LONGEST = 150
_HASH = 12


def marker_names(tables: Iterable[str]) -> Mapping[str, str]:
    """How each table is called in the names of its markers.

    Everything outside `[A-Za-z0-9_.-]` is percent-encoded. A name that is long, or equal to another
    but for case, gets a hash: file systems cut the one and take the others for one.
    """
    encoded = {name: _encoded(name) for name in tables}
    alike = Counter(text.lower() for text in encoded.values())
    return {
        name: _hashed(name, text) if alike[text.lower()] > 1 or len(text) > _LONGEST else text
        for name, text in encoded.items()
    }


def chunk_marker(called: str, number: int) -> str:
    """The name of a chunk's marker; chunks count from 0."""
    return f"{called}_chunk_{number}.done"


def table_marker(called: str) -> str:
    """The name of a table's marker."""
    return f"{called}_complete.flag"


def chunk_text(first: int, rows: int) -> str:
    """What stands in a chunk's marker: the rows before it, and the rows with it."""
    return f"Migrated rows {first} to {first + rows}"


def table_text(table: str, moment: str) -> str:
    """What stands in a table's marker; `moment` is a time on the wall."""
    return f"Table {table} migration complete at {moment}"


MARKER = re.compile(r".+_chunk_[0-9]+\.done|.+_complete\.flag|_chunk_[0-9]+\.done|_complete\.flag")
"""The names of markers, of any table."""


def _encoded(name: str) -> str:
    return quote(name.encode("utf-8", "surrogatepass"), safe="").replace("~", "%7E")


def _hashed(name: str, encoded: str) -> str:
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:_HASH]
    return f"{encoded[:_LONGEST]}-{digest}"
