"""Each table of a run as its page's script reads it: seconds, MB and MB/s."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import nsmallest
from typing import Any, NamedTuple

from stowplan.execution.ledger import Ledger, Progress, State
from stowplan.execution.program import Left
from stowplan.reports.run.layout import PLAIN
from stowplan.reports.run.notes import remarks, scheduled
from stowplan.reports.run.results import SIMULATED, average, planned_us, takes_us
from stowplan.reports.text import printable
from stowplan.units import megabytes, seconds

from .pressing import MOST_TABLES
from .run_bars import actual_timings, bars, planned_timing

STATES = {
    State.DONE: "moved",
    State.FAILED: "failed",
    State.PASSED: "skipped",
    State.OPEN: "incomplete",
    State.LOADED: "incomplete",
    State.WAITING: "not begun",
}
_TELLING = (State.FAILED, State.OPEN, State.LOADED, State.PASSED, State.WAITING, State.DONE)


class Shown(NamedTuple):
    """The tables of a run's page; `left_out` counts the others."""

    tables: tuple[Progress, ...]
    left: tuple[Left, ...]
    left_out: int


def most_telling(ledger: Ledger, most: int = MOST_TABLES) -> Shown:
    """All tables by planned start; of more than `most` what failed or is missing, required first.

    Then what differs most from the plan. What was never in the window may take up to a fifth.
    """
    tables, left = ledger.tables, ledger.program.left
    later = left[: max(most // 5, most - len(tables))]
    chosen: Sequence[Progress] = tables
    if len(tables) > most - len(later):
        chosen = nsmallest(most - len(later), tables, key=_telling)
    ordered = sorted(chosen, key=lambda each: (each.load.start_us, each.load.name))
    left_out = len(tables) + len(left) - len(ordered) - len(later)
    return Shown(tuple(ordered), tuple(later), left_out)


def _telling(each: Progress) -> tuple[int, bool, int, str]:
    by = (takes_us(each) or 0) - planned_us(each.load)
    return _TELLING.index(each.state), not each.load.needed, -abs(by), each.load.name


def table_records(shown: Shown, ledger: Ledger) -> list[dict[str, Any]]:
    """The tables of the window, then those that the plan left out."""
    planned = bars([planned_timing(each) for each in shown.tables])
    actual = bars(actual_timings(ledger, shown.tables))
    found = [
        {**_table(each), "planned": to_be, "actual": was}
        for each, to_be, was in zip(shown.tables, planned, actual, strict=True)
    ]
    return found + [_left(left) for left in shown.left]


def _table(each: Progress) -> dict[str, Any]:
    load, taken = each.load, takes_us(each)
    return {
        "name": printable(load.name),
        "class": printable(load.class_name),
        "required": load.needed,
        "phase": load.phase,
        "state": STATES[each.state],
        "rows": each.rows,
        "rows_planned": load.rows,
        "mb": megabytes(each.size),
        "mb_planned": megabytes(load.size),
        "took": None if taken is None else seconds(taken),
        "took_planned": seconds(planned_us(load)),
        "rate": _rate(each),
        "chunks": each.chunks,
        "chunk_mb": megabytes(each.chunk),
        "waits": each.waits,
        "notes": list(remarks(each, PLAIN)),
        **_verified(each),
    }


def _rate(each: Progress) -> float | None:
    """MB/s between opening and the last chunk."""
    if each.opened is None or each.loaded_us is None or not each.size:
        return None
    return megabytes(average(each.size, each.loaded_us - each.opened.at_us))


def _verified(each: Progress) -> dict[str, Any]:
    """How the copy was compared, and what was counted."""
    closed = each.closed
    if closed is None:
        return {"verified": None}
    level = closed.verified
    found: dict[str, Any] = {
        "verified": "simulated" if level in SIMULATED else printable(level),
        "verified_at": seconds(closed.at_us),
        "source_rows": closed.source_rows,
        "target_rows": closed.target_rows,
        "checksum": None if closed.checksum is None else printable(closed.checksum),
        "differences": [printable(text) for text in closed.differences[:20]],
    }
    return {key: value for key, value in found.items() if value not in (None, [])}


def _left(left: Left) -> dict[str, Any]:
    codes = {"excluded": "excluded", "S501": "not planned"}
    return {
        "name": printable(left.name),
        "class": None,
        "required": False,
        "phase": None,
        "state": codes.get(left.code, "deferred"),
        "rows": 0,
        "rows_planned": left.rows,
        "mb": 0.0,
        "mb_planned": megabytes(left.size),
        "took": None,
        "took_planned": None,
        "rate": None,
        "verified": None,
        "notes": [scheduled(left, PLAIN)],
        "planned": None,
        "actual": None,
    }


def class_records(ledger: Ledger) -> list[list[str]]:
    """The classes of the window, the strongest first, and whether the window is lost without."""
    found: dict[tuple[int, str], bool] = {}
    for each in ledger.tables:
        load = each.load
        key = (load.level, printable(load.class_name))
        found[key] = found.get(key, False) or load.needed
    return [
        [name, "required" if needed else "not required"]
        for (_, name), needed in sorted(found.items())
    ]
