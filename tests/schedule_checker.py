"""A naive second opinion on schedules: slow, plain, and without a line of the scheduler's code.

Instances are small, so that everything is gone through from scratch at every event.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise

from hypothesis import strategies as st

from stowplan.model import Capacity, Demand, Segment, Timing


@dataclass(frozen=True)
class SmallGraph:
    """A dependency graph of a few tables; `hubs` are pairs of parents and children."""

    size: int
    edges: frozenset[tuple[int, int]]
    hubs: tuple[tuple[frozenset[int], frozenset[int]], ...] = ()
    parents: tuple[tuple[int, ...], ...] = field(init=False)
    children: tuple[tuple[int, ...], ...] = field(init=False)
    order: tuple[int, ...] = field(init=False)

    def __post_init__(self):
        pairs = set(self.edges)
        for node, (above, below) in enumerate(self.hubs, start=self.size):
            pairs |= {(parent, node) for parent in above} | {(node, child) for child in below}
        nodes = range(self.size + len(self.hubs))
        parents = tuple(tuple(sorted(p for p, c in pairs if c == node)) for node in nodes)
        children = tuple(tuple(sorted(c for p, c in pairs if p == node)) for node in nodes)
        order = []
        while len(order) < len(nodes):
            order += [n for n in nodes if n not in order and all(p in order for p in parents[n])]
        object.__setattr__(self, "parents", parents)
        object.__setattr__(self, "children", children)
        object.__setattr__(self, "order", tuple(order))

    def table_parents(self, table):
        """The tables that come directly before this one, hubs resolved."""
        found = {parent for parent, child in self.edges if child == table}
        return found.union(*(above for above, below in self.hubs if table in below))

    def table_children(self, table):
        return {child for child in range(self.size) if table in self.table_parents(child)}

    def ancestors(self, table):
        found = set()
        todo = {table}
        while todo:
            todo = set().union(*(self.table_parents(each) for each in todo)) - found
            found |= todo
        return found

    def closed(self, tables):
        """These tables and all that come before them."""
        return set(tables).union(*(self.ancestors(table) for table in tables))


@dataclass(frozen=True)
class Instance:
    graph: SmallGraph
    demands: tuple[Demand, ...]
    classes: tuple[int, ...]
    capacity: Capacity

    @property
    def tables(self):
        return range(self.graph.size)

    @property
    def names(self):
        return tuple(f"t{table:03}" for table in self.tables)


@st.composite
def instances(draw, most=9, levels=3, hubs=True):
    """Random instances; the numbers of the tables say nothing of their order."""
    count = draw(st.integers(1, most))
    line = draw(st.permutations(range(count)))
    pairs = [(a, b) for at, a in enumerate(line) for b in line[at + 1 :]]
    edges = frozenset(draw(st.lists(st.sampled_from(pairs), max_size=2 * count)) if pairs else ())
    blocks = ()
    if hubs and count > 2 and draw(st.booleans()):
        cut = draw(st.integers(1, count - 1))
        blocks = ((frozenset(line[:cut][-2:]), frozenset(line[cut:][:3])),)
    graph = SmallGraph(count, edges, blocks)
    capacity = Capacity(draw(st.sampled_from([1, 3, 7, 1000])), draw(st.integers(1, 4)))
    demand = st.builds(
        Demand,
        size=st.one_of(st.just(0), st.integers(1, 30)),
        cap=st.one_of(st.none(), st.integers(1, 10)),
        overhead_us=st.sampled_from([0, 0, 1, 999_999, 2_000_000, 7_000_000]),
        post_us=st.sampled_from([0, 0, 1, 1_500_000]),
    )
    demands = tuple(draw(st.lists(demand, min_size=count, max_size=count)))
    classes = draw(st.lists(st.integers(0, levels - 1), min_size=count, max_size=count))
    return Instance(graph, demands, promoted(graph, classes), capacity)


def promoted(graph, classes):
    """Every parent in at least the class of its children."""
    return tuple(
        min([classes[t]] + [classes[c] for c in range(graph.size) if t in graph.ancestors(c)])
        for t in range(graph.size)
    )


def full_rate(demand, capacity):
    return capacity.rate if demand.cap is None else min(demand.cap, capacity.rate)


def load_time(demand, capacity):
    """Overhead and load at full rate, in whole microseconds."""
    load = Fraction(demand.size * 10**6, full_rate(demand, capacity))
    return demand.overhead_us + -(-load.numerator // load.denominator)


def naive_rank(instance, chosen, table):
    """The longest chain from this table on, within its class."""
    below = [
        naive_rank(instance, chosen, child)
        for child in instance.graph.table_children(table) & set(chosen)
        if instance.classes[child] == instance.classes[table]
    ]
    demand = instance.demands[table]
    return load_time(demand, instance.capacity) + demand.post_us + max(below, default=0)


def naive_schedule(instance, chosen, ranks=None):
    """The same model from scratch: at every event all candidates in the order of their keys."""
    chosen = sorted(chosen)
    ranks = ranks or {table: naive_rank(instance, chosen, table) for table in chosen}
    left = {table: instance.demands[table].size * 10**6 for table in chosen}
    overhead = {table: instance.demands[table].overhead_us for table in chosen}
    traces = {table: [] for table in chosen}
    ready_at, loaded_at, admitted = {}, {}, []
    now = 0
    while True:
        _settle(instance, chosen, now, left, overhead, ready_at, loaded_at)
        rates = _walk(instance, chosen, ranks, left, overhead, ready_at, loaded_at, admitted)
        ends = [
            now + (-(-left[table] // rate) if rate else overhead[table])
            for table, rate in rates.items()
        ]
        posts = [loaded_at[t] + instance.demands[t].post_us for t in loaded_at]
        later = [moment for moment in ends + posts if moment > now]
        if not later:
            return {
                t: _timing(traces[t], ready_at[t], loaded_at[t] + instance.demands[t].post_us)
                for t in chosen
            }
        for table, rate in rates.items():
            moved = min(left[table], rate * (min(later) - now))
            traces[table].append((now, min(later), rate, moved))
            left[table] -= moved
            if rate == 0:
                overhead[table] -= min(later) - now
        now = min(later)


def _settle(instance, chosen, now, left, overhead, ready_at, loaded_at):
    """Note who has become ready and who has been loaded, until nothing more follows at once."""
    for _ in chosen:
        for table in chosen:
            before = instance.graph.table_parents(table) & set(chosen)
            finished = all(
                parent in loaded_at and loaded_at[parent] + instance.demands[parent].post_us <= now
                for parent in before
            )
            if finished:
                ready_at.setdefault(table, now)
                if not left[table] and not overhead[table]:
                    loaded_at.setdefault(table, now)


def _walk(instance, chosen, ranks, left, overhead, ready_at, loaded_at, admitted):
    """Who holds a stream now, at which rate."""

    def key(table):
        begun = table in admitted
        place = admitted.index(table) if begun else -ranks[table]
        return instance.classes[table], not begun, place, table

    bandwidth, streams = instance.capacity
    rates = {}
    for table in sorted((t for t in ready_at if t not in loaded_at), key=key):
        if len(rates) == streams:
            break
        if overhead[table]:
            rates[table] = 0
        elif bandwidth:
            rates[table] = min(full_rate(instance.demands[table], instance.capacity), bandwidth)
            bandwidth -= rates[table]
    admitted += [table for table in rates if table not in admitted]
    return rates


def _timing(trace, ready, finish):
    """Put neighbours of one rate together; the last one's rate is what it really moved."""
    merged = []
    for start, end, rate, moved in trace:
        if merged and merged[-1][1] == start and merged[-1][2] == rate:
            first, _, _, before = merged.pop()
            merged.append((first, end, rate, before + moved))
        else:
            merged.append((start, end, rate, moved))
    if merged and merged[-1][2]:
        start, end, _, moved = merged.pop()
        rate = -(-moved // (end - start))
        if merged and merged[-1][1] == start and merged[-1][2] == rate:
            start = merged.pop()[0]
        merged.append((start, end, rate, moved))
    segments = tuple(Segment(start, end, rate) for start, end, rate, _ in merged)
    return Timing(segments, segments[0].start_us if segments else ready, finish)


def faults(instance, timings):
    """What a schedule breaks, as sentences; empty when it keeps everything."""
    found = []
    for table, timing in timings.items():
        found += _faults_of_table(instance, timings, table, timing)
    moments = sorted({s.start_us for t in timings.values() for s in t.segments})
    for moment in moments:
        running = [
            segment
            for timing in timings.values()
            for segment in timing.segments
            if segment.start_us <= moment < segment.end_us
        ]
        if len(running) > instance.capacity.streams:
            found.append(f"{len(running)} streams at {moment}")
        if sum(segment.rate for segment in running) > instance.capacity.rate:
            found.append(f"too much bandwidth at {moment}")
    return found


def _faults_of_table(instance, timings, table, timing):
    demand = instance.demands[table]
    found = []
    parents = instance.graph.table_parents(table) & set(timings)
    if any(timings[parent].finish_us > timing.start_us for parent in parents):
        found.append(f"{table} starts before a parent has finished")
    moved = sum(s.rate * (s.end_us - s.start_us) for s in timing.segments)
    seconds = max((s.end_us - s.start_us for s in timing.segments), default=0)
    if not 0 <= moved - demand.size * 10**6 <= seconds:
        found.append(f"{table} moves {moved} for {demand.size} bytes")
    spent = sum(s.end_us - s.start_us for s in timing.segments if s.rate == 0)
    if spent != demand.overhead_us:
        found.append(f"{table} spends {spent} of {demand.overhead_us} overhead")
    rates = [s.rate for s in timing.segments]
    if sorted(rates, key=bool) != rates or max(rates, default=0) > full_rate(
        demand, instance.capacity
    ):
        found.append(f"{table} has rates {rates}")
    ends = [s.end_us for s in timing.segments] or [timing.start_us]
    if timing.finish_us != ends[-1] + demand.post_us:
        found.append(f"{table} finishes at {timing.finish_us}")
    for one, other in pairwise(timing.segments):
        if other.start_us < one.end_us or one.start_us >= one.end_us:
            found.append(f"{table} has overlapping segments")
        if other.start_us == one.end_us and other.rate == one.rate:
            found.append(f"{table} has segments that are one")
    return found
