"""A plan as the program of a run: what is to be loaded, after what, with which limits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from stowplan.model import Action, Segment


class Load(NamedTuple):
    """One table of the window, as planned: sizes in bytes, times in microseconds, rates in bytes/s.

    `level` is the rank of its effective class (0 is the strongest), `needed` whether the window is
    lost without it. `segments` say when which byte is to move. `verify` is how the copy is
    compared: none, counts or checksum.
    """

    name: str
    class_name: str
    level: int
    needed: bool
    phase: int
    rows: int
    size: int
    start_us: int
    finish_us: int
    segments: tuple[Segment, ...]
    overhead_us: int
    post_us: int
    cap: int | None
    chunk: int
    chunks: int
    rows_per_chunk: int
    verify: str


class Mark(NamedTuple):
    """A moment at which the run is held against the plan.

    `tables` are what it waits for where it comes `after` something; at a time they are None.
    `latest_us` is the last moment at which it may come true. `phase` is for those between phases.
    """

    rule: str | None
    after: str | None
    at_us: int
    latest_us: int | None
    tables: tuple[str, ...] | None
    decider: str | None
    if_behind: tuple[Action, ...]

    @property
    def title(self) -> str:
        """What it is called: its rule, and after what it comes."""
        return " ".join(filter(None, (self.rule, self.after and f"(after {self.after})")))


class Limits(NamedTuple):
    """What a run may spend; decisions change it. Microseconds from the window's start, bytes/s.

    `reserve` is in millionths. Copying stops at `limit_us`.
    """

    rate: int
    streams: int
    duration_us: int
    rollback_us: int
    reserve: int

    @property
    def limit_us(self) -> int:
        """When copying stops: the latest moment from which going back still fits."""
        return self.duration_us - self.rollback_us

    @property
    def usable_us(self) -> int:
        """When the required tables are to be done: the reserve is kept."""
        return self.limit_us * (10**6 - self.reserve) // 10**6


class Left(NamedTuple):
    """A table that the plan leaves out of this window, and why."""

    name: str
    code: str
    window: str | None
    rows: int
    size: int
    text: str


@dataclass(frozen=True, slots=True)
class Program:
    """What a run is to do. `loads` are in the order of their names.

    `children` and `pending` (how many nodes each one waits for) are by node: first the loads, then
    hubs, which make all of their children wait for all of their parents and take no time. `order`
    is topological. `key` is the plan's hash. `rate_limit` is the most that the bandwidth may ever
    be raised to, None if not stated; `memory` what the process may hold, in bytes. `present` are
    tables that must be at the destination already.
    """

    key: str
    window: str
    starts: datetime | None
    limits: Limits
    rate_limit: int | None
    memory: int | None
    loads: tuple[Load, ...]
    children: tuple[tuple[int, ...], ...]
    pending: tuple[int, ...]
    order: tuple[int, ...]
    marks: tuple[Mark, ...]
    left: tuple[Left, ...]
    present: tuple[str, ...]
