"""Phases, slack and the critical path: what follows from chains of tables."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from stowplan.model import shown

from .breaches import Breach, agree, time
from .case import Case


def breaches(case: Case) -> Iterator[Breach]:
    """Wrong phases, wrong slack, and a critical path that is none."""
    yield from _phases(case)
    yield from _slack(case)
    yield from _critical_path(case)


def _phases(case: Case) -> Iterator[Breach]:
    edges = case.facts.edges
    levels = [0] * len(edges.parents)
    for node in edges.order:
        if node < edges.tables:
            levels[node] += 1
        level = levels[node]
        for child in edges.children[node]:
            if levels[child] < level:  # noqa: PLR1730 (max() takes thrice as long)
                levels[child] = level
    for table, _, move, path in case.placed.values():
        if move.phase != levels[table]:
            text = f"{shown(move.name)} is in phase {move.phase}, should be in {levels[table]}"
            yield Breach("phase", (*path, "phase"), text, (move.name,))


def _slack(case: Case) -> Iterator[Breach]:
    for window, placed, chains in zip(case.windows, case.by_window, case.chains, strict=True):
        for table, _, move, path in placed:
            slack = window.usable - move.finish - chains.below[table]
            if not agree(move.slack, slack):
                text = f"{shown(move.name)} has slack {time(move.slack)}, should have {time(slack)}"
                yield Breach("slack", (*path, "slack_s"), text, (move.name,))


def _critical_path(case: Case) -> Iterator[Breach]:
    path, costs = case.plan.critical_path, case.chains[0].costs
    tables = [case.facts.index.get(name, -1) for name in path]
    outside = [name for name, table in zip(path, tables, strict=True) if table not in costs]
    if outside:
        text = f"{shown(outside[0])} is on the critical path, and not in the main window"
        yield Breach("critical path", ("critical_path",), text)
        return
    broken = no_edge(case, tables)
    if broken is not None:
        parent, child = (case.name(table) for table in broken)
        text = f"{child} comes after {parent} on the critical path, and does not depend on it"
        yield Breach("critical path", ("critical_path",), text)
        return
    length, longest = sum(costs[table] for table in tables), case.chains[0].longest
    if not agree(length, longest) or (costs and not path):
        text = f"the critical path takes {time(length)}, the longest chain {time(longest)}"
        yield Breach("critical path", ("critical_path",), text)


def no_edge(case: Case, tables: list[int]) -> tuple[int, int] | None:
    """The first neighbours of a path of which the latter does not depend on the former."""
    edges = case.facts.edges
    for parent, child in pairwise(tables):
        above = edges.parents[child]
        hubs = (node for node in above if node >= edges.tables)
        if parent not in above and not any(parent in edges.parents[hub] for hub in hubs):
            return parent, child
    return None
