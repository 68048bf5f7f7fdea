"""`stowplan verify` takes every plan that the planner makes, and names what a spoilt one breaks.

Plans are corrupted one value at a time; the inputs stay as they are.
"""

from __future__ import annotations

import copy
import json
import os
import re
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import pytest
from command import stowplan
from hypothesis import given, settings
from planning_runs import planned_in
from strategies import inputs

from stowplan.verification import PROMISES

ROOT = Path(__file__).resolve().parent.parent
REAL = ROOT.parent / "shared" / "manifests"
WIDE = settings.get_profile("wide")


def table(name, rows, size_mb, **more):
    return {"name": name, "rows": rows, "size_mb": size_mb} | more


MANIFEST = {
    "tables": [
        table("customers", 1_000_000, 500),
        table("orders", 4_000_000, 2000, index_mb=300),
        table("items", 9_000_000, 4000),
        table("products", 100_000, 800),
        table("stock", 50_000, 300),
        table("prefs", 10_000, 200),
        table("logs", 90_000_000, 9000),
        table("archive", 10_000_000, 500_000),
        table("report", 10, 10),
        table("big", 1000, 30_000),
        table("tmp", 10, 10),
        table("ring_a", 10, 10),
        table("ring_b", 10, 10),
        table("below_ring", 10, 10),
    ],
    "dependencies": {
        "orders": ["customers"],
        "items": ["orders", "products"],
        "stock": ["products"],
        "report": ["archive"],
        "ring_a": ["ring_b"],
        "ring_b": ["ring_a"],
        "below_ring": ["ring_a"],
    },
}


def rule(key, kind, **more):
    return {"id": key, "kind": kind} | more


POLICY = {
    "rules": [
        rule("core", "priority", tables=["customers", "orders", "items"], **{"class": "CRITICAL"}),
        rule(
            "late", "priority", tables="*", where='table.name == "logs"', **{"class": "DEFERRABLE"}
        ),
        rule("junk", "priority", tables="tmp", **{"class": "EXCLUDED"}),
        rule("rest", "priority", tables="*", **{"class": "IMPORTANT"}),
        rule("first", "dependency", tables="customers", before=["prefs", "logs", "products"]),
        rule(
            "night",
            "resource",
            window={
                "duration": "10m",
                "reserve": "10%",
                "rollback": "1m",
                "starts": "2026-12-05T22:00 Europe/Berlin",
            },
        ),
        rule(
            "next",
            "resource",
            window={
                "name": "later",
                "duration": "2h",
                "streams": 2,
                "starts": "2026-12-06T22:00+01:00",
            },
        ),
        rule("ram", "resource", memory={"limit": "2GB", "reserve": "10%"}),
        rule("net", "resource", bandwidth={"limit": "100MB/s", "target": "50MB/s"}),
        rule("wide", "resource", streams={"limit": 3}),
        rule("bits", "resource", chunk={"size": "50MB"}),
        rule(
            "slow",
            "resource",
            tables="orders",
            throughput={"rate": "20MB/s", "index_rate": "10MB/s", "rows_per_second": 300_000}
            | {"basis": "measured", "verify": "counts"},
        ),
        rule("fresh", "resource", tables=["stock", "logs"], throughput={"verify": "none"}),
        rule("start", "resource", throughput={"overhead": "2s", "verify_rate": "200MB/s"}),
        rule(
            "soon",
            "checkpoint",
            at="3m",
            decider="lead",
            if_behind=[
                {"skip": {"class": "IMPORTANT"}},
                {"raise_bandwidth": "80MB/s"},
                {"extend_window": "2m30s"},
                "stop",
            ],
        ),
        rule("half", "checkpoint", at="50%"),
        rule("done", "checkpoint", after=["orders"]),
        rule("vain", "checkpoint", after=["orders", "logs"]),
        rule("sure", "check", on="plan", require="plan.p_required_fits >= 0.5"),
        rule(
            "small",
            "check",
            on="table",
            require="table.size_mb < 100000.0",
            severity="warning",
        ),
    ]
}


@cache
def base():
    """A folder with the inputs and their plan, and the plan."""
    folder = Path(tempfile.mkdtemp(prefix="stowplan-verify-"))
    return folder, planned_in(folder, MANIFEST, POLICY).plan


def judged(plan, folder):
    """What verify says of a plan put in the place of the one in `folder`: status, violations."""
    path = folder / "out" / "spoilt.json"
    path.write_text(json.dumps(plan), encoding="utf-8")
    words = ("verify", path, "--policy", folder / "policy.yaml", "--format", "json", "--debug")
    outcome = stowplan(*words)
    return outcome.status, json.loads(outcome.output)["violations"]


def main(plan, name):
    """A table's record in the main window."""
    return next(record for record in plan["tables"] if record["name"] == name)


def later(plan, name):
    """A table's record among the deferred."""
    return next(record for record in plan["deferred"] if record["name"] == name)


def change(get, key, value):
    """Sets a value, or changes it by what a function says."""

    def spoil(plan):
        record = get(plan)
        record[key] = value(record[key]) if callable(value) else value

    return spoil


def of(name, key, value):
    return change(lambda plan: main(plan, name), key, value)


def behind(name, key, value):
    return change(lambda plan: later(plan, name), key, value)


def at(*path_and_value):
    """Sets the value at a path of the plan."""
    *path, key, value = path_and_value

    def get(plan):
        for step in path:
            plan = plan[step]
        return plan

    return change(get, key, value)


def shifted(name, by):
    """Moves a table as a whole."""

    def spoil(plan):
        record = main(plan, name)
        for key in ("start_s", "finish_s"):
            record[key] = round(record[key] + by, 6)
        record["slack_s"] = round(record["slack_s"] - by, 6)
        for segment in record["segments"]:
            segment[:2] = [round(moment + by, 6) for moment in segment[:2]]

    return spoil


def moved(name, source, target):
    """Takes a table out of one list and puts its record into another."""

    def spoil(plan):
        record = next(each for each in plan[source] if each["name"] == name)
        plan[source].remove(record)
        plan[target].append(record)

    return spoil


def drop(key, name):
    def spoil(plan):
        plan[key] = [record for record in plan[key] if record.get("name") != name]

    return spoil


def twice(plan):
    plan["tables"].append(copy.deepcopy(plan["tables"][0]))


def one_after_the_other(plan):
    plan["tables"].reverse()


def all_at_once(plan):
    """Every table without parents starts at once, in whole bytes/s that are too many."""
    for record in plan["tables"]:
        record["segments"] = [[0.0, 100.0, 40.0]]
        record["start_s"] = 0.0


def another_witness(plan):
    plan["bounds"]["all"]["witness"] = {"kind": "path", "tables": ["stock", "customers"]}


def without_rule(plan):
    plan["checkpoints"] = [c for c in plan["checkpoints"] if c["rule"] != "half"]


def checkpoint(name, key, value):
    def get(plan):
        return next(c for c in plan["checkpoints"] if c["rule"] == name)

    return change(get, key, value)


def without(code):
    """Takes the findings of a code out."""

    def spoil(plan):
        plan["violations"] = [v for v in plan["violations"] if v["code"] != code]

    return spoil


