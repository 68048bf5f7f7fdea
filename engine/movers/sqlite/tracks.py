"""The tables of a run that were opened: how each is copied, and how far it is."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from stowplan.execution.program import Load, Program

from .catalogue import Table
from .copying import Route
from .failing import TroubleError
from .keyset import Keyset, keyset_of
from .names import folded, quoted
from .pair import Source, schema_version
from .progress import Chunk, Started, is_ours
from .weigher import Weigher


@dataclass(slots=True)
class Track:
    """One table on its way; `version` is the source's schema version that its keys rest on."""

    load: Load
    route: Route
    chunks: list[Chunk]
    version: int


class Tracks:
    """The tables by the plan's names. Raises TroubleError and sqlite3.Error."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        program: Program,
        source: Source,
        begun: Started,
    ) -> None:
        self._connection = connection
        self._loads = {load.name: load for load in program.loads}
        self._tables = {folded(table.name): table for table in source.catalogue.tables}
        self._virtual = {folded(name) for name in source.catalogue.virtual}
        self._begun = begun
        self._encoding = source.catalogue.encoding
        self.open: dict[str, Track] = {}

    def table(self, name: str) -> Table:
        """The source's table that the plan means."""
        table = self._tables.get(folded(name))
        if name not in self._loads:
            raise TroubleError("table", "the plan has no such table")
        if folded(name) in self._virtual:
            raise TroubleError(
                "table", "it is a virtual table: exclude it, and make it at the target"
            )
        if table is None:
            raise TroubleError("table", "the source has no such table: was it dropped or renamed?")
        if is_ours(name):
            raise TroubleError("table", "names that begin with _stowplan_ are kept: rename it")
        return table

    def begin(self, name: str, chunks: list[Chunk]) -> Track:
        """A table that is ready for its next chunk."""
        table = self.table(name)
        load = self._loads[name]
        keyset = keyset_of(table, self._encoding, null_keys=self._has_null_keys(table))
        weigher = Weigher(self._connection, table, keyset)
        version = self._begun.schema_version if chunks else schema_version(self._connection)
        route = Route(table, keyset, weigher, load.verify == "checksum")
        self.open[name] = Track(load, route, chunks, version)
        return self.open[name]

    def check_schema(self, track: Track) -> None:
        """Raises TroubleError where the source's table is not as it was when its copy began.

        VACUUM may number the rows anew that have no key of their own.
        """
        version = schema_version(self._connection)
        if version == track.version:
            return
        table = track.route.table
        if _statement(self._connection, table.name) != table.statement:
            raise TroubleError(
                "table",
                "its schema in the source changed during the run: scan and plan again, "
                "and load it anew",
            )
        if track.chunks and not _is_lasting(table, track.route.keyset):
            raise TroubleError(
                "table",
                "the source was vacuumed or its schema changed during the run, so that rows of "
                "a table without an INTEGER PRIMARY KEY may have moved: drop it at the target "
                "and run again",
            )
        track.version = version

    def _has_null_keys(self, table: Table) -> bool:
        """Whether a key that may hold NULL does: then its values do not tell rows apart."""
        if table.rowid is not None or table.key is None or table.key.never_null:
            return False
        terms = " OR ".join(f"{quoted(name)} IS NULL" for name in table.key.names)
        query = f"SELECT 1 FROM source.{quoted(table.name)} WHERE {terms} LIMIT 1"
        return self._connection.execute(query).fetchone() is not None


def _statement(connection: sqlite3.Connection, name: str) -> str | None:
    query = "SELECT sql FROM source.sqlite_schema WHERE type = 'table' AND name = ?"
    found = connection.execute(query, (name,)).fetchone()
    return None if found is None else str(found[0])


def _is_lasting(table: Table, keyset: Keyset | None) -> bool:
    """Whether a row's key is its own: the primary key is, a rowid by itself is not."""
    if keyset is None:
        return False
    alias = table.key is not None and table.key.alias
    return table.rowid is None or alias
