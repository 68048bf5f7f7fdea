"""A second program that reads `migration_plan.json` and complains about every broken promise.

It is written from the contract alone and imports nothing of Stowplan. `policy_facts` reads the
policy for it, `plan_deferral` checks what stays behind, `plan_margins` recomputes bounds and the
break-even rate. Everything is recomputed from scratch, in exact numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import plan_checkpoints
import plan_deferral
import plan_margins
from policy_facts import Facts
from policy_text import micro


def complaints(plan, manifest, policy, night=None):
    """What is wrong with a plan, as sentences; the three are parsed documents.

    `night` is the window that was planned for with `--window`.
    """
    subject = Subject(plan, Facts(manifest, policy, night))
    checks = (
        _partition,
        _listing,
        _windows,
        _summary,
        _classes,
        _edges,
        _segments,
        _costs,
        _instants,
        _order,
        _placement,
        _feasibility,
        _phases,
        _slack,
        _critical_path,
        plan_checkpoints.complaints,
        plan_deferral.complaints,
        plan_margins.complaints,
    )
    return [complaint for check in checks for complaint in check(subject)]


@dataclass(frozen=True)
class Subject:
    """A plan, and what its policy means."""

    plan: dict
    facts: Facts

    @cached_property
    def main(self):
        """The tables of the main window by name."""
        return {record["name"]: record for record in self.plan["tables"]}

    @cached_property
    def deferred(self):
        return {record["name"]: record for record in self.plan["deferred"]}

    @cached_property
    def unschedulable(self):
        return {record["name"]: record for record in self.plan["unschedulable"]}

    @cached_property
    def windows(self):
        """The windows of the plan as the policy states them, with their tables."""
        by_name = {window.name: window for window in self.facts.windows}
        later = {name: [] for name in by_name}
        for record in self.deferred.values():
            later.get(record["window"], []).append(record)
        entries = [by_name[window["name"]] for window in self.plan["windows"]]
        return [
            (window, list(self.main.values()) if at == 0 else later[window.name])
            for at, window in enumerate(entries)
        ]

    @cached_property
    def placed(self):
        """Every table that moves: the position of its window, and its record."""
        return {
            record["name"]: (at, record)
            for at, (_, records) in enumerate(self.windows)
            for record in records
        }

    def cost(self, name, window):
        return self.facts.cost(name, window.streams)

    def alone(self, name, window):
        return self.cost(name, window).alone(window.rate)

    @cached_property
    def makespan(self):
        return max((micro(record["finish_s"]) for record in self.main.values()), default=0)

    @cached_property
    def required(self):
        """The names of the required tables of the main window."""
        return {n for n, record in self.main.items() if record["placement"] == "required"}

    @cached_property
    def required_finish(self):
        return max((micro(self.main[name]["finish_s"]) for name in self.required), default=0)

    @cached_property
    def required_blocked(self):
        placement = self.facts.placement
        return any(placement[name] == "required" for name in self.unschedulable)


def spans(record):
    """The segments of a table in whole microseconds and bytes/s."""
    return [tuple(micro(number) for number in segment) for segment in record["segments"]]


def _partition(subject):
    plan, listed = subject.plan, []
    for key in ("tables", "deferred", "unschedulable"):
        listed += [record["name"] for record in plan[key]]
    if sorted(listed) != sorted(subject.facts.tables):
        yield f"tables, deferred and unschedulable hold {sorted(listed)}"
    if set(subject.unschedulable) != subject.facts.blocked:
        blocked = sorted(subject.facts.blocked)
        yield f"unschedulable are {sorted(subject.unschedulable)}, should be {blocked}"
    for record in plan["unschedulable"]:
        if record["code"] != "S501" or not record["cause"]:
            yield f"{record['name']} is unschedulable without a cause"


def _listing(subject):
    plan = subject.plan
    if plan["tables"] != sorted(plan["tables"], key=lambda r: (r["start_s"], r["name"])):
        yield "tables are not listed by start and name"
    places = {window["name"]: at for at, window in enumerate(plan["windows"])}

    def later(record):
        return places.get(record["window"], len(places)), record.get("start_s", 0), record["name"]

    if plan["deferred"] != sorted(plan["deferred"], key=later):
        yield "deferred tables are not listed by window, start and name"
    if plan["unschedulable"] != sorted(plan["unschedulable"], key=lambda r: r["name"]):
        yield "unschedulable tables are not listed by name"
    rules = {rule["id"] for rule in subject.facts.policy["rules"]} | {None}
    for record in (*plan["tables"], *plan["deferred"]):
        if not record["because"] or any(r["rule"] not in rules for r in record["because"]):
            yield f"{record['name']} does not say which rule decided"


def _windows(subject):
    plan, facts = subject.plan, subject.facts
    for record in plan["windows"]:
        window = next((w for w in facts.windows if w.name == record["name"]), None)
        if window is None:
            yield f"no window {record['name']}"
            continue
        stated = (window.duration, window.usable, window.rate, window.streams * 10**6)
        keys = ("duration_s", "usable_s", "bandwidth_mb_s", "streams")
        if tuple(micro(record[key]) for key in keys) != stated:
            yield f"window {window.name} is {record}"
        if micro(record["duration_s"]) - micro(record["rollback_s"]) < 0 < window.limit:
            yield f"window {window.name} rolls back for longer than it lasts"
    if plan["windows"][0]["name"] != facts.windows[0].name:
        yield "the first window is not the main one"
    memory = plan["resources"]["memory"]
    if (memory is None) != (facts.memory is None):
        yield f"memory is {memory}"
    if plan["resources"]["streams"] != facts.windows[0].streams:
        yield "resources.streams are not the main window's"


def _summary(subject):
    plan, summary, main = subject.plan, subject.plan["summary"], subject.main
    if summary["tables"] != len(subject.facts.tables):
        yield f"the summary counts {summary['tables']} tables"
    sizes = {name: micro(record["size_mb"]) for name, record in main.items()}
    if micro(summary["planned_mb"]) != sum(sizes.values()):
        yield f"planned_mb is {summary['planned_mb']}"
    if micro(summary["required_mb"]) != sum(sizes[name] for name in subject.required):
        yield f"required_mb is {summary['required_mb']}"
    whole = plan["bounds"]["all"]
    if micro(summary["makespan_s"]) != subject.makespan:
        yield f"makespan_s is {summary['makespan_s']}"
    if (summary["lower_bound_s"], summary["gap"]) != (whole["lower_s"], whole["gap"]):
        yield "the summary's bound is not that of everything"
    if micro(summary["window_s"]) != subject.facts.windows[0].duration:
        yield f"window_s is {summary['window_s']}"


def _classes(subject):
    facts = subject.facts
    for name, record in (*subject.main.items(), *subject.deferred.items()):
        if record["class"] != facts.classes.get(name):
            yield f"{name} has class {record['class']}"
        table = facts.tables[name]
        if record["rows"] != table["rows"] or micro(record["size_mb"]) != facts.size(name):
            yield f"{name} has {record['rows']} rows and {record['size_mb']} MB"
    for _, record in subject.placed.values():
        name = record["name"]
        found = record["effective_class"], record["placement"]
        if found != (facts.effective[name], facts.placement[name]):
            yield f"{name} is {found}, should be {facts.effective[name]}"


def _edges(subject):
    large = subject.plan.get("rule_edges", {})
    for _, record in subject.placed.values():
        name, direct = record["name"], record["depends_on"]
        through = record.get("depends_on_rules", [])
        parents = set(direct).union(*(large[rule]["before"] for rule in through))
        if direct != sorted(set(direct)) or parents != subject.facts.parents[name]:
            expected = sorted(subject.facts.parents[name])
            yield f"{name} depends on {sorted(parents)}, should depend on {expected}"
        if any(name not in large[rule]["after"] for rule in through):
            yield f"{name} names rules that do not name it"


def _segments(subject):
    """Each table's own line: overhead first, then its bytes, then what follows the load."""
    for at, record in subject.placed.values():
        name, window, found = record["name"], subject.windows[at][0], spans(record)
        cost = subject.cost(name, window)
        start, finish = micro(record["start_s"]), micro(record["finish_s"])
        if record["window"] != window.name:
            yield f"{name} says that it is in window {record['window']}"
        if any(begin >= end or rate < 0 for begin, end, rate in found):
            yield f"{name} has an empty segment"
        for one, other in pairwise(found):
            if other[0] < one[1]:
                yield f"{name} has overlapping segments"
            if other[2] == 0 < one[2]:
                yield f"{name} has overhead after bytes"
        if found and found[0][0] != start:
            yield f"{name} does not start with its first segment"
        if start < 0 or (found[-1][1] if found else start) + cost.post != finish:
            yield f"{name} finishes at {finish}"
        if sum(end - begin for begin, end, rate in found if not rate) != cost.overhead:
            yield f"{name} has other overhead than {cost.overhead}"
        excess = sum((end - begin) * rate for begin, end, rate in found) - cost.size * 10**6
        # A rate is whole bytes/s, so that the last segment may round up by one of them.
        if not 0 <= excess < max(1, found[-1][1] - found[-1][0] if found else 0):
            yield f"{name} moves {excess} millionths of a byte too much"
        highest = window.rate if cost.cap is None else min(cost.cap, window.rate)
        if any(rate > highest for _, _, rate in found):
            yield f"{name} is faster than {highest}"