def finding(code, key, value):
    return change(lambda plan: next(v for v in plan["violations"] if v["code"] == code), key, value)


def added(code, **more):
    """Puts a finding in that is made up."""

    def spoil(plan):
        plan["violations"].append(copy.deepcopy(plan["violations"][0]) | {"code": code} | more)

    return spoil


def all_mild(plan):
    for found in plan["violations"]:
        found["severity"] = "info"


def without_line(plan):
    """Takes out what one action of a rule is worth."""
    plan["contingencies"] = [
        c for c in plan["contingencies"] if (c["rule"], c["action"]) != ("soon", "stop")
    ]


def line(kind, key, value, rule=None):
    """Sets a value of the first contingency of a rule whose action is of a kind."""

    def get(plan):
        lines = (c for c in plan["contingencies"] if c["rule"] == rule)
        return next(c for c in lines if kind in (c["action"], *c["action"]))

    return change(get, key, value)


def usual_dropped(plan):
    plan["contingencies"] = [c for c in plan["contingencies"] if c["rule"] is not None]


def gone(get, key):
    """Takes a key away."""
    return lambda plan: get(plan).pop(key)


def first(key):
    return lambda plan: plan[key][0]


def inner(*path):
    def get(plan):
        for step in path:
            plan = plan[step]
        return plan

    return get


def told_twice(plan):
    found = plan["violations"]
    place = next(at for at, each in enumerate(found) if each["code"] == "S501")
    found.insert(place, copy.deepcopy(found[place]))


def surely(plan):
    plan["risk"] |= {"p_required_fits": 0.1, "p_all_fits": 0.0}


def more(by):
    return lambda value: round(value + by, 6)


