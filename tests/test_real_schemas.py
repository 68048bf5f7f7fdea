"""Manifests of real public schemas are linted and planned, and their cycles are the true ones."""

from __future__ import annotations

import json
from collections import deque
from functools import cache
from pathlib import Path

import pytest
from command import stowplan
from plan_checker import complaints
from plan_deferral import follow_up_complaints
from planning_runs import planned, with_pasted
from policy_facts import Facts

FOLDER = Path(__file__).parent.parent.parent / "shared" / "manifests"
FILES = sorted(p for p in FOLDER.rglob("*.json") if p.name != "cycles.json")
CYCLES = json.loads((FOLDER / "cycles.json").read_text("utf-8")) if FILES else {}

pytestmark = pytest.mark.skipif(not FILES, reason=f"no manifests under {FOLDER}")


def resource(key, **value):
    return {"id": key, "kind": "resource", key: value}


EVERYTHING = {
    "rules": [
        {"id": "all", "kind": "priority", "tables": "*", "class": "CRITICAL"},
        resource("window", duration="24h"),
        resource("bandwidth", target="50MB/s"),
    ]
}
MIXED = {
    "rules": [
        {"id": "core", "kind": "priority", "tables": ["*user*", "*order*"], "class": "CRITICAL"},
        {"id": "logs", "kind": "priority", "tables": ["*log*", "*_h*"], "class": "DEFERRABLE"},
        {"id": "old", "kind": "priority", "tables": ["*tmp*", "*backup*"], "class": "EXCLUDED"},
        {"id": "rest", "kind": "priority", "tables": "*", "class": "IMPORTANT"},
        resource("window", duration="1h", reserve="15%", rollback="10m"),
        {"id": "later", "kind": "resource", "window": {"duration": "2h", "streams": 2}},
        resource("bandwidth", limit="100MB/s", target="60MB/s"),
        resource("streams", limit=4),
        resource("memory", limit="1GB", reserve="25%"),
        resource("throughput", rate="5MB/s") | {"id": "slow", "tables": "*_*"},
        resource("throughput", rate="25MB/s", rows_per_second=400_000, overhead="250ms"),
    ]
}
TIGHT = {
    "rules": [
        {"id": "rest", "kind": "priority", "tables": "*", "class": "IMPORTANT"},
        resource("window", duration="30s"),
        {"id": "later", "kind": "resource", "window": {"duration": "1m", "accepts": "IMPORTANT"}},
        resource("bandwidth", target="1MB/s"),
        resource("streams", limit=3),
        resource("throughput", overhead="50ms", per_chunk="1ms", verify_rate="20MB/s"),
    ]
}
POLICIES = {"everything": EVERYTHING, "mixed": MIXED, "tight": TIGHT}


def label(path):
    return path.relative_to(FOLDER).with_suffix("").as_posix()


@cache
def manifest_of(path):
    return json.loads(path.read_text("utf-8"))


@cache
def outcome_of(path, name):
    return planned(manifest_of(path), POLICIES[name])


@pytest.mark.parametrize("path", FILES, ids=label)
def test_lint_names_the_true_cycles(path):
    done = stowplan("lint", path, "--format", "json", "--debug")
    assert done.status in (0, 1), done.errors
    found = [v for v in json.loads(done.output)["violations"] if v["code"] == "D203"]
    expected = CYCLES.get(label(path), components(manifest_of(path)))
    assert sorted(v["tables"] for v in found) == sorted(sorted(tables) for tables in expected)
    for violation in found:
        check_cycle(manifest_of(path), violation)


def parents_of(manifest):
    return Facts(manifest, {"rules": []}).parents


def components(manifest):
    """The strongly connected components of two or more, by who reaches whom."""
    ancestors = Facts(manifest, {"rules": []}).ancestors
    groups = {frozenset({n} | {o for o in ancestors[n] if n in ancestors[o]}) for n in ancestors}
    return [sorted(group) for group in groups if len(group) > 1]


def check_cycle(manifest, violation):
    parents, details, component = parents_of(manifest), violation["details"], violation["tables"]
    cycle = details["cycle"]
    steps = list(zip(cycle, [*cycle[1:], cycle[0]], strict=True))
    assert all(parent in parents[child] for child, parent in steps)
    assert [(edge["child"], edge["parent"]) for edge in details["edges"]] == steps
    assert all(edge["origin"] == "manifest" for edge in details["edges"])
    assert len(set(cycle)) == len(cycle) == min(way_round(parents, name) for name in component)
    assert cycle[0] == min(cycle)
    assert set(map(tuple, details["open"])) <= {(c, p) for c in component for p in parents[c]}
    opened = {
        c: parents[c] & set(component) - {p for o, p in details["open"] if o == c}
        for c in component
    }
    assert is_acyclic(opened)


def way_round(parents, name):
    """The length of the shortest cycle through a table."""
    distance, todo = {name: 0}, deque([name])
    while todo:
        child = todo.popleft()
        for parent in parents[child]:
            if parent == name:
                return distance[child] + 1
            if parent not in distance:
                distance[parent] = distance[child] + 1
                todo.append(parent)
    return float("inf")


def is_acyclic(parents):
    left = dict(parents)
    while free := [name for name in left if not left[name] & left.keys()]:
        for name in free:
            del left[name]
    return not left


@pytest.mark.parametrize("name", POLICIES)
@pytest.mark.parametrize("path", FILES, ids=label)
def test_a_plan_of_a_real_schema_keeps_every_promise(path, name):
    outcome, manifest = outcome_of(path, name), manifest_of(path)
    assert outcome.status in (0, 1), outcome.printed
    assert not complaints(outcome.plan, manifest, POLICIES[name])
    assert not list(follow_up_complaints(outcome.plan, manifest, outcome.follow_up))


def test_the_tight_window_leaves_tables_out_for_want_of_capacity():
    plans = [outcome_of(path, "tight").plan for path in FILES]
    codes = [record["code"] for plan in plans for record in plan["deferred"]]
    assert min(codes.count("capacity"), codes.count("dependency"), codes.count("oversized")) > 10


@pytest.mark.parametrize("name", [name for name in CYCLES if CYCLES[name]])
@pytest.mark.parametrize("policy", [EVERYTHING, MIXED], ids=["everything", "mixed"])
def test_the_pasted_rules_open_every_cycle(name, policy):
    manifest = manifest_of(FOLDER / f"{name}.json")
    hints = [v["hint"] for v in violations(planned(manifest, policy).plan, "D203")]
    assert len(hints) == len(CYCLES[name])
    pasted = [line for hint in hints for line in hint.splitlines()[1:]]
    mended = with_pasted(policy, pasted)
    outcome = planned(manifest, mended)
    assert outcome.status in (0, 1), outcome.printed
    assert violations(outcome.plan, "D203") == []
    causes = [v["details"]["cause"] for v in violations(outcome.plan, "S501")]
    assert "cycle" not in causes


def violations(plan, code):
    return [violation for violation in plan["violations"] if violation["code"] == code]
