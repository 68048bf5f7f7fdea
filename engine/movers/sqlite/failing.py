"""SQLite's errors as what happens in a run: what cannot go on, and one line for people."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from stowplan.model import shown


class TroubleError(Exception):
    """An order that cannot be carried out; `scope` is chunk, table or run, as in Failed."""

    def __init__(self, scope: str, reason: str) -> None:
        super().__init__(reason)
        self.scope = scope
        self.reason = reason


class _Sort(NamedTuple):
    scope: str
    reason: str


_SORTS = {
    "SQLITE_FULL": _Sort("run", "the target's disk is full: make room and run again"),
    "SQLITE_BUSY": _Sort(
        "run", "another process has the target or the source locked: run again when it is done"
    ),
    "SQLITE_LOCKED": _Sort(
        "run", "another process has the target or the source locked: run again when it is done"
    ),
    "SQLITE_READONLY": _Sort(
        "run", "the target may not be written: check its permissions, and its folder's"
    ),
    "SQLITE_PERM": _Sort("run", "the target may not be written: check its permissions"),
    "SQLITE_CANTOPEN": _Sort(
        "run", "the target's journal cannot be written: check the permissions of its folder"
    ),
    "SQLITE_NOTADB": _Sort("run", "it is no SQLite database, or is encrypted"),
    "SQLITE_IOERR": _Sort("run", "the disk does not answer ({}): check it and run again"),
    "SQLITE_IOERR_READ": _Sort("chunk", "it cannot be read ({}): check the source's disk"),
    "SQLITE_IOERR_SHORT_READ": _Sort("chunk", "it cannot be read ({}): check the source's file"),
    "SQLITE_CORRUPT": _Sort(
        "chunk", "a page is corrupt ({}): try `sqlite3 SOURCE .recover`, or a backup"
    ),
    "SQLITE_NOMEM": _Sort("chunk", "there is not enough memory"),
    "SQLITE_CONSTRAINT": _Sort(
        "table", "the target's table does not take its rows ({}): see that both have one schema"
    ),
    "SQLITE_SCHEMA": _Sort("table", "the schema changed while it was copied ({})"),
}


def trouble_of(error: sqlite3.Error) -> TroubleError:
    """What an error comes to; one that is not known concerns its table, in SQLite's words."""
    name: str = getattr(error, "sqlite_errorname", None) or ""
    own = shown(str(error), 200)
    primary = "_".join(name.split("_")[:2])
    sort = _SORTS.get(name) or _SORTS.get(primary) or _Sort("table", "SQLite refuses: {}")
    return TroubleError(sort.scope, sort.reason.format(own))


def is_interrupt(error: sqlite3.Error) -> bool:
    """Whether a statement was broken off on our own demand."""
    return getattr(error, "sqlite_errorname", "") == "SQLITE_INTERRUPT"
