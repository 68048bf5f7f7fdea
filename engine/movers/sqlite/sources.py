"""Whether a source is still the one that a run began with."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from stowplan.execution.mover import MoverError
from stowplan.execution.program import Program
from stowplan.model import shown

from .connecting import PATIENCE_S
from .failing import trouble_of
from .pair import Source, transaction
from .progress import Held, Progress, Started, held


def stamp(path: Path) -> str:
    """A text that changes when the file, or its write-ahead log, is written to."""
    parts = (path, path.with_name(f"{path.name}-wal"))
    return " ".join(_stamp(part) for part in parts)


def begin(
    connection: sqlite3.Connection,
    progress: Progress,
    program: Program,
    source: Source,
    started: str,
) -> Started:
    """Takes a run up in the target; how it began. Raises MoverError."""
    lies = stamp(source.path), source.schema_version
    now = Started(program.key, *lies, program.window, started)
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


def held_run(program: Program, source: Path, target: Path) -> Held | None:
    """The run of this program from this source that a target holds. Raises MoverError.

    That of a source that was written to since is none: it cannot be told whether it is the same.
    """
    if not target.is_file():
        return None
    try:
        uri = f"{target.absolute().as_uri()}?mode=rw"  # a transaction that was cut off is undone
        with closing(sqlite3.connect(uri, uri=True, timeout=PATIENCE_S)) as connection:
            return held(connection, program.key, program.window, stamp(source))
    except sqlite3.Error as error:
        reason = trouble_of(error).reason
        raise MoverError(f"{shown(str(target), 300)}: {reason}") from error


def _stamp(path: Path) -> str:
    """A log that is empty says as much as none."""
    try:
        status = path.stat()
    except OSError:
        return "-"
    return f"{status.st_size}:{status.st_mtime_ns}" if status.st_size else "-"
