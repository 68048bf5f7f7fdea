"""What happens in a run, one line each: for terminals, logs and `stowplan status`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from stowplan.execution.entries import Began, Ended, Entry, Judgement, Passed, Resumed
from stowplan.execution.ledger import Ledger, State
from stowplan.execution.mover import Abandoned, Closed, Failed, Opened, Pressure
from stowplan.reports.text import action_text, printable
from stowplan.units import duration_text, rate_text, size_text

from .layout import grouped, minutes
from .results import SIMULATED, plan_name, status, takes_us, title_of

_UNCOMPARED = SIMULATED | {"none"}


def line_of(entry: Entry, ledger: Ledger) -> str | None:
    """An entry in words, with its time; None for what is told in other ways, as single chunks."""
    maker = _MAKERS.get(type(entry))
    said = maker(entry, ledger) if maker else None
    return None if said is None else f"[{duration_text(entry.at_us)}] {printable(said)}"


def _began(entry: Began, ledger: Ledger) -> str:
    size = size_text(sum(table.load.size for table in ledger.tables))
    what = f"{len(ledger.tables)} tables, {size}, at most {rate_text(ledger.limits.rate)}"
    return f"run {entry.run} of {plan_name(entry)}, window {entry.window}, by {entry.mover}: {what}"


def _resumed(_: Resumed, ledger: Ledger) -> str:
    done = sum(table.state is State.DONE for table in ledger.tables)
    return f"resumed: {done} of {len(ledger.tables)} tables and {size_text(ledger.size)} are there"


def _opened(entry: Opened, ledger: Ledger) -> str:
    load = ledger.table(entry.table).load
    return f"{entry.table}: begun ({grouped(load.rows)} rows, {size_text(load.size)})"


def _closed(entry: Closed, ledger: Ledger) -> str:
    table = ledger.table(entry.table)
    if entry.differences:
        return f"{entry.table}: {table.note}"
    took = f" in {duration_text(takes_us(table) or 0)}"
    compared = (
        "nothing compared" if entry.verified in _UNCOMPARED else f"verified by {entry.verified}"
    )
    return (
        f"{entry.table}: done, {grouped(table.rows)} rows, {size_text(table.size)}{took}, "
        f"{compared}"
    )


def _failed(entry: Failed, ledger: Ledger) -> str:
    over = ledger.table(entry.table).state is State.FAILED
    chunk = "" if entry.number is None else f"chunk {entry.number} "
    return (
        f"{entry.table}: {chunk}failed{', the table is given up' if over else ''}: {entry.reason}"
    )


def _abandoned(entry: Abandoned, _: Ledger) -> str:
    return f"{entry.table}: chunk {entry.number} was cut off by the window's end"


def _pressure(entry: Pressure, ledger: Ledger) -> str:
    chunk = size_text(ledger.table(entry.table).chunk)
    of = f"{size_text(entry.held)} of {size_text(entry.limit)}"
    return f"{entry.table}: memory pressure ({of}): its chunks are now {chunk}"


def _passed(entry: Passed, _: Ledger) -> str:
    return f"{entry.table}: left out: {entry.reason}"


def _judged(entry: Judgement, _: Ledger) -> str:
    outlook = entry.outlook
    end = "cannot all be moved"
    if outlook.required_us is not None:
        end = f"end after {minutes(outlook.required_us)} of {minutes(outlook.limit_us)} minutes"
    return f"checkpoint {title_of(entry)}: {outlook.pace}, required tables {end}{taken_text(entry)}"


def taken_text(entry: Judgement) -> str:
    """What a checkpoint decided, to stand after how the run stood; empty where nothing changed."""
    if entry.vetoed is not None:
        return f": NO-GO, {entry.vetoed}"
    said = " and ".join(action_text(action, str) for action in entry.taken)
    return f": {'NO-GO' if entry.no_go else said}" if entry.taken else ""


def _ended(entry: Ended, ledger: Ledger) -> str:
    done = sum(table.state is State.DONE for table in ledger.tables)
    why = f" ({entry.text})" if entry.text else ""
    moved = f"{done} of {len(ledger.tables)} tables, {grouped(ledger.rows)} rows"
    return f"{status(ledger)}{why}: {moved}, {size_text(ledger.size)}"


_MAKERS: Mapping[type, Callable[[Any, Ledger], str]] = {
    Began: _began,
    Resumed: _resumed,
    Opened: _opened,
    Closed: _closed,
    Failed: _failed,
    Abandoned: _abandoned,
    Pressure: _pressure,
    Passed: _passed,
    Judgement: _judged,
    Ended: _ended,
}
