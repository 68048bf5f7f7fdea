"""How likely the plan keeps its window: the whole schedule timed again, draw by draw."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain

from stowplan.model import (
    Basis,
    Placement,
    Policy,
    Quantiles,
    ResourceRule,
    Risk,
    RiskDriver,
    Throughput,
)

from .groundwork import Groundwork
from .placing import Arrangement
from .risk_factors import SEED, SPREADS, batches, factors, stretched
from .risk_retiming import Retiming
from .workload import MICROSECONDS, gather

DRAWS = 1000
"""How many draws a check of the policy gets that nobody gave a number."""

FEWEST = 200
PLACED = 2_000_000  # tables times draws above which a check gets fewer draws
READS = frozenset({"plan.p_required_fits", "plan.p_all_fits"})
"""The words of conditions that need draws."""

TIMED_AT_ONCE = 400_000  # tables times draws
MOST_AT_ONCE = 2_000  # draws
DRIVERS = 10
PROBED = 200_000  # tables placed in all schedules that look for drivers together


def draws_of_checks(policy: Policy, tables: int) -> int:
    """How many draws the policy's checks ask for: 0 if none reads a probability."""
    texts = (t for rule in policy.checks for t in (rule.where, rule.require, rule.message))
    reads = chain.from_iterable(text.reads for text in texts if text is not None)
    if READS.isdisjoint(reads):
        return 0
    return max(FEWEST, min(DRAWS, PLACED // max(1, tables)))


@dataclass(frozen=True, slots=True)
class _Exposure:
    """The main window's tables by position: what they rest on, and how far that may be off."""

    names: Sequence[str]
    bases: Sequence[Basis]
    spreads: Sequence[Fraction]
    required: Sequence[int]
    retiming: Retiming


def risk_of(ground: Groundwork, arrangement: Arrangement, draws: int) -> Risk:
    """What so many draws of the main window come to.

    A draw keeps the window if it ends by `duration - rollback`: the reserve is there to be used.
    If a required table cannot be planned, none does.
    """
    exposure = _exposure(ground, arrangement)
    ends = list(_ends(exposure, draws))
    limit = arrangement.window.window.limit_us
    blocked = _blocked(ground)
    needed, everything = sorted(end for end, _ in ends), sorted(end for _, end in ends)
    return Risk(
        draws=draws,
        seed=SEED,
        limit_us=limit,
        required_fit=0 if blocked else sum(end <= limit for end in needed),
        all_fit=0 if blocked else sum(end <= limit for end in everything),
        required=_quantiles(needed),
        everything=_quantiles(everything),
        drivers=tuple(_drivers(exposure)),
        blocked=blocked,
    )


def _blocked(ground: Groundwork) -> int:
    """How many required tables cannot be planned."""
    placement = ground.classification.placement
    struck = (at for at, cause in enumerate(ground.obstacles.blame) if cause is not None)
    return sum(1 for at in struck if placement(at) is Placement.REQUIRED)


def _exposure(ground: Groundwork, arrangement: Arrangement) -> _Exposure:
    workload = gather(
        arrangement.timings, ground.graph, arrangement.demands, arrangement.window.capacity
    )
    tables, ranks = workload.tables, ground.classification.ranks
    weakest = len(ground.policy.classes)
    levels = [weakest if (rank := ranks[table]) is None else rank for table in tables]
    names = [ground.graph.names[table] for table in tables]
    bases = [arrangement.costs[table].basis for table in tables]
    stated, placement = _stated(ground), ground.classification.placement
    return _Exposure(
        names,
        bases,
        [stated.get(name, SPREADS[basis]) for name, basis in zip(names, bases, strict=True)],
        [at for at, table in enumerate(tables) if placement(table) is Placement.REQUIRED],
        Retiming(workload, levels, arrangement.ranking),
    )


def _stated(ground: Groundwork) -> Mapping[str, Fraction]:
    """The spreads that throughput rules state: for each table the first in load order."""
    stated: dict[str, Fraction] = {}
    for rule in ground.policy.rules:
        if not isinstance(rule, ResourceRule) or not isinstance(rule.resource, Throughput):
            continue
        spread = rule.resource.spread
        if spread is not None:
            for name in ground.selections.of(rule, ground.selections.listed):
                stated.setdefault(name, spread)
    return stated


def _ends(exposure: _Exposure, draws: int) -> Iterator[tuple[int, int]]:
    """For each draw the last finish of the required tables and of all."""
    count = len(exposure.names)
    if not count:
        yield from [(0, 0)] * draws
        return
    for batch in batches(draws, min(MOST_AT_ONCE, TIMED_AT_ONCE // count)):
        first, *others = batch
        drawn = factors(exposure.names, exposure.spreads, *first)
        for chunk in others:
            more = factors(exposure.names, exposure.spreads, *chunk)
            for row, later in zip(drawn, more, strict=True):
                row.extend(later)
        yield from exposure.retiming.last_finishes(drawn, exposure.required)


def _quantiles(ends: Sequence[int]) -> Quantiles:
    """Of ascending finishes: the least that the share of all draws does not pass."""
    places = (-(-len(ends) * tenths // 10) - 1 for tenths in (5, 8, 9))
    return Quantiles(*(ends[place] for place in places))


def _drivers(exposure: _Exposure) -> list[RiskDriver]:
    """The tables whose own lateness moves the end most: the plan with one alone late by its spread.

    Of very many tables only those are tried that take most longer themselves.
    """
    own = exposure.retiming.workload
    count = len(exposure.names)
    longer = [
        (shortest + post) * spread
        for shortest, post, spread in zip(own.shortest, own.post, exposure.spreads, strict=True)
    ]
    probed = sorted(range(count), key=lambda at: (-longer[at], at))
    probed = probed[: max(DRIVERS, PROBED // max(1, count))]
    found = [driver for driver in _probed(exposure, probed) if max(driver[3:]) > 0]
    found.sort(key=lambda driver: (-driver.late_required_us, -driver.late_all_us, driver.name))
    return found[:DRIVERS]


def _probed(exposure: _Exposure, tables: Sequence[int]) -> Iterator[RiskDriver]:
    """What each of these tables does, late by its spread; the first timing is the plan's own."""
    if not tables:
        return
    rows = [[MICROSECONDS] * (1 + len(tables)) for _ in exposure.names]
    for place, at in enumerate(tables, start=1):
        rows[at][place] = stretched(exposure.spreads[at])
    (needed, everything), *late = exposure.retiming.last_finishes(rows, exposure.required)
    for at, (required_end, end) in zip(tables, late, strict=True):
        yield RiskDriver(
            exposure.names[at],
            exposure.bases[at].value,
            exposure.spreads[at],
            max(0, required_end - needed),
            max(0, end - everything),
        )
