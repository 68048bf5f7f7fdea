"""Reads a SQLite database's catalogue, from its PRAGMAs and `sqlite_schema`, never from SQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from .catalogue import (
    Catalogue,
    Column,
    ForeignKey,
    Generation,
    Index,
    Key,
    KeyColumn,
    Statement,
    Table,
)
from .names import folded, sayable


def read_catalogue(connection: sqlite3.Connection) -> Catalogue:
    """The catalogue of `main`. Raises sqlite3.Error."""
    kinds = _kinds(connection)
    ordinary = sorted(name for name, kind in kinds.items() if kind.kind == "table")
    spelt = {folded(name): name for name in ordinary}
    statements = _statements(connection)
    reader = _Reader(connection, spelt, statements)
    said = [reader.table(name, kinds[name]) for name in ordinary if sayable(name)]
    tables = tuple(table for table in said if all(sayable(c.name) for c in table.columns))
    known = {table.name for table in tables}
    return Catalogue(
        tables,
        tuple(_of_kind(connection, "trigger")),
        tuple(_of_kind(connection, "view")),
        tuple(sorted(name for name, kind in kinds.items() if kind.kind == "virtual")),
        tuple(name for name in ordinary if name not in known),
        connection.execute("PRAGMA main.encoding").fetchone()[0],
    )


@dataclass(frozen=True, slots=True)
class _Kind:
    """What PRAGMA table_list says of a name."""

    kind: str
    without_rowid: bool
    strict: bool


def _kinds(connection: sqlite3.Connection) -> dict[str, _Kind]:
    query = "SELECT name, type, wr, strict FROM pragma_table_list WHERE schema = 'main'"
    return {
        name: _Kind(kind, bool(without_rowid), bool(strict))
        for name, kind, without_rowid, strict in connection.execute(query)
        if not folded(name).startswith("sqlite_")
    }


def _statements(connection: sqlite3.Connection) -> dict[tuple[str, str], str]:
    """The statements of tables and indexes by kind and name."""
    query = "SELECT type, name, sql FROM main.sqlite_schema WHERE sql IS NOT NULL"
    return {(kind, name): sql for kind, name, sql in connection.execute(query)}


def _of_kind(connection: sqlite3.Connection, kind: str) -> Iterator[Statement]:
    query = "SELECT type, name, tbl_name, sql FROM main.sqlite_schema WHERE type = ? ORDER BY rowid"
    return (Statement(*row) for row in connection.execute(query, (kind,)))


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads tables one by one; `spelt` has every table's own spelling by its folded name."""

    connection: sqlite3.Connection
    spelt: dict[str, str]
    statements: dict[tuple[str, str], str]

    def table(self, name: str, kind: _Kind) -> Table:
        columns, in_key = self._columns(name)
        indexes = tuple(self._indexes(name))
        key = _key(columns, in_key, indexes, without_rowid=kind.without_rowid)
        rowid = None if kind.without_rowid else _rowid(columns, key)
        statement = self.statements.get(("table", name), "")
        keys = tuple(self._foreign_keys(name))
        return Table(
            name, statement, columns, key, kind.without_rowid, kind.strict, rowid, keys, indexes
        )

    def _columns(self, table: str) -> tuple[tuple[Column, ...], tuple[str, ...]]:
        """The columns in order, and those of the primary key in the key's order."""
        query = (
            'SELECT name, type, "notnull", dflt_value, pk, hidden '
            "FROM pragma_table_xinfo(?, 'main') ORDER BY cid"
        )
        rows = self.connection.execute(query, (table,)).fetchall()
        columns = tuple(
            Column(name, declared, bool(not_null), default, _GENERATIONS[hidden])
            for name, declared, not_null, default, _, hidden in rows
        )
        in_key = sorted((row[4], row[0]) for row in rows if row[4])
        return columns, tuple(name for _, name in in_key)

    def _indexes(self, table: str) -> Iterator[Index]:
        """By name."""
        listing = "FROM pragma_index_list(?, 'main') ORDER BY name"
        query = f'SELECT name, "unique", origin, partial {listing}'
        for name, unique, origin, partial in self.connection.execute(query, (table,)).fetchall():
            columns, carried = self._index_columns(name)
            statement = self.statements.get(("index", name))
            yield Index(name, bool(unique), origin, bool(partial), columns, carried, statement)

    def _index_columns(self, index: str) -> tuple[tuple[KeyColumn, ...], tuple[str | None, ...]]:
        if not sayable(index):
            return (), ()
        listing = "FROM pragma_index_xinfo(?, 'main') ORDER BY seqno"
        query = f'SELECT name, coll, "desc", key {listing}'
        rows = self.connection.execute(query, (index,)).fetchall()
        own = tuple(KeyColumn(name, coll, bool(desc)) for name, coll, desc, key in rows if key)
        return own, tuple(name for name, _, _, key in rows if not key)

    def _foreign_keys(self, table: str) -> Iterator[ForeignKey]:
        """In the order in which they were declared: SQLite counts from the last."""
        query = (
            'SELECT id, "table", "from", "to", on_update, on_delete '
            "FROM pragma_foreign_key_list(?, 'main') ORDER BY id DESC, seq"
        )
        parts: dict[int, list[tuple[Any, ...]]] = {}
        for number, *rest in self.connection.execute(query, (table,)):
            parts.setdefault(number, []).append(tuple(rest))
        for rows in parts.values():
            parent, _, _, on_update, on_delete = rows[0]
            yield ForeignKey(
                tuple(row[1] for row in rows),
                self.spelt.get(folded(parent)) or parent,
                tuple(row[2] for row in rows if row[2] is not None),
                on_update,
                on_delete,
            )


_GENERATIONS = {
    0: Generation.GIVEN,
    1: Generation.GIVEN,
    2: Generation.VIRTUAL,
    3: Generation.STORED,
}
"""What `hidden` in PRAGMA table_xinfo means (1 is of virtual tables)."""

_ROWIDS = ("rowid", "_rowid_", "oid")


def _key(
    columns: tuple[Column, ...],
    in_key: tuple[str, ...],
    indexes: Collection[Index],
    *,
    without_rowid: bool,
) -> Key | None:
    """The primary key. A rowid's alias is the one that needs no index."""
    if not in_key:
        return None
    own = next((index for index in indexes if index.origin == "pk"), None)
    if own is None:
        return Key((KeyColumn(in_key[0], "BINARY", False),), alias=True, never_null=True)
    strict_about = {column.name for column in columns if column.not_null}
    never_null = without_rowid or strict_about.issuperset(in_key)
    return Key(own.columns, alias=False, never_null=never_null)


def _rowid(columns: tuple[Column, ...], key: Key | None) -> str | None:
    """The alias of the rowid, else the first of its names that no column takes."""
    if key is not None and key.alias:
        return key.names[0]
    taken = {folded(column.name) for column in columns}
    return next((name for name in _ROWIDS if name not in taken), None)
