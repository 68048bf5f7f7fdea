"""URLs of databases, `sqlite:///shop.db`: what they name, and nothing of them in a message.

A URL may hold a password, so no message repeats more of it than its scheme.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from stowplan.execution.mover import MoverError
from stowplan.model import shown

SCHEMES = ("sqlite",)
"""The kinds of databases that are known."""

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9.-]*)(?:\+[A-Za-z0-9_.-]*)?://(.*)", re.DOTALL)
_FORM = "sqlite:///relative/path.db or sqlite:////absolute/path.db"


class Address(NamedTuple):
    """A database: its scheme, and the file that it is."""

    scheme: str
    path: Path


def address_of(url: str) -> Address:
    """What a URL names. Raises MoverError with what is wrong and the form that is meant."""
    match = _SCHEME.fullmatch(url)
    if match is None:
        raise MoverError(f"a database is named by a URL, like {_FORM}")
    scheme, rest = match[1].lower(), match[2]
    if scheme not in SCHEMES:
        known = ", ".join(f"{name}:///" for name in SCHEMES)
        raise MoverError(f"{shown(scheme)}:// is not a known kind of database; known: {known}")
    return Address(scheme, _file(rest))


def _file(rest: str) -> Path:
    """The file of a SQLite URL, whose host is empty; percent-encoded bytes are those bytes."""
    host, slash, encoded = rest.partition("/")
    if host or not slash:
        raise MoverError(f"a SQLite URL has no host, but three slashes or four: {_FORM}")
    if "?" in encoded:
        raise MoverError("a SQLite URL takes no options; a ? in a file's name is written %3F")
    name = unquote_to_bytes(encoded.encode("utf-8", "surrogateescape"))
    if not name or name == b":memory:":
        raise MoverError(f"a database in memory holds nothing to read: name a file, {_FORM}")
    if b"\0" in name:
        raise MoverError("a file's name cannot hold a NUL character (%00)")
    return Path(name.decode("utf-8", "surrogateescape"))
