"""The dependency graph: edges, where they come from, order and phases."""

from __future__ import annotations

import random
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stowplan.graph import EdgeRule, MissingParent, build, implied_edges
from stowplan.model import Dependency, Manifest, Table


def manifest(names, pairs=(), present=()):
    """A manifest of these tables whose dependencies are (child, parent)."""
    return Manifest(
        tables=tuple(Table(name, 1, 1, place) for place, name in enumerate(names)),
        dependencies=tuple(
            Dependency(child, parent, ("dependencies", child, place))
            for place, (child, parent) in enumerate(pairs)
        ),
        present=tuple(present),
    )


def puts(rule, parents, children):
    return EdgeRule(rule, False, tuple(sorted(children)), tuple(sorted(parents)))


def frees(rule, children, parents):
    return EdgeRule(rule, True, tuple(sorted(children)), tuple(sorted(parents)))


def pairs_of(graph):
    """All (child, parent) names of the graph, hubs expanded."""
    return {
        (graph.names[child], graph.names[parent])
        for child in range(graph.size)
        for parent in graph.table_parents(child)
    }


def test_nodes_are_the_tables_in_the_order_of_their_names():
    graph = build(manifest("cab", ["ab", "bc"]))
    assert graph.names == ("a", "b", "c")
    assert [graph.index(name) for name in "abc"] == [0, 1, 2]
    assert graph.parents == ((1,), (2,), ())
    assert graph.children == ((), (0,), (1,))
    assert graph.order == (2, 1, 0)
    assert graph.phases == (3, 2, 1)


def test_a_table_and_an_edge_that_are_stated_twice_count_once():
    graph = build(manifest("aab", ["ab", "ab"]))
    assert graph.names == ("a", "b")
    assert pairs_of(graph) == {("a", "b")}


def test_an_unknown_name_is_missing_or_a_stray_and_a_present_one_is_satisfied():
    pairs = ["ap", "ax", "xa", "pa", "pp", "px"]
    graph = build(manifest("a", pairs, present="p"))
    assert graph.missing == (MissingParent("a", "x", ("dependencies", "a", 1)),)
    assert graph.strays == (MissingParent("x", "a", ("dependencies", "x", 2)),)
    assert pairs_of(graph) == set()
    assert graph.self_references == ()


def test_a_self_reference_makes_no_edge():
    graph = build(manifest("a", ["aa"]))
    assert graph.self_references == (("a", ("dependencies", "a", 0)),)
    assert graph.components == ()
    assert graph.order == (0,)


def test_the_origin_of_an_edge_is_the_manifest_else_the_first_rule():
    one, two = puts("one", "a", "bc"), puts("two", "a", "bcd")
    graph = build(manifest("abcd", ["ba"]), [one, two])
    origins = [graph.origin(child, 0) for child in range(4)]
    assert origins == [None, "manifest", "one", "two"]
    assert graph.rule_pairs == {"one": 2, "two": 3}


def test_the_first_rule_is_the_origin_whether_its_edge_is_direct_or_goes_through_a_hub():
    hub, direct = puts("hub", "abc", "def"), puts("direct", "a", "d")
    names = manifest("abcdef")
    assert build(names, [hub, direct]).origin(3, 0) == "hub"
    assert build(names, [direct, hub]).origin(3, 0) == "direct"
    assert build(names, [direct, hub]).origin(4, 0) == "hub"


def test_a_rule_over_many_tables_costs_edges_in_proportion_to_their_number():
    names = [f"t{number:03}" for number in range(400)]
    graph = build(manifest(names), [puts("first", names[:100], names)])
    assert sum(map(len, graph.parents)) == 100 + 300
    assert graph.rule_pairs["first"] == 100 * 300
    assert graph.hubs[0].rule == "first"
    assert set(graph.phases[:100]) == {1}
    assert set(graph.phases[100:]) == {2}
    assert graph.table_children(0) == tuple(range(100, 400))


def test_a_table_on_both_sides_of_a_rule_is_a_parent_only():
    graph = build(manifest("abc"), [puts("first", "a", "abc")])
    assert pairs_of(graph) == {("b", "a"), ("c", "a")}


def test_a_rule_ignores_names_that_the_manifest_does_not_list():
    graph = build(manifest("ab", present="p"), [puts("r", "ap", "bpx")])
    assert pairs_of(graph) == {("b", "a")}


