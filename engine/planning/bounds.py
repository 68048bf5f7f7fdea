"""Proven lower bounds: no schedule of these tables ends earlier, and a reader can recompute why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from stowplan.model import Capacity, Demand, Witness

from .workload import MICROSECONDS, Graph, Workload, ceiling, gather

UNSEEN = 2_500_000
"""A part in so many does not show in a gap of six decimals."""


def lower_bound(
    tables: Iterable[int],
    graph: Graph,
    demands: Sequence[Demand],
    capacity: Capacity,
    names: Sequence[str],
) -> tuple[int, Witness]:
    """The earliest finish of `tables` that can be proven, in microseconds, and its witness.

    The greatest of three bounds:

    - path: a chain of tables at full rate, `overhead + ceil(size / min(cap, rate)) + post` each;
    - bandwidth: for tables whose first byte cannot move before `head_us` and after whose last byte
      `tail_us` of work must follow, `head_us + ceil(size / rate) + tail_us`. The tables are those
      with a head, or with a tail, of at least some threshold: the threshold that proves most;
    - streams: every table holds a stream for `overhead + ceil(size / min(cap, rate))`.

    Of equal ones the plainest: bandwidth over all tables, path, bandwidth over some, streams. Where
    bandwidth over all tables is less than the best by nothing that shows (loads end on whole
    microseconds), it is given: it is what people can reckon.
    """
    workload = gather(tables, graph, demands, capacity)
    if not workload.tables:
        return 0, Witness("nothing")
    some, witness = _bandwidth_bound(workload)
    bounds = [_path_bound(workload, names), (some, witness), _stream_bound(workload)]
    best = max(bounds, key=lambda bound: bound[0])
    over_all = witness.size * MICROSECONDS == sum(workload.work)
    if over_all and (best[0] - some) * UNSEEN <= some:
        return some, witness
    return best


def critical_path(
    tables: Iterable[int], graph: Graph, demands: Sequence[Demand], capacity: Capacity
) -> tuple[int, ...]:
    """The longest chain of `tables` at full rate; of equal ones the first by name."""
    workload = gather(tables, graph, demands, capacity)
    return tuple(workload.tables[at] for at in _longest_path(workload))


def tails(
    tables: Iterable[int], graph: Graph, demands: Sequence[Demand], capacity: Capacity
) -> dict[int, int]:
    """For each of `tables` the longest chain of those below it at full rate, in microseconds."""
    workload = gather(tables, graph, demands, capacity)
    return dict(zip(workload.tables, _below(workload), strict=False))


def proven(workload: Workload) -> int:
    """The lower bound of a workload, as in `lower_bound`, without a witness."""
    path = max(earliest_finishes(workload), default=0)
    return max(_bandwidth_bound(workload)[0], path, _stream_bound(workload)[0])


def earliest_finishes(workload: Workload) -> list[int]:
    """By position, when a table ends if nothing but its parents stands in its way, at full rate."""
    nodes = zip(_before(workload), _costs(workload), strict=True)
    return [before + cost for before, cost in nodes][: len(workload.tables)]


def _path_bound(workload: Workload, names: Sequence[str]) -> tuple[int, Witness]:
    path, costs = _longest_path(workload), _costs(workload)
    named = tuple(names[workload.tables[at]] for at in path)
    return sum(costs[at] for at in path), Witness("path", path=named)


def _stream_bound(workload: Workload) -> tuple[int, Witness]:
    total, streams = sum(workload.shortest), workload.capacity.streams
    return ceiling(total, streams), Witness("streams", stream_us=total, streams=streams)


def _bandwidth_bound(workload: Workload) -> tuple[int, Witness]:
    """Of equally good thresholds the one with most bytes, so with the simplest sum."""
    before, below = _before(workload), _below(workload)
    moving = [at for at, work in enumerate(workload.work) if work]
    heads = [before[at] + workload.overhead[at] for at in moving]
    ends = [workload.post[at] + below[at] for at in moving]
    sizes = [workload.work[at] // MICROSECONDS for at in moving]
    rate = workload.capacity.rate
    sums = [*_thresholds(heads, ends, sizes), *_swapped(_thresholds(ends, heads, sizes))]
    proofs = (
        (head + ceiling(size * MICROSECONDS, rate) + tail, size, head, tail)
        for head, tail, size in sums
    )
    bound, size, head, tail = max(proofs, default=(0, 0, 0, 0))
    return bound, Witness("bandwidth", size=size, rate=rate, head_us=head, tail_us=tail)


def _thresholds(
    keys: Sequence[int], others: Sequence[int], sizes: Sequence[int]
) -> Iterator[tuple[int, int, int]]:
    """For each least key: that key, the least other and the sum of sizes of those that have it."""
    total = 0
    least: int | None = None
    for at in sorted(range(len(keys)), key=keys.__getitem__, reverse=True):
        total += sizes[at]
        least = others[at] if least is None else min(least, others[at])
        yield keys[at], least, total


def _swapped(sums: Iterable[tuple[int, int, int]]) -> Iterator[tuple[int, int, int]]:
    return ((other, key, total) for key, other, total in sums)


def _costs(workload: Workload) -> list[int]:
    """By node: the time from start to finish at full rate, in microseconds; hubs take none."""
    hubs = len(workload.children) - len(workload.tables)
    return [*map(sum, zip(workload.shortest, workload.post, strict=True)), *[0] * hubs]


def _before(workload: Workload) -> list[int]:
    """By node: when its parents have finished if all run at full rate, in microseconds."""
    starts, costs = [0] * len(workload.children), _costs(workload)
    for node in workload.order:
        finish = starts[node] + costs[node]
        for child in workload.children[node]:
            starts[child] = max(starts[child], finish)
    return starts


def _below(workload: Workload) -> list[int]:
    """By node: the longest chain below it at full rate, in microseconds."""
    below, costs = [0] * len(workload.children), _costs(workload)
    for node in reversed(workload.order):
        children = workload.children[node]
        if children:
            below[node] = max([costs[child] + below[child] for child in children])
    return below


def _longest_path(workload: Workload) -> list[int]:
    """Positions of the longest chain's tables, without what takes no time at its end."""
    count = len(workload.tables)
    if not count:
        return []
    below = _below(workload)
    chains = [*map(sum, zip(_costs(workload), below, strict=True))]
    path = [max(range(count), key=chains.__getitem__)]
    while below[path[-1]]:
        path.append(min(_longest_steps(workload, path[-1], chains, below[path[-1]])))
    return path


def _longest_steps(
    workload: Workload, table: int, chains: Sequence[int], length: int
) -> Iterator[int]:
    """The next tables, hubs passed through, from which a chain of this length goes on."""
    nodes = [table]
    for node in nodes:  # grows by the hubs that are passed
        for child in workload.children[node]:
            if chains[child] == length:
                if child < len(workload.tables):
                    yield child
                else:
                    nodes.append(child)
