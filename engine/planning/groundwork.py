"""Everything that is known of a manifest under a policy before anything is scheduled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from stowplan.conditions.selection import Selections
from stowplan.graph import DependencyGraph
from stowplan.model import (
    Assessment,
    CheckpointRule,
    Chunk,
    Demand,
    DependencyRule,
    Direction,
    Manifest,
    OversizedTable,
    Placement,
    PlannedWindow,
    Policy,
    ResourceRule,
    Table,
    Throughput,
    Window,
    Witness,
)
from stowplan.units import LARGEST

from .bounds import chains_of, lower_bound
from .classes import Classification, classify
from .costs import Cost, Figures, costs, figures
from .obstacles import Obstacles, obstacles
from .resources import Resources, leaves_nothing, resources
from .workload import gather


@dataclass(frozen=True, slots=True)
class Groundwork:
    """A manifest and a policy brought together; everything by the graph's numbers."""

    manifest: Manifest
    policy: Policy
    selections: Selections
    graph: DependencyGraph
    tables: tuple[Table, ...]
    classification: Classification
    resources: Resources
    figures: Figures
    costs: tuple[Cost, ...]
    obstacles: Obstacles
    assessment: Assessment

    def placed(self, *placements: Placement) -> list[int]:
        """The plannable tables whose effective class has one of these placements."""
        classification = self.classification
        ranks = {r for r, entry in enumerate(classification.order) if entry.placement in placements}
        return [
            table for table in self.obstacles.plannable() if classification.ranks[table] in ranks
        ]

    def takes(self, window: Window, table: int) -> bool:
        """Whether a window accepts a table: by its own class, or by the one it is promoted to."""
        classed = self.classification.tables[table]
        return window.takes(classed.effective, classed.class_name)

    def movable(self) -> list[int]:
        """The tables that may be planned and are ever to be moved."""
        return self.placed(*(p for p in Placement if p is not Placement.EXCLUDED))

    def costs_in(self, window: PlannedWindow) -> tuple[Cost, ...]:
        """What each table costs with the streams of a window."""
        if window.capacity.streams == self.assessment.streams:
            return self.costs
        memory = self.resources.usable_memory
        return costs(self.tables, self.figures, memory, window.capacity.streams)


def lay_groundwork(
    manifest: Manifest, policy: Policy, graph: DependencyGraph, selections: Selections
) -> Groundwork:
    """Classify, cost and bound; find what cannot be planned."""
    by_name = {table.name: table for table in reversed(manifest.tables)}
    tables = tuple(by_name[name] for name in graph.names)
    classification = classify(tables, policy, graph, selections)
    limits = resources(policy)
    main = None if leaves_nothing(policy) else limits.main()
    streams = main.capacity.streams if main else max(1, limits.streams)
    given = figures(tables, policy, selections)
    cost = costs(tables, given, limits.usable_memory, streams)
    blocked = obstacles(tables, graph, classification, limits.usable_memory, streams)
    assessment = _assess(tables, graph, classification, limits, given, cost, blocked, main, streams)
    return Groundwork(
        manifest,
        policy,
        selections,
        graph,
        tables,
        classification,
        limits,
        given,
        cost,
        blocked,
        assessment,
    )


def _assess(
    tables: tuple[Table, ...],
    graph: DependencyGraph,
    classification: Classification,
    limits: Resources,
    given: Figures,
    cost: tuple[Cost, ...],
    blocked: Obstacles,
    main: PlannedWindow | None,
    streams: int,
) -> Assessment:
    required = [i for i in range(graph.size) if classification.placement(i) is Placement.REQUIRED]
    plannable = [i for i in required if blocked.blame[i] is None]
    demands = [entry.demand for entry in cost]
    lower, witness = (0, Witness("nothing"))
    if main is not None:
        workload = gather(plannable, graph, demands, main.capacity)
        lower, witness = lower_bound(chains_of(workload), graph.names)
    return Assessment(
        tables=tables,
        classed=classification.tables,
        causes=blocked.causes,
        main=main,
        required=tuple(graph.names[i] for i in plannable),
        required_blocked=len(plannable) < len(required),
        lower_us=lower,
        witness=witness,
        fitting_rate=_fitting_rate(main, lower, witness, demands, graph, plannable),
        oversized=tuple(_oversized(tables, classification, limits, given, blocked, cost, streams)),
        usable_memory=limits.usable_memory,
        streams=streams,
        disk=limits.disk,
    )


