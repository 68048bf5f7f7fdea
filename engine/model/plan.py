"""What planning says: what a table costs, who moves when, what stays behind and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from .checkpoints import Contingency, PlannedCheckpoint
from .findings import DocPath, Violation
from .manifest import Table
from .policy import Bandwidth, Basis, Disk, Memory, Placement, PolicyFile, Verify, Window
from .risk import Risk


class Demand(NamedTuple):
    """What moving one table costs.

    `cap` is the table's own highest rate in bytes/s, None where only the bandwidth limits it.
    `overhead_us` comes first and holds a stream but no bandwidth; `post_us` (index builds,
    verification) comes last and holds neither.
    """

    size: int
    cap: int | None = None
    overhead_us: int = 0
    post_us: int = 0


class Capacity(NamedTuple):
    """What a window offers: bytes/s shared by all streams, and how many streams."""

    rate: int
    streams: int


class Segment(NamedTuple):
    """From `start_us` to `end_us` a table has `rate` bytes/s; rate 0 is overhead."""

    start_us: int
    end_us: int
    rate: int


class Timing(NamedTuple):
    """When one table moves. `finish_us` includes the work after the load."""

    segments: tuple[Segment, ...]
    start_us: int
    finish_us: int


class Witness(NamedTuple):
    """Why no schedule of these tables can end earlier: something that a reader can recompute.

    `kind` is path (the tables of `path` one after the other at full rate), bandwidth (`head_us`
    before any byte moves, then `size` bytes at `rate`, then at least `tail_us` of later work),
    streams (`stream_us` of work over `streams`), or nothing (no tables).
    """

    kind: str
    path: tuple[str, ...] = ()
    size: int = 0
    rate: int = 0
    head_us: int = 0
    tail_us: int = 0
    stream_us: int = 0
    streams: int = 0


class Bound(NamedTuple):
    """A proven lower bound of a finish, and what the plan reaches."""

    lower_us: int
    finish_us: int
    witness: Witness


class Reason(NamedTuple):
    """Why something is where it is: the rule that decided (None: the manifest, or arithmetic)."""

    rule: str | None
    text: str


@dataclass(frozen=True, slots=True)
class ClassedTable:
    """Which class a table is in, and who put it there.

    `class_name` is None where nothing classifies it. `effective` is after promotion, `lifted_by`
    the child that caused it.
    """

    class_name: str | None
    rule: str | None
    effective: str | None
    lifted_by: str | None = None


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A cause that makes tables unschedulable: the ones it strikes first, and all downstream.

    `kind` is cycle, missing, memory or unclassified; `path` leads to the place in the manifest.
    """

    kind: str
    roots: tuple[str, ...]
    downstream: tuple[str, ...]
    text: str
    path: DocPath


class PlannedWindow(NamedTuple):
    """A window with everything settled: the bandwidth and the streams that it has."""

    window: Window
    capacity: Capacity


class OversizedTable(NamedTuple):
    """A table that fits no window by itself: what it needs, and the longest usable time.

    `fitting_rate` is the least bytes/s at which it would fit that longest window, `window`; None
    where its work before and after the load alone does not. `own_rate` is the highest of the table
    itself, None where only the bandwidth limits it; `by_rows` says that rows per second are in it.
    `window_rate` is the window's bandwidth, `limit` what that may never pass, None if not stated.
    """

    name: str
    needs_us: int
    longest_us: int
    fitting_rate: int | None
    own_rate: int | None
    by_rows: bool
    window: str
    window_rate: int
    limit: int | None


@dataclass(frozen=True, slots=True)
class Assessment:
    """What is known before anything is scheduled; `tables` and `classed` go by the graph's numbers.

    `main` is None where the policy gives no window or no bandwidth. `required` names the plannable
    required tables, `lower_us` is the proven lower bound of their finish with its witness, and
    `fitting_rate` the least bandwidth at which that bound would meet the window, if any would.
    """

    tables: tuple[Table, ...]
    classed: tuple[ClassedTable, ...]
    causes: tuple[Obstacle, ...]
    main: PlannedWindow | None
    required: tuple[str, ...]
    required_blocked: bool
    lower_us: int
    witness: Witness
    fitting_rate: int | None
    oversized: tuple[OversizedTable, ...]
    usable_memory: int | None
    streams: int
    disk: Disk | None


class PlannedTable(NamedTuple):
    """One table's place in a window, and what follows from it.

    `alone_us` is its duration by itself at its full rate, `basis` what that rests on.
    """

    name: str
    class_name: str | None
    effective_class: str
    placement: Placement
    window: str
    phase: int
    alone_us: int
    timing: Timing
    slack_us: int
    rows: int
    size: int
    demand: Demand
    assumed: tuple[str, ...]
    basis: Basis
    verify: Verify
    chunk: int
    chunks: int
    rows_per_chunk: int
    depends_on: tuple[str, ...]
    depends_on_rules: tuple[str, ...]
    because: tuple[Reason, ...]


class DeferredTable(NamedTuple):
    """A table outside the main window. `planned` is its place in a follow-up window, if any.

    `needs_us` is its duration by itself, `short_us` by how much it would not fit (0: it would).
    """

    name: str
    class_name: str | None
    rows: int
    size: int
    code: str
    needs_us: int
    would_fit: bool
    short_us: int
    because: tuple[Reason, ...]
    planned: PlannedTable | None = None


class Unschedulable(NamedTuple):
    """A table that cannot be planned, and why."""

    name: str
    cause: str


@dataclass(frozen=True, slots=True)
class BreakEven:
    """The lowest bytes/s at which the plan still just holds; None where there is none.

    `required_own` and `all_own` say that a table in question has a rate of its own below the
    bandwidth, so that all rates are meant, in proportion. `hopeless`: no bandwidth alone would let
    the required tables fit.
    """

    required: int | None
    everything: int | None
    required_own: bool = False
    all_own: bool = False
    hopeless: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """A validated plan: every table of the manifest is planned, deferred or unschedulable.

    `as_of` is the day on which its waivers were judged, None where there are none.
    `risk` is None where nobody asked for draws.
    `phases_left_out` counts phases without a checkpoint, where there are very many.
    """

    files: tuple[PolicyFile, ...]
    feasibility: str
    proven: bool
    bandwidth: Bandwidth
    memory: Memory | None
    streams: int
    chunk: int
    windows: tuple[PlannedWindow, ...]
    planned: tuple[PlannedTable, ...]
    deferred: tuple[DeferredTable, ...]
    unschedulable: tuple[Unschedulable, ...]
    required: Bound
    everything: Bound
    break_even: BreakEven
    critical_path: tuple[str, ...]
    checkpoints: tuple[PlannedCheckpoint, ...]
    rule_edges: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]
    contingencies: tuple[Contingency, ...] = ()
    phases_left_out: int = 0
    risk: Risk | None = None
    violations: tuple[Violation, ...] = ()
    as_of: date | None = None