def _costs(subject):
    facts = subject.facts
    for at, record in subject.placed.values():
        name, window = record["name"], subject.windows[at][0]
        cost = subject.cost(name, window)
        keys = ("overhead_s", "post_load_s", "chunk_mb")
        if tuple(micro(record[k]) for k in keys) != (cost.overhead, cost.post, cost.chunk):
            yield f"{name} costs {[record[key] for key in keys]}, should cost {cost}"
        if cost.size and record["cap_mb_s"] != (None if cost.cap is None else cost.cap / 10**6):
            yield f"{name} has cap {record['cap_mb_s']}, should have {cost.cap}"
        if (record["chunks"], record["rows_per_chunk"]) != (cost.chunks, cost.rows_per_chunk):
            yield f"{name} has {record['chunks']} chunks of {record['rows_per_chunk']} rows"
        if not facts.fits_memory(name, window.streams):
            yield f"{name} does not fit the memory of {window.streams} streams in {window.name}"
        if record["rows_per_chunk"] * record["chunks"] < record["rows"]:
            yield f"{name} has rows outside its chunks"
        held = 2 * cost.chunk * window.streams
        if cost.rows_per_chunk > 1 and facts.memory is not None and held > facts.memory:
            yield f"{name} has chunks that fill more than the memory"