MUTATIONS = {
    # name: (what is done to the plan, the promise that breaks, what the message says)
    "a key is gone": (lambda p: p["tables"][0].pop("slack_s"), "form", "has no slack_s"),
    "text for a number": (of("orders", "start_s", "soon"), "form", "start_s is soon"),
    "seven decimals": (of("orders", "start_s", 1.0000001), "form", "more than six decimals"),
    "a huge number": (of("orders", "start_s", 1e300), "form", "must be a number"),
    "no windows": (at("windows", []), "form", "at least one window"),
    "a table is gone": (drop("tables", "prefs"), "membership", "prefs of the manifest is neither"),
    "a table twice": (twice, "membership", "is listed twice"),
    "a strange table": (of("prefs", "name", "ghost"), "membership", "ghost is no table"),
    "unschedulable is gone": (drop("unschedulable", "ring_a"), "membership", "ring_a"),
    "another S501": (at("unschedulable", 0, "code", "S500"), "membership", "without the code S501"),
    "called unschedulable": (
        lambda p: (
            drop("deferred", "report")(p),
            p["unschedulable"].append({"name": "report", "code": "S501", "cause": "so"}),
        ),
        "membership",
        "report is called unschedulable",
    ),
    "listed backwards": (one_after_the_other, "listing", "tables are not listed by start and name"),
    "deferred backwards": (lambda p: p["deferred"].reverse(), "listing", "deferred are not"),
    "a longer window": (at("windows", 0, "duration_s", 700.0), "windows", "duration_s is 700"),
    "more usable": (at("windows", 0, "usable_s", 540.0), "windows", "usable_s is 540"),
    "a faster window": (at("windows", 1, "bandwidth_mb_s", 60.0), "windows", "is 60"),
    "more streams": (at("windows", 0, "streams", 4), "windows", "streams is 4"),
    "a window is gone": (lambda p: p["windows"].pop(), "windows", "the windows are night"),
    "another target": (
        at("resources", "bandwidth", "target_mb_s", 51.0),
        "windows",
        "target_mb_s is 51",
    ),
    "more memory": (at("resources", "memory", "limit_mb", 4000.0), "windows", "limit_mb is 4000"),
    "no memory": (at("resources", "memory", None), "windows", "memory is not what"),
    "another window": (of("prefs", "window", "later"), "windows", "prefs of the main window"),
    "too late": (shifted("prefs", 480), "windows", "prefs finishes at"),
    "deferred into the main window": (
        moved("logs", "deferred", "tables"),
        "placement",
        "logs is in night, where its class DEFERRABLE",
    ),
    "required and deferred": (
        lambda p: (
            p["deferred"].append(
                main(p, "items")
                | {
                    "window": None,
                    "code": "capacity",
                    "needs_s": 1,
                    "would_fit": True,
                    "short_s": 0,
                }
            )
            or drop("tables", "items")(p)
        ),
        "placement",
        "items is required, and deferred",
    ),
    "another class": (of("prefs", "class", "CRITICAL"), "class", "prefs has class CRITICAL"),
    "not promoted": (
        of("products", "effective_class", "IMPORTANT"),
        "class",
        "products has effective class IMPORTANT, should have CRITICAL",
    ),
    "another placement": (of("stock", "placement", "optional"), "class", "placement optional"),
    "another rule": (
        lambda p: main(p, "prefs")["because"][0].update(rule="core"),
        "reasons",
        "prefs is there because of rule core, rule rest decided",
    ),
    "no reason": (behind("big", "because", []), "reasons", "big does not say why"),
    "a strange rule": (
        lambda p: main(p, "prefs")["because"][0].update(rule="ghost"),
        "reasons",
        "ghost, no rule of the policy",
    ),
    "fewer rows": (of("orders", "rows", 3_999_999), "costs", "orders has 3999999 rows"),
    "another size": (of("orders", "size_mb", 1999.0), "costs", "orders has 1999 MB"),
    "another deferred size": (behind("big", "size_mb", 3.0), "costs", "big has 3 MB"),
    "no overhead": (of("stock", "overhead_s", 0.0), "costs", "stock: overhead_s is 0"),
    "no work after": (of("orders", "post_load_s", 0.0), "costs", "orders: post_load_s is 0"),
    "another cap": (of("orders", "cap_mb_s", 20.0), "costs", "orders: cap_mb_s is 20"),
    "fewer chunks": (of("items", "chunks", 79), "costs", "items: chunks is 79"),
    "other rows a chunk": (of("items", "rows_per_chunk", 1), "costs", "rows_per_chunk is 1"),
    "assumed nothing": (of("items", "assumed", []), "costs", "items assumes nothing"),
    "chunks that fill the memory": (of("items", "chunk_mb", 400.0), "memory", "items: two chunks"),
    "a parent is gone": (
        of("orders", "depends_on", []),
        "dependencies",
        "orders does not list its parent customers",
    ),
    "a parent of a rule is gone": (
        of("prefs", "depends_on", []),
        "dependencies",
        "prefs does not list its parent customers",
    ),
    "a parent too many": (
        of("prefs", "depends_on", ["customers", "stock"]),
        "dependencies",
        "prefs has no such parent as stock",
    ),
    "a parent unknown": (of("prefs", "depends_on", ["ghost"]), "dependencies", "ghost"),
    "parents unsorted": (
        of("items", "depends_on", ["products", "orders"]),
        "dependencies",
        "twice or not by name",
    ),
    "before its parent": (
        shifted("items", -60),
        "order",
        "items starts at .* s, before its parent orders finishes at",
    ),
    "fewer bytes": (
        lambda p: main(p, "items")["segments"][-1].__setitem__(2, 1.0),
        "bytes",
        "items moves .* MB, its size is 4000 MB",
    ),
    "finishes early": (of("orders", "finish_s", more(-1)), "bytes", "orders finishes at"),
    "starts early": (of("orders", "start_s", more(-0.5)), "bytes", "orders starts at"),
    "backwards": (lambda p: main(p, "items")["segments"].reverse(), "bytes", "go backwards"),
    "overhead is skipped": (
        lambda p: main(p, "stock")["segments"].pop(0),
        "bytes",
        "stock spends 0 s of overhead",
    ),
    "too fast": (
        lambda p: main(p, "orders").update(segments=[[100.0, 140.0, 50.0]]),
        "bytes",
        "orders moves at 50 MB/s, it can at most at",
    ),
    "too much bandwidth": (all_at_once, "bandwidth", "MB/s at 0 s in night, which has 50 MB/s"),
    "too many streams": (all_at_once, "streams", "6 streams at 0 s in night, which has 3"),
    "feasibility": (at("feasibility", "TIGHT"), "feasibility", "is TIGHT, should be YES"),
    "proven": (at("proven", False), "feasibility", "proven is false"),
    "another phase": (of("items", "phase", 2), "phase", "items is in phase 2, should be in 3"),
    "more slack": (of("items", "slack_s", more(5)), "slack", "items has slack"),
    "a shorter critical path": (at("critical_path", ["customers"]), "critical path", "takes"),
    "no critical path": (
        at("critical_path", ["orders", "stock"]),
        "critical path",
        "stock comes after orders",
    ),
    "a critical path outside": (at("critical_path", ["logs"]), "critical path", "logs is on"),
    "another code": (
        behind("logs", "code", "capacity"),
        "deferral",
        "logs is deferred with code capacity, should be policy",
    ),
    "capacity for oversized": (
        behind("archive", "code", "capacity"),
        "deferral",
        "should be oversized",
    ),
    "capacity for dependency": (
        behind("report", "code", "capacity"),
        "deferral",
        "should be dependency: its parent archive",
    ),
    "needs less": (behind("big", "needs_s", more(-1)), "deferral", "big needs"),
    "short of less": (behind("big", "short_s", more(-1)), "deferral", "big is short of"),
    "would fit": (behind("big", "would_fit", True), "deferral", "would_fit is true"),
    "left out of a window": (
        lambda p: later(p, "logs").update(window=None),
        "deferral",
        "logs would end at .* in later, and is left out of it",
    ),
    "fewer tables": (at("summary", "tables", 13), "totals", "summary.tables is 13"),
    "fewer required": (at("summary", "required_mb", 1.0), "totals", "required_mb is 1, should be"),
    "more planned": (at("summary", "planned_mb", more(1)), "totals", "planned_mb is"),
    "ends earlier": (at("summary", "makespan_s", more(-1)), "totals", "makespan_s is"),
    "a lower bound": (at("bounds", "all", "lower_s", more(-9)), "bounds", "its witness proves"),
    "a bound too high": (at("bounds", "required", "lower_s", 9000.0), "bounds", "finish at"),
    "another gap": (at("bounds", "all", "gap", 0.5), "bounds", "gap is 0.5"),
    "a witness that is no path": (another_witness, "bounds", "customers does not depend on stock"),
    "a witness of no kind": (
        at("bounds", "all", "witness", {"kind": "oracle"}),
        "bounds",
        "no kind of witness: oracle",
    ),
    "another break-even": (
        at("summary", "break_even_mb_s", "required", more(0.000001)),
        "break-even",
        "the required tables break even at",
    ),
    "no break-even": (at("summary", "break_even_mb_s", "required", None), "break-even", "null"),
    "everything too cheap": (at("summary", "break_even_mb_s", "all", 1.0), "break-even", "all"),
    "no checkpoint": (without_rule, "checkpoints", "rule half has no checkpoint"),
    "a checkpoint elsewhere": (
        checkpoint("soon", "at_s", 181.0),
        "checkpoints",
        "should be at 180",
    ),
    "fewer tables done": (checkpoint("half", "tables", []), "checkpoints", "lists 0"),
    "more bytes done": (checkpoint("soon", "mb", more(1)), "checkpoints", "mb is"),
    "expected later": (checkpoint("done", "expected_s", more(1)), "checkpoints", "expected_s is"),
    "a checkpoint before the start": (checkpoint("soon", "at_s", -1), "checkpoints", "is at -1 s"),
    "another decider": (checkpoint("soon", "decider", "intern"), "checkpoints", "intern"),
    "a later latest": (checkpoint("soon", "latest_s", more(1)), "checkpoints", "latest_s is"),
    "no phase": (
        lambda p: p["checkpoints"].remove(
            [c for c in p["checkpoints"] if (c["after"] or "").startswith("phase")][-1]
        ),
        "checkpoints",
        "phases have a checkpoint and 0 are left out",
    ),
    "nothing permitted": (checkpoint("soon", "if_behind", []), "checkpoints", "permits: skip, "),
    "less is left": (
        checkpoint("soon", "required_left", lambda left: left | {"mb": 1.0}),
        "checkpoints",
        "required_left.mb is 1.0",
    ),
    "a gap": (
        checkpoint("soon", "required_left", lambda left: left | {"gap_s": 9.0}),
        "checkpoints",
        "required_left.gap_s is 9.0, should be 0",
    ),
    "no gap": (
        checkpoint("soon", "required_left", {}),
        "form",
        "required_left has no gap_s",
    ),
    "another basis": (of("orders", "basis", "assumed"), "costs", "orders is called assumed"),
    "declared, not measured": (
        of("orders", "basis", "declared"),
        "costs",
        "orders is called declared, by its rules it is measured",
    ),
    "not verified": (
        of("orders", "verify", "none"),
        "costs",
        "the copy of orders is verified by none, its rules say counts",
    ),
    "verified by the default": (of("stock", "verify", "checksum"), "costs", "rules say none"),
    "another verification in the follow-up": (
        behind("logs", "verify", "md5"),
        "costs",
        "logs is verified by md5, its rules say none",
    ),
    "time for no verification": (
        of("stock", "post_load_s", more(1)),
        "costs",
        "stock: post_load_s is .*, its rules make it 0$",
    ),
    "another cause": (
        at("unschedulable", 0, "cause", "no class (P301)"),
        "membership",
        "the cause of below_ring is no class .P301., should be downstream of ring_a",
    ),
    "no contingencies": (at("contingencies", []), "contingencies", "has lines for nothing"),
    "a contingency is gone": (without_line, "contingencies", "has lines for skip, raise_bandwidth"),
    "a better verdict": (
        lambda p: next(c for c in p["contingencies"] if c["verdict"] == "INSUFFICIENT").update(
            verdict="SUFFICIENT"
        ),
        "contingencies",
        "does not follow from the delay it covers",
    ),
    "no risk": (at("risk", None), "risk", "the plan has no risk"),
    "seven times certain": (at("risk", "p_required_fits", 7.0), "form", "must be from 0 to 1"),
    "no share of the draws": (at("risk", "p_all_fits", 0.00051), "risk", "no share of 1000 draws"),
    "a share against its finishes": (surely, "risk", "P50 of required is"),
    "another limit of the draws": (at("risk", "limit_s", 600.0), "risk", "the window's is"),
    "a window starts earlier": (
        at("windows", 0, "starts_at", "2026-12-05T21:00:00+01:00"),
        "wall clock",
        "window night: starts_at is 2026-12-05T21",
    ),
    "a window starts another day": (
        at("windows", 1, "starts", "2026-12-07T22:00+01:00"),
        "wall clock",
        "window later: starts is",
    ),
    "no usable_until": (lambda p: p["windows"][0].pop("usable_until"), "wall clock", "is null"),
    "back later": (at("windows", 0, "back_by", "later"), "wall clock", "back_by is later"),
    "ends later": (at("windows", 1, "ends_at", 7), "wall clock", "ends_at is 7"),
    "a table starts earlier": (
        of("items", "starts_at", "2026-12-05T21:00:00+01:00"),
        "wall clock",
        "items: starts_at is",
    ),
    "a table is never done": (
        lambda p: main(p, "items").pop("done_at"),
        "wall clock",
        "items: done_at is null",
    ),
    "done earlier in the follow-up": (
        behind("logs", "done_at", "2026-12-06T22:00:00+01:00"),
        "wall clock",
        "logs: done_at is",
    ),
    "a checkpoint at another time": (checkpoint("soon", "at", "22:00"), "wall clock", "at is"),
    "expected at another time": (
        checkpoint("half", "expected_at", "x"),
        "wall clock",
        "checkpoint half: expected_at is x",
    ),
    "latest at another time": (checkpoint("half", "latest_at", None), "wall clock", "latest_at"),
    "back by another time": (checkpoint("half", "go_back_by", "x"), "wall clock", "go_back_by is"),
    "no finding": (without("S501"), "findings", "no S501 among the violations says so"),
    "no oversized": (without("R402"), "findings", "archive fits no window by itself, and no R402"),
    "no cycle": (without("D203"), "findings", "D203 is found and not among the violations"),
    "no check": (without("small"), "findings", "small is found and not among the violations"),
    "a check is milder": (finding("small", "severity", "info"), "findings", "warning"),
    "all milder": (all_mild, "findings", "S501 is recorded as info, should be error"),
    "late without being late": (added("R401"), "findings", "R401 is not so: the required tables"),
    "tight without being tight": (added("R405"), "findings", "R405 is not so"),
    "too much disk": (added("R406"), "findings", "R406 is not so"),
    "oversized without being so": (
        added("R402", tables=["prefs"]),
        "findings",
        "R402 is not so of prefs",
    ),
    "unschedulable without being so": (
        added("S501", tables=["prefs"]),
        "findings",
        "S501 is not so of prefs",
    ),
    "a checkpoint waits in vain": (without("R407"), "findings", "vain waits for logs, which"),
    "a checkpoint waits for another": (
        finding("R407", "tables", ["prefs"]),
        "findings",
        "R407 is not so of prefs",
    ),
    "a day for no waivers": (at("as_of", "2026-01-01"), "form", "has as_of, and no waivers need"),
    "a finding of no check": (added("D299"), "findings", "D299 is no check's code"),
    "a finding that no check makes": (
        added("D201", severity="error", tables=["prefs"]),
        "findings",
        "D201 is recorded, and the checks do not find it",
    ),
    "accepted by nobody": (
        finding("D203", "suppressed", {"by": "waiver", "reason": "so"}),
        "findings",
        "no waiver accepts it",
    ),
    "another hint": (finding("R402", "hint", "sleep"), "findings", "hint of R402 is not what"),
    "a checkpoint's next is a ghost": (
        checkpoint("soon", "required_left", lambda left: left | {"first": ["nosuch"]}),
        "checkpoints",
        "required_left.first is nosuch",
    ),
    "a checkpoint's next are in another order": (
        at("checkpoints", 0, "required_left", "first", lambda names: [*names[1:], names[0]]),
        "checkpoints",
        "required_left.first are not listed by finish",
    ),
    "nothing is next": (
        at("checkpoints", 0, "required_left", "first", []),
        "checkpoints",
        "required_left.first is none, should be",
    ),
    "no go much later": (
        checkpoint("soon", "no_go_below_mb", 99999.0),
        "checkpoints",
        "no_go_below_mb is 99999.0, should be 0",
    ),
    "behind much later": (
        at("checkpoints", 0, "status", "BEHIND", "below_required_mb", 4000.0),
        "checkpoints",
        "status.BEHIND.below_required_mb is 4000.0",
    ),
    "at risk much later": (
        at("checkpoints", 0, "status", "AT_RISK", "from_required_mb", more(50)),
        "checkpoints",
        "status.AT_RISK.from_required_mb is",
    ),
    "on track with less": (
        checkpoint("soon", "status", lambda s: s | {"ON_TRACK": s["AT_RISK"]}),
        "checkpoints",
        "status.ON_TRACK",
    ),
    "nothing that every plan says": (
        usual_dropped,
        "contingencies",
        "without a rule there are lines for nothing, should be chunk, skip,",
    ),
    "more than the bandwidth's limit": (
        line("raise_bandwidth", "action", {"raise_bandwidth": {"mb_s": 1000.0}}),
        "contingencies",
        "raise_bandwidth 1000.0 in place of raise_bandwidth 100.0",
    ),
    "a class that is not there": (
        line("skip", "action", {"skip": {"class": "NOPE"}}),
        "contingencies",
        "skip NOPE in place of skip IMPORTANT",
    ),
    "against something else": (
        line("chunk", "against", "memory"),
        "contingencies",
        "against memory in place of chunk",
    ),
    "contingencies in another order": (
        lambda p: p["contingencies"].sort(key=lambda c: c["rule"] is not None),
        "listing",
        "contingencies are not listed by rule",
    ),
    "more is skipped": (
        line("skip", "skips", lambda s: s | {"tables": s["tables"] + 1}),
        "contingencies",
        "skips.tables of contingency .* should be",
    ),
    "more bytes are skipped by a rule": (
        line("skip", "skips", lambda s: s | {"mb": s["mb"] + 1}, rule="soon"),
        "contingencies",
        "skips.mb of contingency 1 is",
    ),
    "nothing is skipped": (
        lambda p: next(c for c in p["contingencies"] if "skips" in c).pop("skips"),
        "contingencies",
        "skips of contingency 1 is null",
    ),
    "chunks hold less": (
        line("chunk", "holds_mb", more(-1)),
        "contingencies",
        "holds_mb of contingency .* should be",
    ),
    "chunks hold nothing": (
        lambda p: next(c for c in p["contingencies"] if "holds_mb" in c).pop("holds_mb"),
        "contingencies",
        "holds_mb of contingency .* is null",
    ),
    "more is borne than covered": (
        line("raise_bandwidth", "bears_delay_s", more(9), rule="soon"),
        "contingencies",
        "bears_delay_s of contingency 2 is",
    ),
    "a longer window covers more": (
        line("extend_window", "covers_delay_s", 999.0, rule="soon"),
        "contingencies",
        "covers_delay_s of contingency 3 is 999.0, should be 150",
    ),
    "no room for streams": (
        line("streams", "obstacle", "so"),
        "contingencies",
        "obstacle of contingency .* is so, should be null",
    ),
    "no savings": (
        line("raise_bandwidth", "saves_all_s", None, rule="soon"),
        "contingencies",
        "saves_all_s of contingency 2 is null, and its basis timed",
    ),
    "a driver is a ghost": (
        at("risk", "drivers", 0, "name", "nosuch"),
        "risk",
        "nosuch is no table of the main window",
    ),
    "a driver is deferred": (
        at("risk", "drivers", 0, "name", "logs"),
        "risk",
        "logs is no table of the main window",
    ),
    "a surer driver": (
        at("risk", "drivers", 0, "spread", 0.01),
        "risk",
        "the spread of .* is 0.01, by its rules it is 0.",
    ),
    "a driver rests on a run": (
        change(
            lambda p: next(d for d in p["risk"]["drivers"] if d["name"] != "orders"),
            "basis",
            "declared",
        ),
        "risk",
        "is called declared, by its rules it is assumed",
    ),
    "drivers backwards": (lambda p: p["risk"]["drivers"].reverse(), "risk", "not listed by how"),
    "a driver twice": (
        lambda p: p["risk"]["drivers"].insert(0, p["risk"]["drivers"][0]),
        "risk",
        "each once",
    ),
    "a driver that makes nothing late": (
        lambda p: p["risk"]["drivers"][-1].update(late_required_s=0.0, late_all_s=0.0),
        "risk",
        "makes nothing late",
    ),
    "no window for most, and nearly certain": (
        at("risk", "finish", "required", "p90_s", 99999.0),
        "risk",
        "P90 of required is",
    ),
    "rule edges of no rule": (
        at("rule_edges", "ghost", {"before": ["customers"], "after": ["orders"]}),
        "dependencies",
        "ghost is no dependency rule",
    ),
    "rule edges of a rule, by which none has parents": (
        at("rule_edges", "first#2", {"before": ["customers"], "after": ["orders"]}),
        "dependencies",
        "rule_edges of first#2 are for 1 tables, 0 of these",
    ),
    "all is well": (finding("S501", "message", "all is well"), "findings", "all is well"),
    "another place": (finding("S501", "column", 3), "findings", "S501 is recorded, and the checks"),
    "another line": (finding("R407", "line", 3), "findings", "R407 is recorded, and the checks"),
    "another file": (finding("D203", "path", "LICENSE"), "findings", "D203 is in LICENSE, which"),
    "the manifest's finding in the policy": (
        finding("S501", "path", "../policy.yaml"),
        "findings",
        "S501 is found and not among",
    ),
    "other details": (finding("S501", "details", {"roots": []}), "findings", "details of S501"),
    "told twice": (told_twice, "listing", "violations are not listed by file"),
    "findings backwards": (lambda p: p["violations"].reverse(), "listing", "violations are not"),
    "another manifest": (at("manifest", "sha256", "0" * 64), "inputs", "manifest.json has changed"),
    "another policy": (at("policies", 0, "sha256", "0" * 64), "inputs", "policy.yaml has changed"),
    "a lost manifest": (at("manifest", "path", "gone.json"), "inputs", "cannot be read any more"),
}


