"""What a plan states: its JSON as values, counted in millionths (bytes, bytes/s, microseconds)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

Segment: TypeAlias = tuple[int, int, int]
"""From, to, rate."""


class Because(NamedTuple):
    """Why a table is where it is."""

    rule: str | None
    text: str


class Move(NamedTuple):
    """A table's place in a window, as the plan states it."""

    name: str
    class_name: str | None
    effective: str
    placement: str
    window: str
    phase: int
    start: int
    finish: int
    segments: list[Segment]
    slack: int
    rows: int
    size: int
    overhead: int
    post: int
    cap: int | None
    assumed: list[str]
    chunk: int
    chunks: int
    rows_per_chunk: int
    depends_on: list[str]
    because: list[Because]
    basis: str
    verify: str
    depends_on_rules: list[str]
    starts_at: object
    done_at: object


class Deferred(NamedTuple):
    """A table outside the main window."""

    name: str
    class_name: str | None
    window: str | None
    code: str
    rows: int
    size: int
    needs: int
    would_fit: bool
    short: int
    because: list[Because]


class Unschedulable(NamedTuple):
    """A table that cannot be planned."""

    name: str
    code: str
    cause: str


class Window(NamedTuple):
    """A window of the plan."""

    name: str
    duration: int
    rollback: int
    reserve: int
    usable: int
    rate: int
    streams: int
    more: Mapping[str, Any]


class Bound(NamedTuple):
    """A lower bound with its witness."""

    lower: int
    finish: int
    gap: int
    witness: Mapping[str, Any]


class Checkpoint(NamedTuple):
    """A moment at which the run is held against the plan."""

    rule: str | None
    after: str | None
    at: int
    expected: int
    latest: int | None
    tables: list[str]
    size: int
    required_size: int
    no_go_below: int
    decider: str | None
    more: Mapping[str, Any]


class Summary(NamedTuple):
    """The plan in numbers."""

    tables: int
    required_size: int
    planned_size: int
    makespan: int
    lower: int
    gap: int
    window: int
    break_even: tuple[int | None, int | None]


class Resources(NamedTuple):
    """What there is to spend; `memory` is limit and reserve."""

    target: int
    limit: int | None
    streams: int
    memory: tuple[int, int] | None


class Finding(NamedTuple):
    """A violation that the plan records; `more` is the whole of it."""

    code: str
    tables: list[str]
    more: Mapping[str, Any]


class Driver(NamedTuple):
    """A table that the risk comes from."""

    name: str
    basis: str
    spread: int
    late_required: int
    late_all: int


class Risk(NamedTuple):
    """What draws came to; quantiles in their order."""

    draws: int
    seed: int
    limit: int
    p_required: int
    p_all: int
    drivers: list[Driver]
    required: list[int]
    all: list[int]


class Stated(NamedTuple):
    """A whole plan; `later` are the deferred tables that a window takes, by place in the list."""

    feasibility: str
    proven: bool
    resources: Resources
    summary: Summary
    bounds: tuple[Bound, Bound]
    windows: list[Window]
    tables: list[Move]
    deferred: list[Deferred]
    later: dict[int, Move]
    unschedulable: list[Unschedulable]
    rule_edges: dict[str, tuple[list[str], list[str]]]
    critical_path: list[str]
    checkpoints: list[Checkpoint]
    phases_left_out: int
    contingencies: list[Mapping[str, Any]]
    risk: Risk | None
    findings: list[Finding]
    as_of: str | None

    def movable(self) -> Iterator[tuple[str, int, Move | Deferred]]:
        """The tables that are planned or deferred: the name of their list, their place in it."""
        yield from (("tables", at, move) for at, move in enumerate(self.tables))
        yield from (("deferred", at, record) for at, record in enumerate(self.deferred))
