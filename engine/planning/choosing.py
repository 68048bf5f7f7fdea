"""Which preferred and optional tables come into a window: as much of their value as fits."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import replace
from fractions import Fraction
from itertools import accumulate, chain
from typing import NamedTuple

from stowplan.model import Capacity, Demand, Timing

from .densities import Queue
from .improving import FITTED, improve
from .ranking import Ranking
from .scheduling import last_finish
from .trials import Terms, Trial
from .workload import Graph, load_us

PROBES = 24
RETRIES = 64
FEWEST = 2
MORE = 2
WORK = 100_000  # tables placed in all schedules of one class's choice together


class Choice(NamedTuple):
    """The candidates that come, when they and the fixed tables move, and in which order."""

    tables: frozenset[int]
    timings: Mapping[int, Timing]
    ranking: Ranking


def choose(
    candidates: Iterable[int],
    fixed: Iterable[int],
    graph: Graph,
    demands: Sequence[Demand],
    classes: Sequence[int],
    capacity: Capacity,
    usable_us: int,
    values: Sequence[Fraction],
    forbidden: Collection[int] = (),
    ranking: Ranking | None = None,
    settled: Mapping[int, Timing] | None = None,
) -> Choice:
    """The candidates that come into the window, every one finished by `usable_us`.

    `fixed` tables are in it already; they stay where they are, being of stronger classes. A
    candidate below a `forbidden` table stays out. What is neither candidate, fixed nor forbidden
    counts as moved. `demands`, `classes` and `values` are by table.

    Class by class from the strongest, so that no weaker table matters to a stronger one: if all of
    a class fit, all come; else the longest prefix that ends in time, by value for each missing
    byte (see `Queue`), and then single closures for as long as schedules may be tried. The order
    within the class is then improved, and settled before the next class is looked at. From the
    What then still fits behind the last table comes last. From the class on with which there are
    more than `FITTED` tables, one schedule decides for each class: what ends in time in it comes.
    The order of the fixed tables is what `ranking` settles; where it does not, it is settled first.
    `settled` are their timings, where these are known already.
    """
    terms = Terms(graph, demands, classes, capacity, usable_us)
    present = frozenset(fixed)
    wanted = frozenset(candidates)
    barred = frozenset(forbidden)
    wanted -= _downstream(barred, wanted, graph)
    ranking = improve(present, graph, demands, classes, capacity, ranking)
    if settled is None:
        settled = terms.schedule(present, ranking)
    for level in sorted({classes[table] for table in wanted}):
        members = _members({level}, wanted, settled, terms)
        if not members:
            continue
        trial = Trial(terms, ranking, settled)
        if len(settled) + len(members) > FITTED:
            settled = _in_time(members, present, trial, values)
        else:
            chosen = _choose_of_class(members, trial, values) | settled.keys()
            ranking = improve(chosen, graph, demands, classes, capacity, ranking)
            settled = terms.schedule(chosen, ranking)
            waiting = (wanted | barred) - settled.keys()
            ranking, settled = _with_last(members - chosen, waiting, settled, terms, ranking)
    return Choice(frozenset(settled) - present, settled, ranking)


def _in_time(
    members: Set[int], present: Set[int], trial: Trial, values: Sequence[Fraction]
) -> Mapping[int, Timing]:
    """The fixed tables and, of as many members as may fit, those that end in time in one schedule.

    Nobody comes if that makes one late that was chosen before: what ends late is left out of a
    schedule, and a new one may have another order.
    """
    usable = trial.terms.usable_us
    if not trial.may_fit(members):
        groups = _by_value(trial.possible(members), trial, values)
        totals, left = _scarcer(groups, trial)
        members = frozenset(chain.from_iterable(groups[: bisect_right(totals, left) - 1]))
    before = trial.timings
    trial.end(members)
    late = {table for table, timing in trial.timings.items() if timing.finish_us > usable}
    if late & (trial.fixed - present):
        return before
    return {t: timing for t, timing in trial.timings.items() if t in present or t not in late}


def _with_last(
    left: Set[int],
    waiting: Set[int],
    settled: Mapping[int, Timing],
    terms: Terms,
    ranking: Ranking,
) -> tuple[Ranking, Mapping[int, Timing]]:
    """What is left of a class and fits behind the last table, one by one, parents first.

    None of them makes another one late: they come last, and one of them moves at its full rate at
    any time. Together they end earlier than that, so more may fit in another round. `waiting` are
    all tables that are neither moved nor in the window.
    """
    while behind := _behind(left, waiting, last_finish(settled, settled), terms):
        found = _round(behind, settled, terms, ranking)
        if found is None:
            break
        ranking, settled = found
        left, waiting = left - settled.keys(), waiting - settled.keys()
    return ranking, settled


def _round(
    behind: list[int], settled: Mapping[int, Timing], terms: Terms, ranking: Ranking
) -> tuple[Ranking, Mapping[int, Timing]] | None:
    """As many of these tables as end in time behind all others, which stay as they are."""
    number = 1 + max(ranking.last.values(), default=0)
    while behind:
        ranks = {table: -place for place, table in enumerate(behind)}
        last = dict.fromkeys(behind, number)
        more = replace(ranking, ranks={**ranking.ranks, **ranks}, last={**ranking.last, **last})
        timings = terms.schedule([*settled, *behind], more)
        if last_finish(timings, behind) <= terms.usable_us:
            return more, timings
        behind = behind[:-1]  # ends are on whole microseconds
    return None


def _behind(left: Set[int], waiting: Set[int], end_us: int, terms: Terms) -> list[int]:
    """The tables that still fit from a moment on, one after the other."""
    graph, behind = terms.graph, list[int]()
    if end_us >= terms.usable_us or not left:
        return behind
    missing = set(waiting)
    for table in [node for node in graph.order if node in left]:
        demand = terms.demands[table]
        needs = demand.overhead_us + load_us(demand, terms.capacity.rate) + demand.post_us
        if end_us + needs <= terms.usable_us and _parents_there(table, missing, graph):
            behind.append(table)
            missing.discard(table)
            end_us += needs
    return behind


def _parents_there(table: int, missing: Set[int], graph: Graph) -> bool:
    """Whether none of a table's parents is missing, hubs passed through."""
    for node in graph.parents[table]:
        above = (node,) if node < graph.size else graph.parents[node]
        if not missing.isdisjoint(above):
            return False
    return True


