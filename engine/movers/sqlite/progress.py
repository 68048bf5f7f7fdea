"""What a target holds of a run: tables of ours in it, written in the rows' own transactions.

`_stowplan_runs` has the runs, `_stowplan_progress` a row for each chunk, `_stowplan_closed` one for
each table that is done. Times are microseconds since the window's start.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from typing import Any, NamedTuple

from stowplan.execution.mover import Closed, Copied, Standing

from . import keyset
from .names import folded

PREFIX = "_stowplan_"
"""Names that start so are ours: no table of a source may have one."""

_CREATE = (
    "CREATE TABLE IF NOT EXISTS main._stowplan_runs (run TEXT PRIMARY KEY, plan TEXT NOT NULL, "
    "source TEXT NOT NULL, schema_version INTEGER NOT NULL, window TEXT NOT NULL, "
    "started TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS main._stowplan_progress (run TEXT NOT NULL, "
    '"table" TEXT NOT NULL, number INTEGER NOT NULL, low TEXT, high TEXT, rows INTEGER NOT NULL, '
    "bytes INTEGER NOT NULL, checksum TEXT, started_us INTEGER NOT NULL, at_us INTEGER NOT NULL, "
    "own_us INTEGER NOT NULL, waits INTEGER NOT NULL, last INTEGER NOT NULL, "
    'PRIMARY KEY (run, "table", number)) WITHOUT ROWID',
    'CREATE TABLE IF NOT EXISTS main._stowplan_closed (run TEXT NOT NULL, "table" TEXT NOT NULL, '
    "verified TEXT NOT NULL, source_rows INTEGER, target_rows INTEGER, checksum TEXT, "
    "differences TEXT NOT NULL, notes TEXT NOT NULL, started_us INTEGER NOT NULL, "
    'at_us INTEGER NOT NULL, PRIMARY KEY (run, "table")) WITHOUT ROWID',
)


class Chunk(NamedTuple):
    """A chunk that is there: what was told of it, its first and last key, the source's checksum.

    One without rows has the last key of the chunk before it.
    """

    copied: Copied
    low: keyset.Key | None
    high: keyset.Key | None
    checksum: str | None


class Started(NamedTuple):
    """A run as it began: its plan's hash, how its source lay, its source's schema version.

    `window` is the plan's window that it carries out, `started` when that began, on the wall.
    """

    plan: str
    source: str
    schema_version: int
    window: str
    started: str


class Held(NamedTuple):
    """A run that a target holds: its name, and when its window began, on the wall."""

    run: str
    started: str


class Progress:
    """Reads and writes a run's rows through the mover's one connection. Raises sqlite3.Error."""

    def __init__(self, connection: sqlite3.Connection, run_id: str) -> None:
        self._connection = connection
        self._run = run_id

    def begin(self, now: Started) -> Started:
        """Makes the tables and the run's row; how it began, which may be long ago.

        Of tables that were dropped at the target nothing is there: they are loaded anew.
        """
        for statement in _CREATE:
            self._connection.execute(statement)
        self._connection.execute(
            "INSERT OR IGNORE INTO main._stowplan_runs VALUES (?, ?, ?, ?, ?, ?)", (self._run, *now)
        )
        for kept in ("progress", "closed"):
            self._connection.execute(
                f'DELETE FROM main._stowplan_{kept} WHERE run = ? AND "table" COLLATE NOCASE '
                "NOT IN (SELECT name FROM main.sqlite_schema WHERE type = 'table')",
                (self._run,),
            )
        columns = ", ".join(Started._fields)
        query = f"SELECT {columns} FROM main._stowplan_runs WHERE run = ?"
        return Started(*self._connection.execute(query, (self._run,)).fetchone())

    def chunks(self, table: str) -> list[Chunk]:
        """A table's chunks, in order."""
        query = (
            "SELECT number, rows, bytes, started_us, at_us, last, own_us, waits, low, high, "
            'checksum FROM main._stowplan_progress WHERE run = ? AND "table" = ? ORDER BY number'
        )
        rows = self._connection.execute(query, (self._run, table))
        return [_chunk(table, row) for row in rows]

    def add(self, chunk: Chunk) -> None:
        """A chunk's row, for the transaction that has its rows."""
        told = chunk.copied
        keys = keyset.written(chunk.low), keyset.written(chunk.high)
        self._connection.execute(
            f"INSERT INTO main._stowplan_progress VALUES ({', '.join('?' * 13)})",
            (
                *(self._run, told.table, told.number, *keys, told.rows, told.size),
                *(chunk.checksum, told.started_us, told.at_us, told.own_us, told.waits),
                told.last,
            ),
        )

    def close(self, closed: Closed) -> None:
        """A table's last row; one that was closed with differences may be closed anew."""
        lists = json.dumps(closed.differences), json.dumps(closed.notes)
        self._connection.execute(
            f"INSERT OR REPLACE INTO main._stowplan_closed VALUES ({', '.join('?' * 10)})",
            (
                *(self._run, closed.table, closed.verified, closed.source_rows),
                *(closed.target_rows, closed.checksum, *lists, closed.started_us, closed.at_us),
            ),
        )

    def closed(self) -> Mapping[str, Closed]:
        """The tables that are done."""
        query = (
            'SELECT "table", at_us, started_us, verified, source_rows, target_rows, checksum, '
            "differences, notes FROM main._stowplan_closed WHERE run = ?"
        )
        found = (_closed(row) for row in self._connection.execute(query, (self._run,)))
        return {closed.table: closed for closed in found}

    def standing(self) -> Mapping[str, Standing]:
        """What there is of every table."""
        closed = self.closed()
        query = 'SELECT DISTINCT "table" FROM main._stowplan_progress WHERE run = ?'
        begun = {row[0] for row in self._connection.execute(query, (self._run,)).fetchall()}
        return {table: self._standing(table, closed) for table in sorted(begun | closed.keys())}

    def _standing(self, table: str, closed: Mapping[str, Closed]) -> Standing:
        return Standing(tuple(chunk.copied for chunk in self.chunks(table)), closed.get(table))


