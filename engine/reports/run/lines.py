"""A run as plain lines: for logs, pipes, and terminals without the live display."""

from __future__ import annotations

from typing import TextIO

from stowplan.execution.entries import Entry
from stowplan.execution.ledger import Ledger

from .wording import line_of


class Lines:
    """One line for each table begun or done, checkpoint, decision, failure, and for the end."""

    def __init__(self, stream: TextIO, ledger: Ledger) -> None:
        self._stream = stream
        self._ledger = ledger

    def tell(self, entry: Entry) -> None:
        """Write its line at once; the ledger has the entry already."""
        line = line_of(entry, self._ledger)
        if line is not None:
            print(line, file=self._stream, flush=True)

    def close(self) -> None:
        """Nothing is left to be written."""