def test_not_after_also_removes_what_a_later_rule_would_add():
    graph = build(manifest("ab"), [frees("off", "b", "a"), puts("on", "a", "b")])
    assert pairs_of(graph) == set()
    assert graph.rule_pairs == {"off": 1, "on": 0}


def test_not_after_removes_a_missing_parent_too():
    graph = build(manifest("a", ["ax"]), [frees("off", "a", "x")])
    assert graph.missing == ()
    assert graph.rule_pairs == {"off": 1}
    assert graph.vacuous_removals == {"off": ()}


def test_a_removal_of_nothing_is_told_pair_by_pair():
    graph = build(manifest("abc", ["ab"]), [frees("off", "a", "bc"), frees("idle", "c", "a")])
    assert graph.vacuous_removals == {"off": (("a", "c"),), "idle": (("c", "a"),)}
    assert graph.rule_pairs == {"off": 1, "idle": 0}


def test_a_removal_that_speaks_of_a_present_table_is_not_called_vacuous():
    rules = [frees("stated", "a", "p"), frees("unsaid", "b", "p")]
    graph = build(manifest("ab", ["ap"], present="p"), rules)
    assert graph.vacuous_removals == {"stated": (), "unsaid": ()}
    assert graph.rule_pairs == {"stated": 1, "unsaid": 0}


def test_the_tables_of_a_component_share_one_phase_and_stand_side_by_side():
    graph = build(manifest("abcde", ["ba", "bc", "cb", "dc", "ed"]))
    assert graph.components == ((1, 2),)
    assert [graph.in_cycle(table) for table in range(5)] == [False, True, True, False, False]
    assert graph.phases == (1, 2, 2, 3, 4)
    assert graph.order == (0, 1, 2, 3, 4)


def test_a_cycle_through_hubs_lists_only_tables():
    rules = [puts("one", "abc", "def"), puts("two", "def", "abc")]
    graph = build(manifest("abcdefg", ["ga"]), rules)
    assert graph.components == (tuple(range(6)),)
    assert graph.component_of.keys() == set(range(6)) | {7, 8}
    assert set(graph.phases[:6]) == {1}
    assert graph.phases[6] == 2


def test_a_long_chain_is_sorted_without_recursion():
    names = [f"t{number:06}" for number in range(20_000)]
    graph = build(manifest(names, zip(names[1:], names, strict=False)))
    assert graph.phases == tuple(range(1, 20_001))


NAMES = "abcdefgh"
SIDES = st.sets(st.sampled_from(NAMES + "xp"), min_size=1)


@st.composite
def stories(draw):
    """Dependencies and rules over eight tables, one present and one unknown name."""
    end = st.sampled_from(NAMES + "xp")
    pairs = draw(st.lists(st.tuples(end, end), max_size=20))
    rules = [
        (puts if draw(st.booleans()) else frees)(f"r{number}", draw(SIDES), draw(SIDES))
        for number in range(draw(st.integers(0, 5)))
    ]
    return pairs, rules


def naive_pairs(pairs, rules):
    """The pairs that are left, each with its first origin, by plain set arithmetic."""
    said = {}
    removed = {pair for r in rules if r.removes for pair in product(r.children, r.parents)}
    for child, parent in pairs:
        said.setdefault((child, parent), "manifest")
    for rule in rules:
        if not rule.removes:
            parents = set(rule.parents) & set(NAMES)
            for pair in product(sorted(set(rule.children) - parents), rule.parents):
                said.setdefault(pair, rule.id)
    return {
        (child, parent): origin
        for (child, parent), origin in said.items()
        if {child, parent} <= set(NAMES) and child != parent and (child, parent) not in removed
    }


@given(stories())
def test_the_graph_holds_exactly_the_pairs_that_plain_set_arithmetic_gives(story):
    pairs, rules = story
    graph = build(manifest(NAMES, pairs, present="p"), rules)
    expected = naive_pairs(pairs, rules)
    found = {
        (graph.names[child], graph.names[parent]): graph.origin(child, parent)
        for child, parent in product(range(graph.size), repeat=2)
        if graph.origin(child, parent)
    }
    assert found == expected
    assert pairs_of(graph) == set(expected)
    turned = {(c, graph.names[p]) for p in range(8) for c in graph.table_children(p)}
    assert {(graph.names[child], parent) for child, parent in turned} == set(expected)


