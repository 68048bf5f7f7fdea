"""Ends a table: compares it with its source, builds what follows its rows, and says so for good."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from stowplan.execution.mover import Closed
from stowplan.execution.program import Program
from stowplan.model import shown

from .catalogue import Table
from .finishing import build_indexes, build_triggers, build_views, keep_sequence, missing_views
from .later import Later
from .names import folded
from .pacing import Clock, Pacer
from .pair import Source, transaction
from .progress import Progress
from .tracks import Track
from .verifying import compare, has_parents, orphans


class Closer:
    """Carries out orders to close. Raises sqlite3.Error.

    `reread` says that the source was written to since the run began, as far as its file tells.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        progress: Progress,
        program: Program,
        source: Source,
        pacer: Pacer,
        clock: Clock,
        *,
        reread: bool,
    ) -> None:
        self._connection = connection
        self._progress = progress
        self._pacer = pacer
        self._clock = clock
        self._catalogue = source.catalogue
        self._tables = {folded(table.name): table for table in source.catalogue.tables}
        self._loads = {folded(load.name): load for load in program.loads}
        self._closed = {folded(name) for name in progress.closed()}
        self._checked = {name for name in self._closed if self._has_parents(name, self._closed)}
        self._reread = reread
        self._later = Later(connection, source, progress.closed(), reread=reread)
        self._version = self._later.version()

    def close(self, track: Track, check: Callable[[], None]) -> Closed:
        """Does all of it in one transaction.

        `check` looks at the same moment of the source first, and raises where it does not fit.
        """
        started = self._clock.now()
        with transaction(self._connection):
            check()
            version = self._later.version()
            self._reread = self._reread or version != self._version
            table, load = track.route.table, track.load
            found = compare(
                self._connection, track.route, track.chunks, load.verify, reread=self._reread
            )
            build_indexes(self._connection, table)
            keep_sequence(self._connection, table)
            checked = self._due_for_parents(table)
            lost = [line for name in checked for line in self._orphans(name, table)]
            build_triggers(self._connection, self._catalogue, (table.name,))
            closed = Closed(
                load.name, self._clock.now(), started, load.verify, *found[:3],
                (*found.differences, *lost), tuple(self._last(table)),
            )  # fmt: skip
            self._progress.close(closed)
            self._pacer.check()
        self._closed.add(folded(table.name))
        self._checked |= checked
        self._later.verified(table, load, version)
        return closed._replace(at_us=self._clock.now())

    def left_out(self) -> tuple[str, ...]:
        """Views that were not made, and later changes, as far as both can still be asked."""
        lines: list[str] = []
        try:
            self._connection.execute("PRAGMA busy_timeout = 0")  # not worth waiting for
            lines += self._later.lines()
            missing = missing_views(self._connection, self._catalogue)
        except sqlite3.Error:  # it is full, or locked, or the deadline is over
            return tuple(lines)
        return (*lines, *(_left_out(*each) for each in missing.items()))

    def _due_for_parents(self, table: Table) -> set[str]:
        """The closed tables, this one included, whose parents are all there only now."""
        done = self._closed | {folded(table.name)}
        return {name for name in done - self._checked if self._has_parents(name, done)}

    def _has_parents(self, name: str, done: set[str]) -> bool:
        """Parents that this run loads must be done, others there: nobody else fills them."""
        table = self._tables.get(name)
        if table is None:
            return False
        parents = {folded(key.parent) for key in table.foreign_keys}
        ready = all(parent in done or parent not in self._loads for parent in parents)
        return ready and has_parents(self._connection, table)

    def _orphans(self, name: str, closing: Table) -> list[str]:
        """What foreign keys of a table find missing; told of others than the one that is closed."""
        if self._loads[name].verify == "none":
            return []
        table = self._tables[name]
        lines = orphans(self._connection, table)
        own = folded(closing.name) == name
        return lines if own else [f"{shown(table.name)}: {line}" for line in lines]

    def _last(self, table: Table) -> list[str]:
        """Makes the views that can be read by now; after the last table, what the target lacks."""
        refused = build_views(self._connection, self._catalogue)
        if self._loads.keys() - self._closed - {folded(table.name)}:
            return []
        return [*self._later.lines(table.name), *(_left_out(*each) for each in refused.items())]


def _left_out(name: str, reason: str) -> str:
    return f"the view {shown(name)} was left out: {reason}"
