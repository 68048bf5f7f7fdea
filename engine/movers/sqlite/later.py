"""What was written to the source after tables were verified, and so is not at the target."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator

from stowplan.execution.program import Load
from stowplan.model import shown

from .catalogue import Table
from .changes import lacking
from .names import folded
from .pair import Source, schema_version

_MOST_NAMED = 5


class Later:
    """The tables that are done, each with the source's version then. Raises sqlite3.Error.

    Of those that were `closed` by an earlier process it is known only whether the source was
    written to since the run began (`reread`): then they may lack something.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        source: Source,
        closed: Collection[str],
        *,
        reread: bool,
    ) -> None:
        self._connection = connection
        self._tables = {folded(table.name): table for table in source.catalogue.tables}
        self._views = {folded(view.name): view.statement for view in source.catalogue.views}
        self._schema = source.schema_version
        version = self.version()
        known = None if reread else version
        self._versions: dict[str, int | None] = dict.fromkeys(closed, known)
        self._reread = reread

    def version(self) -> int:
        """A number that changes when another connection has written to the source."""
        version: int = self._connection.execute("PRAGMA source.data_version").fetchone()[0]
        return version

    def verified(self, table: Table, load: Load, version: int) -> None:
        """A table is done; its source had that version."""
        self._tables[folded(load.name)] = table
        self._versions[load.name] = version

    def lines(self, closing: str = "") -> list[str]:
        """A line for rows, one for each table with another schema, one for each view.

        Nothing is told of the table that is being closed.
        """
        version, own = self.version(), folded(closing)
        late = (name for name, then in self._versions.items() if then != version)
        names = sorted(name for name in late if folded(name) != own)
        if not names:
            return []
        return [self._written(names), *self._schemas(names), *self._new_views()]

    def _written(self, names: list[str]) -> str:
        """What is known of the rows: of a table that an earlier process closed, less."""
        more = len(names) - _MOST_NAMED
        rest = f" and {more} more" if more > 0 else ""
        told = ", ".join(map(shown, names[:_MOST_NAMED])) + rest
        sure = all(self._versions[name] is not None for name in names)
        when = "after" if sure else "since the run began, maybe after"
        verb = "was" if len(names) == 1 else "were"
        return (
            f"the source was written to {when} {told} {verb} verified: "
            "what has changed in rows since then is not at the target "
            "(drop a table there and run again: it is loaded anew)"
        )

    def _schemas(self, names: list[str]) -> Iterator[str]:
        """Of the tables that are done, those whose schema the target has not."""
        if not self._reread and schema_version(self._connection) == self._schema:
            return
        for name in names:
            table = self._tables.get(folded(name))
            if table is None:
                continue  # the source has it no more, and the target has what there was
            change = lacking(self._connection, table)
            if change:
                text = "its schema in the source changed after it was verified"
                yield f"{shown(name)}: {text} ({change}): drop it at the target and run again"

    def _new_views(self) -> Iterator[str]:
        """Views that are not as they were read when the process began."""
        if schema_version(self._connection) == self._schema:
            return
        query = "SELECT name, sql FROM source.sqlite_schema WHERE type = 'view'"
        for name, statement in self._connection.execute(query).fetchall():
            if self._views.get(folded(name)) != statement:
                text = "was made or changed in the source during the run"
                yield f"the view {shown(name)} {text}: make it at the target by hand"