def _fitting_rate(
    main: PlannedWindow | None,
    lower_us: int,
    witness: Witness,
    demands: Sequence[Demand],
    graph: DependencyGraph,
    required: Sequence[int],
) -> int | None:
    """The least bandwidth at which a witness past the window would meet it; None if none would do.

    A table with a rate of its own gains by bandwidth only up to that.
    """
    if main is None or lower_us <= main.window.limit_us:
        return None
    limit = main.window.limit_us
    if witness.kind == "bandwidth":
        left = limit - witness.head_us - witness.tail_us
        return -(-witness.size * 1_000_000 // left) if left > 0 else None
    chain = [demands[graph.index(name)] for name in witness.path]
    if witness.kind == "streams":
        chain = [demands[table]._replace(post_us=0) for table in required]
        limit *= witness.streams
    return _least_rate(chain, limit, main.capacity.rate)


def _least_rate(work: Sequence[Demand], limit_us: int, low: int) -> int | None:
    """The least bandwidth at which all this, one by one, takes `limit_us`; at `low` it does not."""
    gaining = [demand for demand in work if demand.cap is None or demand.cap > low]
    steady = [demand for demand in work if not (demand.cap is None or demand.cap > low)]
    left = limit_us - sum(alone_us(demand, low) for demand in steady)

    def fits(rate: int) -> bool:
        return sum(alone_us(demand, rate) for demand in gaining) <= left

    if not fits(LARGEST):
        return None
    high = low
    while not fits(high := 2 * high):
        low = high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if fits(middle) else (middle, high)
    return high


def _oversized(
    tables: Sequence[Table],
    classification: Classification,
    limits: Resources,
    given: Figures,
    blocked: Obstacles,
    cost: tuple[Cost, ...],
    streams: int,
) -> Iterator[OversizedTable]:
    """The tables that end in time in no window, even alone; required ones may eat the reserve."""
    windows = [w for window in limits.windows if (w := limits.settled(window)) is not None]
    if not windows:
        return
    usable = [window.window.usable_us for window in windows]
    by_streams = {streams: cost}
    for other in {window.capacity.streams for window in windows} - {streams}:
        by_streams[other] = costs(tables, given, limits.usable_memory, other)
    usable_if_required = [windows[0].window.limit_us, *usable[1:]]
    offers = [(window.capacity.rate, by_streams[window.capacity.streams]) for window in windows]
    longest = max(windows, key=lambda planned: planned.window.usable_us)
    for i, table in enumerate(tables):
        placement = classification.placement(i)
        if placement in (None, Placement.EXCLUDED) or blocked.blame[i] is not None:
            continue
        rooms = usable_if_required if placement is Placement.REQUIRED else usable
        for room, (rate, priced) in zip(rooms, offers, strict=True):
            if alone_us(priced[i].demand, rate) <= room:
                break
        else:
            rate, priced = offers[0]
            needs_us = alone_us(priced[i].demand, rate)
            demand = by_streams[longest.capacity.streams][i].demand
            by_rows = "rows_per_second" in given.throughput[i]
            limit = limits.bandwidth.limit if limits.bandwidth else None
            yield _oversized_table(table.name, needs_us, demand, by_rows, longest, limit)


def _oversized_table(
    name: str,
    needs_us: int,
    demand: Demand,
    by_rows: bool,
    longest: PlannedWindow,
    limit: int | None,
) -> OversizedTable:
    usable = longest.window.usable_us
    left = usable - demand.overhead_us - demand.post_us
    fitting = -(-demand.size * 1_000_000 // left) if left > 0 else None
    return OversizedTable(
        name,
        needs_us,
        usable,
        fitting,
        demand.cap,
        by_rows,
        longest.window.name,
        longest.capacity.rate,
        limit,
    )


def alone_us(demand: Demand, rate: int) -> int:
    """How long a table takes by itself, work after the load included."""
    size, cap, overhead_us, post_us = demand
    own = rate if cap is None or cap > rate else cap
    return overhead_us - (-size * 1_000_000 // own) + post_us


def effective_rules(ground: Groundwork) -> frozenset[str]:
    """The ids of the rules that had an effect on this manifest."""
    effective = set(ground.classification.winners | ground.figures.effective)
    kinds: set[type] = set()
    for rule in ground.policy.rules:
        if (
            (isinstance(rule, DependencyRule) and _orders(rule, ground))
            or (isinstance(rule, CheckpointRule) and _looks(rule, ground))
            or (isinstance(rule, ResourceRule) and _holds(rule, kinds))
        ):
            effective.add(rule.id)
    return frozenset(effective)


def _orders(rule: DependencyRule, ground: Groundwork) -> bool:
    """Whether a rule has edges, or would have if its tables were not at the destination already."""
    if ground.graph.rule_pairs.get(rule.id):
        return True
    own = ground.selections.of(rule)
    others = ground.selections.names.selected(rule.others)
    moved = frozenset(ground.manifest.present)
    adds = rule.direction is not Direction.NOT_AFTER
    return adds and bool(own and others - own) and not moved.isdisjoint(own | others)


def _looks(rule: CheckpointRule, ground: Groundwork) -> bool:
    """Whether a checkpoint comes: in some window that may be the main one, after a known table."""
    if rule.after:
        return bool(ground.selections.names.selected(rule.after))
    durations = [window.duration_us for window in ground.resources.windows]
    longest_us = max(durations, default=None)
    return longest_us is None or (rule.moment_us(longest_us) or 0) <= longest_us


def _holds(rule: ResourceRule, kinds: set[type]) -> bool:
    """Whether a limit for everything is the one in force: every window, the first of the others."""
    kind = type(rule.resource)
    if kind in (Throughput, Chunk):
        return False
    first = kind not in kinds
    kinds.add(kind)
    return first or kind is Window
