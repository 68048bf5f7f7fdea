"""Follow-up windows: planned again as the main one, and what they leave out, with the reason."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest
import yaml
from command import stowplan

ROOT = Path(__file__).parent.parent
NIGHT = """\
policy: p
rules:
  - {{id: core, kind: priority, tables: ["core*"], class: CRITICAL}}
  - {{id: rep, kind: priority, tables: ["rep*"], class: IMPORTANT}}
  - {{id: logs, kind: priority, tables: ["*"], class: DEFERRABLE}}
  - {{id: night, kind: resource, window: {{duration: 1h}}}}
  - {{id: next, kind: resource, window: {{name: w2, {window}}}}}
  - {{id: net, kind: resource, bandwidth: {{limit: 60MB/s, target: 50MB/s}}}}
"""


def tables(**sizes):
    """A manifest of tables of these sizes in MB."""
    return {"tables": [{"name": n, "rows": 1000, "size_mb": mb} for n, mb in sizes.items()]}


def planned(folder, manifest, window, *rules, main=None):
    """The plan as JSON, and where it stands; with `main` that window is the main one."""
    (folder / "m.yaml").write_text(yaml.safe_dump(manifest))
    text = NIGHT.format(window=window) + "".join(f"  - {rule}\n" for rule in rules)
    (folder / "p.yaml").write_text(text)
    out = folder / (main or "out")
    more = ["--window", main] if main else []
    outcome = stowplan("plan", folder / "m.yaml", "--policy", folder / "p.yaml", "-o", out, *more)
    assert outcome.status in (0, 1), outcome.errors
    return json.loads((out / "migration_plan.json").read_text()), out


def verified(folder, out):
    """What `stowplan verify` finds."""
    outcome = stowplan("verify", out / "migration_plan.json", "--policy", folder / "p.yaml")
    return outcome.status, outcome.output


def test_a_checkpoint_after_the_end_of_the_night_that_is_asked_for_is_not_in_its_plan(tmp_path):
    mark = "{id: mark, kind: checkpoint, at: 50m, decider: lead}"
    for main in (None, "w2"):
        plan, out = planned(tmp_path, tables(core=100, log=100), "duration: 30m", mark, main=main)
        rules = [checkpoint["rule"] for checkpoint in plan["checkpoints"]]
        assert rules.count("mark") == (0 if main else 1)
        assert verified(tmp_path, out) == (0, "")


def test_a_checkpoint_after_the_end_of_every_window_is_in_no_plan(tmp_path):
    mark = "{id: mark, kind: checkpoint, at: 5h}"
    plan, out = planned(tmp_path, tables(core=100), "duration: 30m", mark)
    assert [checkpoint["rule"] for checkpoint in plan["checkpoints"]] == [None]
    assert "Y608" in [v["code"] for v in plan["violations"] if "mark" in v["message"]]
    assert verified(tmp_path, out) == (0, "")


@pytest.mark.parametrize("main", [None, "w2"])
def test_a_window_takes_a_table_of_its_class_whose_child_it_does_not_take(tmp_path, main):
    manifest = tables(core=1000, rep=1000, logs=1000) | {"dependencies": {"rep": ["logs"]}}
    window = "duration: 1h, accepts: [DEFERRABLE]"
    plan, out = planned(tmp_path, manifest, window, main=main)
    placed = {t["name"]: t["window"] for t in (*plan["tables"], *plan["deferred"])}
    assert (placed["logs"], placed["rep"]) == ("w2", None)
    assert verified(tmp_path, out) == (0, "")


@pytest.mark.parametrize(
    ("window", "sizes", "told"),
    [
        pytest.param(
            "duration: 4h, accepts: [IMPORTANT]",
            {"log": 100},
            "no follow-up window takes it: w2 does not accept class DEFERRABLE",
            id="class",
        ),
        pytest.param(
            "duration: 30m",
            {"log": 100_000},
            "no follow-up window takes it: w2 has 30 min, it needs 33 min 20 s",
            id="too long",
        ),
        pytest.param(
            "duration: 1h",
            {"log": 120_000, "log_2": 100_000},
            "no follow-up window takes it: w2 is full until 33 min 20 s of 1 h, it needs 40 min",
            id="full",
        ),
    ],
)
def test_what_no_window_takes_says_what_each_lacks(tmp_path, window, sizes, told):
    plan, out = planned(tmp_path, tables(core=100, **sizes), window)
    (left,) = [table for table in plan["deferred"] if table["window"] is None]
    assert left["because"][-1]["text"] == told
    assert told in (out / "migration_plan.md").read_text().replace("No follow", "no follow")


def test_without_follow_up_windows_that_is_said(tmp_path):
    (tmp_path / "m.yaml").write_text(yaml.safe_dump(tables(core=100, log=100)))
    rules = [line for line in NIGHT.splitlines() if "w2" not in line]
    (tmp_path / "p.yaml").write_text("\n".join(rules).replace("{{", "{").replace("}}", "}"))
    out = tmp_path / "out"
    stowplan("plan", tmp_path / "m.yaml", "--policy", tmp_path / "p.yaml", "-o", out)
    plan = json.loads((out / "migration_plan.json").read_text())
    assert plan["deferred"][0]["because"][-1]["text"] == "there is no follow-up window"


def test_a_bandwidth_past_its_limit_is_no_cure(tmp_path):
    plan, _ = planned(tmp_path, tables(core=100, log=185_000), "duration: 4h")
    cure = plan["deferred"][0]["because"][1]["text"]
    more = "102 s more of usable time"
    assert cure == f"class IMPORTANT, with {more} or 51.416667 MB/s, would bring it into the window"
    plan, _ = planned(tmp_path, tables(core=100, log=240_000), "duration: 4h")
    assert "MB/s" not in plan["deferred"][0]["because"][1]["text"]


def test_a_table_waits_for_its_parents_whatever_its_own_class(tmp_path):
    manifest = tables(core=100, rep=100, log=100) | {"dependencies": {"rep": ["log"]}}
    plan, _ = planned(tmp_path, manifest, "duration: 4h")
    rep = next(table for table in plan["deferred"] if table["name"] == "rep")
    assert (rep["code"], rep["would_fit"]) == ("dependency", True)
    assert rep["because"][1]["text"] == "it comes where log can come"


def test_what_would_fit_by_itself_is_found_among_thousands(tmp_path):
    """What is left of the window after the largest selections is filled up table by table."""
    random, names, sizes, above = Random(2), [], {}, {}
    for at in range(4000):
        name = f"rep{at:04}"
        sizes[name] = round(random.paretovariate(1.2), 3)
        if at > 1:
            above[name] = sorted({random.choice(names), random.choice(names)})
        names.append(name)
    manifest = tables(core1=100, core2=100, core3=100, **sizes) | {"dependencies": above}
    own = "{id: own, kind: resource, throughput: {rows_per_second: 4000, overhead: 50ms}}"
    four = "{id: four, kind: resource, streams: {limit: 4}}"
    plan, out = planned(tmp_path, manifest, "duration: 120s", own, four, main="w2")
    capacity = [table for table in plan["deferred"] if table["code"] == "capacity"]
    assert capacity
    assert not any(table["would_fit"] for table in capacity)
    assert verified(tmp_path, out) == (0, "")


def test_a_window_with_nothing_to_move_says_so(tmp_path):
    _, out = planned(tmp_path, tables(log=100), "duration: 1h")
    told = (out / "migration_plan.md").read_text()
    assert "No table is planned in this window." in told
    assert "- Chunk size: there is nothing to move" in told
    assert "- Break-even for the required tables: none, since there is nothing to move" in told


def test_the_room_that_a_better_order_makes_is_used(tmp_path, monkeypatch):
    """Orders within a class are improved after it is chosen: then more of it fits."""
    monkeypatch.syspath_prepend(ROOT)
    from benchmarks.manifests import migration  # noqa: PLC0415 (beside the tests, no package)

    manifest, policy = migration(800)
    (tmp_path / "m.json").write_text(json.dumps(manifest))
    (tmp_path / "p.yaml").write_text(policy)
    out = tmp_path / "out"
    stowplan("plan", tmp_path / "m.json", "--policy", tmp_path / "p.yaml", "-o", out)
    assert verified(tmp_path, out) == (0, "")
