"""Copies a chunk in one transaction: paced batches of INSERT … SELECT by key, and its progress."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from typing import NamedTuple

from stowplan.execution.mover import ChunkOrder, Copied

from . import keyset as keys
from .catalogue import Table
from .checksums import summed
from .keyset import EVERYTHING, Key, Keyset, Piece
from .memory import most_resident
from .names import folded, quoted
from .pacing import Clock, Pacer
from .pair import transaction
from .progress import Chunk, Progress
from .weigher import Weigher, Weight

_PACE = "stowplan_pace"
_GROWN = 65_536
"""By how much a target may grow past what was weighed, before every value is looked at."""


class Route(NamedTuple):
    """How a table is copied: by which key (None: as a whole), what its rows weigh on average."""

    table: Table
    keyset: Keyset | None
    weigher: Weigher
    checked: bool


class Done(NamedTuple):
    """What was copied so far of a chunk."""

    rows: int
    size: int
    high: Key | None


class Copier:
    """Carries out orders for chunks. Raises sqlite3.Error and DeadlineError."""

    def __init__(
        self, connection: sqlite3.Connection, progress: Progress, pacer: Pacer, clock: Clock
    ) -> None:
        self._connection = connection
        self._progress = progress
        self._pacer = pacer
        self._clock = clock
        self._whole = 0
        self._broken: BaseException | None = None
        connection.create_function(_PACE, 1, self._paced)

    def copy(
        self, route: Route, order: ChunkOrder, before: Chunk | None, check: Callable[[], None]
    ) -> Chunk:
        """Copies what an order asks for, after the chunk before; on return it is there for good.

        `check` looks at the same moment of the source first, and raises where it does not fit.
        """
        started = self._clock.now()
        waited, waits = self._pacer.waited_us, self._pacer.waits
        with transaction(self._connection):
            check()
            low = None if before is None else before.high
            done = self._rows(route, order, low)
            first = self._first(route, low) if done.rows else None
            last = self._is_last(route, done.high)
            checksum = self._checksum(route, low, done) if route.checked else None
            now = self._clock.now()
            told = Copied(
                order.table, order.number, done.rows, done.size, started, now, last,
                now - started - (self._pacer.waited_us - waited), self._pacer.waits - waits,
                most_resident(), keys.said(first), keys.said(done.high),
            )  # fmt: skip
            chunk = Chunk(told, first, done.high, checksum)
            self._progress.add(chunk)
            self._pacer.check()
        now = self._clock.now()
        own = now - started - (self._pacer.waited_us - waited)
        return chunk._replace(copied=told._replace(at_us=now, own_us=own))

    def _rows(self, route: Route, order: ChunkOrder, low: Key | None) -> Done:
        if route.keyset is None:
            return self._all_rows(route)
        done = Done(0, 0, low)
        route.weigher.learn(reversed(list(route.keyset.after(low))))
        while done.rows < max(order.rows, 1) and (done.size < order.size or not done.rows):
            part = self._batch(route, route.keyset, order, done)
            if part is None:
                break
            done = part
        return done

    def _batch(self, route: Route, keyset: Keyset, order: ChunkOrder, done: Done) -> Done | None:
        """One statement's worth of rows; None where there are no more."""
        for piece in keyset.after(done.high):
            most = max(order.rows, 1) - done.rows
            weight = self._weighed(route, piece, most, order.size - done.size)
            if done.rows and weight.size > (order.size - done.size) * 5 // 4:
                return None  # a row that is larger than what the chunk has room for
            if weight.rows:
                return self._inserted(route, keyset, piece, weight, done)
        return None

    def _weighed(self, route: Route, piece: Piece, most: int, room: int) -> Weight:
        """The first rows of a piece that a batch has room for, at least one if there are any."""
        size = max(min(room, self._pacer.batch), 1)
        rows = max(min(most, route.weigher.rows_in(size)), 1)
        weight = route.weigher.weigh(piece, rows)
        while weight.rows > 1 and weight.size > size + size // 4:
            rows = max(weight.rows * size // weight.size * 9 // 10, 1)
            rows = min(rows, weight.rows - 1)
            weight = route.weigher.weigh(piece, rows)
        return weight

    def _inserted(
        self, route: Route, keyset: Keyset, piece: Piece, weight: Weight, done: Done
    ) -> Done:
        self._pacer.admit(weight.size)
        self._pacer.check()
        pages = self._bytes()
        query = f"{insertion(route.table)} WHERE {piece.where} ORDER BY {keyset.order} LIMIT ?"
        self._connection.execute(query, (*piece.values, weight.rows))
        size = weight.size
        if self._bytes() - pages > 2 * size + _GROWN:
            route.weigher.learn_all()
            size = max(size, route.weigher.weigh(piece, weight.rows).size)
            self._pacer.spend_more(size - weight.size)
        return Done(done.rows + weight.rows, done.size + size, self._high(route.table, keyset))

    def _all_rows(self, route: Route) -> Done:
        """A table without any key: one statement that waits, row by row, for its bytes."""
        self._whole, self._broken = 0, None
        query = f"{insertion(route.table)} WHERE {_PACE}({route.weigher.exactly})"
        try:
            rows = self._connection.execute(query).rowcount
        except sqlite3.Error:
            if self._broken is not None:
                raise self._broken from None
            raise
        return Done(rows, self._whole, None)

    def _paced(self, size: int) -> int:
        """Called by SQLite for each row of a table without any key."""
        try:
            self._pacer.admit(size)
        except BaseException as error:
            self._broken = error
            raise
        self._whole += size
        return 1

    def _high(self, table: Table, keyset: Keyset) -> Key:
        """The target's own last row: it holds what was copied so far, and nothing else."""
        query = (
            f"SELECT {keyset.selected} FROM main.{quoted(table.name)} "
            f"ORDER BY {keyset.backwards} LIMIT 1"
        )
        return keyset.key_of(self._connection.execute(query).fetchone())

    def _first(self, route: Route, low: Key | None) -> Key | None:
        """The first row after a key, in the source."""
        if route.keyset is None:
            return None
        for piece in route.keyset.after(low):
            row = self._one(route, route.keyset, piece)
            if row is not None:
                return route.keyset.key_of(row)
        return None

    def _is_last(self, route: Route, high: Key | None) -> bool:
        return route.keyset is None or self._first(route, high) is None

    def _one(self, route: Route, keyset: Keyset, piece: Piece) -> tuple[object, ...] | None:
        query = (
            f"SELECT {keyset.selected} FROM source.{quoted(route.table.name)} "
            f"WHERE {piece.where} ORDER BY {keyset.order} LIMIT 1"
        )
        row: tuple[object, ...] | None = self._connection.execute(query, piece.values).fetchone()
        return row

    def _checksum(self, route: Route, low: Key | None, done: Done) -> str:
        span = spanned(self._connection, route.keyset, low, done.high if done.rows else None)
        return summed(self._connection, "source", route.table, span if done.rows else ())[1]

    def _bytes(self) -> int:
        """The target's pages that are in use, in bytes."""
        pages, unused, size = (
            self._connection.execute(f"PRAGMA main.{name}").fetchone()[0]
            for name in ("page_count", "freelist_count", "page_size")
        )
        used: int = (pages - unused) * size
        return used


def spanned(
    connection: sqlite3.Connection, keyset: Keyset | None, low: Key | None, high: Key | None
) -> Iterator[Piece]:
    """The pieces of what lies after `low`, up to `high`; everything without a key."""
    if keyset is None or high is None:
        return iter((EVERYTHING,))
    same = 0 if low is None else keys.same_columns(connection, keyset, low, high)
    return keyset.between(low, high, same)


def insertion(table: Table) -> str:
    """INSERT … SELECT of all that a row states, and of its rowid where that is no column.

    A conflict undoes the chunk at once: SQLite need not be able to undo the statement alone.
    """
    names = [column.name for column in table.given]
    if table.rowid is not None and folded(table.rowid) not in {folded(name) for name in names}:
        names.insert(0, table.rowid)
    columns = ", ".join(quoted(name) for name in names)
    name = quoted(table.name)
    return f"INSERT OR ROLLBACK INTO main.{name} ({columns}) SELECT {columns} FROM source.{name}"
