"""When to look up: checkpoints at a time, after tables, or past their latest moment."""

from __future__ import annotations

from collections.abc import Iterable
from heapq import heapify, heappop

from .ledger import Ledger
from .program import Mark


class Calendar:
    """The checkpoints of a run that are still to come.

    One that waits for tables is also due at its latest moment, if a rule made it: then the plan
    cannot be kept any more, whatever comes.
    """

    def __init__(self, marks: Iterable[Mark], ledger: Ledger) -> None:
        judged = {(each.title, each.planned_us) for each in ledger.judgements}
        self.marks = [mark for mark in marks if (mark.title, mark.at_us) not in judged]
        self._open = set(range(len(self.marks)))
        self._waiting = [set(mark.tables or ()) for mark in self.marks]
        self._waited_by: dict[str, list[int]] = {}
        self._moments: list[tuple[int, int]] = []
        self._come: list[int] = []
        for place, mark in enumerate(self.marks):
            for name in self._waiting[place]:
                self._waited_by.setdefault(name, []).append(place)
            moment = mark.at_us if mark.tables is None else mark.latest_us
            if moment is not None and (mark.tables is None or mark.rule is not None):
                self._moments.append((moment, place))
        heapify(self._moments)

    @property
    def next_us(self) -> int | None:
        """The next moment at which one is due."""
        while self._moments and self._moments[0][1] not in self._open:
            heappop(self._moments)
        return self._moments[0][0] if self._moments else None

    def arrived(self, name: str) -> None:
        """A table is done, or will not come any more."""
        for place in self._waited_by.pop(name, ()):
            self._waiting[place].discard(name)
            if not self._waiting[place]:
                self._come.append(place)

    def due(self, now_us: int) -> tuple[Mark, bool] | None:
        """A checkpoint that has come, and whether its tables are late; each comes once."""
        while self._come:
            place = self._come.pop(0)
            if place in self._open:
                self._open.remove(place)
                return self.marks[place], False
        moment = self.next_us
        if moment is None or moment > now_us:
            return None
        place = heappop(self._moments)[1]
        self._open.remove(place)
        return self.marks[place], bool(self._waiting[place])
