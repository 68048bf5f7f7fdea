"""Checkpoints and contingencies in words: in `migration_plan.md` and on the page."""

from __future__ import annotations

import html
import json
import re

import pytest
from command import stowplan
from planning_runs import planned_in

MANIFEST = {
    "tables": [
        {"name": "orders", "rows": 100000, "size_mb": 2957},
        {"name": "prefs", "rows": 1000, "size_mb": 43},
    ]
}


def written(folder, actions, at="1m", net=("50MB/s", "60MB/s")):
    """The Markdown, the page's text and the plan, after `verify` has kept it."""
    target, limit = net
    rules = [
        {"id": "core", "kind": "priority", "tables": "orders", "class": "CRITICAL"},
        {"id": "rest", "kind": "priority", "tables": "*", "class": "IMPORTANT"},
        {"id": "night", "kind": "resource", "window": {"duration": "4h"}},
        {"id": "ram", "kind": "resource", "memory": {"limit": "100MB"}},
        {"id": "four", "kind": "resource", "streams": {"limit": 4}},
        {"id": "net", "kind": "resource", "bandwidth": {"target": target, "limit": limit}},
        {"id": "mark", "kind": "checkpoint", "at": at, "if_behind": actions},
    ]
    outcome = planned_in(folder, MANIFEST, {"policy": "p", "rules": rules})
    verified = stowplan("verify", folder / "out" / "migration_plan.json")
    assert verified.status == 0, verified.output
    page = (folder / "out" / "migration_plan.html").read_text("utf-8")
    text = html.unescape(re.sub(r"<[^>]*>", " ", page))
    return (folder / "out" / "migration_plan.md").read_text("utf-8"), text, outcome.plan


@pytest.mark.parametrize(
    ("action", "said"),
    [
        (
            {"raise_bandwidth": "200MB/s"},
            "raise the bandwidth to 200 MB/s, of which the policy allows 60 MB/s",
        ),
        ({"chunk": "1GB"}, "chunks of 1 000 MB, of which the memory allows 12.5 MB"),
    ],
    ids=["bandwidth", "chunk"],
)
def test_what_is_held_to_a_limit_says_so_wherever_it_is_named(tmp_path, action, said):
    markdown, page, _ = written(tmp_path, [action])
    assert f"1. {said}: " in markdown
    assert f"if behind, in this order: {said}\n" in markdown
    assert page.count(said) >= 2


def test_a_plan_whose_figures_are_not_of_the_limit_is_not_verified(tmp_path):
    _, _, plan = written(tmp_path, [{"raise_bandwidth": "200MB/s"}])
    plan["contingencies"][0]["held_to"]["mb_s"] = 200.0
    path = tmp_path / "out" / "migration_plan.json"
    path.write_text(json.dumps(plan), "utf-8")
    outcome = stowplan("verify", path)
    assert outcome.status == 1
    assert "held_to of contingency 1 is a mapping, should be" in outcome.output


def test_smaller_chunks_of_a_rule_say_what_they_hold(tmp_path):
    markdown, page, _ = written(tmp_path, [{"chunk": "5MB"}])
    worth = "would hold 40 MB at once (100 MB now); costs no time; covers no delay"
    assert f"1. chunks of 5 MB: {worth}\n" in markdown
    assert f"- [ ] Rule mark permits chunks of 5 MB: {worth}\n" in markdown
    assert "chunks of 5 MB (memory)" in page
    assert "fills 40 MB of memory at once" in page


def test_delays_that_can_be_borne_are_never_rounded_up(tmp_path):
    """59.14 s by plan, 39.427 s at 75 MB/s: 14 360.573 s late, and 19.713 s covered of that."""
    markdown, page, plan = written(
        tmp_path, [{"raise_bandwidth": "75MB/s"}], net=("50MB/s", "100MB/s")
    )
    assert plan["contingencies"][0]["bears_delay_s"] == pytest.approx(14360.573333)
    assert "SUFFICIENT up to 3 h 59 min 20 s late" in markdown
    assert "3 h 59 min 20 s" in page
    for text in (markdown, page):
        assert "3 h 59 min 21 s" not in text
    assert "AT_RISK: up to 3 h 59 min late" in markdown  # 14 340.86 s


def test_a_checkpoint_after_all_is_done_says_its_gap_and_no_limit_of_nothing(tmp_path):
    markdown, page, plan = written(tmp_path, ["stop"], at="3h")
    mark = next(c for c in plan["checkpoints"] if c["rule"] == "mark")
    assert (mark["no_go_below_mb"], mark["required_left"]["gap_s"]) == (0, 0)
    assert "required tables left: none; time remaining: 1 h; gap: 0 s; go back by 4 h" in markdown
    for text in (markdown, page):
        assert "NO-GO below 0 MB" not in text


def test_a_limit_that_can_be_missed_is_said(tmp_path):
    markdown, page, plan = written(tmp_path, ["stop"], at="3h", net=("210kB/s", "210kB/s"))
    mark = next(c for c in plan["checkpoints"] if c["rule"] == "mark")
    assert mark["no_go_below_mb"] == 2201.0
    assert "NO-GO below 2 201 MB, which no order of tables could make up for" in markdown
    assert "NO-GO below 2 201 MB" in page


def test_the_schema_of_plans_knows_what_is_held_to_a_limit(tmp_path):
    jsonschema = pytest.importorskip("jsonschema")
    _, _, plan = written(tmp_path, [{"raise_bandwidth": "200MB/s"}, {"chunk": "1GB"}])
    assert [c.get("held_to") for c in plan["contingencies"][:2]] == [{"mb_s": 60.0}, {"mb": 12.5}]
    validator = jsonschema.Draft202012Validator(json.loads(stowplan("schema", "plan").output))
    validator.validate(plan)
    plan["contingencies"][0]["held_to"] = {"mb_s": "60"}
    assert not validator.is_valid(plan)
