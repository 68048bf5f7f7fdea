"""What a plan leaves behind: codes, the arithmetic of what would fit, the follow-up manifest.

Part of the checker of plans: `subject` is a `plan_checker.Subject`.
"""

from __future__ import annotations

from math import ceil

from policy_text import exact, micro


def complaints(subject):
    """What is wrong with a plan's deferred tables."""
    yield from _shortfalls(subject)
    yield from _left_out(subject)


def _shortfalls(subject):
    """Codes, and the arithmetic of what would fit."""
    main = subject.facts.windows[0]
    needs = {name: subject.alone(name, main) for name in subject.deferred}
    for name, record in subject.deferred.items():
        code = _code(subject, name)
        if record["code"] != code:
            yield f"{name} is deferred with code {record['code']}, should be {code}"
        closure = _deferred_ancestors(subject, name)
        short = max(0, subject.makespan + sum(needs[other] for other in closure) - main.usable)
        if micro(record["needs_s"]) != needs[name]:
            yield f"{name} needs {record['needs_s']}, should need {needs[name]}"
        if (record["would_fit"], micro(record["short_s"])) != (short == 0, short):
            yield f"{name} is short of {record['short_s']}, should be of {short}"
        if code == "capacity" and short == 0 and subject.plan["feasibility"] != "NO":
            yield f"{name} would fit, and was left out for want of capacity"


def _deferred_ancestors(subject, name):
    """The table and the deferred ones above it."""
    seen, todo = {name}, [name]
    while todo:
        fresh = (subject.facts.parents[todo.pop()] & set(subject.deferred)) - seen
        seen |= fresh
        todo += fresh
    return seen


def _code(subject, name):
    facts = subject.facts
    placement = facts.placement[name]
    if placement in ("excluded", "follow-up"):
        return "excluded" if placement == "excluded" else "policy"
    if not facts.accepted(facts.windows[0], name):
        return "policy"
    windows = [window for window, _ in subject.windows]
    if all(subject.alone(name, window) > window.usable for window in windows):
        return "oversized"
    return "dependency" if facts.parents[name] & set(subject.deferred) else "capacity"


def _left_out(subject):
    """No follow-up window leaves out a table that could come after its last one."""
    facts, never = subject.facts, len(subject.windows)
    place = {name: subject.placed.get(name, (never,))[0] for name in facts.tables}
    for at, (window, records) in enumerate(subject.windows[1:], start=1):
        last = max((micro(record["finish_s"]) for record in records), default=0)
        for name in subject.deferred:
            waits = any(place[parent] > at for parent in facts.parents[name])
            if place[name] <= at or waits or not _welcome(facts, window, name):
                continue
            if last + subject.alone(name, window) <= window.usable:
                yield f"{name} would fit into {window.name}, and was left out"


def _welcome(facts, window, name):
    moves = facts.placement[name] != "excluded"
    return facts.accepted(window, name) and moves and facts.fits_memory(name, window.streams)


def follow_up_complaints(plan, manifest, follow_up):
    """What is wrong with `follow_up.manifest.json`."""
    moved = {record["name"] for record in plan["tables"]}
    excluded = {record["name"] for record in plan["deferred"] if record["code"] == "excluded"}
    tables = {table["name"]: table for table in manifest["tables"]}
    left = [tables[name] for name in sorted(set(tables) - moved - excluded)]
    if [table["name"] for table in follow_up["tables"]] != [table["name"] for table in left]:
        yield "the follow-up manifest does not have the tables that are left"
        return
    for before, after in zip(left, follow_up["tables"], strict=True):
        for key in ("rows", "size_mb", "index_mb", "max_row_mb"):
            if ceil(exact(before.get(key, 0)) * 10**6) != ceil(exact(after.get(key, 0)) * 10**6):
                yield f"the follow-up manifest has another {key} of {before['name']}"
        if before.get("priority") != after.get("priority"):
            yield f"the follow-up manifest has another priority of {before['name']}"
    if follow_up["present"] != sorted(moved | set(manifest.get("present", ()))):
        yield f"the follow-up manifest calls present {follow_up['present']}"
    names = {table["name"] for table in left}
    stated = {(c, p) for c, ps in manifest.get("dependencies", {}).items() for p in ps}
    stated |= {(t["name"], p) for t in manifest["tables"] for p in t.get("depends_on", ())}
    later = {(c, p) for c, ps in follow_up["dependencies"].items() for p in ps}
    lost = {pair for pair in stated if pair[0] in names} - later
    if later - stated or any(parent not in moved for _, parent in lost):
        yield "the follow-up manifest has other dependencies"