@given(stories())
def test_a_removal_is_vacuous_where_nothing_states_the_pair(story):
    pairs, rules = story
    graph = build(manifest(NAMES, pairs, present="p"), rules)
    adding = [rule for rule in rules if not rule.removes]
    there = set(naive_pairs(pairs, adding))
    there |= {(child, "x") for child, parent in pairs if parent == "x"}
    for rule in rules:
        if rule.removes:
            asked = [pair for pair in product(rule.children, rule.parents) if "p" not in pair]
            vacuous = {(c, p) for c, p in asked if c != p and (c == "x" or (c, p) not in there)}
            assert set(graph.vacuous_removals[rule.id]) == vacuous


@given(stories(), st.randoms(use_true_random=False))
def test_the_order_of_the_manifest_changes_nothing(story, shuffle: random.Random):
    pairs, rules = story
    names = list(NAMES)
    first = build(manifest(names, pairs, present="p"), rules)
    shuffle.shuffle(names)
    shuffle.shuffle(pairs)
    again = build(manifest(names, pairs, present="p"), rules)
    for attribute in ("names", "parents", "children", "components", "order", "phases", "hubs"):
        assert getattr(first, attribute) == getattr(again, attribute)


@given(stories())
def test_the_order_and_the_phases_put_every_parent_first(story):
    graph = build(manifest(NAMES, story[0], present="p"), story[1])
    place = {node: number for number, node in enumerate(graph.order)}
    assert sorted(graph.order) == list(range(graph.size + len(graph.hubs)))
    for child in range(graph.size):
        levels = [0]
        for parent in graph.table_parents(child):
            together = graph.component_of.get(parent, -1) == graph.component_of.get(child, -2)
            assert together or place[parent] < place[child]
            assert graph.phases[parent] + (not together) <= graph.phases[child]
            levels.append(graph.phases[parent])
        if not graph.in_cycle(child):
            assert graph.phases[child] == max(levels) + 1


def implied(names, pairs, rules=()):
    given_manifest = manifest(names, pairs)
    found, cut_short = implied_edges(build(given_manifest, rules), given_manifest)
    assert not cut_short
    return [(edge.child, edge.parent) for edge in found]


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        (["ab", "bc", "ac"], [("a", "c")]),
        (["ac", "ab", "bc", "ac"], [("a", "c")]),
        (["ab", "bc", "cd", "ad", "bd"], [("a", "d"), ("b", "d")]),
        (["ab", "ac", "bd", "cd"], []),
        (["ab", "ba", "ac", "bc"], []),
        (["ab", "ac", "bc", "cb"], []),
    ],
)
@pytest.mark.parametrize("visits", [2, 0], ids=["by walks", "by sets"])
def test_an_edge_is_implied_by_a_longer_way_outside_of_cycles(visits, pairs, expected, monkeypatch):
    monkeypatch.setattr("stowplan.graph.redundancy.FIRST_VISITS_PER_EDGE", visits)
    assert implied("abcd", pairs) == expected


def test_without_tables_no_edge_is_implied_and_no_bound_is_hit():
    assert implied("", []) == []


def test_an_edge_that_only_a_rule_implies_is_not_called_implied():
    assert implied("abc", ["ab", "ac"], [puts("r", "c", "b")]) == []


def test_an_edge_that_not_after_removed_neither_implies_nor_is_implied():
    assert implied("abc", ["ab", "bc", "ac"], [frees("r", "a", "c")]) == []
    assert implied("abc", ["ab", "bc", "ac"], [frees("r", "a", "b")]) == []


@pytest.mark.parametrize(
    ("visits", "block", "in_sets"), [(2, 8192, 99), (0, 8192, 99), (0, 4, 99), (0, 4, 0)]
)
@given(st.sets(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=40))
def test_in_a_graph_without_cycles_exactly_the_transitive_edges_are_implied(
    visits, block, in_sets, raw
):
    edges = {(max(pair), min(pair)) for pair in raw if pair[0] != pair[1]}
    reach = {node: set() for node in range(10)}
    for child in range(10):
        for parent in (parent for kid, parent in edges if kid == child):
            reach[child] |= {parent} | reach[parent]
    expected = {
        (str(child), str(parent))
        for child, parent in edges
        if any(parent in reach[between] for kid, between in edges if kid == child)
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("stowplan.graph.redundancy.FIRST_VISITS_PER_EDGE", visits)
        patch.setattr("stowplan.graph.redundancy.BLOCK", block)
        patch.setattr("stowplan.graph.redundancy.IN_SETS", in_sets)
        found = implied("0123456789", [(str(c), str(p)) for c, p in sorted(edges)])
    assert set(found) == expected
    assert len(found) == len(expected)
