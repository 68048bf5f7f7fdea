"""The plan's records: one for each planned and each deferred table, with everything it carries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from stowplan.graph import DependencyGraph
from stowplan.model import DeferredTable, PlannedTable, Reason

from .deferral import closure_needs, deferral_codes, deferred_parents
from .groundwork import Groundwork, alone_us
from .placing import Arrangement
from .reasons import ClassReasons, cure_text, deferral_text
from .unplaced import Unplaced

LISTED_PAIRS = 1000
"""A rule with more pairs than this stands in a plan as a rule, not as pairs."""

_MICRO = 1_000_000


@dataclass(frozen=True, slots=True)
class RuleEdges:
    """The edges of rules with very many pairs: each name has its parents and children.

    Where `not_after` has cut a rule's pairs, it stands as several: `id`, `id#2`, ….
    """

    listed: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]
    by_child: Mapping[int, tuple[str, ...]]
    rules: frozenset[str]


def rule_edges(graph: DependencyGraph) -> RuleEdges:
    """Gather the pairs of the rules that have more than `LISTED_PAIRS`."""
    large = _large_rules(graph)
    above: dict[str, dict[int, list[int]]] = {rule: defaultdict(list) for rule in sorted(large)}
    for (child, parent), rule in graph.made.items():
        if rule in large:
            above[rule][child].append(parent)
    for number, hub in enumerate(graph.hubs):
        if hub.rule in large:
            for child in hub.children:
                above[hub.rule][child].append(graph.size + number)
    listed: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {}
    by_child: dict[int, list[str]] = defaultdict(list)
    for rule, parents_of in above.items():
        groups: dict[tuple[int, ...], list[int]] = defaultdict(list)
        for child in sorted(parents_of):
            groups[tuple(sorted(parents_of[child]))].append(child)
        for count, nodes in enumerate(sorted(groups), start=1):
            key = rule if count == 1 else f"{rule}#{count}"
            parents = sorted({p for node in nodes for p in _tables(graph, node)})
            listed[key] = (_names(graph, parents), _names(graph, groups[nodes]))
            for child in groups[nodes]:
                by_child[child].append(key)
    return RuleEdges(listed, {c: tuple(keys) for c, keys in by_child.items()}, frozenset(large))


def _large_rules(graph: DependencyGraph) -> set[str]:
    pairs: dict[str, int] = defaultdict(int)
    for rule in graph.made.values():
        pairs[rule] += 1
    for hub in graph.hubs:
        pairs[hub.rule] += len(hub.parents) * len(hub.children)
    return {rule for rule, count in pairs.items() if count > LISTED_PAIRS}


def _tables(graph: DependencyGraph, node: int) -> Sequence[int]:
    return graph.parents[node] if node >= graph.size else (node,)


def _names(graph: DependencyGraph, tables: Sequence[int]) -> tuple[str, ...]:
    names = graph.names
    return tuple([names[table] for table in tables])


def _depends_on(graph: DependencyGraph, child: int, edges: RuleEdges) -> tuple[str, ...]:
    """The direct parents, without the pairs of rules that are listed as rules."""
    above = graph.parents[child]
    if not above:
        return ()
    if not edges.rules and above[-1] < graph.size:
        return _names(graph, above)
    parents: set[int] = set()
    for node in above:
        if node < graph.size:
            if graph.made.get((child, node)) not in edges.rules:
                parents.add(node)
        elif graph.hubs[node - graph.size].rule not in edges.rules:
            parents.update(graph.parents[node])
    return _names(graph, sorted(parents))


def planned_tables(
    ground: Groundwork, arrangement: Arrangement, below: Mapping[int, int], edges: RuleEdges
) -> Iterator[PlannedTable]:
    """The records of one window's tables, by start and name; `below` are their tails."""
    window, timings, costs = arrangement.window, arrangement.timings, arrangement.costs
    placements = {entry.name: entry.placement for entry in ground.policy.classes}
    reasons = ClassReasons(ground.policy)
    usable, rate = window.window.usable_us, window.capacity.rate
    graph, classified, tables = ground.graph, ground.classification.tables, ground.tables
    names, phases, by_rules = graph.names, graph.phases, edges.by_child
    # Tables go by number as by name.
    ordered = sorted([(timing.start_us, table) for table, timing in timings.items()])
    for _, table in ordered:
        classed = classified[table]
        timing, cost = timings[table], costs[table]
        own = tables[table]
        effective = classed.effective or ""
        yield PlannedTable(
            name=names[table],
            class_name=classed.class_name,
            effective_class=effective,
            placement=placements[effective],
            window=window.window.name,
            phase=phases[table],
            alone_us=alone_us(cost.demand, rate),
            timing=timing,
            slack_us=usable - timing.finish_us - below[table],
            rows=own.rows,
            size=own.size,
            demand=cost.demand,
            assumed=cost.assumed,
            basis=cost.basis,
            verify=cost.verify,
            chunk=cost.chunk,
            chunks=cost.chunks,
            rows_per_chunk=cost.rows_per_chunk,
            depends_on=_depends_on(graph, table, edges),
            depends_on_rules=by_rules.get(table, ()),
            because=reasons.of(classed),
        )


