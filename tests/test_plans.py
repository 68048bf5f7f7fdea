"""Plans of random manifests under random policies keep every promise of the contract."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_checker import complaints
from plan_deferral import follow_up_complaints
from planning_runs import planned, with_pasted
from policy_facts import Facts
from strategies import inputs

WIDE = settings.get_profile("wide")


def examples(count):
    """So many examples in an ordinary run; as many as the profile says in a wide one."""
    return settings() if settings.default is WIDE else settings(max_examples=count)


@examples(300)
@given(inputs())
def test_a_plan_keeps_every_promise(drawn):
    manifest, policy = drawn
    outcome = planned(manifest, policy)
    assert outcome.status in (0, 1), outcome.printed
    assert not complaints(outcome.plan, manifest, policy)
    assert not list(follow_up_complaints(outcome.plan, manifest, outcome.follow_up))


@examples(60)
@given(inputs(most=25))
def test_a_larger_plan_keeps_every_promise(drawn):
    manifest, policy = drawn
    assert not complaints(planned(manifest, policy).plan, manifest, policy)


@examples(150)
@given(inputs())
def test_the_follow_up_manifest_is_planned_for_the_next_window(drawn):
    manifest, policy = drawn
    windows = Facts(manifest, policy).windows
    later = planned(manifest, policy).follow_up
    if len(windows) < 2 or not later["tables"]:
        return
    night = windows[1].name
    outcome = planned(later, policy, "--window", night)
    assert outcome.status in (0, 1), outcome.printed
    assert not complaints(outcome.plan, later, policy, night)


@examples(150)
@given(inputs(), st.randoms(use_true_random=False))
def test_the_order_of_a_manifest_does_not_matter(drawn, chance):
    manifest, policy = drawn
    assert placeless(planned(shuffled(manifest, chance), policy)) == placeless(
        planned(manifest, policy)
    )


def shuffled(manifest, chance):
    """The same manifest with all its lists and mappings in another order."""

    def mixed(items):
        return chance.sample(list(items), len(items))

    tables = [dict(mixed(table.items())) for table in mixed(manifest["tables"])]
    for table in tables:
        if "depends_on" in table:
            table["depends_on"] = mixed(table["depends_on"])
    dependencies = {c: mixed(ps) for c, ps in mixed(manifest["dependencies"].items())}
    others = {key: mixed(manifest[key]) for key in ("present",) if key in manifest}
    return {"tables": tables, "dependencies": dependencies} | others


def placeless(outcome):
    """A plan without the manifest's hash and without places in it."""
    found = [{**v, "line": None, "column": None} for v in outcome.plan["violations"]]
    return {
        **outcome.plan,
        "manifest": None,
        "violations": sorted(found, key=str),
    }, outcome.follow_up


@examples(200)
@given(inputs(most=12, acyclic=True), st.randoms(use_true_random=False))
def test_weaker_tables_never_move_a_stronger_one(drawn, chance):
    manifest, policy = drawn
    facts = Facts(manifest, policy)
    order = list(facts.placements)
    level = chance.randrange(len(order))
    rank = {n: len(order) if c is None else order.index(c) for n, c in facts.effective.items()}
    strong = {name for name in rank if rank[name] <= level}
    needed = strong.union(*(facts.ancestors[name] for name in strong))
    gone = {name for name in sorted(set(rank) - needed) if chance.random() < 0.7}
    if not strong or not gone:
        return
    fewer = without(manifest, gone)
    before = places(planned(manifest, policy).plan, strong)
    assert places(planned(fewer, policy).plan, strong) == before


def without(manifest, gone):
    """The manifest without some tables; what depends on them depends on nothing else."""
    kept = [table for table in manifest["tables"] if table["name"] not in gone]
    dependencies = {c: ps for c, ps in manifest["dependencies"].items() if c not in gone}
    return {**manifest, "tables": kept, "dependencies": dependencies}


def places(plan, names):
    """Where and when the tables of these names move in the main window."""
    keys = ("name", "start_s", "finish_s", "segments")
    return [[record[key] for key in keys] for record in plan["tables"] if record["name"] in names]


@examples(100)
@given(inputs(acyclic=True))
def test_the_required_tables_bring_their_parents_along(drawn):
    manifest, policy = drawn
    plan = planned(manifest, policy).plan
    required = {table["name"] for table in plan["tables"] if table["placement"] == "required"}
    for table in plan["tables"]:
        if table["name"] in required:
            assert required.issuperset(table["depends_on"])


@examples(100)
@given(inputs(acyclic=True))
def test_a_table_without_an_obstacle_is_planned(drawn):
    manifest, policy = drawn
    rest = {"id": "rest", "kind": "priority", "tables": "*", "class": "IMPORTANT"}
    rules = [rule for rule in policy["rules"] if "memory" not in rule]
    rules = [rule for rule in rules if rule["kind"] != "dependency"]
    plan = planned(manifest, {**policy, "rules": [*rules, rest]}).plan
    assert plan["unschedulable"] == []


@examples(150)
@given(inputs(acyclic=False))
def test_the_pasted_rules_open_every_cycle(drawn):
    manifest, policy = drawn
    found = planned(manifest, policy).plan["violations"]
    hints = [violation["hint"] for violation in found if violation["code"] == "D203"]
    pasted = [line for hint in hints for line in hint.splitlines()[1:]]
    outcome = planned(manifest, with_pasted(policy, pasted))
    assert outcome.status in (0, 1), outcome.printed
    assert not [v for v in outcome.plan["violations"] if v["code"] == "D203"]


