"""Findings: what cannot be planned or does not fit is among the violations, and nothing else is."""

from __future__ import annotations

from collections.abc import Iterator

from stowplan.model import CheckpointRule, DocPath, Placement, shown

from .breaches import Breach, decimal, names, time
from .case import Case

_LIST: DocPath = ("violations",)


def breaches(case: Case) -> Iterator[Breach]:
    """Findings that follow from the plan's own figures and are not there, and the reverse."""
    yield from _listed(case)
    yield from _unschedulable(case)
    yield from _oversized(case)
    window, finish = case.windows[0].window, case.required_finish
    ends = f"the required tables end at {time(finish)}"
    late, tight = finish > window.limit_us, window.usable_us < finish <= window.limit_us
    yield from _whole(case, "R401", late, f"{ends}, the window's limit is {time(window.limit_us)}")
    yield from _whole(case, "R405", tight, f"{ends}, usable are {time(window.usable_us)}")
    disk, needed = case.facts.disk, _needed(case)
    over = disk is not None and needed > disk.limit
    yield from _whole(case, "R406", over, f"the window's tables take {decimal(needed)} MB of disk")
    yield from _in_vain(case)


def _listed(case: Case) -> Iterator[Breach]:
    """They go by place in each file, one file after the other, and none is there twice."""
    ended: set[str] = set()
    file, last = "", tuple[object, ...]()
    for at, found in enumerate(case.plan.findings):
        record = found.more
        keys = (record["line"], record["column"], found.code, record["message"], found.tables)
        again = keys <= last if record["path"] == file and at else record["path"] in ended
        if again:
            text = "violations are not listed by file, line, column and code, each once"
            yield Breach("listing", (*_LIST, at), text)
            return
        file, last = record["path"], keys
        ended.add(file)


def _on(case: Case, code: str) -> bool:
    """Whether the policy has not switched a check off."""
    return case.facts.policy.severities.get(code, "") is not None


def _whole(case: Case, code: str, wanted: bool, why: str) -> Iterator[Breach]:
    """A finding that speaks of no table."""
    at = next((n for n, found in enumerate(case.plan.findings) if found.code == code), None)
    if wanted and at is None and _on(case, code):
        yield Breach("findings", _LIST, f"{why}, and no {code} among the violations says so")
    elif at is not None and not wanted:
        yield Breach("findings", (*_LIST, at), f"{code} is not so: {why}")


def _needed(case: Case) -> int:
    """The disk that the main window's tables and their indexes take."""
    tables = (case.facts.tables[placed.table] for placed in case.main)
    return 0 if case.facts.disk is None else sum(t.size + t.index_size for t in tables)


def _unschedulable(case: Case) -> Iterator[Breach]:
    listed = {record.name: at for at, record in enumerate(case.plan.unschedulable)}
    yield from _of_tables(case, "S501", {n: ("unschedulable", at) for n, at in listed.items()})


def _oversized(case: Case) -> Iterator[Breach]:
    fitless = _that_fit_nowhere(case) if _on(case, "R402") else ()
    yield from _of_tables(case, "R402", {case.facts.names[table]: _LIST for table in fitless})


def _of_tables(case: Case, code: str, wanted: dict[str, DocPath]) -> Iterator[Breach]:
    """Findings that name tables: each of those that are wanted, and no other."""
    said = "is unschedulable" if code == "S501" else "fits no window by itself"
    told = {name for found in case.plan.findings if found.code == code for name in found.tables}
    for name, path in wanted.items():
        if name not in told:
            text = f"{shown(name)} {said}, and no {code} among the violations says so"
            yield Breach("findings", path, text, (name,))
    for at, found in enumerate(case.plan.findings):
        strange = [name for name in found.tables if found.code == code and name not in wanted]
        if strange or (found.code == code and not found.tables):
            text = f"{code} is not so of {shown(strange[0]) if strange else 'no table'}"
            yield Breach("findings", (*_LIST, at, "tables"), text, tuple(strange[:1]))


def _that_fit_nowhere(case: Case) -> Iterator[int]:
    """The tables that end in time in no window even alone; required ones may use the reserve.

    What ends in time as planned does so alone.
    """
    facts, placement = case.facts, case.facts.classes.placement
    usable = [window.usable for window in case.windows]
    if not any(usable):  # that is the policy's fault, and no table's
        return
    in_time = {t for t, at, move, _ in case.placed.values() if move.finish <= usable[at]}
    for table in sorted({*range(len(facts.names))} - in_time):
        if table in facts.blocked or placement[table] in (None, Placement.EXCLUDED):
            continue
        rooms = [window.usable for window in facts.windows]
        if placement[table] is Placement.REQUIRED:
            rooms[0] = facts.main.window.limit_us
        both = zip(facts.windows, rooms, strict=True)
        if not any(facts.alone(table, window) <= room for window, room in both):
            yield table


def _in_vain(case: Case) -> Iterator[Breach]:
    """Checkpoints that wait for tables outside the main window; a glob, for nothing but such."""
    wanted: dict[str | None, list[str]] = {}
    for rule in case.facts.policy.rules:
        if isinstance(rule, CheckpointRule) and rule.after and _on(case, "R407"):
            chosen = case.facts.listed.selected(rule.after)
            absent = {name for name in chosen if not case.is_main(case.facts.index[name])}
            named = {pattern.literal for pattern in rule.after}
            if told := sorted(absent if absent == chosen else absent & named):
                wanted[rule.id] = told
    for at, found in enumerate(case.plan.findings):
        if found.code == "R407" and wanted.pop(found.more.get("rule"), None) != found.tables:
            text = f"R407 is not so of {names(found.tables)}"
            yield Breach("findings", (*_LIST, at, "tables"), text)
    for rule_id, told in wanted.items():
        text = f"rule {rule_id} waits for {names(told)}, which the window does not move"
        yield Breach("findings", _LIST, f"{text}, and no R407 among the violations says so")
