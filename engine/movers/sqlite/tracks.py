"""The tables of a run that were opened: how each is copied, and how far it is."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from stowplan.execution.program import Load, Program

from .catalogue import Table
from .changes import change_of
from .copying import Route, spanned
from .failing import TroubleError
from .keyset import keyset_of
from .names import folded, quoted
from .pair import Source, schema_version
from .progress import Chunk, Started, is_ours
from .tables import has_table
from .weigher import Weigher


@dataclass(slots=True)
class Track:
    """One table on its way; `version` is the source's schema version at which it was looked at."""

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
        self._source = source
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

    def check(self, track: Track) -> None:
        """Raises TroubleError where the source's table is not as it was when its copy began.

        What changed elsewhere in the source does not count.
        """
        version = schema_version(self._connection)
        if version == track.version:
            return
        self.check_definition(track.route.table)
        if self._is_renumbered(track):
            raise TroubleError(
                "table",
                "rows that were copied have other rowids in the source now: it was vacuumed, which "
                "numbers rows without an INTEGER PRIMARY KEY anew, or written to; drop the table "
                "at the target and run again",
            )
        track.version = version

    def check_definition(self, table: Table) -> None:
        """Raises TroubleError where the table is not as it was read when this process began."""
        if schema_version(self._connection) == self._source.schema_version:
            return
        change = change_of(self._connection, self._source.catalogue, table)
        if change is None:
            return
        made = change.table and has_table(self._connection, table.name)
        mend = "drop it at the target and run again" if made else "run again"
        if change.gone:
            mend = "bring it back and run again, or scan and plan again"
        text = f"its schema in the source changed during the run ({change.text}): {mend}"
        raise TroubleError("table", text)

    def _is_renumbered(self, track: Track) -> bool:
        """Whether the rows up to the last that was copied have other rowids than their copies.

        VACUUM keeps the order of the rows: where the same rowids are there they are the same rows.
        """
        table, keyset, chunks = track.route.table, track.route.keyset, track.chunks
        if not chunks or keyset is None or chunks[-1].high is None or _is_lasting(table):
            return False
        name, rowid = quoted(table.name), quoted(table.rowid or "")
        found = f"EXISTS (SELECT 1 FROM main.{name} AS m WHERE m.{rowid} = s.{rowid})"
        rows = 0
        for piece in spanned(self._connection, keyset, None, chunks[-1].high):
            query = f"SELECT count(*), total(NOT {found}) FROM source.{name} AS s WHERE"
            row = self._connection.execute(f"{query} {piece.where}", piece.values).fetchone()
            rows += row[0]
            if row[1]:
                return True
        return rows != sum(chunk.copied.rows for chunk in chunks)

    def _has_null_keys(self, table: Table) -> bool:
        """Whether a key that may hold NULL does: then its values do not tell rows apart."""
        if table.rowid is not None or table.key is None or table.key.never_null:
            return False
        terms = " OR ".join(f"{quoted(name)} IS NULL" for name in table.key.names)
        query = f"SELECT 1 FROM source.{quoted(table.name)} WHERE {terms} LIMIT 1"
        return self._connection.execute(query).fetchone() is not None


def _is_lasting(table: Table) -> bool:
    """Whether a row's key is its own: the primary key is, a rowid by itself is not."""
    return table.rowid is None or (table.key is not None and table.key.alias)
