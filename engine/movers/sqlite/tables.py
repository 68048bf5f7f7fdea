"""The target's tables: made from the source's statements, or found to be the same and ours."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import TypeAlias

from stowplan.model import shown

from .catalogue import Table
from .failing import TroubleError
from .names import folded, quoted
from .progress import Chunk

Shape: TypeAlias = tuple[object, ...]


def make_ready(connection: sqlite3.Connection, table: Table, chunks: list[Chunk]) -> None:
    """Creates a table, or sees that it is as the source's and has only what this run put there.

    Raises TroubleError and sqlite3.Error.
    """
    if not is_ready(connection, table, chunks):
        connection.execute(table.statement)


def is_ready(connection: sqlite3.Connection, table: Table, chunks: list[Chunk]) -> bool:
    """Whether the target has a table that can take the source's rows; False: it is to be made.

    Only reads. Raises TroubleError where what is there is in the way, and sqlite3.Error.
    """
    kind = _kind(connection, table.name)
    if kind is None:
        if chunks:
            raise TroubleError(
                "table", "it is gone from the target: run again, and it is loaded anew"
            )
        return False
    if kind != "table":
        raise TroubleError("table", f"the target has a {kind} of this name: drop or rename it")
    _check_shape(connection, table)
    _check_triggers(connection, table)
    _check_rows(connection, table, chunks)
    return True


def has_table(connection: sqlite3.Connection, name: str) -> bool:
    """Whether the target has a table of this name."""
    return _kind(connection, name) == "table"


def count(connection: sqlite3.Connection, schema: str, table: str) -> int:
    """How many rows there are."""
    query = f"SELECT count(*) FROM {schema}.{quoted(table)}"
    rows: int = connection.execute(query).fetchone()[0]
    return rows


def _kind(connection: sqlite3.Connection, name: str) -> str | None:
    """Table, view or index, as SQLite compares names."""
    query = "SELECT type, name FROM main.sqlite_schema WHERE type <> 'trigger'"
    kinds = {folded(found): kind for kind, found in connection.execute(query)}
    return kinds.get(folded(name))


def _check_shape(connection: sqlite3.Connection, table: Table) -> None:
    for name in shapes_apart(connection, table):
        raise TroubleError(
            "table",
            f"the target has a table of this name with other {name}: drop it, "
            "or make it as the source's",
        )


def shapes_apart(connection: sqlite3.Connection, table: Table) -> Iterator[str]:
    """What a table has otherwise in source and target, in people's words. Raises sqlite3.Error."""
    names = ("columns", "key", "options", "unique keys", "foreign keys")
    wanted, found = (_shapes(connection, schema, table.name) for schema in ("source", "main"))
    sides = zip(names, wanted, found, strict=True)
    return (name for name, one, other in sides if one != other)


def _shapes(connection: sqlite3.Connection, schema: str, name: str) -> Iterator[Shape]:
    """What two tables must have in common: columns, key, options, unique and foreign keys."""
    columns = 'cid, name, upper(type), "notnull", dflt_value, hidden'
    yield _all(connection, f"{columns} FROM pragma_table_xinfo(?1, ?2)", name, schema)
    yield _all(connection, "name, pk FROM pragma_table_xinfo(?1, ?2)", name, schema)
    options = "wr, strict FROM pragma_table_list WHERE schema = ?2 AND lower(name) = lower(?1)"
    yield _all(connection, options, name, schema)
    keys = (
        "x.seqno, x.name, x.coll, x.desc, x.key, l.origin FROM pragma_index_list(?1, ?2) AS l, "
        "pragma_index_xinfo(l.name, ?2) AS x WHERE l.origin <> 'c'"
    )
    yield _all(connection, keys, name, schema)
    foreign = '"from", "to", lower("table"), on_update, on_delete'
    yield _all(connection, f"{foreign} FROM pragma_foreign_key_list(?1, ?2)", name, schema)


def _all(connection: sqlite3.Connection, query: str, name: str, schema: str) -> Shape:
    return tuple(sorted(connection.execute(f"SELECT {query}", (name, schema)), key=repr))


def _check_triggers(connection: sqlite3.Connection, table: Table) -> None:
    """A trigger of the target would fire for every row and change what is copied."""
    query = "SELECT name, tbl_name FROM main.sqlite_schema WHERE type = 'trigger'"
    for trigger, owner in connection.execute(query):
        if folded(owner) == folded(table.name):
            raise TroubleError(
                "table",
                f"the target's table has a trigger already, {shown(trigger)}: drop it; "
                "the run makes the source's once the rows are there",
            )


def _check_rows(connection: sqlite3.Connection, table: Table, chunks: list[Chunk]) -> None:
    ours = sum(chunk.copied.rows for chunk in chunks)
    found = count(connection, "main", table.name)
    if not ours and found:
        raise TroubleError(
            "table",
            f"the target's table has {found} rows that are not of this run: nothing was touched; "
            "empty it, or name another target",
        )
    if found != ours:
        raise TroubleError(
            "table",
            f"this run copied {ours} rows, the target's table has {found}: others have "
            "written to it; drop it and run again",
        )
