"""Deferral: why each table stays behind, what it needs, and by how much it would not fit."""

from __future__ import annotations

from collections.abc import Iterator

from stowplan.model import DocPath, Placement, shown

from .breaches import Breach, agree, time
from .case import Case
from .closures import closure_needs
from .facts import WindowFacts

_FILLED_UP = 20_000
"""Tables up to which a follow-up window is filled up to its end."""


def breaches(case: Case) -> Iterator[Breach]:
    """Wrong codes, wrong arithmetic, and tables that are left out though there is room."""
    main = case.windows[0]
    costs = case.facts.costs(main.streams)
    needs = {table: costs[table].alone(main.rate) for table in case.deferred}
    closures = closure_needs(needs, case.facts.edges)
    over = case.makespan - main.usable
    for table, at in case.deferred.items():
        record, path = case.plan.deferred[at], ("deferred", at)
        yield from _code(case, table, path)
        if not agree(record.needs, needs[table]):
            text = f"{case.name(table)} needs {time(record.needs)}, should need"
            yield _wrong(case, at, "needs_s", f"{text} {time(needs[table])}")
        least, most = closures[table]
        least, most = max(0, least + over), max(0, most + over)
        if not (least <= record.short <= most or agree(record.short, most)):
            text = f"{case.name(table)} is short of {time(record.short)}, should be of {time(most)}"
            yield _wrong(case, at, "short_s", text)
        elif record.would_fit != (record.short == 0):
            text = f"{case.name(table)} is short of {time(record.short)}, and would_fit is"
            yield _wrong(case, at, "would_fit", f"{text} {shown(record.would_fit)}")
    yield from _left_out(case)


def _wrong(case: Case, at: int, key: str, text: str) -> Breach:
    return Breach("deferral", ("deferred", at, key), text, (case.plan.deferred[at].name,))


def _code(case: Case, table: int, path: DocPath) -> Iterator[Breach]:
    record = case.plan.deferred[case.deferred[table]]
    code, why = _right_code(case, table)
    if record.code != code:
        text = f"{case.name(table)} is deferred with code {shown(record.code)}, should be {code}"
        yield Breach("deferral", (*path, "code"), f"{text}: {why}", (record.name,))


def _right_code(case: Case, table: int) -> tuple[str, str]:
    facts = case.facts
    placement, effective = facts.classes.placement[table], facts.classes.effective[table]
    if placement is Placement.EXCLUDED:
        return "excluded", f"class {effective} is never moved"
    if placement is Placement.FOLLOW_UP:
        return "policy", f"class {effective} is for the follow-up"
    if not facts.main.accepts(facts.classes, table):
        return "policy", f"the main window does not accept class {effective}"
    if all(facts.alone(table, window) > window.usable for window in facts.windows):
        return "oversized", "no window is long enough"
    parent = _deferred_parent(case, table)
    if parent is not None:
        return "dependency", f"its parent {case.name(parent)} is not in the main window"
    return "capacity", "its class and its parents would let it into the main window"


def _deferred_parent(case: Case, table: int) -> int | None:
    """The first direct parent that is not in the main window."""
    edges, waiting = case.facts.edges, case.waiting_hubs
    for node in edges.parents[table]:
        if node >= edges.tables:
            if node in waiting:
                return waiting[node]
        elif not case.is_main(node):
            return node
    return None


def _left_out(case: Case) -> Iterator[Breach]:
    """Follow-up windows leave out nothing that could come after their last table.

    Among very many tables a plan does not promise that: one schedule decides for each class.
    """
    for at in range(1, len(case.windows)):
        window = case.windows[at]
        last = max((placed.move.finish for placed in case.by_window[at]), default=0)
        waiting = [t for t in case.deferred if t not in case.placed or case.placed[t].at > at]
        if len(waiting) + len(case.by_window[at]) > _FILLED_UP:
            continue
        for table in waiting:
            if _welcome(case, table, window) and _parents_moved(case, table, at):
                end = last + case.facts.alone(table, window)
                if end <= window.usable:
                    text = f"{case.name(table)} would end at {time(end)} in {shown(window.name)},"
                    where = case.deferred[table]
                    yield _wrong(case, where, "window", f"{text} and is left out of it")


def _welcome(case: Case, table: int, window: WindowFacts) -> bool:
    facts = case.facts
    moves = facts.classes.placement[table] is not Placement.EXCLUDED
    welcome = moves and window.accepts(facts.classes, table)
    return welcome and facts.fits_memory(table, window.streams)


def _parents_moved(case: Case, table: int, at: int) -> bool:
    edges, placed = case.facts.edges, case.placed
    for node in edges.parents[table]:
        parents = edges.parents[node] if node >= edges.tables else (node,)
        if not all(parent in placed and placed[parent].at <= at for parent in parents):
            return False
    return True