def held(connection: sqlite3.Connection, plan: str, window: str, source: str) -> Held | None:
    """The last run of a plan's window from a source as it lies that a target holds, if any."""
    there = "SELECT 1 FROM main.sqlite_schema WHERE name = '_stowplan_runs'"
    if connection.execute(there).fetchone() is None:
        return None
    found = connection.execute(
        "SELECT run, started FROM main._stowplan_runs WHERE plan = ? AND window = ? AND source = ? "
        "ORDER BY started DESC, run LIMIT 1",
        (plan, window, source),
    ).fetchone()
    return None if found is None else Held(*found)


def known_run(connection: sqlite3.Connection, plan: str, window: str) -> str | None:
    """The last run of a plan's window that a target holds, whatever its source was."""
    there = "SELECT 1 FROM main.sqlite_schema WHERE name = '_stowplan_runs'"
    if connection.execute(there).fetchone() is None:
        return None
    query = (
        "SELECT run FROM main._stowplan_runs WHERE plan = ? AND window = ? "
        "ORDER BY started DESC, run LIMIT 1"
    )
    found = connection.execute(query, (plan, window)).fetchone()
    return None if found is None else str(found[0])


def is_ours(name: str) -> bool:
    """Whether a table's name is kept for us."""
    return folded(name).startswith(PREFIX)


def _chunk(table: str, row: tuple[Any, ...]) -> Chunk:
    number, rows, size, started, at, last, own, waits, *texts = row
    low, high, checksum = (str(text) if text is not None else None for text in texts)
    keys = keyset.read(low), keyset.read(high)
    spans = keyset.said(keys[0]), keyset.said(keys[1])
    copied = Copied(
        table, number, rows, size, started, at, bool(last), own, waits, low=spans[0], high=spans[1]
    )
    return Chunk(copied, *keys, checksum)


def _closed(row: tuple[object, ...]) -> Closed:
    differences, notes = (tuple(json.loads(str(texts))) for texts in row[-2:])
    closed = Closed(*row[:-2])  # type: ignore[arg-type]
    return closed._replace(differences=differences, notes=notes)
