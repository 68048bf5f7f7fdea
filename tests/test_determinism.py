"""The same input gives the same bytes, whatever the hash seed, the folder or the order."""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
from pathlib import Path

import pytest

import stowplan

ARTEFACTS = (
    "migration_plan.json",
    "migration_plan.md",
    "follow_up.manifest.json",
    "migration_plan.csv",
    "migration_plan.html",
)
POLICY = {
    "policy": "mixed",
    "classes": {"FILLER": {"placement": "optional"}, "SCRATCH": {"placement": "excluded"}},
    "rules": [
        {"id": "r1", "kind": "priority", "tables": ["t1*", "t?"], "class": "CRITICAL"},
        {"id": "r2", "kind": "priority", "tables": ["t2*", "t3*"], "class": "IMPORTANT"},
        {"id": "r3", "kind": "priority", "tables": "t4*", "class": "FILLER"},
        {"id": "r4", "kind": "priority", "tables": "t5*", "class": "DEFERRABLE"},
        {"id": "r5", "kind": "priority", "tables": "t6*", "class": "SCRATCH"},
        {"id": "d1", "kind": "dependency", "tables": ["t10", "t11", "t12"], "before": "t3?"},
        {"id": "d2", "kind": "dependency", "tables": ["t20"], "after": ["t1", "gone?"]},
        {"id": "w1", "kind": "resource", "window": {"duration": "10m", "reserve": "10%"}},
        {"id": "w2", "kind": "resource", "window": {"duration": "5m", "streams": 2}},
        {"id": "bw", "kind": "resource", "bandwidth": {"target": "50MB/s"}},
        {"id": "st", "kind": "resource", "streams": {"limit": 4}},
        {"id": "me", "kind": "resource", "memory": {"limit": "400MB"}},
        {"id": "th", "kind": "resource", "throughput": {"rate": "20MB/s", "overhead": "2s"}},
        {
            "id": "half",
            "kind": "checkpoint",
            "at": "50%",
            "if_behind": [{"skip": {"class": "FILLER"}}],
        },
    ],
}


def many_tables():
    """Seventy tables with a cycle, a missing parent and tables that nothing classifies."""
    chance = random.Random(7)
    names = [f"t{number}" for number in range(1, 71)]
    tables = [
        {"name": name, "rows": chance.randrange(1, 10**6), "size_mb": chance.randrange(1, 1200)}
        for name in names
    ]
    dependencies = {
        name: chance.sample(names[:place], min(place, chance.randrange(3)))
        for place, name in enumerate(names)
    }
    dependencies |= {"t35": ["t36"], "t36": ["t35"], "t37": ["lost"]}
    return {"tables": tables, "dependencies": dependencies}


def written(folder, manifest):
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    (folder / "policy.yaml").write_text(json.dumps(POLICY), "utf-8")
    return folder


def plan_in(folder, *, start=None, seed="0"):
    """Plan in a process of its own that starts in `start`; the artefacts' bytes, and the output."""
    start = start or folder
    package = Path(stowplan.__file__).absolute().parent.parent
    manifest, policy, out = (
        os.path.relpath(folder / name, start) for name in ("manifest.json", "policy.yaml", "out")
    )
    done = subprocess.run(
        [sys.executable, "-m", "stowplan", "plan", manifest, "--policy", policy, "-o", out],
        cwd=start,
        env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(package)},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    return [(folder / "out" / name).read_bytes() for name in ARTEFACTS], done.stdout


@pytest.fixture
def first(tmp_path):
    return plan_in(written(tmp_path / "first", many_tables()))


def test_the_plan_uses_everything_that_could_be_unstable(first):
    plan = json.loads(first[0][0])
    codes = {record["code"] for record in plan["deferred"]}
    assert codes == {"policy", "capacity", "dependency", "excluded"}
    assert any(record["window"] for record in plan["deferred"])
    assert len(plan["unschedulable"]) > 3
    assert plan["feasibility"] == "YES"
    assert {table["placement"] for table in plan["tables"]} > {"required", "preferred"}


@pytest.mark.parametrize("seed", ["1", "4242", "random"])
def test_the_hash_seed_does_not_reach_the_artefacts_or_the_output(tmp_path, first, seed):
    assert plan_in(written(tmp_path / "again", many_tables()), seed=seed) == first


@pytest.mark.parametrize("start", [".", "elsewhere/deep", "again"])
def test_the_working_directory_does_not_reach_the_artefacts(tmp_path, first, start):
    folder = written(tmp_path / "again", many_tables())
    (tmp_path / start).mkdir(parents=True, exist_ok=True)
    assert plan_in(folder, start=tmp_path / start)[0] == first[0]


@pytest.mark.parametrize("order", [1, 2])
def test_the_order_of_the_tables_does_not_reach_the_artefacts(tmp_path, first, order):
    manifest = many_tables()
    chance = random.Random(order)
    chance.shuffle(manifest["tables"])
    dependencies = list(manifest["dependencies"].items())
    chance.shuffle(dependencies)
    manifest["dependencies"] = {child: parents[::-1] for child, parents in dependencies}
    plan, *others = plan_in(written(tmp_path / "again", manifest))[0]
    assert (placeless(plan), others[1]) == (placeless(first[0][0]), first[0][2])
    assert set(lines(others[0])) == set(lines(first[0][1]))
    assert others[2] == first[0][3]
    assert unplaced(others[3]) == unplaced(first[0][4])


def unplaced(page):
    """A page without the places of its findings."""
    return re.sub(rb'<td class="place">[^<]*</td>', b"", page)


def placeless(text):
    """A plan without the manifest's hash and without places in it."""
    plan = json.loads(text)
    violations = [{**v, "line": None, "column": None} for v in plan["violations"]]
    return {**plan, "manifest": None, "violations": sorted(violations, key=str)}


def lines(text):
    """The lines of a Markdown plan, without those that show a place in the manifest or a hash."""
    return [line for line in text.splitlines() if b"manifest.json" not in line]
