"""Windows, resources and memory: the limits are those of the policy, and tables keep them."""

from __future__ import annotations

from collections.abc import Iterator

from stowplan.model import DocPath, Placement, shown

from .breaches import Breach, agree, decimal, same, time
from .case import Case, Placed
from .facts import WindowFacts
from .stated import Window


def breaches(case: Case) -> Iterator[Breach]:
    """Windows that are not the policy's, and tables that are late in one or not welcome there."""
    yield from _names(case)
    for at, window in enumerate(case.plan.windows):
        known = case.position.get(window.name)
        if known is not None:
            yield from _window(window, case.windows[known], ("windows", at))
    yield from _resources(case)
    yield from _unknown_windows(case)
    for facts, placed in zip(case.windows, case.by_window, strict=True):
        usable = facts.usable
        for each in placed:
            if each.move.finish > usable:
                yield from _late(case, each)
            yield from _placement(case, each)


def _names(case: Case) -> Iterator[Breach]:
    found = [window.name for window in case.plan.windows]
    expected = [window.name for window in case.windows]
    if found != expected:
        text = (
            f"the windows are {', '.join(map(shown, found))}, "
            f"the policy's are {', '.join(map(shown, expected))}"
        )
        yield Breach("windows", ("windows",), text)


def _window(stated: Window, facts: WindowFacts, path: DocPath) -> Iterator[Breach]:
    window = facts.window
    reserve = round(float(window.reserve) * 1_000_000)
    figures = (
        ("duration_s", stated.duration, window.duration_us),
        ("rollback_s", stated.rollback, window.rollback_us),
        ("reserve", stated.reserve, reserve),
        ("usable_s", stated.usable, window.usable_us),
        ("bandwidth_mb_s", stated.rate, facts.rate),
        ("streams", stated.streams * 1_000_000, facts.streams * 1_000_000),
    )
    for key, found, expected in figures:
        if not agree(found, expected):
            text = f"window {shown(stated.name)}: {key} is {decimal(found)}, the policy's is"
            yield Breach("windows", (*path, key), f"{text} {decimal(expected)}")


def _resources(case: Case) -> Iterator[Breach]:
    facts, stated = case.facts, case.plan.resources
    rate, memory = facts.bandwidth, facts.memory
    target = facts.main.rate if rate is None else rate.target
    limit = None if rate is None else rate.limit
    figures = [
        (("bandwidth", "target_mb_s"), stated.target, target),
        (("bandwidth", "limit_mb_s"), stated.limit, limit),
        (("streams",), stated.streams * 1_000_000, facts.main.streams * 1_000_000),
    ]
    if (stated.memory is None) != (memory is None):
        yield Breach("windows", ("resources", "memory"), "memory is not what the policy allows")
    elif stated.memory is not None and memory is not None:
        reserve = round(float(memory.reserve) * 1_000_000)
        figures.append((("memory", "limit_mb"), stated.memory[0], memory.limit))
        figures.append((("memory", "reserve"), stated.memory[1], reserve))
    for path, found, expected in figures:
        if not same(found, expected):
            text = f"{'.'.join(path)} is {decimal(found)}, the policy's is {decimal(expected)}"
            yield Breach("windows", ("resources", *path), text)


def _unknown_windows(case: Case) -> Iterator[Breach]:
    """Tables of the main window in another, and deferred ones in none that follows."""
    main = case.windows[0].name
    for at, move in enumerate(case.plan.tables):
        if move.window != main:
            text = f"{shown(move.name)} of the main window says that it is in {shown(move.window)}"
            yield Breach("windows", ("tables", at, "window"), text, (move.name,))
    for at, move in case.plan.later.items():
        if not case.position.get(move.window, 0):
            text = f"{shown(move.name)} is deferred to {shown(move.window)}, no follow-up window"
            yield Breach("windows", ("deferred", at, "window"), text, (move.name,))


def _late(case: Case, placed: Placed) -> Iterator[Breach]:
    window, move = case.windows[placed.at], placed.move
    required = case.facts.classes.placement[placed.table] is Placement.REQUIRED
    if move.finish > window.usable and not (required and placed.at == 0):
        text = (
            f"{case.name(placed.table)} finishes at {time(move.finish)}, "
            f"after the usable time of {shown(window.name)}, {time(window.usable)}"
        )
        yield Breach("windows", (*placed.path, "finish_s"), text, (move.name,))


def _placement(case: Case, placed: Placed) -> Iterator[Breach]:
    facts, table = case.facts, placed.table
    placement, effective = facts.classes.placement[table], facts.classes.effective[table]
    window = case.windows[placed.at]
    if placed.at == 0:
        feasible = case.plan.feasibility != "NO"
        weaker = (Placement.PREFERRED, Placement.OPTIONAL)
        welcome = placement is Placement.REQUIRED or (
            feasible and placement in weaker and window.accepts(facts.classes, table)
        )
    else:
        welcome = placement is not Placement.EXCLUDED and window.accepts(facts.classes, table)
    if not welcome:
        text = (
            f"{case.name(table)} is in {shown(window.name)}, "
            f"where its class {effective} ({placement}) may not be"
        )
        yield Breach("placement", (*placed.path, "window"), text, (placed.move.name,))
