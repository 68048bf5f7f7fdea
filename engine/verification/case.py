"""A plan beside what its inputs mean: what every promise is judged on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from stowplan.model import DocPath, Placement, shown

from .chain_lengths import Chains
from .facts import Facts, WindowFacts
from .stated import Move, Stated


class Placed(NamedTuple):
    """A table that moves: its number, the position of its window, and where the plan says so."""

    table: int
    at: int
    move: Move
    path: DocPath


@dataclass(frozen=True)
class Case:
    """What a plan states, and what it should state. All names of tables are known, each once."""

    plan: Stated
    facts: Facts

    def name(self, table: int) -> str:
        """A table's name, for a message."""
        return shown(self.facts.names[table])

    @cached_property
    def windows(self) -> list[WindowFacts]:
        """The plan's windows as the policy states them; the main one first."""
        return self.facts.windows

    @cached_property
    def position(self) -> dict[str, int]:
        """The windows by name."""
        return {window.name: at for at, window in enumerate(self.windows)}

    @cached_property
    def placed(self) -> dict[int, Placed]:
        """Every table that moves in a window that there is."""
        index, found = self.facts.index, {}
        for at, move in enumerate(self.plan.tables):
            table = index[move.name]
            found[table] = Placed(table, 0, move, ("tables", at))
        for at, move in self.plan.later.items():
            window = self.position.get(move.window, 0)
            if window:
                table = index[move.name]
                found[table] = Placed(table, window, move, ("deferred", at))
        return found

    @cached_property
    def by_window(self) -> list[list[Placed]]:
        """What moves in each window."""
        found: list[list[Placed]] = [[] for _ in self.windows]
        for placed in self.placed.values():
            found[placed.at].append(placed)
        return found

    @property
    def main(self) -> list[Placed]:
        """What moves in the main window."""
        return self.by_window[0]

    @cached_property
    def required(self) -> list[Placed]:
        """The required tables of the main window."""
        placement = self.facts.classes.placement
        return [placed for placed in self.main if placement[placed.table] is Placement.REQUIRED]

    @cached_property
    def required_tables(self) -> frozenset[int]:
        """Their numbers."""
        return frozenset(placed.table for placed in self.required)

    @cached_property
    def required_ends(self) -> list[tuple[int, str]]:
        """When they end, with their names, in order."""
        return sorted((placed.move.finish, placed.move.name) for placed in self.required)

    @cached_property
    def required_finishes(self) -> list[int]:
        """When they end, in order."""
        return [finish for finish, _ in self.required_ends]

    @cached_property
    def required_size(self) -> int:
        """Their bytes."""
        return sum(placed.move.size for placed in self.required)

    @cached_property
    def by_phase(self) -> dict[int, list[Placed]]:
        """The tables of the main window by the phase that the plan states."""
        found: dict[int, list[Placed]] = {}
        for placed in self.main:
            found.setdefault(placed.move.phase, []).append(placed)
        return found

    @cached_property
    def deferred(self) -> dict[int, int]:
        """The deferred tables: number to position in the list."""
        return {self.facts.index[d.name]: at for at, d in enumerate(self.plan.deferred)}

    @cached_property
    def makespan(self) -> int:
        """When the last table of the main window ends."""
        return max((placed.move.finish for placed in self.main), default=0)

    @cached_property
    def required_finish(self) -> int:
        """When the last required one ends."""
        return max((placed.move.finish for placed in self.required), default=0)

    @cached_property
    def required_blocked(self) -> bool:
        """Whether a required table cannot be planned."""
        placement = self.facts.classes.placement
        return any(placement[table] is Placement.REQUIRED for table in self.facts.blocked)

    @cached_property
    def chains(self) -> list[Chains]:
        """By window: the chains of its tables at full rate."""
        return [
            self.chains_of(at, [placed.table for placed in moved])
            for at, moved in enumerate(self.by_window)
        ]

    def chains_of(self, at: int, tables: list[int]) -> Chains:
        """The chains of some tables in a window at full rate."""
        window = self.windows[at]
        costs, rate = self.facts.costs(window.streams), window.rate
        return Chains(self.facts.edges, {table: costs[table].alone(rate) for table in tables})

    def is_main(self, table: int) -> bool:
        """Whether a table moves in the main window."""
        placed = self.placed.get(table)
        return placed is not None and placed.at == 0

    @cached_property
    def waiting_hubs(self) -> dict[int, int]:
        """The rules' nodes with a parent outside the main window, and that parent."""
        edges, found = self.facts.edges, {}
        for node in range(edges.tables, len(edges.parents)):
            outside = next((p for p in edges.parents[node] if not self.is_main(p)), None)
            if outside is not None:
                found[node] = outside
        return found
