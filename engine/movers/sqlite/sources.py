"""Whether a source is still the one that a run began with."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from stowplan.execution.mover import MoverError
from stowplan.execution.program import Program

from .failing import trouble_of
from .pair import Source, transaction
from .progress import Progress, Started


def stamp(path: Path) -> str:
    """A text that changes when the file, or its write-ahead log, is written to."""
    parts = (path, path.with_name(f"{path.name}-wal"))
    return " ".join(_stamp(part) for part in parts)


def begin(
    connection: sqlite3.Connection, progress: Progress, program: Program, source: Source
) -> Started:
    """Takes a run up in the target; how it began. Raises MoverError."""
    now = Started(program.key, stamp(source.path), source.schema_version)
    try:
        with transaction(connection):
            begun = progress.begin(now)
    except sqlite3.Error as error:
        raise MoverError(f"the target: {trouble_of(error).reason}") from error
    if begun.plan != program.key:
        raise MoverError(
            "the target holds this run by another plan: go on with that plan, "
            "or name another target"
        )
    return begun


def _stamp(path: Path) -> str:
    """A log that is empty says as much as none."""
    try:
        status = path.stat()
    except OSError:
        return "-"
    return f"{status.st_size}:{status.st_mtime_ns}" if status.st_size else "-"
