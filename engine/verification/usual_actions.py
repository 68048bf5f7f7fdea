"""What can be done in every plan, within the policy's limits, and what an action comes to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from stowplan.model import Action, CheckpointRule
from stowplan.units import count_text

from .case import Case

_CHUNK = 100_000_000  # bytes: a chunk for which no rule says another


class Expected(NamedTuple):
    """A line of the contingencies: whose it is, and against what."""

    rule: str | None
    action: Action
    against: str


class Skips(NamedTuple):
    """What a skip leaves out: tables, bytes, those that were not named, required ones that stay."""

    tables: int
    size: int
    brought: int
    required_kept: int


class Options:
    """The main window's tables, and what actions do to them."""

    def __init__(self, case: Case) -> None:
        self._case = case
        window = case.windows[0]
        self.rate, self.streams = window.rate, window.streams
        self.memory = case.facts.usable_memory
        self._obstacles: dict[int, str | None] = {}
        self._skipped: dict[tuple[str | None, tuple[str, ...]], Skips] = {}

    @cached_property
    def by_class(self) -> dict[str, list[int]]:
        """The window's tables by the class that they are lifted to."""
        effective = self._case.facts.classes.effective
        found: dict[str, list[int]] = defaultdict(list)
        for placed in self._case.main:
            found[effective[placed.table] or ""].append(placed.table)
        return found

    @cached_property
    def _largest(self) -> int:
        """The largest chunk that rules ask for; the memory may allow no more than a smaller one."""
        figures = self._case.facts.figures
        return max((figures[p.table].get("chunk", _CHUNK) for p in self._case.main), default=0)

    def holds(self, streams: int, chunk: int | None = None) -> int:
        """The bytes that chunks fill at once: two for each stream."""
        largest = (chunk or self._largest) if self._case.main else 0
        fits = largest if self.memory is None else min(largest, self.memory // (2 * streams))
        return 2 * fits * streams

    def lines(self) -> list[Expected]:
        """Every line that the contingencies should have, in their order."""
        there = {checkpoint.rule for checkpoint in self._case.plan.checkpoints}
        rules = (r for r in self._case.facts.policy.rules if isinstance(r, CheckpointRule))
        permitted = [
            Expected(r.id, action, self._against(action))
            for r in rules
            if r.id in there
            for action in r.if_behind
        ]
        return [*permitted, *self._usual()]

    def _against(self, action: Action) -> str:
        """Delay; memory for chunks that hold less than as planned, which never help the late."""
        if action.kind != "chunk":
            return "delay"
        held = self.holds(self.streams, max(1, action.value or 0))
        return "memory" if held < self.holds(self.streams) else "delay"

    def held_to(self, action: Action) -> int | None:
        """What is had of an action that asks for more than the limit or the memory allows."""
        bandwidth = self._case.facts.bandwidth
        most = None
        if action.kind == "raise_bandwidth" and bandwidth and bandwidth.limit is not None:
            most = max(self.rate, bandwidth.limit)
        elif action.kind == "chunk" and self.memory is not None:
            most = self.memory // (2 * self.streams)
        return most if most is not None and (action.value or 0) > most else None

    def _usual(self) -> Iterator[Expected]:
        """Larger chunks, less, more streams, more bandwidth; then what spares memory."""
        chunk = self.holds(self.streams) // (2 * self.streams)
        most = 2 * chunk if self.memory is None else self.memory // (2 * self.streams)
        if most > chunk:
            yield Expected(None, Action("chunk", value=most), "delay")
        for name in self._weaker():
            yield Expected(None, Action("skip", class_name=name), "delay")
        if len(self._case.main) > self.streams:
            yield Expected(None, Action("streams", value=2 * self.streams), "delay")
        bandwidth = self._case.facts.bandwidth
        limit = bandwidth.limit if bandwidth else None
        if limit is not None and limit > self.rate:
            yield Expected(None, Action("raise_bandwidth", value=limit), "delay")
        if chunk > 1:
            yield Expected(None, Action("chunk", value=chunk // 2), "memory")
        if self.streams > 1:
            yield Expected(None, Action("streams", value=1), "memory")

    def _weaker(self) -> list[str]:
        required = self._case.required_tables
        return sorted(name for name, tables in self.by_class.items() if tables[0] not in required)

    def skips(self, action: Action) -> Skips:
        """What a skip leaves out, with all that depends on it; required tables stay."""
        key = action.class_name, tuple(pattern.text for pattern in action.tables)
        if key not in self._skipped:
            named = self._named(action)
            chosen = [table for table in named if table not in self._case.required_tables]
            dropped = self._downstream(chosen)
            size = sum(self._case.facts.tables[table].size for table in dropped)
            brought, kept = len(dropped) - len(chosen), len(named) - len(chosen)
            self._skipped[key] = Skips(len(dropped), size, brought, kept)
        return self._skipped[key]

    def _named(self, action: Action) -> list[int]:
        if action.class_name is not None:
            return self.by_class.get(action.class_name, [])
        facts = self._case.facts
        chosen = (facts.index[name] for name in facts.listed.selected(action.tables))
        return [table for table in chosen if self._case.is_main(table)]

    def _downstream(self, tables: Iterable[int]) -> set[int]:
        """These and all of the window that depends on them, by way of rules' nodes too."""
        todo = [*tables]
        found = {*todo}
        children, count = self._case.facts.edges.children, self._case.facts.edges.tables
        while todo:
            for child in children[todo.pop()]:
                if child not in found and (child >= count or self._case.is_main(child)):
                    found.add(child)
                    todo.append(child)
        return {node for node in found if node < count}

    def obstacle(self, streams: int) -> str | None:
        """Why there cannot be so many streams; None where there can."""
        if streams not in self._obstacles:
            large = 0
            if streams > self.streams and self.memory is not None:
                main, fits = self._case.main, self._case.facts.fits_memory
                large = sum(not fits(placed.table, streams) for placed in main)
            whose = f"the rows of {count_text(large, 'table')}"
            told = f"{whose} would not fit the memory of one of {streams} streams"
            self._obstacles[streams] = told if large else None
        return self._obstacles[streams]
