"""The folder of a run: its journal, its lock and its markers."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import IO

from stowplan.cli.artefacts import write_all
from stowplan.cli.outcome import UsageError
from stowplan.cli.plan_inputs import PlanFile
from stowplan.execution.entries import Began, Entry
from stowplan.execution.journal import JournalError, entries_of, line_of
from stowplan.execution.ledger import Ledger
from stowplan.execution.markers import (
    MARKER,
    chunk_marker,
    chunk_text,
    marker_names,
    table_marker,
    table_text,
)
from stowplan.execution.mover import Closed, Copied
from stowplan.execution.program import Program
from stowplan.execution.reading import program_of
from stowplan.model import Policy, shown
from stowplan.moments import after

JOURNAL = "journal.jsonl"
FOLDER = "progress"
MOST_MARKERS = 100_000
"""Chunks of a run up to which each gets a marker: a folder of millions of files helps nobody."""

_LOCK = ".lock"


class RunFolder:
    """Where a run leaves its marks; one run at a time. `close` gives it free."""

    def __init__(self, path: Path) -> None:
        """Raises UsageError where it cannot be written, or another run has it."""
        self.path = path
        try:
            path.mkdir(parents=True, exist_ok=True)
            self._lock = os.open(path / _LOCK, os.O_RDWR | os.O_CREAT, 0o666)
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            text = f"{path}: another run is writing here: wait for it, or name another folder (-o)"
            raise UsageError(text) from None
        except OSError as error:
            raise _unwritable(path, error) from None
        self._journal: IO[str] | None = None
        self._handle = os.open(path, os.O_RDONLY)

    def entries(self) -> list[Entry]:
        """What the journal holds; empty where there is none. Raises UsageError."""
        return read_journal(self.path)

    def begin(self, entries: Iterable[Entry]) -> None:
        """Start the journal anew with what it is to hold. Raises UsageError."""
        write_all(self.path, {JOURNAL: "".join(map(line_of, entries))})
        self._journal = (self.path / JOURNAL).open("a", encoding="utf-8", newline="\n")

    def append(self, line: str) -> None:
        """Write a line to the journal, for good as far as this process is concerned."""
        assert self._journal is not None
        try:
            self._journal.write(line)
            self._journal.flush()
        except OSError as error:
            raise _unwritable(self.path / JOURNAL, error) from None

    def mark(self, name: str, text: str) -> None:
        """Write a marker. It is written at once: a kill leaves it empty at the worst."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        try:
            handle = os.open(name, flags, 0o666, dir_fd=self._handle)
            try:
                os.write(handle, text.encode("utf-8", "surrogateescape"))
            finally:
                os.close(handle)
        except OSError as error:
            raise _unwritable(self.path / name, error) from None

    def reconcile(self, wanted: Mapping[str, str]) -> None:
        """Bring the markers to what was done: write those that lack, delete all others.

        Raises UsageError.
        """
        there = {entry.name: entry.stat().st_size for entry in os.scandir(self.path)}
        for name in there:
            if MARKER.fullmatch(name) and name not in wanted:
                (self.path / name).unlink()
        for name, text in wanted.items():
            if there.get(name) != len(text.encode("utf-8", "surrogateescape")):
                self.mark(name, text)

    def close(self) -> None:
        """Give the folder free."""
        if self._journal is not None:
            self._journal.close()
        os.close(self._handle)
        os.close(self._lock)


def _unwritable(path: Path, error: OSError) -> UsageError:
    reason = (error.strerror or str(error)).lower()
    return UsageError(f"{path}: the run's progress cannot be written: {reason}")


class Markers:
    """The markers of a run, from its entries."""

    def __init__(self, ledger: Ledger) -> None:
        self._names = marker_names(load.name for load in ledger.program.loads)
        self._ledger = ledger
        self._rows: dict[str, int] = {}
        self._chunks = sum(load.chunks for load in ledger.program.loads) <= MOST_MARKERS

    def of(self, entry: Entry) -> tuple[str, str] | None:
        """The marker that an entry leaves, if any: name and text."""
        if isinstance(entry, Copied):
            if not self._chunks or not (entry.rows or entry.size):
                return None
            first = self._rows.get(entry.table, 0)
            self._rows[entry.table] = first + entry.rows
            name = chunk_marker(self._names[entry.table], entry.number)
            return name, chunk_text(first, entry.rows)
        if isinstance(entry, Closed) and not entry.differences:
            moment = moment_of(self._ledger, entry.at_us)
            return table_marker(self._names[entry.table]), table_text(entry.table, moment)
        return None

    def all(self, entries: Iterable[Entry]) -> dict[str, str]:
        """All markers that some entries leave together."""
        return dict(filter(None, map(self.of, entries)))


def moment_of(ledger: Ledger, at_us: int) -> str:
    """A moment of a run on the wall, in ISO 8601."""
    assert ledger.began is not None
    return after(datetime.fromisoformat(ledger.began.started), at_us).isoformat()


def read_journal(folder: Path) -> list[Entry]:
    """The entries of a run's journal; empty where there is none. Raises UsageError."""
    path = folder / JOURNAL
    try:
        with path.open(encoding="utf-8", newline="\n") as lines:
            return [*entries_of(lines)]
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read: {error}") from None
    except JournalError as error:
        text = f"{path}: {error}: move the folder away, and what the target holds is believed"
        raise UsageError(text) from None


def read_run(folder: Path) -> Ledger:
    """The run whose marks are in a folder, as it stands. Raises UsageError."""
    entries = read_journal(folder)
    began = next(_beginnings(entries), None)
    if began is None:
        raise UsageError(f"{folder}: no run has left its journal here (`stowplan run` writes it)")
    return Ledger.of(program_again(folder, began), entries)


def program_again(folder: Path, began: Began) -> Program:
    """The program of a run that has begun, from its plan. Raises UsageError."""
    path = folder / began.plan
    plan = PlanFile.read(str(path))
    if plan.stated is None or plan.key != began.key:
        text = f"{shown(str(path), 200)} is not the plan that this run was started with"
        raise UsageError(f"{text}: its state cannot be told")
    policies = plan.policies_in([], plan.as_of or date.min)
    policy = next((loaded.policy for loaded, _ in policies), Policy((), ()))
    return program_of(plan.stated, policy, began.key, began.window)


def _beginnings(entries: Iterable[Entry]) -> Iterator[Began]:
    return (entry for entry in entries if isinstance(entry, Began))
