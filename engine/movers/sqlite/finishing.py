"""What follows a table's rows: its indexes, sequence and triggers, and views that can be read."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator

from stowplan.model import shown

from .catalogue import Catalogue, Index, Statement, Table
from .names import folded, quoted

_SEQUENCE = "SELECT seq FROM source.sqlite_sequence WHERE name = ?"


def index_statements(table: Table) -> Iterator[Index]:
    """The indexes that have a statement of their own; the others came with the table."""
    return (index for index in table.indexes if index.statement is not None)


def build_indexes(connection: sqlite3.Connection, table: Table) -> None:
    """Creates the indexes that the target lacks. Raises sqlite3.Error."""
    present = _names(connection, "index")
    for index in index_statements(table):
        if index.statement is not None and folded(index.name) not in present:
            connection.execute(index.statement)


def keep_sequence(connection: sqlite3.Connection, table: Table) -> None:
    """The next number of an AUTOINCREMENT key: the source may be past the rows that it has."""
    if not _has_sequences(connection):
        return
    found = connection.execute(_SEQUENCE, (table.name,)).fetchone()
    if found is not None:
        delete = "DELETE FROM main.sqlite_sequence WHERE name = ?"
        connection.execute(delete, (table.name,))
        insert = "INSERT INTO main.sqlite_sequence (name, seq) VALUES (?, ?)"
        connection.execute(insert, (table.name, found[0]))


def build_triggers(
    connection: sqlite3.Connection, catalogue: Catalogue, names: Collection[str]
) -> None:
    """Creates the triggers on these tables or views, in the source's order."""
    present = _names(connection, "trigger")
    for trigger in triggers_on(catalogue, names):
        if folded(trigger.name) not in present:
            connection.execute(trigger.statement)


def triggers_on(catalogue: Catalogue, names: Collection[str]) -> Iterator[Statement]:
    """The triggers on these tables or views, in the source's order."""
    owners = {folded(name) for name in names}
    return (trigger for trigger in catalogue.triggers if folded(trigger.table) in owners)


def build_views(connection: sqlite3.Connection, catalogue: Catalogue) -> dict[str, str]:
    """Creates all views that can be read by now; the others, with SQLite's reason for each.

    A view may refer to one that was made after it, so that this goes on until nothing changes.
    """
    present = _names(connection, "view")
    pending = [view for view in catalogue.views if folded(view.name) not in present]
    while True:
        refused = {view.name: _built(connection, catalogue, view) for view in pending}
        left = [view for view in pending if refused[view.name] is not None]
        if len(left) == len(pending):
            return {name: reason or "" for name, reason in refused.items()}
        pending = left


def missing_views(connection: sqlite3.Connection, catalogue: Catalogue) -> dict[str, str]:
    """The views that the target lacks, with why each was not made; nothing is changed."""
    present = _names(connection, "view")
    lacking = [view.name for view in catalogue.views if folded(view.name) not in present]
    if not lacking:
        return {}
    connection.execute("BEGIN IMMEDIATE")
    try:
        refused = build_views(connection, catalogue)
    finally:
        if connection.in_transaction:  # some errors end it by themselves
            connection.execute("ROLLBACK")
    return {name: refused.get(name, "the run ended before it was made") for name in lacking}


def _built(connection: sqlite3.Connection, catalogue: Catalogue, view: Statement) -> str | None:
    """Creates a view if it can be read; else why not."""
    connection.execute("SAVEPOINT stowplan_view")
    try:
        connection.execute(view.statement)
        connection.execute(f"SELECT * FROM main.{quoted(view.name)} LIMIT 0")
        build_triggers(connection, catalogue, (view.name,))
    except sqlite3.OperationalError as error:
        if not connection.in_transaction or error.sqlite_errorname != "SQLITE_ERROR":
            raise
        if "no such table" in str(error):  # else it cannot be read in the source either
            connection.execute("ROLLBACK TO stowplan_view")
            return shown(str(error), 200)
    finally:
        if connection.in_transaction:
            connection.execute("RELEASE stowplan_view")
    return None


def _names(connection: sqlite3.Connection, kind: str) -> set[str]:
    query = "SELECT name FROM main.sqlite_schema WHERE type = ?"
    return {folded(name) for (name,) in connection.execute(query, (kind,))}


def _has_sequences(connection: sqlite3.Connection) -> bool:
    """Whether both have AUTOINCREMENT keys: SQLite makes the table of them by itself."""
    query = "SELECT 1 FROM {}.sqlite_schema WHERE name = 'sqlite_sequence'"
    found = (connection.execute(query.format(schema)).fetchone() for schema in ("source", "main"))
    return all(found)
