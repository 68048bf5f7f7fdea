"""Writes a run's entries down where they belong, and asks the hooks."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Protocol

from stowplan.cli.artefacts import write_all
from stowplan.cli.outcome import UsageError
from stowplan.execution.entries import Ended, Entry, Judgement
from stowplan.execution.executing import Execution
from stowplan.execution.journal import line_of
from stowplan.execution.ledger import Ledger
from stowplan.execution.mover import Closed, Copied, Failed
from stowplan.reports.run.progress import progress_markdown

from .folder import Markers, RunFolder
from .hooks import Hooks
from .signals import Signals

PROGRESS = "migration_progress.md"
_OFTEN_S = 0.1


class Display(Protocol):
    """Shows a run to whoever looks on."""

    def tell(self, entry: Entry) -> None:
        """Something has happened."""

    def close(self) -> None:
        """The run is over."""


class Watching:
    """The watch of one run: journal, markers, progress, events, display and hooks.

    The journal comes first: what is not in it has not been told to anybody.
    """

    def __init__(
        self,
        ledger: Ledger,
        folder: RunFolder,
        markers: Markers,
        output: Path,
        hooks: Hooks,
        signals: Signals,
        display: Display,
        events: IO[str] | None,
    ) -> None:
        self.execution: Execution | None = None
        self._ledger = ledger
        self._folder = folder
        self._markers = markers
        self._output = output
        self._hooks = hooks
        self._signals = signals
        self._display = display
        self._events = events
        self._written_s = 0.0

    def tell(self, entry: Entry) -> None:
        """Journal, events, marker, display; progress after a table and at a checkpoint."""
        line = line_of(entry)
        self._folder.append(line)
        if self._events is not None:
            self._events.write(line)
            self._events.flush()
        marker = self._markers.of(entry)
        if marker is not None:
            self._folder.mark(*marker)
        self._display.tell(entry)
        if type(entry) is not Copied:
            self._beyond_chunks(entry)

    def vetoes_table(self, name: str) -> str | None:
        """What the hook before a table says."""
        return self._hooks.call("before_table", {"table": name, **self._standing()})

    def vetoes(self, judgement: Judgement) -> str | None:
        """What the hook at a checkpoint says."""
        told = json.loads(line_of(judgement))
        return self._hooks.call("checkpoint", {**told, **self._standing()})

    def stopping(self) -> bool:
        """Whether somebody pressed Ctrl-C."""
        return self._signals.stopping

    def _beyond_chunks(self, entry: Entry) -> None:
        if isinstance(entry, (Closed, Judgement, Ended)):
            self._progress(at_once=not isinstance(entry, Closed))
        if isinstance(entry, (Closed, Failed)):
            table = self._ledger.table(entry.table)
            if table.over:
                told = {"table": entry.table, "status": table.state.value, "rows": table.rows}
                self._hooks.tell("after_table", {**told, **self._standing()})
        if isinstance(entry, Judgement) and entry.no_go:
            self._hooks.tell("no_go", {**json.loads(line_of(entry)), **self._standing()})

    def _progress(self, *, at_once: bool) -> None:
        """Rewrite the progress: after a table no more often than anybody could read it."""
        now_s = time.monotonic()
        if at_once or now_s - self._written_s >= _OFTEN_S:
            outlook = self.execution.outlook() if self.execution else None
            # A full disk must not stop the run: the journal and the target hold what matters.
            with suppress(UsageError):
                text = progress_markdown(self._ledger, outlook)
                write_all(self._output, {PROGRESS: text})
            self._written_s = time.monotonic()

    def _standing(self) -> Mapping[str, Any]:
        began = self._ledger.began
        return {"run": began.run if began else None, "at_us": self._ledger.at_us}