def _instants(subject):
    """Streams and bandwidth at every instant of every window."""
    for window, records in subject.windows:
        changes = []
        for record in records:
            for begin, end, rate in spans(record):
                changes += [(begin, 1, rate), (end, -1, -rate)]
        streams = used = 0
        # Ends come before beginnings at the same instant.
        for moment, stream, rate in sorted(changes):
            streams, used = streams + stream, used + rate
            if streams > window.streams:
                yield f"{streams} streams at {moment} in {window.name}"
            if used > window.rate:
                yield f"{used} bytes/s at {moment} in {window.name}"


def _order(subject):
    """Parents before children, in an earlier window or earlier in the same."""
    for name, (at, record) in subject.placed.items():
        for parent in subject.facts.parents[name]:
            where = subject.placed.get(parent)
            if where is None or where[0] > at:
                yield f"{name} moves without its parent {parent}"
            elif where[0] == at and micro(where[1]["finish_s"]) > micro(record["start_s"]):
                yield f"{name} starts before its parent {parent} has finished"


def _placement(subject):
    """Required tables all in the main window; weaker ones end in time."""
    facts, feasible = subject.facts, subject.plan["feasibility"] != "NO"
    for name in subject.deferred:
        if facts.placement[name] == "required":
            yield f"{name} is required and deferred"
    allowed = ("required", "preferred", "optional") if feasible else ("required",)
    for name in subject.main:
        if facts.placement[name] not in allowed:
            yield f"{name} is in the main window, being {facts.placement[name]}"
    for name, (at, record) in subject.placed.items():
        window = subject.windows[at][0]
        if facts.placement[name] == "excluded":
            yield f"{name} is excluded and moves"
        if name not in subject.required and micro(record["finish_s"]) > window.usable:
            yield f"{name} ends after the usable time of {window.name}"
        accepted = at == 0 or facts.accepted(window, name)
        if not accepted:
            yield f"{window.name} does not accept {name}"


def _feasibility(subject):
    window, plan = subject.facts.windows[0], subject.plan
    finish = subject.required_finish
    word = "YES" if finish <= window.usable else "TIGHT" if finish <= window.limit else "NO"
    word = "NO" if subject.required_blocked else word
    lower = micro(plan["bounds"]["required"]["lower_s"])
    proven = {"YES": True, "TIGHT": lower > window.usable, "NO": lower > window.limit}[word]
    proven = proven or (word == "NO" and subject.required_blocked)
    if (plan["feasibility"], plan["proven"]) != (word, proven):
        yield f"feasibility is {plan['feasibility']}, should be {word}, proven: {proven}"


def _phases(subject):
    facts, level = subject.facts, {}
    for name in sorted(facts.tables, key=lambda name: len(facts.ancestors[name])):
        # A table has more ancestors than each of its own, as long as none is in a cycle.
        if not (facts.ancestors[name] | {name}) & facts.cyclic:
            level[name] = 1 + max((level[parent] for parent in facts.parents[name]), default=0)
    for name, (_, record) in subject.placed.items():
        if record["phase"] != level.get(name, record["phase"]):
            yield f"{name} is in phase {record['phase']}, should be in {level[name]}"


def _slack(subject):
    for window, records in subject.windows:
        names = {record["name"] for record in records}
        below = plan_margins.chains_below(subject, window, names)
        for record in records:
            slack = window.usable - micro(record["finish_s"]) - below[record["name"]]
            if micro(record["slack_s"]) != slack:
                yield f"{record['name']} has slack {record['slack_s']}, should have {slack}"


def _critical_path(subject):
    path, window = subject.plan["critical_path"], subject.facts.windows[0]
    if not set(path) <= set(subject.main):
        yield f"the critical path leaves the main window: {path}"
        return
    for parent, child in pairwise(path):
        if parent not in subject.facts.parents[child]:
            yield f"the critical path goes from {parent} to {child}, which is no edge"
    names = set(subject.main)
    below = plan_margins.chains_below(subject, window, names)
    longest = max((below[name] + subject.alone(name, window) for name in names), default=0)
    if sum(subject.alone(name, window) for name in path) != longest or bool(path) != bool(names):
        yield f"the critical path is not the longest: {path}"
