"""Checkpoints: when they are, what is done by then, and how late it may come true."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from planned_ground import caught
from planning_runs import planned
from policy_facts import Facts
from policy_text import micro
from strategies import inputs

from stowplan.planning.retiming import Retiming

MANIFEST = {
    "tables": [
        {"name": "customers", "rows": 100, "size_mb": 600},
        {"name": "orders", "rows": 100, "size_mb": 1200},
        {"name": "logs", "rows": 100, "size_mb": 300},
    ],
    "dependencies": {"orders": ["customers"]},
}
RULES = [
    {"id": "core", "kind": "priority", "tables": ["customers", "orders"], "class": "CRITICAL"},
    {"id": "rest", "kind": "priority", "tables": "logs", "class": "IMPORTANT"},
    {"id": "net", "kind": "resource", "bandwidth": {"target": "1MB/s", "limit": "2MB/s"}},
]
NIGHT = {
    "id": "night",
    "kind": "resource",
    "window": {"duration": "1h", "rollback": "10m", "reserve": "10%"},
}
EVERY = ["customers", "logs", "orders"]


def policy(*checkpoints, night=NIGHT, more=()):
    """The policy with such checkpoints."""
    numbered = [
        {"id": f"c{at}", "kind": "checkpoint"} | rule for at, rule in enumerate(checkpoints)
    ]
    return {"policy": "p", "rules": [*RULES, night, *more, *numbered]}


def checkpoint(rule, night=NIGHT, manifest=MANIFEST):
    plan = planned(manifest, policy(rule, night=night)).plan
    (found,) = [entry for entry in plan["checkpoints"] if entry["rule"] == "c0"]
    return found


@pytest.mark.parametrize(
    ("rule", "at", "expected", "latest", "tables", "mb", "required_mb"),
    [
        ({"at": "20m"}, 1200.0, 600.0, 1800.0, ["customers"], 1200.0, 1200.0),
        ({"at": "50%"}, 1800.0, 1800.0, 3000.0, ["customers", "orders"], 1800.0, 1800.0),
        ({"after": "customers"}, 600.0, 600.0, 1800.0, ["customers"], 600.0, 600.0),
        ({"after": "*s", "decider": "me"}, 2100.0, 2100.0, 3000.0, EVERY, 2100.0, 1800.0),
        ({"at": "5m"}, 300.0, 0.0, 1200.0, [], 300.0, 300.0),
    ],
    ids=["a time", "a share", "a table", "all", "nothing done"],
)
def test_a_checkpoint_says_what_is_done_and_how_late_it_may_come_true(
    rule, at, expected, latest, tables, mb, required_mb
):
    found = checkpoint(rule)
    times = found["at_s"], found["expected_s"], found["latest_s"]
    assert times == (at, expected, latest)
    assert found["tables"] == tables
    assert (found["mb"], found["required_mb"]) == (mb, required_mb)
    assert found["decider"] == rule.get("decider")
    assert found["go_back_by_s"] == 3000.0


def test_the_words_are_delays_and_bytes_of_the_required_tables():
    """They end at 1800 s of 2700 s usable and 3000 s before going back."""
    found = checkpoint({"at": "40m"})
    assert found["status"] == {
        "ON_TRACK": {"up_to_delay_s": 900.0, "from_required_mb": 1500.0},
        "AT_RISK": {"up_to_delay_s": 1200.0, "from_required_mb": 1200.0},
        "BEHIND": {"beyond_delay_s": 1200.0, "below_required_mb": 1200.0},
    }
    assert found["no_go_below_mb"] == 1200.0


def test_what_is_left_is_named_with_the_time_for_it():
    assert checkpoint({"at": "20m"})["required_left"] == {
        "tables": 1, "first": ["orders"], "mb": 600.0,
        "needs_s": 600.0, "remaining_s": 1800.0, "gap_s": 0.0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("duration", "latest", "word"), [("35m", 300.0, -300.0), ("20m", None, -1200.0)]
)
def test_a_plan_that_is_too_late_must_be_ahead_of_itself(duration, latest, word):
    night = {**NIGHT, "window": {"duration": duration, "rollback": "10m"}}
    found = checkpoint({"after": "customers"}, night)
    assert found["latest_s"] == latest
    assert found["status"]["AT_RISK"]["up_to_delay_s"] == word
    assert found["required_left"]["gap_s"] == -word


def test_every_phase_ends_with_its_last_required_table():
    plan = planned(MANIFEST, policy()).plan
    assert [(c["after"], c["at_s"], c["tables"]) for c in plan["checkpoints"]] == [
        ("phase 1", 600.0, ["customers"]),
        ("phase 2", 1800.0, ["orders"]),
    ]


def test_of_very_many_phases_fifty_have_a_checkpoint():
    names = [f"t{at:03}" for at in range(120)]
    manifest = {
        "tables": [{"name": name, "rows": 1, "size_mb": 1} for name in names],
        "dependencies": {child: [parent] for parent, child in pairwise(names)},
    }
    every = {"id": "all", "kind": "priority", "tables": "*", "class": "CRITICAL"}
    plan = planned(manifest, policy(more=[every])).plan
    found = plan["checkpoints"]
    assert (len(found), plan["phases_left_out"]) == (50, 70)
    assert found[-1]["after"] == "phase 120"
    assert [name for entry in found for name in entry["tables"]] == names
    assert found[-1]["tables_done"] == 120


def stopped(plan, at, delay):
    """The plan when everything stops at a moment for a delay: each table's new finish."""
    return {
        record["name"]: finish + (delay if finish > at else 0)
        for record in plan["tables"]
        for finish in (micro(record["finish_s"]),)
    }