FORMS = {
    # where a key is: (what it is in, keys that it must have)
    "a checkpoint": (
        first("checkpoints"),
        (
            "rule",
            "after",
            "at_s",
            "latest_s",
            "tables",
            "tables_done",
            "mb",
            "no_go_below_mb",
            "status",
            "required_left",
            "go_back_by_s",
            "decider",
            "if_behind",
        ),
    ),
    "on track": (
        inner("checkpoints", 0, "status", "ON_TRACK"),
        ("up_to_delay_s", "from_required_mb"),
    ),
    "at risk": (inner("checkpoints", 0, "status", "AT_RISK"), ("from_required_mb",)),
    "behind": (
        inner("checkpoints", 0, "status", "BEHIND"),
        ("beyond_delay_s", "below_required_mb"),
    ),
    "the status": (inner("checkpoints", 0, "status"), ("ON_TRACK", "AT_RISK", "BEHIND")),
    "what is left": (
        inner("checkpoints", 0, "required_left"),
        ("tables", "first", "mb", "needs_s", "remaining_s", "gap_s"),
    ),
    "a contingency": (
        first("contingencies"),
        (
            "rule",
            "action",
            "against",
            "basis",
            "saves_required_s",
            "saves_all_s",
            "covers_delay_s",
            "bears_delay_s",
            "verdict",
        ),
    ),
    "what every plan says": (inner("contingencies", -1), ("rule", "action", "basis", "verdict")),
    "what is skipped": (
        inner("contingencies", 0, "skips"),
        ("tables", "mb", "brought", "required_kept"),
    ),
    "a driver": (
        inner("risk", "drivers", 0),
        ("name", "basis", "spread", "late_required_s", "late_all_s"),
    ),
    "the risk": (inner("risk"), ("draws", "seed", "limit_s", "finish", "drivers")),
    "a finding": (
        first("violations"),
        (
            "code",
            "rule",
            "severity",
            "message",
            "path",
            "line",
            "column",
            "tables",
            "hint",
            "suppressed",
            "details",
        ),
    ),
    "a reason": (inner("tables", 0, "because", 0), ("rule", "text")),
}


