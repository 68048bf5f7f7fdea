"""Whether copies are verified, and whether times were measured: two words of throughput rules."""

from __future__ import annotations

import csv
import json
from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from command import stowplan
from planning_runs import planned_in

from stowplan.cli.policies import load_policies
from stowplan.execution.reading import program_of
from stowplan.verification.reading import read_plan

TABLES = [
    {"name": "a", "rows": 1000, "size_mb": 100},
    {"name": "b", "rows": 1000, "size_mb": 100, "depends_on": ["a"]},
    {"name": "log", "rows": 1000, "size_mb": 100},
]
RULES = [
    {"id": "logs", "kind": "priority", "tables": ["log"], "class": "DEFERRABLE"},
    {"id": "rest", "kind": "priority", "tables": "*", "class": "CRITICAL"},
    {"id": "night", "kind": "resource", "window": {"duration": "4h"}},
    {"id": "next", "kind": "resource", "window": {"duration": "4h"}},
    {"id": "net", "kind": "resource", "bandwidth": {"limit": "50MB/s"}},
]


def policy_of(*throughput):
    """A policy with these throughput rules; each begins with its tables."""
    given = [
        {"id": f"t{at}", "kind": "resource", "tables": tables, "throughput": figures}
        for at, (tables, figures) in enumerate(throughput)
    ]
    return {"policy": "p", "rules": [*RULES, *given]}


def planned(folder, *throughput):
    """The plan's tables by name, deferred ones too, once `verify` has accepted it."""
    plan = planned_in(folder, {"tables": TABLES}, policy_of(*throughput)).plan
    artefact = folder / "out" / "migration_plan.json"
    assert stowplan("verify", artefact, "--policy", folder / "policy.yaml").status == 0
    return {entry["name"]: entry for entry in (*plan["tables"], *plan["deferred"])}


# --- verify -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("throughput", "expected"),
    [
        pytest.param([], ("checksum", "checksum", "checksum"), id="by default a checksum"),
        pytest.param(
            [("*", {"verify": "counts"})], ("counts", "counts", "counts"), id="deferred tables too"
        ),
        pytest.param(
            [(["b"], {"rate": "9MB/s"}), ("*", {"verify": "none"}), ("*", {"verify": "counts"})],
            ("none", "none", "none"),
            id="the first rule that says it",
        ),
        pytest.param(
            [(["a"], {"verify": "none"}), (["a", "log"], {"verify": "counts"})],
            ("none", "checksum", "counts"),
            id="table by table",
        ),
    ],
)
def test_each_table_says_how_its_copy_is_compared(throughput, expected, tmp_path):
    found = planned(tmp_path, *throughput)
    assert tuple(found[name]["verify"] for name in ("a", "b", "log")) == expected


@pytest.mark.parametrize(("way", "post_s"), [("none", 0), ("counts", 10), ("checksum", 10)])
def test_only_what_is_verified_takes_time(way, post_s, tmp_path):
    """The rate may come from another rule, before or after."""
    found = planned(tmp_path, ("*", {"verify_rate": "10MB/s"}), (["a"], {"verify": way}))
    assert (found["a"]["post_load_s"], found["b"]["post_load_s"]) == (post_s, 10)


def test_nothing_is_assumed_of_verifying_what_is_not_verified(tmp_path):
    found = planned(tmp_path, (["a"], {"verify": "none"}))
    assert "verify_rate" not in found["a"]["assumed"]
    assert "verify_rate" in found["b"]["assumed"]


def test_a_run_compares_as_the_plan_says(tmp_path):
    """Unless it is told how to compare everything."""
    planned(tmp_path, (["a"], {"verify": "none"}), (["log"], {"verify": "counts"}))
    policy = load_policies([str(tmp_path / "policy.yaml")], date(2026, 12, 1)).policy
    compared = {}
    for window, told in ((None, None), ("next", None), ("night", "counts")):
        text = (tmp_path / "out" / "migration_plan.json").read_text("utf-8")
        plan = json.loads(text, parse_float=Decimal)
        loads = program_of(read_plan(plan), policy, "key", window, told).loads
        compared[window] = {load.name: load.verify for load in loads}
    assert compared == {
        None: {"a": "none", "b": "checksum"},
        "next": {"log": "counts"},
        "night": {"a": "counts", "b": "counts"},
    }


# --- basis ------------------------------------------------------------------------------------

RAN = {"basis": "measured"}


@pytest.mark.parametrize(
    ("throughput", "basis"),
    [
        pytest.param([], "assumed", id="no rule"),
        pytest.param([("*", {"rate": "9MB/s"})], "declared", id="a rate"),
        pytest.param([("*", {"rate": "9MB/s", "basis": "declared"})], "declared", id="said so"),
        pytest.param([("*", {"rate": "9MB/s"} | RAN)], "measured", id="a measured rate"),
        pytest.param([("*", {"rows_per_second": 9} | RAN)], "measured", id="measured rows"),
        pytest.param([("*", {"overhead": "1s"} | RAN)], "assumed", id="a measured overhead alone"),
        pytest.param(
            [("*", {"rate": "9MB/s"}), ("*", {"rate": "8MB/s"} | RAN)],
            "declared",
            id="a declared rate that came first",
        ),
        pytest.param(
            [("*", {"rate": "9MB/s"} | RAN), ("*", {"rate": "8MB/s"})],
            "measured",
            id="a measured rate that came first",
        ),
        pytest.param(
            [("*", {"rate": "9MB/s"} | RAN), ("*", {"rows_per_second": 9})],
            "declared",
            id="one measured, one declared",
        ),
        pytest.param(
            [("*", {"rows_per_second": 9}), ("*", {"rate": "9MB/s", "rows_per_second": 8} | RAN)],
            "declared",
            id="one declared, one measured",
        ),
        pytest.param(
            [("*", {"rate": "9MB/s"} | RAN), ("*", {"overhead": "1s"})],
            "measured",
            id="a declared overhead",
        ),
        pytest.param([(["log"], {"rate": "9MB/s"} | RAN)], "assumed", id="of other tables"),
    ],
)
def test_a_time_is_measured_where_all_that_decides_its_rate_is(throughput, basis, tmp_path):
    assert planned(tmp_path, *throughput)["a"]["basis"] == basis


