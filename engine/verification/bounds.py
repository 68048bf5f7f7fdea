"""Bounds: each is what its witness proves, and no less than plain ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from stowplan.model import DocPath, shown

from .breaches import Breach, agree, decimal, time
from .case import Case, Placed
from .chain_lengths import Chains
from .chains import no_edge
from .cost_facts import Cost
from .stated import Bound
from .values import number

_MICRO = 1_000_000
_UNSEEN = 2_500_000  # a part in so many does not show in a gap of six decimals


class _Subject(NamedTuple):
    """The tables of a bound: their chains and their costs, in the main window."""

    case: Case
    chains: Chains
    costs: dict[int, Cost]


def breaches(case: Case) -> Iterator[Breach]:
    """Bounds that are not proven, that are weaker than plain ones, or have another gap."""
    required = case.chains_of(0, [placed.table for placed in case.required])
    subjects = (
        ("required", case.required, required, case.plan.bounds[0]),
        ("all", case.main, case.chains[0], case.plan.bounds[1]),
    )
    for key, placed, chains, bound in subjects:
        costs = {p.table: case.facts.cost(p.table, case.windows[0].streams) for p in placed}
        subject = _Subject(case, chains, costs)
        yield from _finish(placed, bound, ("bounds", key))
        yield from _lower(subject, bound, ("bounds", key))


def _finish(placed: Sequence[Placed], bound: Bound, path: DocPath) -> Iterator[Breach]:
    finish = max((each.move.finish for each in placed), default=0)
    which = ".".join(map(str, path))
    if not agree(bound.finish, finish):
        text = f"{which}.finish_s is {decimal(bound.finish)}, the last of its tables finishes at"
        yield Breach("bounds", (*path, "finish_s"), f"{text} {time(finish)}")
    if bound.lower > finish:
        text = f"{which}.lower_s is {decimal(bound.lower)}, and its tables finish at {time(finish)}"
        yield Breach("bounds", (*path, "lower_s"), text)
        return
    lower, above = max(1, bound.lower), finish - bound.lower
    gap = (2 * _MICRO * above + lower) // (2 * lower) if bound.lower else 0
    if not agree(bound.gap, gap) and abs(2 * bound.gap * lower - 2 * _MICRO * above) > lower:
        text = f"{which}.gap is {decimal(bound.gap)}, finish over bound less one is {decimal(gap)}"
        yield Breach("bounds", (*path, "gap"), text)


def _lower(subject: _Subject, bound: Bound, path: DocPath) -> Iterator[Breach]:
    which = ".".join(map(str, path))
    try:
        proven = _proven(subject, bound)
    except (KeyError, TypeError, ValueError) as error:
        text = f"{which}.witness cannot be recomputed: {shown(str(error), 80)}"
        yield Breach("bounds", (*path, "witness"), text)
        return
    if not agree(bound.lower, proven):
        text = f"{which}.lower_s is {decimal(bound.lower)}, its witness proves {decimal(proven)}"
        yield Breach("bounds", (*path, "lower_s"), text)
    plain = _plain(subject)
    if (plain - bound.lower) * _UNSEEN > bound.lower and not agree(bound.lower, plain):
        text = f"{which}.lower_s is {decimal(bound.lower)}, a plain bound is {decimal(plain)}"
        yield Breach("bounds", (*path, "lower_s"), text)


def _proven(subject: _Subject, bound: Bound) -> int:
    """What a witness proves. Raises KeyError, TypeError or ValueError where that is nothing."""
    kind = bound.witness["kind"]
    if kind == "nothing" and not subject.costs:
        return 0
    if kind == "path":
        return _path(subject, bound)
    if kind == "bandwidth":
        return _bandwidth(subject, bound)
    if kind == "streams":
        return _streams(subject, bound)
    raise ValueError(f"no kind of witness: {shown(kind)}")


def _path(subject: _Subject, bound: Bound) -> int:
    case, costs = subject.case, subject.chains.costs
    tables = [case.facts.index[name] for name in bound.witness["tables"]]
    if not all(table in costs for table in tables):
        raise ValueError("its path leaves the tables that it is for")
    broken = no_edge(case, tables)
    if broken is not None:
        raise ValueError(f"{case.name(broken[1])} does not depend on {case.name(broken[0])}")
    return sum(costs[table] for table in tables)


def _bandwidth(subject: _Subject, bound: Bound) -> int:
    """Bytes that cannot move before the head, and after which at least the tail is to do."""
    witness, rate = bound.witness, subject.case.windows[0].rate
    head, tail, size = (number(witness[key]) for key in ("head_s", "tail_s", "mb"))
    before, below = subject.chains.before, subject.chains.below
    between = sum(
        cost.size
        for table, cost in subject.costs.items()
        if before[table] + cost.overhead >= head and below[table] + cost.post >= tail
    )
    if number(witness["mb_s"]) != rate:
        raise ValueError(f"the bandwidth is {decimal(rate)} MB/s")
    if size > between and not agree(size, between):
        raise ValueError(f"only {decimal(between)} MB are between its head and its tail")
    return head - (-size * _MICRO // rate) + tail


def _streams(subject: _Subject, bound: Bound) -> int:
    window, witness = subject.case.windows[0], bound.witness
    held = sum(cost.held(window.rate) for cost in subject.costs.values())
    if not agree(number(witness["stream_s"]), held) or witness["streams"] != window.streams:
        raise ValueError(f"streams are held for {time(held)}, and there are {window.streams}")
    return -(-held // window.streams)


def _plain(subject: _Subject) -> int:
    """The greatest of the bounds that the contract names."""
    window = subject.case.windows[0]
    size = sum(cost.size for cost in subject.costs.values())
    held = sum(cost.held(window.rate) for cost in subject.costs.values())
    moving, shared = -(-size * _MICRO // window.rate), -(-held // window.streams)
    return max(subject.chains.longest, moving, shared)