@settings(max_examples=150)
@given(inputs())
def test_a_stop_as_long_as_the_latest_allows_keeps_the_window_and_a_longer_one_does_not(drawn):
    manifest, rules = drawn
    plan = planned(manifest, rules).plan
    limit = Facts(manifest, rules).windows[0].limit
    required = {r["name"] for r in plan["tables"] if r["placement"] == "required"}
    for found in plan["checkpoints"]:
        expected, left = micro(found["expected_s"]), found["required_left"]["tables"]
        if not left or (found["latest_s"] or -1.0) < found["expected_s"]:
            continue  # nothing is left to be late, or the plan itself is late
        delay = micro(found["latest_s"]) - expected
        for longer, kept in ((delay, True), (delay + delay // 1000 + 1, False)):
            ends = stopped(plan, expected, longer)
            assert (max(ends[name] for name in required) <= limit) is kept


TOGETHER = (
    {
        "tables": [
            {"name": "A", "rows": 0, "size_mb": 130, "priority": "CRITICAL"},
            {"name": "orders", "rows": 0, "size_mb": 132, "priority": "CRITICAL"},
        ],
        "dependencies": {},
    },
    {
        "policy": "p",
        "rules": [
            {"id": "net", "kind": "resource", "bandwidth": {"target": "1MB/s"}},
            {"id": "night", "kind": "resource", "window": {"duration": "1s", "streams": 2}},
            {
                "id": "own",
                "kind": "resource",
                "throughput": {"rate": "1MB/s", "per_chunk": "1us", "verify_rate": "1MB/s"},
            },
        ],
    },
)
"""Two tables begin together; the second one by name moves first, for more comes after it."""


@settings(max_examples=150)
@given(inputs(), st.integers(0, 100))
@example(TOGETHER, 1)
def test_the_rest_of_the_plan_timed_from_its_state_ends_as_planned(drawn, share):
    """A fresh schedule of what is left is the plan's own: a stop shifts everything after it."""
    _, ground, arrangement = caught(*drawn)
    if ground is None:
        return
    timing = Retiming(ground, arrangement)
    at = timing.ends.required_us * share // 100
    rest = timing.rest_us(timing.as_planned, at)
    # A rate is whole bytes a second and a part of a byte is moved again.
    assert rest == pytest.approx(timing.ends.required_us - at, rel=1e-6, abs=1_000_000)
