"""Proven lower bounds: no schedule of these tables ends earlier, and a reader can recompute why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from operator import add
from typing import NamedTuple

from stowplan.model import Witness

from .workload import MICROSECONDS, Workload, ceiling

UNSEEN = 2_500_000
"""A part in so many does not show in a gap of six decimals."""


class Chains(NamedTuple):
    """A workload with its chains at full rate; everything by node, in microseconds.

    `costs` is the time from start to finish (hubs take none), `before` when the last parent has
    finished, `below` the longest chain below the node.
    """

    workload: Workload
    costs: Sequence[int]
    before: Sequence[int]
    below: Sequence[int]


def chains_of(workload: Workload) -> Chains:
    """The chains of a workload."""
    costs = _costs(workload)
    return Chains(workload, costs, _before(workload, costs), _below(workload, costs))


def lower_bound(chains: Chains, names: Sequence[str]) -> tuple[int, Witness]:
    """The earliest finish of a workload that can be proven, in microseconds, and its witness.

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
    workload = chains.workload
    if not workload.tables:
        return 0, Witness("nothing")
    some, witness = _bandwidth_bound(chains)
    bounds = [_path_bound(chains, names), (some, witness), _stream_bound(workload)]
    best = max(bounds, key=lambda bound: bound[0])
    over_all = witness.size * MICROSECONDS == sum(workload.work)
    if over_all and (best[0] - some) * UNSEEN <= some:
        return some, witness
    return best


def critical_path(chains: Chains) -> tuple[int, ...]:
    """The tables of the longest chain at full rate; of equal ones the first by name."""
    return tuple(chains.workload.tables[at] for at in _longest_path(chains))


def tails(chains: Chains) -> dict[int, int]:
    """For each table the longest chain of those below it at full rate, in microseconds."""
    return dict(zip(chains.workload.tables, chains.below, strict=False))


def tails_of(workload: Workload) -> dict[int, int]:
    """The same of a workload whose other chains nobody asks for."""
    below = _below(workload, _costs(workload))
    return dict(zip(workload.tables, below, strict=False))


def proven(workload: Workload) -> int:
    """The lower bound of a workload, as in `lower_bound`, without a witness."""
    chains = chains_of(workload)
    path = max(_finishes(chains), default=0)
    return max(_bandwidth_bound(chains)[0], path, _stream_bound(workload)[0])


def earliest_finishes(workload: Workload) -> list[int]:
    """By position, when a table ends if nothing but its parents stands in its way, at full rate."""
    costs = _costs(workload)
    return _finishes(Chains(workload, costs, _before(workload, costs), ()))


def _finishes(chains: Chains) -> list[int]:
    return [*map(add, chains.before, chains.costs)][: len(chains.workload.tables)]


def _path_bound(chains: Chains, names: Sequence[str]) -> tuple[int, Witness]:
    path = _longest_path(chains)
    named = tuple(names[chains.workload.tables[at]] for at in path)
    return sum(chains.costs[at] for at in path), Witness("path", path=named)


def _stream_bound(workload: Workload) -> tuple[int, Witness]:
    total, streams = sum(workload.shortest), workload.capacity.streams
    return ceiling(total, streams), Witness("streams", stream_us=total, streams=streams)


def _bandwidth_bound(chains: Chains) -> tuple[int, Witness]:
    """Of equally good thresholds the one with most bytes, so with the simplest sum."""
    workload, _, before, below = chains
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
    return [*map(add, workload.shortest, workload.post), *[0] * hubs]


def _before(workload: Workload, costs: Sequence[int]) -> list[int]:
    """By node: when its parents have finished if all run at full rate, in microseconds."""
    starts = [0] * len(workload.children)
    for node in workload.order:
        below = workload.children[node]
        if below:
            finish = starts[node] + costs[node]
            for child in below:
                starts[child] = max(starts[child], finish)
    return starts


def _below(workload: Workload, costs: Sequence[int]) -> list[int]:
    """By node: the longest chain below it at full rate, in microseconds."""
    below = [0] * len(workload.children)
    for node in reversed(workload.order):
        children = workload.children[node]
        if children:
            below[node] = max([costs[child] + below[child] for child in children])
    return below


def _longest_path(chains: Chains) -> list[int]:
    """Positions of the longest chain's tables, without what takes no time at its end."""
    workload, costs, _, below = chains
    count = len(workload.tables)
    if not count:
        return []
    lengths = [*map(add, costs, below)]
    path = [max(range(count), key=lengths.__getitem__)]
    while below[path[-1]]:
        path.append(min(_longest_steps(workload, path[-1], lengths, below[path[-1]])))
    return path


def _longest_steps(
    workload: Workload, table: int, lengths: Sequence[int], length: int
) -> Iterator[int]:
    """The next tables, hubs passed through, from which a chain of this length goes on."""
    nodes = [table]
    for node in nodes:  # grows by the hubs that are passed
        for child in workload.children[node]:
            if lengths[child] == length:
                if child < len(workload.tables):
                    yield child
                else:
                    nodes.append(child)
