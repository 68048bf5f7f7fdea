"""What a run decides at a checkpoint: each case small enough to be reckoned by hand.

A required table of 100 MB and a preferred one of 50 MB, over a line of 1 MB/s in a window of 200 s.
"""

from __future__ import annotations

import json

import pytest
from command import stowplan
from planning_runs import planned_in
from run_checker import journal

MANIFEST = {
    "tables": [
        {"name": "orders", "rows": 1000, "size_mb": 100},
        {"name": "wishes", "rows": 1000, "size_mb": 50},
    ]
}
SKIP = {"skip": {"class": "IMPORTANT"}}


def policy(actions, *, reserve="0%", **checkpoint):
    moment = checkpoint or {"at": "50s"}
    return {
        "rules": [
            {"id": "c", "kind": "priority", "tables": ["orders"], "class": "CRITICAL"},
            {"id": "i", "kind": "priority", "tables": ["wishes"], "class": "IMPORTANT"},
            {"id": "w", "kind": "resource", "window": {"duration": "200s", "reserve": reserve}},
            {"id": "b", "kind": "resource", "bandwidth": {"target": "1MB/s", "limit": "2MB/s"}},
            {"id": "k", "kind": "resource", "chunk": {"size": "1MB"}},
            {"id": "look", "kind": "checkpoint", "decider": "lead", "if_behind": actions, **moment},
        ]
    }


@pytest.fixture
def rehearsed(tmp_path):
    """Plans, rehearses, and gives the exit status, the rule's judgement and the whole journal."""

    def run(actions, *options, **more):
        made = planned_in(tmp_path, MANIFEST, policy(actions, **more))
        assert made.plan is not None, made.printed
        ended = stowplan("run", tmp_path / "out" / "migration_plan.json", *options, "--debug")
        entries = journal(tmp_path / "out")
        found = [e for e in entries if e["event"] == "checkpoint" and e["rule"] == "look"]
        return ended.status, found[0] if found else None, entries

    return run


def kinds(actions):
    return [action["kind"] for action in actions]


def test_on_track_nothing_is_weighed(rehearsed):
    status, found, _ = rehearsed([SKIP, "stop"])
    assert status == 0
    assert found["outlook"]["required_us"] == 100_000_000
    assert found["options"] == found["taken"] == []


def test_at_risk_what_helps_nothing_is_not_taken(rehearsed):
    """Ends after 150 of 120 usable seconds; skipping gains nothing for what is required."""
    actions = [SKIP, {"raise_bandwidth": "2MB/s"}, "stop"]
    _, found, _ = rehearsed(actions, "--slowdown", "1.5", reserve="40%")
    assert found["outlook"]["required_us"] == pytest.approx(150_000_000, abs=1000)
    assert [option["sufficient"] for option in found["options"]] == [False, True]
    assert kinds(found["taken"]) == ["raise_bandwidth"]


def test_the_first_that_suffices_is_taken(rehearsed):
    """At 50 s a third of 50 MB is moved; the rest takes 250 s, or 125 s at twice the rate."""
    actions = [SKIP, {"raise_bandwidth": "2MB/s"}, {"extend_window": "200s"}]
    _, found, entries = rehearsed(actions, "--slowdown", "3")
    assert round(found["outlook"]["required_us"], -4) == 300_000_000
    assert round(found["options"][1]["required_us"], -4) == 175_000_000
    assert kinds(found["taken"]) == ["raise_bandwidth"]
    closed = {e["table"]: e["at_us"] for e in entries if e["event"] == "closed"}
    assert closed["orders"] == pytest.approx(175_000_000, abs=1000)


def test_the_shortest_beginning_that_suffices_together_is_taken(rehearsed):
    """Five times slower: 275 s at twice the rate, within 280 with both, not within 230 or 200."""
    actions = [{"raise_bandwidth": "2MB/s"}, {"extend_window": "80s"}, SKIP, "stop"]
    status, found, entries = rehearsed(actions, "--slowdown", "5")
    assert [option["sufficient"] for option in found["options"]] == [False, False, False, True]
    assert kinds(found["taken"]) == ["raise_bandwidth", "extend_window"]
    closed = {e["table"]: e["at_us"] for e in entries if e["event"] == "closed"}
    assert closed["orders"] == pytest.approx(275_000_000, abs=1000)
    assert status == 1  # wishes do not come any more


def test_behind_with_nothing_that_suffices_it_stops_where_the_rule_permits_it(rehearsed):
    actions = [{"raise_bandwidth": "2MB/s"}, {"extend_window": "30s"}, "stop"]
    status, found, entries = rehearsed(actions, "--slowdown", "5")
    assert status == 3
    assert kinds(found["taken"]) == ["stop"]
    copied = [e for e in entries if e["event"] == "copied"]
    assert copied[-1]["at_us"] == entries[-1]["at_us"]  # a chunk's end


def test_without_leave_to_stop_it_goes_on_to_the_windows_end(rehearsed):
    status, found, entries = rehearsed([{"extend_window": "30s"}], "--slowdown", "5")
    assert status == 1
    assert found["taken"] == []
    assert entries[-1]["ending"] == "window"
    assert entries[-1]["at_us"] == 200_000_000


def test_the_bandwidth_is_never_raised_past_its_limit(rehearsed):
    _, found, _ = rehearsed([{"raise_bandwidth": "9MB/s"}], "--slowdown", "3")
    assert round(found["options"][0]["required_us"], -4) == 175_000_000
    assert found["options"][0]["actions"][0]["value"] == 2_000_000


def test_a_checkpoint_whose_tables_are_late_is_judged_at_its_latest_moment(rehearsed):
    """`after: orders` can come at 200 s at the latest."""
    _, found, _ = rehearsed([{"extend_window": "400s"}], "--slowdown", "3", after="orders")
    assert found["late"]
    assert found["at_us"] == 200_000_000
    assert kinds(found["taken"]) == ["extend_window"]


def test_skipped_tables_are_left_out_and_told(rehearsed, tmp_path):
    """Skipping comes with what suffices: a beginning of the list is taken as a whole."""
    actions = [SKIP, {"raise_bandwidth": "2MB/s"}, {"extend_window": "80s"}]
    status, found, entries = rehearsed(actions, "--slowdown", "5")
    assert kinds(found["taken"]) == ["skip", "raise_bandwidth", "extend_window"]
    passed = [e for e in entries if e["event"] == "passed"]
    assert [(e["table"], e["reason"]) for e in passed] == [("wishes", "skipped at look")]
    assert status == 1
    follow_up = json.loads((tmp_path / "out" / "follow_up.manifest.json").read_text("utf-8"))
    assert [table["name"] for table in follow_up["tables"]] == ["wishes"]
    assert follow_up["present"] == ["orders"]


def test_slow_single_tables_make_only_themselves_late(rehearsed):
    """The slowness of a table that has begun is its own."""
    _, found, _ = rehearsed(["stop"], "--slowdown", "orders=1.5", "--slowdown", "wishes=1")
    assert found["outlook"]["required_us"] == pytest.approx(150_000_000, abs=1000)
