"""One connection on both databases: the target is `main`, the source is attached, read-only.

Rows never pass through Python: SQLite copies them from one file to the other, as they are.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from stowplan.execution.mover import MoverError
from stowplan.model import shown

from .catalogue import Catalogue
from .connecting import at_rest, reading, surrogates
from .failing import trouble_of
from .introspection import read_catalogue

_MIB = 2**20
_MOST_CACHE = 64 * _MIB
_LEAST_CACHE = _MIB // 2


class Header(NamedTuple):
    """What a new target takes over from its source besides the tables."""

    encoding: str
    page_size: int
    auto_vacuum: int
    application_id: int
    user_version: int


class Source(NamedTuple):
    """A source as it was found."""

    path: Path
    catalogue: Catalogue
    header: Header
    schema_version: int


def read_source(path: Path) -> Source:
    """The source's catalogue and header. Raises MoverError."""
    with reading(path) as connection:
        figures = (_pragma(connection, "main", name) for name in Header._fields[1:])
        header = Header(_encoding(connection), *figures)
        version = int(_pragma(connection, "main", "schema_version"))
        return Source(path, read_catalogue(connection), header, version)


class Caches(NamedTuple):
    """SQLite's page caches, in bytes: what a transaction changes in the target, what it reads."""

    target: int
    source: int


def caches(memory: int | None, rate: int) -> Caches:
    """A fraction of the memory; the target's holds an eighth of a second at most."""
    least = min(_MOST_CACHE, memory // 8 if memory is not None else _MOST_CACHE)
    target, source = min(least, rate // 8), min(least // 4, 8 * _MIB)
    return Caches(max(target, _LEAST_CACHE), max(source, _LEAST_CACHE))


def connect(source: Source, target: Path, cache: Caches, patience_s: float) -> sqlite3.Connection:
    """The connection on both; a target that does not exist is made, like the source.

    Raises MoverError.
    """
    check_apart(source.path, target)
    with _faults_of(target):
        connection = sqlite3.connect(
            f"{target.absolute().as_uri()}?mode=rwc",
            uri=True,
            isolation_level=None,
            timeout=patience_s,
            cached_statements=256,
        )
        try:
            _prepare(connection, source, cache)
        except BaseException:
            connection.close()
            raise
    return connection


def _prepare(connection: sqlite3.Connection, source: Source, cache: Caches) -> None:
    connection.text_factory = surrogates
    fresh = _pragma(connection, "main", "page_count") == 0
    for statement in _settings(source.header if fresh else None):
        connection.execute(statement)
    check_encoding(connection, source, fresh=fresh)
    _attach(connection, source.path)
    for schema, size in (("main", cache.target), ("source", cache.source)):
        connection.execute(f"PRAGMA {schema}.cache_size = -{size // 1024}")
    if fresh:
        with transaction(connection):
            for name in ("application_id", "user_version"):
                value = getattr(source.header, name)
                connection.execute(f"PRAGMA main.{name} = {value}")


def _settings(header: Header | None) -> Iterator[str]:
    """What holds for the connection, and what must be said before a new file has a page."""
    if header is not None:
        yield f"PRAGMA main.page_size = {header.page_size}"
        yield f"PRAGMA main.encoding = '{header.encoding}'"
        yield f"PRAGMA main.auto_vacuum = {header.auto_vacuum}"
    yield "PRAGMA trusted_schema = OFF"  # what a hostile schema calls must not run
    yield "PRAGMA foreign_keys = OFF"
    yield "PRAGMA ignore_check_constraints = ON"  # the source's rows are copied as they are
    yield "PRAGMA temp_store = FILE"
    yield "PRAGMA main.synchronous = FULL"


def check_encoding(connection: sqlite3.Connection, source: Source, *, fresh: bool) -> None:
    """SQLite attaches only what has one encoding."""
    encoding = _encoding(connection)
    if not fresh and encoding != source.header.encoding:
        raise MoverError(
            f"the target's text is {encoding}, the source's {source.header.encoding}: "
            "a SQLite database keeps its encoding, so name a target that does not exist yet"
        )


def _attach(connection: sqlite3.Connection, path: Path) -> None:
    """Attaches the source; one on read-only media as it lies."""
    uri = path.absolute().as_uri()
    try:
        connection.execute("ATTACH ? AS source", (f"{uri}?mode=ro",))
        connection.execute("SELECT count(*) FROM source.sqlite_schema").fetchone()
    except sqlite3.Error:
        if not at_rest(path):
            raise
        attached = {row[1] for row in connection.execute("PRAGMA database_list")}
        if "source" in attached:
            connection.execute("DETACH source")
        connection.execute("ATTACH ? AS source", (f"{uri}?mode=ro&immutable=1",))


def check_apart(source: Path, target: Path) -> None:
    """Raises MoverError where both are one file, under whatever names."""
    try:
        same = target.exists() and target.samefile(source)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise MoverError(f"{shown(str(target), 300)}: cannot be opened: {reason}") from error
    if target.is_dir():
        raise MoverError(f"{shown(str(target), 300)}: is a folder: name a file")
    if same:
        raise MoverError(f"{shown(str(target), 300)}: the target is the source itself")


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing: a write transaction on the target, and one moment of the source."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # some errors end it by themselves
            connection.execute("ROLLBACK")
        raise


@contextmanager
def _faults_of(target: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        reason = trouble_of(error).reason
        raise MoverError(f"{shown(str(target), 300)}: {reason}") from error


def _pragma(connection: sqlite3.Connection, schema: str, name: str) -> int:
    value: int = connection.execute(f"PRAGMA {schema}.{name}").fetchone()[0]
    return value


def _encoding(connection: sqlite3.Connection) -> str:
    return str(connection.execute("PRAGMA main.encoding").fetchone()[0])


def schema_version(connection: sqlite3.Connection) -> int:
    """A number that every change of the source's schema raises, and every VACUUM."""
    return _pragma(connection, "source", "schema_version")