@pytest.mark.parametrize("what", FORMS)
def test_every_key_is_there_with_a_value_of_its_kind(what):
    """Without any of these keys, or with a list in its place, it is no plan that programs read."""
    folder, plan = base()
    get, keys = FORMS[what]
    for key in keys:
        for spoil in (gone(get, key), change(get, key, [[7]])):
            spoilt = copy.deepcopy(plan)
            spoil(spoilt)
            status, violations = judged(spoilt, folder)
            assert (status, {v["details"]["promise"] for v in violations}) == (1, {"form"}), key


@pytest.mark.parametrize(
    ("get", "key", "value"),
    [
        (first("contingencies"), "basis", "gut feeling"),
        (first("contingencies"), "against", "all"),
        (inner("contingencies", -1), "action", "x"),
        (inner("checkpoints", 0, "status", "BEHIND"), "below_required_mb", "x"),
        (first("violations"), "severity", "bad"),
    ],
    ids=["basis", "against", "action", "begins at", "severity"],
)
def test_a_word_is_one_of_those_that_there_are(get, key, value):
    folder, plan = base()
    spoilt = copy.deepcopy(plan)
    change(get, key, value)(spoilt)
    _, violations = judged(spoilt, folder)
    assert [v["details"]["promise"] for v in violations] == ["form"]
    assert f"{key} is {value}, must be" in violations[0]["message"]


