"""The tables of one window and their dependencies, numbered compactly for the steps of planning."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import NamedTuple, Protocol

from stowplan.model import Capacity, Demand

MICROSECONDS = 10**6


class Graph(Protocol):
    """What planning asks of the dependency graph.

    Nodes below `size` are tables, numbered in the order of their names. The others are hubs:
    they take no time, and make every one of their children wait for every one of their parents.
    """

    @property
    def size(self) -> int:
        """How many tables there are."""

    @property
    def parents(self) -> Sequence[Sequence[int]]:
        """For each node the nodes that it waits for, ascending."""

    @property
    def children(self) -> Sequence[Sequence[int]]:
        """For each node the nodes that wait for it, ascending."""

    @property
    def order(self) -> Sequence[int]:
        """All nodes, parents before children (where there is no cycle)."""


class Workload(NamedTuple):
    """Some tables, what they cost, and the edges among them.

    `tables` are node numbers of the graph, ascending; everything else is by position in it.
    `children`, `pending` (how many nodes each waits for) and `order` (topological) go on with the
    hubs, from `len(tables)` on. `work` is in byte-microseconds a second: a rate in bytes/s times
    microseconds, so that progress is exact. `rates` are the highest in bytes/s that each can have;
    `shortest` is the time in microseconds that a load takes at that rate, overhead included.
    """

    tables: tuple[int, ...]
    children: list[list[int]]
    pending: list[int]
    order: list[int]
    work: list[int]
    overhead: list[int]
    post: list[int]
    rates: list[int]
    shortest: list[int]
    capacity: Capacity


def ceiling(numerator: int, denominator: int) -> int:
    """The quotient of two integers, rounded up."""
    return -(-numerator // denominator)


def gather(
    chosen: Iterable[int], graph: Graph, demands: Sequence[Demand], capacity: Capacity
) -> Workload:
    """The workload of `chosen`, which hold no cycle. Parents that are not chosen count as moved.

    Raises ValueError for a rate, a cap or a number of streams below 1.
    """
    tables = tuple(sorted(set(chosen)))
    below = graph.children
    nodes = (*tables, *range(graph.size, len(below)))
    position = [-1] * len(below)
    for at, node in enumerate(nodes):
        position[node] = at
    wanted = [demands[table] for table in tables]
    rate = capacity.rate
    rates = [rate if cap is None or cap > rate else cap for _, cap, _, _ in wanted]
    if capacity.streams < 1 or min(rates, default=1) < 1:
        raise ValueError("rates and streams must be at least 1")
    children = [
        [at for child in below[node] if (at := position[child]) >= 0] if below[node] else []
        for node in nodes
    ]
    pending = [0] * len(nodes)
    for child in chain.from_iterable(children):
        pending[child] += 1
    work = [demand.size * MICROSECONDS for demand in wanted]
    overhead = [demand.overhead_us for demand in wanted]
    return Workload(
        tables=tables,
        children=children,
        pending=pending,
        order=[at for node in graph.order if (at := position[node]) >= 0],
        work=work,
        overhead=overhead,
        post=[demand.post_us for demand in wanted],
        rates=rates,
        shortest=[o - (-load // rate) for o, load, rate in zip(overhead, work, rates, strict=True)],
        capacity=capacity,
    )


def load_us(demand: Demand, rate: int) -> int:
    """How long a table moves bytes at full rate, in microseconds."""
    cap = demand.cap
    return -(-demand.size * MICROSECONDS // (rate if cap is None or cap > rate else cap))
