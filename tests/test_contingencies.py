"""Contingencies: what every permitted action saves, and which delay it covers."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planned_ground import caught
from planning_runs import planned
from policy_text import micro
from strategies import inputs

from stowplan.model import Capacity
from stowplan.planning import retiming
from stowplan.planning.scheduling import schedule

CORE = {"id": "core", "kind": "priority", "tables": ["a", "b"], "class": "CRITICAL"}
REST = {"id": "rest", "kind": "priority", "tables": "*", "class": "IMPORTANT"}
NET = {"id": "net", "kind": "resource", "bandwidth": {"target": "1MB/s", "limit": "2MB/s"}}
TABLES = [
    {"name": "a", "rows": 6000, "size_mb": 6000, "max_row_mb": 60},
    {"name": "b", "rows": 6000, "size_mb": 6000, "max_row_mb": 60},
    {"name": "x", "rows": 100, "size_mb": 60},
    {"name": "y", "rows": 100, "size_mb": 30, "depends_on": ["x"]},
]
MANIFEST = {"tables": TABLES, "dependencies": {"b": ["a"]}}
NIGHT = {"duration": "4h"}


def policy(actions, when=None, window=NIGHT, more=()):
    rules = [CORE, REST, NET, {"id": "night", "kind": "resource", "window": window}, *more]
    mark = {"id": "mark", "kind": "checkpoint", **(when or {"at": "3h"})}
    mark |= {"if_behind": actions} if actions else {}
    return {"policy": "p", "rules": [*rules, mark]}


def contingencies(actions, when=None, window=NIGHT, more=(), manifest=MANIFEST):
    plan = planned(manifest, policy(actions, when, window, more)).plan
    return plan["contingencies"]


def only(action, *others, **more):
    """The contingency of the one action that the rule permits."""
    (found,) = [c for c in contingencies([action], *others, **more) if c["rule"] == "mark"]
    return found


FIGURES = ("basis", "saves_required_s", "saves_all_s", "covers_delay_s", "bears_delay_s", "verdict")


@pytest.mark.parametrize(
    ("action", "figures"),
    [
        ({"skip": {"class": "IMPORTANT"}}, ("exact", 0, 90, 0, 2400, "INSUFFICIENT")),
        ({"skip": {"tables": "y"}}, ("timed", 0, 30, 0, 2400, "INSUFFICIENT")),
        # 1200 s of delay are left to be made up in one hour at one and a half times the rate.
        ({"raise_bandwidth": "1.5MB/s"}, ("timed", 4000, 4030, 1800, 4200, "SUFFICIENT")),
        ({"raise_bandwidth": "1MB/s"}, ("exact", 0, 0, 0, 2400, "INSUFFICIENT")),
        ({"extend_window": "30m"}, ("exact", 0, 0, 1800, 4200, "SUFFICIENT")),
        ({"chunk": "200MB"}, ("exact", 0, 0, 0, 2400, "INSUFFICIENT")),
        ({"streams": 2}, ("timed", 0, 0, 0, 2400, "INSUFFICIENT")),
        ("stop", ("exact", 0, 0, None, None, None)),
    ],
    ids=lambda value: json.dumps(value) if not isinstance(value, tuple) else "",
)
def test_what_an_action_is_worth_at_the_three_hour_mark(action, figures):
    """12 000 s for the required tables, 90 s for the others, in 14 400 s."""
    found = only(action)
    assert tuple(found[key] for key in FIGURES) == figures
    assert found["against"] == "delay"


def test_after_a_table_only_what_is_left_is_faster():
    """Its second half at twice the rate: 3000 s."""
    found = only({"raise_bandwidth": "2MB/s"}, {"after": "a"})
    assert (found["saves_required_s"], found["covers_delay_s"]) == (6000, 3000)


def test_before_anything_must_have_begun_the_whole_plan_is_faster():
    found = only({"raise_bandwidth": "2MB/s"}, {"at": "10m"})
    assert (found["saves_required_s"], found["covers_delay_s"]) == (6000, 6000)


def test_an_action_that_does_not_mend_a_late_plan_is_insufficient():
    late = {"duration": "3h"}  # 1200 s too short
    found = only({"extend_window": "10m"}, None, late)
    assert (found["covers_delay_s"], found["bears_delay_s"]) == (600, -600)
    assert found["verdict"] == "INSUFFICIENT"
    assert only({"extend_window": "20m"}, None, late)["verdict"] == "SUFFICIENT"


def test_a_skip_takes_along_what_depends_on_it_and_leaves_required_tables():
    found = only({"skip": {"tables": ["a", "x"]}})
    assert found["skips"] == {"tables": 2, "mb": 90.0, "brought": 1, "required_kept": 1}
    assert (found["saves_required_s"], found["saves_all_s"]) == (0, 90)


def test_more_streams_than_the_memory_has_room_for_are_not_possible():
    memory = {"id": "ram", "kind": "resource", "memory": {"limit": "250MB"}}
    found = only({"streams": 4}, more=[memory])
    assert found["obstacle"] == "the rows of 2 tables would not fit the memory of one of 4 streams"
    assert found["verdict"] == "INSUFFICIENT"


def test_chunks_that_cost_time_are_timed_again():
    """6 000 MB are 60 chunks of 100 MB or 120 of 50 MB, two seconds each."""
    costly = {"id": "cost", "kind": "resource", "throughput": {"per_chunk": "2s"}}
    found = only({"chunk": "200MB"}, {"at": "1m"}, more=[costly])
    assert (found["saves_required_s"], found["basis"]) == (120, "timed")
    spare = [c for c in contingencies([], more=[costly]) if c["against"] == "memory"]
    assert [(c["action"], c["saves_required_s"], c["holds_mb"]) for c in spare] == [
        ({"chunk": {"mb": 50.0}}, -240, 100.0)
    ]


@pytest.mark.parametrize(("per_chunk", "saves"), [("0s", 0), ("2s", -2160)])
def test_smaller_chunks_of_a_rule_are_against_memory_pressure(per_chunk, saves):
    """Ten times as many: 1200 chunks in place of 120, each of no time or of two seconds."""
    costly = {"id": "cost", "kind": "resource", "throughput": {"per_chunk": per_chunk}}
    found = only({"chunk": "10MB"}, None, {"duration": "8h"}, more=[costly])
    assert (found["against"], found["verdict"], found["holds_mb"]) == ("memory", None, 20.0)
    assert (found["saves_required_s"], found["covers_delay_s"]) == (saves, 0)
    assert "held_to" not in found


SMALL = {"id": "ram", "kind": "resource", "memory": {"limit": "100MB"}}
FOUR = {"id": "four", "kind": "resource", "streams": {"limit": 4}}


@pytest.mark.parametrize(
    ("asked", "had", "held_to"),
    [
        ({"raise_bandwidth": "200MB/s"}, {"raise_bandwidth": "2MB/s"}, {"mb_s": 2.0}),
        ({"chunk": "1GB"}, {"chunk": "12.5MB"}, {"mb": 12.5}),
    ],
    ids=["above the limit", "beyond the memory"],
)
def test_what_is_held_to_a_limit_has_the_figures_of_that_limit(asked, had, held_to):
    manifest = {"tables": [{k: v for k, v in t.items() if k != "max_row_mb"} for t in TABLES]}
    found, plain = (
        only(action, more=[SMALL, FOUR], manifest=manifest | {"dependencies": {"b": ["a"]}})
        for action in (asked, had)
    )
    assert found.pop("held_to") == held_to
    assert "held_to" not in plain
    assert {**found, "action": None} == {**plain, "action": None}


def test_one_table_at_a_time_says_what_it_costs():
    two = {"id": "two", "kind": "resource", "streams": {"limit": 2}}
    slow = {
        "id": "slow",
        "kind": "resource",
        "tables": ["x", "b"],
        "throughput": {"rate": "500kB/s"},
    }
    found = {
        json.dumps(c["action"]): c
        for c in contingencies([], window={"duration": "6h"}, more=[two, slow])
        if c["against"] == "memory"
    }
    one = found['{"streams": 1}']
    assert (one["saves_required_s"], one["saves_all_s"]) == (0, -150)
    assert (one["covers_delay_s"], one["verdict"], one["holds_mb"]) == (0, None, 200.0)


def test_a_plan_without_rules_for_checkpoints_says_what_could_be_done():
    rules = policy([])
    rules["rules"].pop()
    found = planned(MANIFEST, rules).plan["contingencies"]
    assert {c["rule"] for c in found} == {None}
    assert [c["action"] for c in found if c["against"] == "delay"] == [
        {"chunk": {"mb": 200.0}},
        {"skip": {"class": "IMPORTANT"}},
        {"streams": 2},
        {"raise_bandwidth": {"mb_s": 2.0}},
    ]


@pytest.mark.parametrize(
    ("action", "basis", "most"),
    [
        ({"raise_bandwidth": "1.5MB/s"}, "bounded", 4000),
        ({"streams": 2}, "bounded", 0),
        ({"streams": 1}, "exact", None),
        ({"skip": {"tables": "y"}}, "bounded", None),
        ({"skip": {"class": "IMPORTANT"}}, "exact", None),
        ({"extend_window": "30m"}, "exact", None),
    ],
    ids=lambda value: json.dumps(value) if isinstance(value, dict) else "",
)
def test_among_too_many_tables_what_is_proven_is_said(monkeypatch, action, basis, most):
    monkeypatch.setattr(retiming, "WORK", 0)
    found = only(action)
    assert found["basis"] == basis
    assert found.get("saves_required_at_most_s") == most
    if basis == "bounded":
        assert found["saves_all_s"] is None


@settings(max_examples=100)
@given(
    st.lists(st.integers(1, 2000), min_size=2, max_size=2),
    st.integers(0, 5000),
    st.integers(1, 5000),
    st.sampled_from((2, 5, 10)),
)
def test_where_only_bytes_count_the_delay_that_more_bandwidth_covers_is_a_quotient(
    sizes, at, duration, more
):
    """What is left at that moment moves at the new rate; at most, all of it does."""
    manifest = {
        "tables": [
            {"name": name, "rows": 1, "size_mb": size}
            for name, size in zip("ab", sizes, strict=True)
        ]
    }
    window = {"duration": f"{duration}s"}
    net = {**NET, "bandwidth": {"target": "10MB/s", "limit": "100MB/s"}}
    rules = policy([{"raise_bandwidth": f"{10 * more}MB/s"}], {"at": f"{at}s"}, window)
    rules["rules"] = [net if rule["id"] == "net" else rule for rule in rules["rules"]]
    (found, *_) = planned(manifest, rules).plan["contingencies"]
    finish, faster = sum(sizes) / 10, sum(sizes) / (10 * more)
    left = max(0, duration - at) * (more - 1)
    covers = finish - faster if duration - faster >= at else min(left, finish - faster)
    # In whole microseconds: a table's load ends on the next one.
    assert found["covers_delay_s"] == pytest.approx(covers, abs=0.00005)
    assert found["bears_delay_s"] == pytest.approx(duration - finish + covers, abs=0.00005)


ACTIONS = (
    {"raise_bandwidth": "100MB/s"},
    {"raise_bandwidth": "60MB/s"},
    {"streams": 3},
    {"streams": 8},
    {"skip": {"class": "IMPORTANT"}},
    {"skip": {"tables": ["a*", "?"]}},
    {"chunk": "1MB"},
)


@st.composite
def permitting(draw):
    """Inputs with a checkpoint that permits several actions."""
    manifest, rules = draw(inputs())
    when = draw(st.sampled_from(({"at": "0s"}, {"at": "30%"}, {"at": "90%"}, {"after": "*"})))
    actions = draw(st.lists(st.sampled_from(ACTIONS), min_size=1, max_size=3))
    mark = {"id": "mark", "kind": "checkpoint", **when, "if_behind": actions}
    return manifest, {**rules, "rules": [*rules["rules"], mark]}


@settings(max_examples=150)
@given(permitting())
def test_what_is_saved_is_the_difference_to_a_fresh_schedule(drawn):
    outcome, ground, arrangement = caught(*drawn)
    if ground is None:
        return
    rate, streams = arrangement.window.capacity
    levels = [len(ground.policy.classes) if r is None else r for r in ground.classification.ranks]
    required = {
        ground.graph.index(r["name"])
        for r in outcome.plan["tables"]
        if r["placement"] == "required"
    }
    planned_ends = ends(arrangement.timings, required)
    for found in outcome.plan["contingencies"]:
        ((kind, value),) = found["action"].items() if found["action"] != "stop" else [("stop", 0)]
        if kind != "raise_bandwidth" or found["basis"] != "timed":
            continue
        stated = ground.resources.bandwidth
        limit = None if stated is None else stated.limit
        raised = micro(value["mb_s"])  # above the limit is R404, and no more than the limit is had
        capacity = Capacity(raised if limit is None else min(raised, limit), streams)
        again = schedule(
            arrangement.timings,
            ground.graph,
            arrangement.demands,
            levels,
            capacity,
            arrangement.ranking,
        )
        saved = [was - now for was, now in zip(planned_ends, ends(again, required), strict=True)]
        assert [micro(found["saves_required_s"]), micro(found["saves_all_s"])] == saved
        assert capacity.rate > rate


def ends(timings, required):
    return (
        max((timings[table].finish_us for table in required), default=0),
        max((timing.finish_us for timing in timings.values()), default=0),
    )


@settings(max_examples=100)
@given(permitting())
def test_nothing_saves_more_than_is_proven(drawn):
    timed = planned(*drawn).plan
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(retiming, "WORK", 0)
        bounded = planned(*drawn).plan
    if timed is None:
        return
    pairs = zip(timed["contingencies"], bounded["contingencies"], strict=True)
    for one, other in pairs:
        assert one["action"] == other["action"]
        for key in ("saves_required", "saves_all"):
            most = other.get(f"{key}_at_most_s")
            if most is not None and one[f"{key}_s"] is not None:
                assert one[f"{key}_s"] <= most + 0.000001 * len(timed["tables"])


@settings(max_examples=100)
@given(permitting())
def test_what_covers_a_delay_is_said_of_it(drawn):
    plan = planned(*drawn).plan
    if plan is None:
        return
    spares = {c["rule"]: c["status"]["AT_RISK"]["up_to_delay_s"] for c in plan["checkpoints"]}
    for found in plan["contingencies"]:
        covers, bears = found["covers_delay_s"], found["bears_delay_s"]
        if covers is None:
            continue
        assert covers >= 0
        if found["rule"] in spares:
            assert micro(bears) == micro(spares[found["rule"]]) + micro(covers)
        if found["against"] == "delay":
            enough = covers > 0 and bears >= 0
            assert found["verdict"] == ("SUFFICIENT" if enough else "INSUFFICIENT")
