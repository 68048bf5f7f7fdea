"""A run as a live display on a terminal: drawn by rich, which only this module imports."""

from __future__ import annotations

import time
from typing import TextIO

from rich.console import Console, Group, RenderableType
from rich.live import Live as Display
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from stowplan.execution.entries import Entry
from stowplan.execution.ledger import Ledger, Progress, State
from stowplan.reports.text import printable
from stowplan.units import count_text, duration_text, rate_text, size_text

from .layout import grouped
from .results import average, percent, states
from .wording import line_of

_OFTEN_S = 0.1
_SHARE = 20
"""Of the time one part in so many goes into drawing, however many tables there are."""
_BARS = 16
"""How many tables under way are shown at the most."""
_RECENT_S = 30
"""The measured speed is that of so many last seconds in which data moved."""
_NAME = 32
"""How much of a name is shown."""


class Live:
    """Totals, a bar for each table under way, and above them a line for whatever else happens."""

    def __init__(self, stream: TextIO, ledger: Ledger) -> None:
        self._ledger = ledger
        self._console = Console(file=stream, highlight=False, markup=False, emoji=False)
        self._display = Display(console=self._console, auto_refresh=False, transient=True)
        self._display.start()
        self._next_s = 0.0

    def tell(self, entry: Entry) -> None:
        """Draw again, ten times a second at the most; single tables come and go as bars."""
        line = line_of(entry, self._ledger)
        if line is not None:
            self._console.print(Text(line), soft_wrap=True)
        begun_s = time.monotonic()
        if begun_s >= self._next_s:
            self._display.update(drawn(self._ledger), refresh=True)
            now_s = time.monotonic()
            self._next_s = now_s + max(_OFTEN_S, _SHARE * (now_s - begun_s))

    def close(self) -> None:
        """Leave the last figures on the terminal, and its cursor as it was."""
        self._display.stop()
        self._console.print(drawn(self._ledger))


def drawn(ledger: Ledger) -> RenderableType:
    """The figures and bars of a run as it stands."""
    under_way = [t for t in ledger.tables if t.state in (State.OPEN, State.LOADED)]
    bars = Table.grid(padding=(0, 1))
    for each in under_way[:_BARS]:
        bars.add_row(*_bar(each))
    rest = len(under_way) - _BARS
    more = [Text(f"… and {count_text(rest, 'more table')} under way")] if rest > 0 else []
    return Group(_state(ledger), _figures(ledger), bars, *more)


def _state(ledger: Ledger) -> Text:
    """How many tables are where; what there is to worry about in its own colour."""
    count = states(ledger)
    done = f"{count[State.DONE]} of {count_text(len(ledger.tables), 'table')} done"
    told = Text(f"{duration_text(ledger.at_us // 10**6 * 10**6)}  {done}")
    for state, word in ((State.FAILED, "failed"), (State.PASSED, "left out")):
        if count[state]:
            told.append(f", {count[state]} {word}", style="red")
    if ledger.judgements:
        pace = ledger.judgements[-1].outlook.pace
        told.append(f"  {pace}", style="green" if pace == "ON_TRACK" else "yellow")
    return told


def _figures(ledger: Ledger) -> Text:
    total = sum(each.load.size for each in ledger.tables)
    limit = ledger.program.memory
    memory = f"{size_text(ledger.held)} / {'no limit' if limit is None else size_text(limit)}"
    speed = recent(ledger)
    return Text(
        f"{grouped(ledger.rows)} rows  {size_text(ledger.size)} / {size_text(total)}  "
        f"{rate_text(speed)} / {rate_text(ledger.limits.rate)}  memory {memory}  "
        f"ETA {eta(ledger, speed)}"
    )


def recent(ledger: Ledger) -> int:
    """Bytes a second, over the last seconds in which data moved."""
    last = list(ledger.seconds.values())[-_RECENT_S:]
    if len(ledger.seconds) < 2:
        return average(ledger.size, ledger.at_us)
    return sum(last) // len(last)


def eta(ledger: Ledger, speed: int) -> str:
    """How long what is left takes at that speed: apart from the state, which is what is there."""
    left = sum(each.load.size - each.moved for each in ledger.tables if not each.over)
    if not left:
        return "done" if all(each.over for each in ledger.tables) else "copied"
    return duration_text(left // speed * 10**6) if speed else "unknown"


def _bar(each: Progress) -> tuple[RenderableType, ...]:
    name = printable(each.load.name)
    name = name if len(name) <= _NAME else f"{name[: _NAME - 1]}…"
    share = percent(each)
    what = "after the load" if each.state is State.LOADED else count_text(each.chunks, "chunk")
    bar = ProgressBar(total=100, completed=share, width=30)
    return Text(name), bar, Text(f"{share} %"), Text(f"{grouped(each.rows)} rows"), Text(what)