def deferred_tables(
    ground: Groundwork,
    main: Arrangement,
    follow_ups: Sequence[Arrangement],
    edges: RuleEdges,
    *,
    feasible: bool,
) -> Iterator[DeferredTable]:
    """The records of all plannable or excluded tables outside the main window."""
    planned = {
        record.name: record
        for arrangement in follow_ups
        for record in planned_tables(ground, arrangement, arrangement.tails(ground.graph), edges)
    }
    unplaced = Unplaced(ground, main, follow_ups)
    codes = deferral_codes(ground, main.timings)
    rate = main.window.capacity.rate
    needs = {table: alone_us(main.costs[table].demand, rate) for table in codes}
    closures = closure_needs(needs, ground.graph)
    uncapped = _plain_bytes(main)
    oversized = {entry.name: entry for entry in ground.assessment.oversized}
    usable, makespan = main.window.window.usable_us, main.makespan_us
    for table in sorted(codes):
        code = codes[table]
        short = max(0, makespan + closures[table] - usable)
        waiting = deferred_parents(ground.graph, table, main.timings)
        parents = tuple(ground.graph.names[parent] for parent in waiting)
        text = deferral_text(
            code,
            needs_us=needs[table],
            short_us=short,
            window_us=main.window.window.duration_us,
            parents=parents,
            feasible=feasible,
        )
        plain = uncapped and _is_plain(main, table)
        moved = (makespan + closures[table]) * rate
        cure = cure_text(
            ground,
            table,
            code,
            oversized,
            short_us=short,
            parents=parents,
            feasible=feasible,
            rate=-(-moved // usable) if plain and short and usable else None,
        )
        rule = ground.classification.tables[table].rule if code in ("policy", "excluded") else None
        name = ground.graph.names[table]
        because = [Reason(rule, text), Reason(None, cure)]
        if name not in planned and code != "excluded":
            because.append(Reason(None, unplaced.reason(table)))
        yield DeferredTable(
            name=name,
            class_name=ground.classification.tables[table].class_name,
            rows=ground.tables[table].rows,
            size=ground.tables[table].size,
            code=code,
            needs_us=needs[table],
            would_fit=short == 0,
            short_us=short,
            because=tuple(because),
            planned=planned.get(name),
        )


def _is_plain(arrangement: Arrangement, table: int) -> bool:
    """Whether a table's time is nothing but bytes over the bandwidth."""
    demand = arrangement.costs[table].demand
    return demand.cap is None and not demand.overhead_us and not demand.post_us


def _plain_bytes(arrangement: Arrangement) -> bool:
    """Whether the window's time is nothing but bytes over the bandwidth, without a gap."""
    size = sum(arrangement.costs[table].demand.size for table in arrangement.timings)
    full = -(-size * _MICRO // arrangement.window.capacity.rate)
    plain = all(_is_plain(arrangement, table) for table in arrangement.timings)
    return plain and arrangement.makespan_us - full <= len(arrangement.timings)
