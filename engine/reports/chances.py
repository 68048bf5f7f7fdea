"""How likely the window is kept, in words: a chance is never shown as more than it is."""

from __future__ import annotations

from stowplan.model import Risk
from stowplan.units import count_text


def chance_text(fit: int, draws: int) -> str:
    """The share of the draws, rounded down to a tenth of a percent: 9999 of 10 000 is `99.9 %`."""
    tenths = 1000 * fit // draws
    return f"{tenths // 10}.{tenths % 10} %"


def blocked_text(risk: Risk) -> str:
    """Why there is no chance: `3 required tables cannot be planned`; empty where that is not so."""
    return f"{count_text(risk.blocked, 'required table')} cannot be planned" if risk.blocked else ""