def _members(
    levels: Set[int], wanted: Set[int], settled: Mapping[int, Timing], terms: Terms
) -> set[int]:
    """The wanted tables of some classes, but for those below a table that stays out."""
    members = {table for table in wanted if terms.classes[table] in levels}
    barred = wanted - members - settled.keys()
    return members - _downstream(barred, members, terms.graph)


def _downstream(barred: Iterable[int], members: Set[int], graph: Graph) -> set[int]:
    """The members that depend on a barred table, hubs passed through."""
    todo = list(barred)
    found = set(todo)
    while todo:
        for child in graph.children[todo.pop()]:
            if child not in found and (child in members or child >= graph.size):
                found.add(child)
                todo.append(child)
    return found


def _choose_of_class(members: Set[int], trial: Trial, values: Sequence[Fraction]) -> set[int]:
    if not members or trial.fits(members):
        return set(members)
    members = trial.possible(members)
    groups = _by_value(members, trial, values)
    budget = max(FEWEST, WORK // max(1, len(members) + len(trial.fixed)))
    tried, prefix = _longest_prefix(groups, trial, min(budget, PROBES))
    chosen = set(chain.from_iterable(groups[:prefix]))
    retries = min(max(0, budget - tried), RETRIES)
    return _fill(chosen, _queue(members, trial, values), trial, retries)


def _by_value(members: Set[int], trial: Trial, values: Sequence[Fraction]) -> list[list[int]]:
    """Closures of the members, most value for each missing byte first."""
    queue = _queue(members, trial, values)
    groups = []
    for group in queue.groups():
        queue.take(group)
        groups.append([queue.workload.tables[at] for at in group])
    return groups


def _queue(members: Set[int], trial: Trial, values: Sequence[Fraction]) -> Queue:
    workload = trial.workload(members)
    return Queue(workload, [values[table] for table in workload.tables])


def _longest_prefix(groups: Sequence[Sequence[int]], trial: Trial, budget: int) -> tuple[int, int]:
    """How many schedules were tried, and how many groups fit together in time.

    The first guess is what fits by bytes or by the time that streams have, whichever is less. Then
    that is interpolated between a prefix that ends in time and one that does not: the end grows
    about as it does. Where that does not halve what is open between the two, the next step does.
    Where nothing has fitted yet, a few more schedules may be tried.
    """
    totals, room = _scarcer(groups, trial)
    low, high = 0, bisect_right(totals, room)
    early, late = trial.settled_us, None
    halve, tried = False, 0
    while high - low > 1 and tried < (budget if low else budget + MORE):
        before, known = high - low, late is not None
        if late is None:
            probe = high - 1
        elif halve:
            probe = (low + high) // 2
        else:
            aim = _interpolated(totals[low], totals[high], early, late, trial.terms.usable_us)
            probe = min(max(low + 1, bisect_right(totals, aim) - 1), high - 1)
        end = trial.end([*chain.from_iterable(groups[:probe])])
        if end <= trial.terms.usable_us:
            low, early = probe, end
        else:
            high, late = probe, end
        halve = known and 2 * (high - low) > before
        tried += 1
    return tried, low


def _scarcer(groups: Sequence[Sequence[int]], trial: Trial) -> tuple[list[int], int]:
    """What is used up first, by the first n groups, and how much of it there is."""
    sizes = [0, *accumulate(map(trial.terms.size, groups))]
    times = [0, *accumulate(map(trial.terms.moving_us, groups))]
    by_size, by_time = bisect_right(sizes, trial.room), bisect_right(times, trial.spare_us)
    return (times, trial.spare_us) if by_time < by_size else (sizes, trial.room)


def _interpolated(low: int, high: int, early: int, late: int, wanted: int) -> int:
    """The use with which a schedule would end a little before the wanted time."""
    return low + (high - low) * max(0, wanted - early) * 63 // (max(1, late - early) * 64)


def _fill(chosen: set[int], queue: Queue, trial: Trial, budget: int) -> set[int]:
    """Add single closures, densest first, while they fit and schedules may be tried."""
    tables = queue.workload.tables
    queue.take([at for at, table in enumerate(tables) if table in chosen])
    room, spare = (
        trial.room - trial.terms.size(chosen),
        trial.spare_us - trial.terms.moving_us(chosen),
    )
    tried = 0
    for group in queue.groups():
        extra = [tables[at] for at in group]
        size, held = trial.terms.size(extra), trial.terms.moving_us(extra)
        possible = size <= room and held <= spare
        if possible and tried == budget:
            break
        tried += possible
        if possible and trial.fits(chosen.union(extra)):
            queue.take(group)
            chosen.update(extra)
            room, spare = room - size, spare - held
        else:
            queue.bar(group[0])
    return chosen
