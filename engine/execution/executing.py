"""The loop of a run: orders to the mover, what it says into the ledger, checkpoints in between."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import heappop, heappush
from typing import Protocol

from stowplan.units import MICROSECONDS

from .calendar import Calendar
from .deciding import Judge, downstream
from .entries import Ended, Ending, Entry, Judgement, Outlook, Passed
from .lanes import Lanes
from .ledger import Ledger, Progress, State
from .mover import ChunkOrder, Copied, Failed, Happening, Mover, Pressure
from .outlook import Prospect
from .program import Mark, Program
from .turns import Turns, Urgency

_WINDOW = "the window is over"
_INTERRUPTED = "interrupted: the same command goes on with it"


class Watch(Protocol):
    """Whoever looks on: writes down what happens, and may say no or stop."""

    def tell(self, entry: Entry) -> None:
        """Something has happened; it is in the ledger already."""

    def vetoes_table(self, name: str) -> str | None:
        """Why a table is not to be begun, None if it is."""

    def vetoes(self, judgement: Judgement) -> str | None:
        """Why the run is not to go on after a checkpoint, None if it is."""

    def stopping(self) -> bool:
        """Whether the run is to stop at the next chunk boundary."""


class Execution:
    """One run, from where its ledger stands to its end.

    Nothing is decided but by the program, the ledger and the watch; the mover's word is what
    happened. Every entry goes into the ledger first and is told then.
    """

    def __init__(self, program: Program, mover: Mover, watch: Watch, ledger: Ledger) -> None:
        self.program = program
        self.mover = mover
        self.watch = watch
        self.ledger = ledger
        self.lanes = Lanes()
        self.turns = Turns(program.loads)
        self.calendar = Calendar(program.marks, ledger)
        self.now_us = mover.now()
        self._pending = list(program.pending)
        self._ready: list[tuple[Urgency, int]] = []
        self._closing = 0
        self._stop: Ended | None = None

    def run(self) -> Ended:
        """Carry the program out. Raises MoverError."""
        self.lanes.elapse(self.now_us)
        self.mover.limits(self.ledger.limits.rate, self.ledger.limits.limit_us)
        self._begin()
        while True:
            self._look_up()
            if self._stop is None:
                self._dispatch()
            if not self.lanes.lanes and not self._closing:
                break
            happening = self.mover.next(self._until())
            if happening is None and self._passed(self.mover.now()):
                self._look_up()  # a checkpoint at the very end may extend the window
                if self._over():
                    self._halt(Ending.WINDOW, _WINDOW)
                    break  # what is under way is past the deadline: it will not be committed
            while happening is not None:
                self._passed(happening.at_us)
                self._take(happening)
                happening = self.mover.next(self.now_us)  # all of one moment, then new orders
        return self._end()

    def outlook(self) -> Outlook:
        """When the rest ends, as far as can be told now."""
        return Prospect(self.ledger, self.lanes, self.turns, self.now_us).outlook()

    # Where it begins.

    def _begin(self) -> None:
        """Bring the graph to where the ledger stands: what is done releases its children."""
        self._free([node for node, count in enumerate(self._pending) if count == 0])
        for at, table in enumerate(self.ledger.tables):
            if table.state in (State.FAILED, State.PASSED):
                self._lose(at)

    def _free(self, nodes: list[int]) -> None:
        """Nodes wait for nothing any more; hubs and tables that are done pass it on."""
        while nodes:
            node = nodes.pop()
            if node >= len(self.ledger.tables) or self._is_done(node):
                nodes.extend(self._released(node))

    def _is_done(self, at: int) -> bool:
        """Whether a table is done; if not, it is ready for its next step."""
        table = self.ledger.tables[at]
        if table.state is State.DONE:
            self.calendar.arrived(table.load.name)
        elif table.state is State.LOADED:
            if not self._over():
                self._close(table)
        elif table.state in (State.WAITING, State.OPEN):
            heappush(self._ready, (self.turns.urgency(at, table), at))
        return table.state is State.DONE

    def _released(self, node: int) -> Iterator[int]:
        """What waits for nothing more now that a node is done."""
        for child in self.program.children[node]:
            self._pending[child] -= 1
            if self._pending[child] == 0:
                yield child

    # Orders.

    def _dispatch(self) -> None:
        """Give out what streams and bandwidth there are, the most urgent table first."""
        limits, ready = self.ledger.limits, self._ready
        while ready and len(self.lanes) < limits.streams and self._goes_on():
            urgency, at = ready[0]
            table = self.ledger.tables[at]
            opening = table.state is State.WAITING
            if table.state in (State.FAILED, State.PASSED):
                heappop(ready)
                continue
            if self.lanes.free(limits.rate) <= 0 and not (opening and table.load.overhead_us):
                break
            if opening and self._vetoed(at, table):
                continue
            heappop(ready)
            most = min(limits.rate, table.load.cap or limits.rate)
            self.lanes.enter(at, urgency, most, copying=not opening)
            self._order(table, urgency)
            self.lanes.share_out(limits.rate)

    def _order(self, table: Progress, urgency: Urgency) -> None:
        name = table.load.name
        if table.state is State.WAITING:
            self.mover.open(name, urgency)
        else:
            chunk = ChunkOrder(name, table.chunks, table.chunk_rows, table.chunk, urgency)
            self.mover.copy(chunk)

    def _close(self, table: Progress) -> None:
        self._closing += 1
        self.mover.close(table.load.name)

    def _vetoed(self, at: int, table: Progress) -> bool:
        """Whether a table is not begun now; a veto that a stop cut short passes over nothing."""
        reason = self.watch.vetoes_table(table.load.name)
        if self._goes_on() and reason is not None:
            self._pass_over({at}, reason)
        return reason is not None or not self._goes_on()

    def _goes_on(self) -> bool:
        """Whether anything new may be begun: the window is not over, and nobody wants a stop."""
        if self._stop is None and self.watch.stopping():
            self._halt(Ending.INTERRUPTED, _INTERRUPTED)
        return self._stop is None and not self._over()

    # What the mover says.

    def _take(self, happening: Happening) -> None:
        if isinstance(happening, Pressure):
            self._enter(happening)
            return
        at = self.ledger.number[happening.table]
        if self.ledger.tables[at].state is State.LOADED:
            self._closing -= 1
        lane = self.lanes.leave(at)
        if isinstance(happening, Copied) and lane:
            happening = happening._replace(offered=lane.offered // MICROSECONDS)
        self._enter(happening)
        self.lanes.share_out(self.ledger.limits.rate)
        if isinstance(happening, Failed) and happening.scope == "run":
            self._halt(Ending.BROKEN, happening.reason)
        elif self.ledger.tables[at].state is State.FAILED:
            self._lose(at)
        else:
            self._free([at])

    def _lose(self, at: int) -> None:
        """What waits for a table that does not come is not loaded either."""
        name = self.ledger.tables[at].load.name
        self.calendar.arrived(name)
        self._pass_over(downstream(self.ledger, {at}) - {at}, f"it waits for {name}")

    def _pass_over(self, tables: Iterable[int], reason: str, *, decided: bool = False) -> None:
        """Leave tables out that have not begun, with all that waits for them."""
        for at in sorted(downstream(self.ledger, set(tables))):
            table = self.ledger.tables[at]
            if table.state is State.WAITING:
                self._enter(Passed(table.load.name, self.now_us, reason, decided))
                self.calendar.arrived(table.load.name)

    # Checkpoints.

    def _look_up(self) -> None:
        """Whoever wants the run to stop is heard; then every checkpoint that has come is judged."""
        self._goes_on()
        while self._stop is None and (due := self.calendar.due(self.now_us)):
            self._judge(*due)

    def _judge(self, mark: Mark, late: bool) -> None:
        judge = Judge(self.ledger, Prospect(self.ledger, self.lanes, self.turns, self.now_us))
        judgement = judge.judgement(mark, late=late)
        skipped = {at for action in judgement.taken for at in judge.skipped(action)}
        judgement = judgement._replace(vetoed=self.watch.vetoes(judgement))
        self._enter(judgement)
        if judgement.no_go:
            self._halt(Ending.NO_GO, f"NO-GO at {judgement.title}")
        elif judgement.taken:
            self._pass_over(skipped, f"skipped at {judgement.title}", decided=True)
            self.mover.limits(self.ledger.limits.rate, self.ledger.limits.limit_us)
            self.lanes.share_out(self.ledger.limits.rate)

    # Time, and the end.

    def _until(self) -> int | None:
        """The next moment at which the run must look up."""
        if self._stop is not None:
            return None
        moment, limit = self.calendar.next_us, self.ledger.limits.limit_us
        return limit if moment is None else min(moment, limit)

    def _passed(self, now_us: int) -> bool:
        """Time has passed; whether the window is over."""
        self.now_us = max(self.now_us, now_us)
        self.lanes.elapse(self.now_us)
        return self._over()

    def _over(self) -> bool:
        return self.now_us >= self.ledger.limits.limit_us

    def _end(self) -> Ended:
        left = any(not table.over for table in self.ledger.tables)
        if self._stop is None and left and self._over():
            self._halt(Ending.WINDOW, _WINDOW)
        ended = self._stop or Ended(self.now_us, Ending.DONE, "")
        ended = ended._replace(at_us=self.now_us)
        self._enter(ended)
        return ended

    def _halt(self, ending: Ending, text: str) -> None:
        """No further orders; what is under way comes to its chunk's end."""
        if self._stop is None:
            self._stop = Ended(self.now_us, ending, text)

    def _enter(self, entry: Entry) -> None:
        self.ledger.add(entry)
        self.watch.tell(entry)
