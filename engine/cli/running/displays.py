"""Who looks on: a live display on a terminal, else plain lines on standard error."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec

from stowplan.execution.ledger import Ledger

from .watching import Display


def display_of(ledger: Ledger) -> Display:
    """A live display where there is a terminal and what draws it, else lines."""
    plain = not sys.stderr.isatty() or os.environ.get("TERM") == "dumb"
    if not plain and find_spec("rich") is not None:
        from stowplan.reports.run.live import Live  # noqa: PLC0415 (it takes long to import)

        return Live(sys.stderr, ledger)
    from stowplan.reports.run.lines import Lines  # noqa: PLC0415 (one of two)

    return Lines(sys.stderr, ledger)
