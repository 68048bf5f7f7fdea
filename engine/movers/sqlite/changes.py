"""What changed of a table's own definition in the source: statement, columns, indexes, triggers."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from typing import NamedTuple, TypeAlias

from stowplan.model import shown

from .catalogue import Catalogue, Table
from .finishing import triggers_on
from .names import folded
from .tables import has_table, shapes_apart

Definition: TypeAlias = Mapping[tuple[str, str], str]
"""Statements by kind and name; what SQLite makes by itself has none."""

_MOST_TOLD = 5


class Change(NamedTuple):
    """What changed, for people; `table` says that the table itself did, not what follows its rows.

    `gone` says that there is no such table any more.
    """

    text: str
    table: bool
    gone: bool


def change_of(connection: sqlite3.Connection, catalogue: Catalogue, table: Table) -> Change | None:
    """What is not as it was read; None where all is. Raises sqlite3.Error."""
    before, now = _read(catalogue, table), _stored(connection, "source", table.name)
    if before == now:
        return None
    own = "table", table.name
    if own not in now:
        return Change("it was dropped or renamed", table=True, gone=True)
    said = [*_columns(connection, table)] if before[own] != now[own] else []
    if before[own] != now[own] and not said:
        said = ["its CREATE TABLE statement is another"]
    said += _others(before, now)
    return Change(_some(said), table=before[own] != now[own], gone=False)


def lacking(connection: sqlite3.Connection, table: Table) -> str:
    """What of a table's schema the source has now and the target has not; empty where nothing."""
    if not has_table(connection, table.name):
        return ""
    source, target = (_stored(connection, schema, table.name) for schema in ("source", "main"))
    if ("table", table.name) not in source:
        return ""
    other = [f"other {name}" for name in shapes_apart(connection, table)]
    there = {(kind, folded(name)) for kind, name in target}
    missing = sorted(key for key in source if (key[0], folded(key[1])) not in there)
    named = (f"the {kind} {shown(name)}" for kind, name in missing if kind != "table")
    return _some([*other, *named])


def _read(catalogue: Catalogue, table: Table) -> Definition:
    """A table's definition as it was read at the start."""
    indexes = {("index", i.name): i.statement for i in table.indexes if i.statement is not None}
    triggers = {("trigger", t.name): t.statement for t in triggers_on(catalogue, (table.name,))}
    return {("table", table.name): table.statement, **indexes, **triggers}


def _stored(connection: sqlite3.Connection, schema: str, table: str) -> Definition:
    """A table's definition as a database has it; SQLite then knows a changed schema anew."""
    query = (
        f"SELECT type, name, sql FROM {schema}.sqlite_schema WHERE tbl_name = ? COLLATE NOCASE "
        "AND type IN ('table', 'index', 'trigger') AND sql IS NOT NULL"
    )
    return {(kind, name): sql for kind, name, sql in connection.execute(query, (table,))}


def _columns(connection: sqlite3.Connection, table: Table) -> Iterator[str]:
    """Columns that came and went."""
    query = "SELECT name FROM pragma_table_xinfo(?, 'source') ORDER BY cid"
    now = [name for (name,) in connection.execute(query, (table.name,))]
    before = [column.name for column in table.columns]
    yield from (f"the column {shown(name)} was added" for name in now if name not in before)
    yield from (f"the column {shown(name)} is gone" for name in before if name not in now)


def _others(before: Definition, now: Definition) -> Iterator[str]:
    """Indexes and triggers that came, went or are other ones."""
    for kind, name in sorted({*before, *now}):
        one, other = before.get((kind, name)), now.get((kind, name))
        if kind == "table" or one == other:
            continue
        what = "was added" if one is None else "is gone" if other is None else "is another"
        yield f"the {kind} {shown(name)} {what}"


def _some(said: list[str]) -> str:
    more = len(said) - _MOST_TOLD
    return ", ".join([*said[:_MOST_TOLD], *([f"and {more} more changes"] if more > 0 else [])])