@pytest.mark.parametrize("kind", MUTATIONS)
def test_a_corrupted_plan_is_caught_and_its_promise_named(kind):
    """Each in its own way: the promise, and what is wrong with it."""
    spoil, promise, said = MUTATIONS[kind]
    folder, plan = base()
    spoilt = copy.deepcopy(plan)
    spoil(spoilt)
    assert spoilt != plan
    status, violations = judged(spoilt, folder)
    assert status == 1
    assert {v["code"] for v in violations} == {"S502"}
    told = [v["message"] for v in violations if v["details"] == {"promise": promise}]
    assert any(re.search(said, message) for message in told), violations
    assert all(message.startswith(f"{promise}: ") for message in told)


def test_every_promise_is_tried():
    """There is a corrupted plan for each promise, and each is told by its name."""
    assert {promise for _, promise, _ in MUTATIONS.values()} == set(PROMISES)
    assert len(MUTATIONS) >= 30


def test_the_plan_that_is_corrupted_is_good():
    """It has every kind of entry that is corrupted."""
    folder, plan = base()
    assert judged(plan, folder) == (0, [])
    codes = {record["code"] for record in plan["deferred"]}
    assert codes == {"policy", "excluded", "oversized", "dependency", "capacity"}
    assert plan["unschedulable"]
    assert any(record["window"] == "later" for record in plan["deferred"])


def test_the_place_is_that_of_the_wrong_value():
    """Line and column lead to the value in the plan's file."""
    folder, plan = base()
    spoilt = copy.deepcopy(plan)
    main(spoilt, "items")["slack_s"] = 77.25
    _, (found,) = judged(spoilt, folder)
    line = (folder / "out" / "spoilt.json").read_text("utf-8").splitlines()[found["line"] - 1]
    assert line[found["column"] - 1 :].startswith("77.25")
    assert found["tables"] == ["items"]


def test_what_is_unknown_is_no_fault():
    """Later versions may say more."""
    folder, plan = base()
    grown = copy.deepcopy(plan) | {"anything": [{"p": 1}]}
    grown["risk"]["new"] = 1
    for key in ("tables", "deferred", "checkpoints", "windows", "contingencies", "violations"):
        for record in grown[key]:
            record["new"] = [1]
    assert judged(grown, folder) == (0, [])


# --- what other plans record ----------------------------------------------------------------------


def short(duration, **more):
    """Three required tables of 100 s together, and a disk that is too small for them."""
    rules = [
        rule("all", "priority", tables="*", **{"class": "CRITICAL"}),
        rule("night", "resource", window={"duration": duration, "reserve": "10%"}),
        rule("net", "resource", bandwidth={"target": "50MB/s"}),
        rule("disk", "resource", disk={"limit": "4GB"}),
    ]
    manifest = {"tables": [table(name, 100, size) for name, size in SIZES.items()]}
    return manifest, {"rules": rules} | more


SIZES = {"a": 1000, "b": 1500, "c": 2500}
WAIVER = {"code": "R405", "reason": "r", "owner": "o", "expires": "2020-01-31"}
RECORDED = {
    # name: (the window, more of the policy, what is done, what the message says)
    "late and not told": ("90s", {}, without("R401"), "ends? at 100 s.* no R401 among"),
    "tight and not told": ("105s", {}, without("R405"), "at 100 s, usable are 94.5 s, and no R405"),
    "over the disk and not told": (
        "300s",
        {},
        without("R406"),
        "take 5000 MB of disk, and no R406",
    ),
    "over the disk, and all is well": (
        "300s",
        {},
        finding("R406", "message", "all is well"),
        "R406 is recorded, and the checks do not find it: all is well",
    ),
    "late, and said otherwise": (
        "90s",
        {},
        finding("R401", "message", lambda said: said.replace("100 s", "91 s")),
        "R401 is found and not among the violations",
    ),
    "tight, with other figures": (
        "105s",
        {},
        finding("R405", "details", lambda found: found | {"usable_s": 99.0}),
        "details of R405 is not what its check says",
    ),
    "late, and milder": ("90s", {}, finding("R401", "severity", "warning"), "R401 is recorded as"),
    "tight, and graver": ("105s", {}, finding("R405", "severity", "error"), "should be warning"),
    "not as the policy has it": (
        "105s",
        {"severities": {"R405": "error"}},
        finding("R405", "severity", "warning"),
        "R405 is recorded as warning, should be error",
    ),
    "accepted, and told": (
        "105s",
        {"waivers": [WAIVER]},
        finding("R405", "suppressed", None),
        "R405 is recorded otherwise than the waivers say: a waiver accepts it",
    ),
    "accepted by another": (
        "105s",
        {"waivers": [WAIVER]},
        finding("R405", "suppressed", lambda said: said | {"owner": "me"}),
        "a waiver accepts it",
    ),
}


@pytest.mark.parametrize("kind", RECORDED)
def test_what_a_plan_records_is_held_against_what_it_says(kind, tmp_path):
    duration, more, spoil, said = RECORDED[kind]
    plan = planned_in(tmp_path, *short(duration, **more), "--as-of", "2020-01-01").plan
    assert judged(plan, tmp_path) == (0, [])
    spoil(plan)
    status, violations = judged(plan, tmp_path)
    assert status == 1
    assert {v["details"]["promise"] for v in violations} == {"findings"}
    assert any(re.search(said, v["message"]) for v in violations), violations


SURE = {
    "nineteen-nights-in-twenty": ("plan", "plan.p_required_fits >= 0.95"),
    "little-slack": ("step", "step.slack_s >= 20000.0 || table.name == 'b'"),
    "half-empty": ("window", "window.busy_s <= 0.5 * window.duration_s"),
    "no-phase-late": ("plan", "plan.checkpoints.all(c, c.spare_s > 20000.0)"),
    "little-gap": ("plan", "plan.gap > 9.0 && plan.break_even_mb_s.required > 9.0"),
}


@pytest.mark.parametrize("code", SURE)
def test_a_check_on_a_plan_is_judged_from_what_the_plan_states(code, tmp_path):
    """Its finding can be neither left out nor put otherwise, nor made up."""
    subject, require = SURE[code]
    manifest, policy = short("102s")
    policy["rules"].append(rule(code, "check", on=subject, require=require))
    plan = planned_in(tmp_path, manifest, policy).plan
    assert any(found["code"] == code for found in plan["violations"])
    assert judged(plan, tmp_path) == (0, [])
    for spoil, said in (
        (without(code), f"findings: {code} is found and not among the violations"),
        (finding(code, "message", "fine"), f"findings: {code} is recorded, and the checks do not"),
    ):
        spoilt = copy.deepcopy(plan)
        spoil(spoilt)
        assert any(said in found["message"] for found in judged(spoilt, tmp_path)[1])


def test_a_check_that_holds_on_the_plan_is_not_broken(tmp_path):
    manifest, policy = short("300s")
    policy["rules"].append(rule("sure", "check", on="plan", require="plan.feasibility == 'YES'"))
    plan = planned_in(tmp_path, manifest, policy).plan
    added("sure", rule="sure", severity="error")(plan)
    messages = [found["message"] for found in judged(plan, tmp_path)[1]]
    assert any("sure is recorded, and the checks do not find it" in said for said in messages)


