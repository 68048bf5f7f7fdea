"""What a run would find in the way at its target, told before it; nothing is written."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from stowplan.execution.program import Program
from stowplan.model import shown

from .catalogue import Table
from .connecting import at_rest, faults_of, reading
from .failing import TroubleError
from .names import folded
from .pair import Source, check_apart, check_encoding
from .progress import Progress, known_run
from .tables import has_table, is_ready


def obstacles(program: Program, source: Source, target: Path) -> Iterator[str]:
    """A line for each table that the run would give up at once. Raises MoverError."""
    check_apart(source.path, target)
    if not target.exists() or not target.stat().st_size:
        return
    journal = target.with_name(f"{target.name}-journal")
    if journal.exists() and journal.stat().st_size:
        yield "the target was not looked at: a transaction is under way there, or was cut off"
        return
    with reading(target) as connection:
        check_encoding(connection, source, fresh=False)
        connection.execute("COMMIT")  # nothing can be attached within a transaction
        _attach(connection, source.path)
        yield from _in_the_way(connection, program, source)


def _attach(connection: sqlite3.Connection, path: Path) -> None:
    """Attaches the source so that no files appear beside it."""
    how = "mode=ro&immutable=1" if at_rest(path) else "mode=ro"
    with faults_of(path):
        connection.execute("ATTACH ? AS source", (f"{path.absolute().as_uri()}?{how}",))


def _in_the_way(connection: sqlite3.Connection, program: Program, source: Source) -> Iterator[str]:
    run = known_run(connection, program.key, program.window)
    progress = None if run is None else Progress(connection, run)
    closed = () if progress is None else progress.closed()
    tables = {folded(table.name): table for table in source.catalogue.tables}
    for load in program.loads:
        table = tables.get(folded(load.name))
        if table is None or load.name in closed:
            continue
        trouble = _trouble(connection, table, progress, load.name)
        if trouble is not None:
            yield f"{shown(load.name)} would fail: {trouble}"


def _trouble(
    connection: sqlite3.Connection, table: Table, progress: Progress | None, name: str
) -> str | None:
    """Why a table cannot be loaded. One that was dropped at the target is loaded anew."""
    try:
        chunks = [] if progress is None else progress.chunks(name)
        if not chunks or has_table(connection, table.name):
            is_ready(connection, table, chunks)
    except TroubleError as trouble:
        return trouble.reason
    return None
