"""Opening a SQLite database to read it, changing nothing; what goes wrong becomes one line.

All that is read within `reading` is of one moment: one read transaction spans it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from stowplan.execution.mover import MoverError
from stowplan.model import shown

PATIENCE_S = 5.0
"""How long a lock of another process is waited for."""

_LEAST_VERSION = (3, 37, 0)  # the first that tells shadow tables and STRICT in PRAGMA table_list

_SAID = {
    "SQLITE_NOTADB": "is no SQLite database, or is encrypted",
    "SQLITE_CORRUPT": "is corrupt ({}): try `sqlite3 FILE .recover`, or a backup",
    "SQLITE_BUSY": "is locked by another process: try again when it has finished",
    "SQLITE_LOCKED": "is locked by another process: try again when it has finished",
    "SQLITE_READONLY": "needs recovery, which reading may not do: open it once with `sqlite3`",
    "SQLITE_CANTOPEN": "cannot be opened: check its permissions, and those of its folder",
    "SQLITE_IOERR": "cannot be read ({}): check the disk",
    "SQLITE_FULL": "no space is left on its disk",
}
"""What SQLite's primary error names come to; braces hold its own message."""


@contextmanager
def reading(
    path: Path,
    *,
    patience_s: float = PATIENCE_S,
    text: Callable[[bytes], object] | None = None,
) -> Iterator[sqlite3.Connection]:
    """A connection that only reads, in one transaction. Raises MoverError, also from within.

    Text comes as `text` makes it of its bytes: without, as str whose bytes that are no UTF-8 are
    lone surrogates, as in paths.
    """
    if sqlite3.sqlite_version_info < _LEAST_VERSION:
        raise MoverError(f"SQLite {sqlite3.sqlite_version} is too old: 3.37 or later is needed")
    _check_file(path)
    with _as_it_lies(path) as immutable, faults_of(path):
        how = "mode=ro&immutable=1" if immutable else "mode=ro"
        with closing(_begun(path, how, patience_s)) as connection:
            connection.text_factory = surrogates if text is None else text
            yield connection


def surrogates(stored: bytes) -> str:
    """Text as str; a byte that is no UTF-8 becomes a lone surrogate."""
    return stored.decode("utf-8", "surrogateescape")


@contextmanager
def faults_of(path: Path) -> Iterator[None]:
    """Turns SQLite's errors about one file into a MoverError."""
    try:
        yield
    except sqlite3.Error as error:
        raise MoverError(f"{shown(str(path), 300)}: {_said(error)}") from error


def _said(error: sqlite3.Error) -> str:
    """One line for an error; what has no cure of its own is told in SQLite's words."""
    own = shown(str(error), 200)
    name = getattr(error, "sqlite_errorname", "")
    primary = "_".join(name.split("_")[:2])
    return _SAID.get(primary, "cannot be used: {}").format(own)


def _check_file(path: Path) -> None:
    """Raises MoverError where there is no file: SQLite's own words do not tell which."""
    try:
        if path.is_file():
            return
        reason = "is no file" if path.exists() else "does not exist: check the path"
    except OSError as error:  # a name that is too long, a folder that may not be searched
        reason = f"cannot be opened: {(error.strerror or str(error)).lower()}"
    raise MoverError(f"{shown(str(path), 300)}: {reason}")


@contextmanager
def _as_it_lies(path: Path) -> Iterator[bool]:
    """Whether to read the file as it lies, without locks; one that changes meanwhile is a fault.

    That is so for one in WAL mode that nobody has open. To share it SQLite would have to make
    files beside it, which read-only media do not allow, and which would be there afterwards, with
    the owner and the rights of whoever has read.
    """
    before = _stamp(path) if at_rest(path) else None
    if before is None:
        yield False
        return
    try:
        yield True
    except MoverError:
        _check_unchanged(path, before)  # what looks corrupt may be half of a change
        raise
    _check_unchanged(path, before)


def _check_unchanged(path: Path, before: tuple[int, int]) -> None:
    """Raises MoverError where a file that was read as it lies has been written to."""
    if not at_rest(path) or _stamp(path) != before:
        line = "was written to while it was read: try again"
        raise MoverError(f"{shown(str(path), 300)}: {line}")


def _stamp(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_mtime_ns, status.st_size


def at_rest(path: Path) -> bool:
    """Whether a file in WAL mode is whole, and nobody has it open."""
    try:
        with path.open("rb") as file:
            header = file.read(20)
        log, memory, journal = (
            path.with_name(f"{path.name}-{end}") for end in ("wal", "shm", "journal")
        )
        whole = not log.exists() or log.stat().st_size == 0
    except OSError:
        return False
    return header[18:20] == b"\x02\x02" and whole and not (memory.exists() or journal.exists())


def _begun(path: Path, how: str, patience_s: float) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?{how}"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=patience_s)
    try:
        # What a hostile schema calls must not run, and nothing may be written.
        connection.execute("PRAGMA query_only = ON")
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM main.sqlite_schema").fetchone()
    except sqlite3.Error:
        connection.close()
        raise
    return connection