def test_a_probability_against_its_finishes_is_no_way_out(tmp_path):
    """A share that would pass the check contradicts P80 and P90."""
    manifest, policy = short("102s")
    policy["rules"].append(rule("sure", "check", on="plan", require="plan.p_required_fits > 0.95"))
    plan = planned_in(tmp_path, manifest, policy).plan
    assert 0.5 < plan["risk"]["p_required_fits"] < 0.8
    plan["risk"]["p_required_fits"] = 0.999
    without("sure")(plan)
    found = {v["details"]["promise"] for v in judged(plan, tmp_path)[1]}
    assert found == {"risk"}


def test_a_check_that_the_policy_switches_off_is_not_missed(tmp_path):
    plan = planned_in(tmp_path, *short("105s", severities={"R405": "off", "R406": "off"})).plan
    assert plan["feasibility"] == "TIGHT"
    assert judged(plan, tmp_path) == (0, [])


def test_of_very_many_tables_the_checks_are_not_run_again(monkeypatch):
    """What the plan's own figures and the policy tell is judged all the same."""
    monkeypatch.setattr("stowplan.cli.recorded.MOST_LINTED", 3)
    folder, plan = base()
    spoilt = copy.deepcopy(plan)
    without("D203")(spoilt)
    assert judged(spoilt, folder) == (0, [])
    all_mild(spoilt)
    assert judged(spoilt, folder)[0] == 1


def test_a_time_past_the_calendar_is_not_on_the_wall(tmp_path):
    """A bandwidth a thousand times too low: thousands of years, no crash, and no time for them."""
    manifest, policy = short("1h")
    policy["rules"][1]["window"]["starts"] = "2026-12-05T22:00Z"
    policy["rules"][2]["bandwidth"]["target"] = "0.001kB/s"
    manifest["tables"][2]["size_mb"] = 1_000_000
    outcome = planned_in(tmp_path, manifest, policy)
    plan = outcome.plan
    assert plan["windows"][0]["ends_at"] == "2026-12-05T23:00:00+00:00"
    assert main(plan, "c")["done_at"] is None, outcome
    assert judged(plan, tmp_path) == (0, [])
    main(plan, "c")["done_at"] = "9999-12-31T23:59:59+00:00"
    assert judged(plan, tmp_path)[0] == 1


# --- every plan that is made ----------------------------------------------------------------------


def verified(folder, *more):
    """What verify says of the plan in a folder."""
    plan = folder / "out" / "migration_plan.json"
    return stowplan("verify", plan, "--policy", folder / "policy.yaml", *more, "--debug")


@settings() if settings.default is WIDE else settings(max_examples=150)
@given(inputs())
def test_a_plan_as_it_is_made_keeps_every_promise(drawn):
    with tempfile.TemporaryDirectory() as name:
        outcome = planned_in(Path(name), *drawn)
        assert outcome.plan is not None, outcome.printed
        found = verified(Path(name))
        assert (found.status, found.output) == (0, ""), found


@settings() if settings.default is WIDE else settings(max_examples=30)
@given(inputs(most=25))
def test_a_larger_plan_keeps_every_promise(drawn):
    with tempfile.TemporaryDirectory() as name:
        planned_in(Path(name), *drawn)
        found = verified(Path(name))
        assert (found.status, found.output) == (0, ""), found


def test_a_plan_for_another_window_is_read_as_one(tmp_path):
    """A plan does not say that its window was asked for: both readings are tried."""
    planned_in(tmp_path, MANIFEST, POLICY, "--window", "later")
    assert verified(tmp_path).status == 0


def test_excluded_tables_in_a_cycle_need_each_other_once(tmp_path):
    """Nothing stands in the way of what never moves, so that a cycle of such is deferred."""
    manifest = {
        "tables": [table("a", 0, 0), table("customers", 0, 1)],
        "dependencies": {"a": ["customers"], "customers": ["a"]},
    }
    rules = [
        rule("none", "priority", tables="*", **{"class": "EXCLUDED"}),
        rule("net", "resource", bandwidth={"target": "1MB/s"}),
        rule("night", "resource", window={"duration": "1s"}),
    ]
    plan = planned_in(tmp_path, manifest, {"rules": rules}).plan
    assert [record["short_s"] for record in plan["deferred"]] == [0, 0]
    assert verified(tmp_path).status == 0


def test_rules_with_very_many_pairs_are_unrolled_once(tmp_path):
    """40 tables before 40 others, less what a rule takes away."""
    names = [f"{side}{number:02}" for side in "ab" for number in range(40)]
    manifest = {"tables": [table(name, 10, 1) for name in names]}
    rules = [
        rule("all", "priority", tables="*", **{"class": "CRITICAL"}),
        rule("sides", "dependency", tables="a*", before="b*"),
        rule("less", "dependency", tables="b1*", not_after=["a00"]),
        rule("night", "resource", window={"duration": "1h"}),
        rule("net", "resource", bandwidth={"target": "1MB/s"}),
    ]
    plan = planned_in(tmp_path, manifest, {"rules": rules}).plan
    assert set(plan["rule_edges"]) == {"sides", "sides#2"}
    assert verified(tmp_path).status == 0
    plan["rule_edges"]["sides#2"]["before"].remove("a07")
    status, violations = judged(plan, tmp_path)
    assert status == 1
    assert {v["details"]["promise"] for v in violations} == {"dependencies"}


SPRING = {"starts": "2026-03-29T01:55 Europe/Berlin"}
FILES = sorted(path for path in REAL.glob("*.json") if path.name != "cycles.json")


@pytest.mark.skipif(not FILES, reason=f"no manifests under {REAL}")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_plans_of_real_schemas_keep_every_promise(path, tmp_path):
    rules = [
        rule("core", "priority", tables=["*user*", "*order*"], **{"class": "CRITICAL"}),
        rule("logs", "priority", tables=["*log*", "*_h*"], **{"class": "DEFERRABLE"}),
        rule("rest", "priority", tables="*", **{"class": "IMPORTANT"}),
        rule("night", "resource", window={"duration": "20m", "reserve": "10%"} | SPRING),
        rule("next", "resource", window={"name": "next", "duration": "2h"}),
        rule("half", "checkpoint", at="50%", if_behind=[{"streams": 8}, "stop"]),
        rule("sure", "check", on="plan", require="plan.p_all_fits >= 0.9"),
        rule("large", "check", on="table", require="table.size_mb < 5.0", severity="info"),
        rule("net", "resource", bandwidth={"target": "50MB/s"}),
        rule("wide", "resource", streams={"limit": 4}),
        rule("cost", "resource", throughput={"rows_per_second": 300_000, "overhead": "100ms"}),
    ]
    planned_in(tmp_path, json.loads(path.read_text("utf-8")), {"rules": rules})
    found = verified(tmp_path)
    assert (found.status, found.output) == (0, ""), found