def test_excluded_tables_in_a_cycle_are_deferred_like_others():
    tables = [{"name": name, "rows": 1, "size_mb": 1} for name in "ab"]
    manifest = {"tables": tables, "dependencies": {"a": ["b"], "b": ["a"]}}
    policy = {"rules": [NOBODY, *POLICY["rules"]]}
    plan = planned(manifest, policy).plan
    assert [record["code"] for record in plan["deferred"]] == ["excluded", "excluded"]
    assert not complaints(plan, manifest, policy)


def test_a_window_with_more_streams_takes_only_tables_whose_rows_fit_its_memory():
    manifest = {"tables": [{"name": "wide", "rows": 2, "size_mb": 40}], "dependencies": {}}
    later = {"id": "x", "kind": "resource", "window": {"duration": "9h", "streams": 8}}
    defer = {**NOBODY, "class": "DEFERRABLE"}
    windowless = [rule for rule in POLICY["rules"] if rule["id"] != "v"]
    policy = {"rules": [defer, *windowless, later]}
    plan = planned(manifest, policy).plan
    assert [record["window"] for record in plan["deferred"]] == [None]
    assert not complaints(plan, manifest, policy)


# --- the checker itself ------------------------------------------------------------------------

MANIFEST = {
    "tables": [
        {"name": "a", "rows": 100, "size_mb": 100},
        {"name": "b", "rows": 100, "size_mb": 50, "index_mb": 10},
        {"name": "c", "rows": 100, "size_mb": 60},
        {"name": "d", "rows": 100, "size_mb": 500},
    ],
    "dependencies": {"b": ["a"]},
}
NOBODY = {"id": "nobody", "kind": "priority", "tables": "*", "class": "EXCLUDED"}
POLICY = {
    "rules": [
        {"id": "ab", "kind": "priority", "tables": ["a", "b"], "class": "CRITICAL"},
        {"id": "cd", "kind": "priority", "tables": ["c", "d"], "class": "IMPORTANT"},
        {"id": "w", "kind": "resource", "window": {"duration": "30s", "reserve": "10%"}},
        {"id": "v", "kind": "resource", "window": {"duration": "60s"}},
        {"id": "bw", "kind": "resource", "bandwidth": {"target": "10MB/s"}},
        {"id": "s", "kind": "resource", "streams": {"limit": 2}},
        {"id": "m", "kind": "resource", "memory": {"limit": "200MB"}},
        {"id": "t", "kind": "resource", "throughput": {"overhead": "1s", "index_rate": "10MB/s"}},
    ]
}


def table(plan, name):
    return next(t for t in (*plan["tables"], *plan["deferred"]) if t["name"] == name)


def without_a_table(plan):
    del plan["tables"][0]


def with_a_table_twice(plan):
    plan["unschedulable"].append({"name": "a", "code": "S501", "cause": "x"})


def with_a_child_too_early(plan):
    moved(table(plan, "b"), -3)


def with_too_much_bandwidth(plan):
    table(plan, "a")["segments"][-1][2] = 10.1


def with_a_byte_missing(plan):
    table(plan, "a")["segments"][-1][2] -= 0.000001


def with_two_at_once(plan):
    moved(table(plan, "c"), 1 - table(plan, "c")["start_s"])


def with_no_overhead(plan):
    del table(plan, "a")["segments"][0]


def with_other_chunks(plan):
    table(plan, "b")["rows_per_chunk"] *= 2


def with_another_break_even(plan):
    plan["summary"]["break_even_mb_s"]["required"] += 0.000001


def with_a_better_verdict(plan):
    plan["feasibility"] = "TIGHT"


def with_another_slack(plan):
    table(plan, "a")["slack_s"] += 1


def with_another_bound(plan):
    plan["bounds"]["all"]["lower_s"] -= 0.5


def with_another_code(plan):
    table(plan, "d")["code"] = "policy"


def with_another_shortfall(plan):
    table(plan, "d")["short_s"] -= 1


def with_a_shorter_path(plan):
    plan["critical_path"].pop()


def with_another_phase(plan):
    table(plan, "b")["phase"] = 1


def with_another_order(plan):
    plan["tables"].reverse()


def moved(record, seconds):
    record["start_s"] += seconds
    record["finish_s"] += seconds
    for segment in record["segments"]:
        segment[0] += seconds
        segment[1] += seconds


FORGERIES = (
    without_a_table,
    with_a_table_twice,
    with_a_child_too_early,
    with_too_much_bandwidth,
    with_a_byte_missing,
    with_two_at_once,
    with_no_overhead,
    with_other_chunks,
    with_another_break_even,
    with_a_better_verdict,
    with_another_slack,
    with_another_bound,
    with_another_code,
    with_another_shortfall,
    with_a_shorter_path,
    with_another_phase,
    with_another_order,
)


def test_the_checker_is_content_with_the_plan_that_is_forged_below():
    plan = planned(MANIFEST, POLICY).plan
    assert not complaints(plan, MANIFEST, POLICY)
    assert [t["code"] for t in plan["deferred"]] == ["capacity"]


@pytest.mark.parametrize("forge", FORGERIES)
def test_the_checker_complains_of_a_forged_plan(forge):
    plan = planned(MANIFEST, POLICY).plan
    forge(plan)
    assert complaints(plan, MANIFEST, POLICY)