def test_every_artefact_says_what_was_measured(tmp_path):
    ran = {"rate": "9MB/s"} | RAN
    assert planned(tmp_path, (["a", "log"], ran))["log"]["basis"] == "measured"
    out = tmp_path / "out"
    lines = list(csv.DictReader(StringIO((out / "migration_plan.csv").read_text("utf-8"))))
    bases = {line["table"]: line["basis"] for line in lines}
    assert bases == {"a": "measured", "b": "assumed", "log": "measured"}
    markdown = (out / "migration_plan.md").read_text("utf-8")
    assert "times of the window's tables rest on: 1 measured, 1 assumed." in markdown
    assert '"basis":"measured"' in (out / "migration_plan.html").read_text("utf-8").replace(
        ": ", ":"
    )


def test_a_check_can_demand_it(tmp_path):
    demand = {"id": "sure", "kind": "check", "on": "step", "require": 'step.basis == "measured"'}
    policy = policy_of((["a"], {"rate": "9MB/s"} | RAN))
    policy["rules"].append(demand)
    found = planned_in(tmp_path, {"tables": TABLES}, policy).plan["violations"]
    assert [v["tables"] for v in found if v["code"] == "sure"] == [["b"], ["log"]]


# --- what other commands say --------------------------------------------------------------------


@pytest.fixture
def files(tmp_path):
    """A manifest, and a policy whose rate was measured."""
    ran = {"rate": "9MB/s", "verify": "counts"} | RAN
    (tmp_path / "m.json").write_text(json.dumps({"tables": TABLES}))
    (tmp_path / "p.yaml").write_text(json.dumps(policy_of((["a"], ran))))
    return tmp_path / "m.json", tmp_path / "p.yaml"


def test_why_says_what_a_time_rests_on(files):
    manifest, policy = files
    text = stowplan("why", "a", manifest, "--policy", policy).output
    assert "  verify: counts, rule t0" in text
    assert "  basis: measured, a rate from a run\n" in text
    assert "    gives rate, verify\n" in text
    other = stowplan("why", "b", manifest, "--policy", policy).output
    assert "  verify: checksum, the default\n" in other
    assert "  basis: assumed, the bandwidth alone\n" in other


def test_why_says_it_in_json(files):
    manifest, policy = files
    words = ("why", "a", manifest, "--policy", policy, "--format", "json")
    cost = json.loads(stowplan(*words).output)["cost"]
    (verify,) = [figure for figure in cost["figures"] if figure["figure"] == "verify"]
    assert (cost["basis"], verify["value"], verify["rule"]) == ("measured", "counts", "t0")


def test_policies_puts_both_into_words(files):
    manifest, policy = files
    text = stowplan("policies", manifest, "--policy", policy).output
    assert "throughput 9 MB/s, copies verified by their counts, measured" in text


def test_a_rule_that_only_says_verify_is_in_force_once(tmp_path):
    """A second one that says it of the same tables decides nothing."""
    policy = policy_of((["a"], {"verify": "none"}), (["a"], {"verify": "counts"}))
    (tmp_path / "m.json").write_text(json.dumps({"tables": TABLES}))
    (tmp_path / "p.yaml").write_text(json.dumps(policy))
    words = (tmp_path / "m.json", "--policy", tmp_path / "p.yaml", "--format", "json")
    found = json.loads(stowplan("lint", *words).output)["violations"]
    assert [v["rule"] for v in found if v["code"] == "Y608"] == ["t1"]


def test_two_rules_that_say_it_of_everything_contradict_each_other(tmp_path):
    policy = {"policy": "p", "rules": RULES + [
        {"id": name, "kind": "resource", "throughput": {"verify": way}}
        for name, way in (("one", "none"), ("two", "counts"))
    ]}  # fmt: skip
    (tmp_path / "m.json").write_text(json.dumps({"tables": TABLES}))
    (tmp_path / "p.yaml").write_text(json.dumps(policy))
    outcome = stowplan("lint", tmp_path / "m.json", "--policy", tmp_path / "p.yaml")
    assert "rules one and two both state the throughput's verify" in outcome.output


def test_a_rate_that_is_now_measured_is_another_effect(tmp_path):
    """A comparison names the table that it is measured for."""
    (tmp_path / "m.json").write_text(json.dumps({"tables": TABLES}))
    for name, basis in (("old", "declared"), ("new", "measured")):
        policy = policy_of((["a"], {"rate": "9MB/s", "basis": basis}))
        (tmp_path / f"{name}.yaml").write_text(json.dumps(policy))
    words = (tmp_path / "old.yaml", tmp_path / "new.yaml", "--manifest", tmp_path / "m.json")
    text = stowplan("diff", *words).output
    assert "1 rule has another effect: t0 (throughput.basis declared → measured)" in text