# --- the command ----------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["{}", "[]", "not json", '{"stowplan_plan": 1, "manifest": 3}'])
def test_what_is_no_plan_cannot_be_verified(text, tmp_path):
    """One line, and the status of work that could not be done."""
    (tmp_path / "plan.json").write_text(text)
    outcome = stowplan("verify", tmp_path / "plan.json")
    assert (outcome.status, outcome.output) == (2, "")
    assert "is no plan of Stowplan" in outcome.errors


def test_what_is_no_plan_hides_no_other(tmp_path):
    """The others are judged, what is none is told, and the status is that of work undone."""
    folder, plan = base()
    spoilt = copy.deepcopy(plan)
    main(spoilt, "items")["slack_s"] = 77.25
    good, bad, none = (folder / "out" / f"{name}.json" for name in ("good", "bad", "none"))
    for path, text in ((good, json.dumps(plan)), (bad, json.dumps(spoilt)), (none, "{}")):
        path.write_text(text, encoding="utf-8")
    words = ("verify", good, none, bad, "--policy", folder / "policy.yaml", "--format", "text")
    outcome = stowplan(*words)
    assert outcome.status == 2
    assert "items has slack 77.25 s" in outcome.output
    assert outcome.errors == (
        f"stowplan: {none} is no plan of Stowplan: make the plan again and commit it\n"
        "2 plans verified: 1 error; 1 could not be\n"
    )


def test_a_faulty_policy_hides_no_other_plan(tmp_path, monkeypatch):
    """Each plan has its own policies."""
    monkeypatch.chdir(tmp_path)
    for name in ("one", "two"):
        (tmp_path / name / "policies").mkdir(parents=True)
        (tmp_path / name / "policies" / "p.yaml").write_text(json.dumps(POLICY))
        (tmp_path / name / "manifest.json").write_text(json.dumps(MANIFEST))
        stowplan("plan", name, "-o", f"{name}/out")
    (tmp_path / "one" / "policies" / "q.yaml").write_text("rulez: []\n")
    plan = tmp_path / "two" / "out" / "migration_plan.json"
    plan.write_text(plan.read_text("utf-8").replace('"feasibility": "YES"', '"feasibility": "NO"'))
    paths = [f"{name}/out/migration_plan.json" for name in ("one", "two")]
    outcome = stowplan("verify", *paths, "--format", "text")
    assert outcome.status == 2
    assert "one/policies/q.yaml:1:1: error[Y602]" in outcome.output
    assert "feasibility is NO, should be YES" in outcome.output


def test_a_lost_plan_is_told(tmp_path):
    outcome = stowplan("verify", tmp_path / "plan.json")
    assert (outcome.status, outcome.output) == (2, "")
    assert "no such file" in outcome.errors


def test_a_plan_made_with_fewer_policies_is_refused(tmp_path, monkeypatch):
    """A policy that is in force now, and was not when the plan was made, is named."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "a.yaml").write_text(json.dumps(POLICY))
    (tmp_path / "manifest.json").write_text(json.dumps(MANIFEST))
    stowplan("plan", ".", "-o", "out")
    assert stowplan("verify", "out/migration_plan.json").status == 0
    (tmp_path / "policies" / "b.yaml").write_text("rules: []\n")
    outcome = stowplan("verify", "out/migration_plan.json")
    assert outcome.status == 1
    assert "inputs: ../policies/b.yaml is in force, and the plan was made without it" in (
        outcome.output
    )


@pytest.mark.parametrize("form", ["text", "full", "json", "sarif", "github"])
def test_each_format_tells_what_is_broken(form):
    """The formats are those of `lint`."""
    folder, plan = base()
    spoilt = copy.deepcopy(plan)
    main(spoilt, "items")["slack_s"] = 77.25
    path = folder / "out" / "formats.json"
    path.write_text(json.dumps(spoilt), encoding="utf-8")
    words = ("verify", path, "--policy", folder / "policy.yaml", "--format", form)
    outcome = stowplan(*words)
    assert outcome.status == 1
    assert "items has slack 77.25 s" in outcome.output
    if form in ("text", "full", "github"):
        assert outcome.errors == "1 plan verified: 1 error\n"


def test_the_page_shows_what_is_printed(tmp_path, monkeypatch):
    """docs/verify.md: the scenario's plan as it is made, and with more usable time written in."""
    page = (ROOT / "docs" / "verify.md").read_text("utf-8")
    blocks = re.findall(r"^```console\n\$ (.*)\n((?:.*\n)*?)```$", page, re.MULTILINE)
    for name in ("night.yaml", "tables.yaml"):
        (tmp_path / "policies").mkdir(exist_ok=True)
        shutil.copy(ROOT / "policies" / "customer-data" / name, tmp_path / "policies")
    shutil.copy(ROOT / "fixtures" / "customer-data" / "manifest.json", tmp_path)
    monkeypatch.chdir(tmp_path)
    stowplan("plan", ".")
    plan = Path("OUTPUT/migration_plan.json")
    (good, shown), (edit, _), (bad, refused) = blocks
    assert good == bad == f"stowplan verify {plan}"
    assert stowplan(*good.split()[1:]) == (0, "", shown)
    old, new = re.fullmatch(r"sed -i 's/(.*)/(.*)/' OUTPUT/migration_plan.json", edit).groups()
    assert plan.read_text("utf-8").count(old) == 1
    plan.write_text(plan.read_text("utf-8").replace(old, new), "utf-8")
    outcome = stowplan(*bad.split()[1:])
    assert (outcome.status, outcome.output + outcome.errors) == (1, refused)


def test_the_page_names_every_promise():
    """Its table has each promise once, in the words that findings use."""
    page = (ROOT / "docs" / "verify.md").read_text("utf-8").split("## What is checked")[1]
    assert re.findall(r"^\| `([a-z -]+)` \|", page, re.MULTILINE) == list(PROMISES)


def test_without_names_every_committed_plan_is_verified(tmp_path, monkeypatch):
    """What git does not know is passed over."""
    for name in [key for key in os.environ if key.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    for name in ("one", "two"):
        (tmp_path / name / "policies").mkdir(parents=True)
        (tmp_path / name / "policies" / "p.yaml").write_text(json.dumps(POLICY))
        (tmp_path / name / "manifest.json").write_text(json.dumps(MANIFEST))
        stowplan("plan", name, "-o", f"{name}/out")
    assert stowplan("verify").status == 2  # no git repository
    for words in (["init", "-q", "."], ["add", "one"]):
        subprocess.run(["git", *words], check=True)
    assert stowplan("verify") == (0, "", "1 plan verified: every promise kept\n")


def test_waivers_are_judged_as_of_the_plan(tmp_path):
    """A waiver that has ended since makes no plan false."""
    waiver = {"code": "P303", "tables": "products", "reason": "r", "owner": "o"}
    policy = POLICY | {"waivers": [waiver | {"expires": "2020-01-31"}]}
    plan = planned_in(tmp_path, MANIFEST, policy, "--as-of", "2020-01-01").plan
    assert plan["as_of"] == "2020-01-01"
    assert verified(tmp_path).status == 0
    del plan["as_of"]
    _, violations = judged(plan, tmp_path)
    assert [v["details"]["promise"] for v in violations] == ["form"]
    assert "has no as_of, and its policy has waivers" in violations[0]["message"]
