"""Why no follow-up window takes a table: what each of them lacks, with its numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stowplan.model import shown
from stowplan.units import duration_text

from .costs import fits_memory
from .groundwork import Groundwork, alone_us
from .placing import Arrangement

_NAMED = 3


class Unplaced:
    """The follow-up windows as they were filled, in their order."""

    def __init__(
        self, ground: Groundwork, main: Arrangement, follow_ups: Sequence[Arrangement]
    ) -> None:
        self.ground = ground
        self.follow_ups = follow_ups
        self.ends = [arrangement.makespan_us for arrangement in follow_ups]
        self.hubs: dict[tuple[int, int], int | None] = {}
        self.moved: list[frozenset[int]] = []
        moved = frozenset(main.timings)
        for arrangement in follow_ups:
            moved |= arrangement.timings.keys()
            self.moved.append(moved)

    def reason(self, table: int) -> str:
        """One line on a table that is in no window."""
        if not self.follow_ups:
            return "there is no follow-up window"
        told = list(self._lacking(table))
        more = [f"{len(told) - _NAMED} more"] if len(told) > _NAMED else []
        return f"no follow-up window takes it: {'; '.join([*told[:_NAMED], *more])}"

    def _lacking(self, table: int) -> Iterator[str]:
        for at, arrangement in enumerate(self.follow_ups):
            name = shown(arrangement.window.window.name)
            yield f"{name} {self._lacks(table, at, arrangement)}"

    def _lacks(self, table: int, at: int, arrangement: Arrangement) -> str:
        window, capacity = arrangement.window
        classed = self.ground.classification.tables[table]
        if not self.ground.takes(window, table):
            return f"does not accept class {shown(classed.effective or '')}"
        memory = self.ground.resources.usable_memory
        if not fits_memory(self.ground.tables[table], memory, capacity.streams):
            return "has no memory for its rows"
        needs = alone_us(arrangement.costs[table].demand, capacity.rate)
        usable = window.usable_us
        if needs > usable:
            return f"has {duration_text(usable)}, it needs {duration_text(needs)}"
        waits = self._waits_for(table, at)
        if waits is not None:
            return f"ends before its parent {shown(self.ground.graph.names[waits])} has moved"
        room = f"is full until {duration_text(self.ends[at])} of {duration_text(usable)}"
        return f"{room}, it needs {duration_text(needs)}"

    def _waits_for(self, table: int, at: int) -> int | None:
        """A parent that has not moved by the end of a window; None where all have."""
        graph = self.ground.graph
        for node in graph.parents[table]:
            found = self._of_hub(node, at) if node >= graph.size else node
            if found is not None and found not in self.moved[at]:
                return found
        return None

    def _of_hub(self, hub: int, at: int) -> int | None:
        """The same of a rule's parents, looked through once for each window."""
        if (hub, at) not in self.hubs:
            parents = self.ground.graph.parents[hub]
            self.hubs[hub, at] = next((p for p in parents if p not in self.moved[at]), None)
        return self.hubs[hub, at]
