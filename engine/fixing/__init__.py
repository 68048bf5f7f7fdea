"""Faults of a file that have one safe mend, mended by edits of its text: all else keeps its bytes.

A mend is wanted on the value (`wanted`), becomes an edit of the text (`edits`), and is made only if
the edited text is read as just the value with the mend (`proving`).
"""

from __future__ import annotations

from .edges import repeated_edges
from .keys import manifest_keys, policy_keys
from .proving import Mended, mended, respelled
from .totals import right_total
from .wanted import Want

__all__ = [
    "Mended",
    "Want",
    "manifest_keys",
    "mended",
    "policy_keys",
    "repeated_edges",
    "respelled",
    "right_total",
]
