"""What must hold of every rehearsal, read from its journal and the plan alone; nothing is imported.

Times are microseconds from the window's start, sizes bytes.
"""

from __future__ import annotations

import json
from collections import defaultdict
from fractions import Fraction


def journal(folder):
    """The entries of a run's journal."""
    lines = (folder / "progress" / "journal.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def complaints(plan, entries):
    """All that is wrong with a run; empty where every promise was kept."""
    return [
        *_order(plan, entries),
        *_streams(plan, entries),
        *_bandwidth(plan, entries),
        *_chunks(plan, entries),
        *_window(plan, entries),
        *_required(plan, entries),
    ]


def parents_of(plan):
    """The tables that each table of the main window waits for."""
    rules, tables = plan["rule_edges"], plan["tables"]
    found = {}
    for table in tables:
        names = set(table["depends_on"])
        for rule in table.get("depends_on_rules", ()):
            names |= set(rules[rule]["before"])
        found[table["name"]] = names - {table["name"]}
    return {name: names & found.keys() for name, names in found.items()}


def _order(plan, entries):
    parents, closed = parents_of(plan), set()
    for entry in entries:
        if entry["event"] == "opened" and not parents[entry["table"]] <= closed:
            yield f"{entry['table']} was begun before {parents[entry['table']] - closed}"
        if entry["event"] == "closed":
            closed.add(entry["table"])


def _spans(entries):
    for entry in entries:
        if entry["event"] in ("opened", "copied", "failed"):
            yield entry["started_us"], entry["at_us"], entry


def _streams(plan, entries):
    most = plan["windows"][0]["streams"]
    raised = [a["value"] for e in entries for a in e.get("taken", ()) if a["kind"] == "streams"]
    edges = defaultdict(int)
    for start, end, _ in _spans(entries):
        if end > start:
            edges[start] += 1
            edges[end] -= 1
    busy = 0
    for moment in sorted(edges):
        busy += edges[moment]
        if busy > max([most, *raised]):
            yield f"{busy} streams at {moment}"


def _bandwidth(plan, entries):
    """No chunk is faster than the bandwidth, nor all chunks between any two ends together."""
    rates = [plan["windows"][0]["bandwidth_mb_s"]]
    rates += [
        a["value"] / 1e6
        for e in entries
        for a in e.get("taken", ())
        if a["kind"] == "raise_bandwidth"
    ]
    rate = Fraction(str(max(rates)))  # MB/s are bytes a microsecond
    copied = sorted((e for e in entries if e["event"] == "copied"), key=lambda e: e["at_us"])
    first = min((e["started_us"] for e in copied), default=0)
    moved = 0
    for entry in copied:
        moved += entry["size"]
        if moved > rate * (entry["at_us"] - first) + 1:
            yield f"{moved} bytes by {entry['at_us']}"


def _chunks(plan, entries):
    """Chunks count up without a gap, and add up to the table; none is copied twice."""
    planned = {table["name"]: table for table in plan["tables"]}
    numbers, rows, done = defaultdict(list), defaultdict(int), set()
    for entry in entries:
        if entry["event"] == "copied" and (entry["rows"] or entry["size"]):
            numbers[entry["table"]].append(entry["number"])
            rows[entry["table"]] += entry["rows"]
        if entry["event"] == "closed":
            done.add(entry["table"])
    for name, found in numbers.items():
        if found != list(range(len(found))):
            yield f"the chunks of {name} are {found}"
        if name in done and rows[name] != planned[name]["rows"]:
            yield f"{rows[name]} rows of {name}"


def _window(plan, entries):
    window = plan["windows"][0]
    limit = Fraction(str(window["duration_s"])) - Fraction(str(window["rollback_s"]))
    limit = limit * 10**6 + sum(
        a["value"] for e in entries for a in e.get("taken", ()) if a["kind"] == "extend_window"
    )
    for entry in entries:
        if entry["event"] in ("copied", "closed") and entry["at_us"] > limit:
            yield f"{entry} is past the window's end"


def _required(plan, entries):
    placements = {table["name"]: table["placement"] for table in plan["tables"]}
    failed = any(entry["event"] == "failed" for entry in entries)
    for entry in entries:
        if entry["event"] == "passed" and placements[entry["table"]] == "required" and not failed:
            yield f"{entry['table']} is required, and was left out"
