"""What is said of a cycle: its tables, a shortest way round, the fewest edges that open it."""

from __future__ import annotations

import json
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stowplan.graph import EdgeRule, build, explain_cycle
from stowplan.model import Dependency, Manifest, Table

REAL = Path(__file__).resolve().parents[2] / "shared" / "manifests"


def manifest(names, pairs):
    return Manifest(
        tables=tuple(Table(name, 1, 1, place) for place, name in enumerate(names)),
        dependencies=tuple(Dependency(child, parent, ("dependencies",)) for child, parent in pairs),
    )


def pasted(graph, cycles):
    """The rules that the cycles' explanations propose."""
    return [
        EdgeRule(f"open-{child}-{parent}", True, (graph.names[child],), (graph.names[parent],))
        for cycle in cycles
        for child, parent in cycle.open
    ]


def explain(names, pairs, rules=()):
    graph = build(manifest(names, pairs), rules)
    return graph, [explain_cycle(graph, component) for component in graph.components]


def ring(names):
    return [*pairwise(names), (names[-1], names[0])]


def acyclic(nodes, pairs):
    """Whether tables without parents can be taken away until none is left."""
    left, pairs = set(nodes), set(pairs)
    while free := {node for node in left if not any(child == node for child, _ in pairs)}:
        left -= free
        pairs = {pair for pair in pairs if not free & set(pair)}
    return not left


def girth(nodes, pairs):
    """The length of a shortest cycle, by breadth-first search from every node."""
    lengths = []
    for root in nodes:
        layer, seen, depth = {root}, set(), 0
        while layer and root not in seen:
            layer = {parent for child, parent in pairs if child in layer} - seen
            seen |= layer
            depth += 1
        if root in seen:
            lengths.append(depth)
    return min(lengths)


def check(graph, component, cycle):
    """What must hold of every explanation; returns the component's pairs."""
    inside = set(component)
    pairs = {(c, p) for c in component for p in graph.table_parents(c) if p in inside}
    steps = list(zip(cycle.cycle, cycle.cycle[1:] + cycle.cycle[:1], strict=True))
    assert cycle.cycle[0] == min(cycle.cycle)
    assert len(set(cycle.cycle)) == len(cycle.cycle)
    assert [(edge.child, edge.parent) for edge in cycle.edges] == steps
    assert all(edge.origin == graph.origin(edge.child, edge.parent) for edge in cycle.edges)
    assert set(steps) <= pairs
    assert set(cycle.open) <= pairs
    assert acyclic(component, pairs - set(cycle.open))
    return pairs


def test_two_tables_that_need_each_other():
    graph, (cycle,) = explain("abc", ["ab", "ba", "ca"])
    check(graph, graph.components[0], cycle)
    assert cycle.cycle == (0, 1)
    assert [edge.origin for edge in cycle.edges] == ["manifest", "manifest"]
    assert cycle.open == ((0, 1),)
    assert cycle.exact
    assert cycle.fewest


def test_a_rule_gives_way_to_a_foreign_key():
    rule = EdgeRule("first", False, ("a",), ("b",))
    _, (cycle,) = explain("ab", ["ba"], [rule])
    assert [edge.origin for edge in cycle.edges] == ["first", "manifest"]
    assert cycle.open == ((0, 1),)
    _, (cycle,) = explain("ab", ["ab"], [EdgeRule("first", False, ("b",), ("a",))])
    assert cycle.open == ((1, 0),)


def test_the_one_edge_that_all_cycles_share_opens_them():
    graph, (cycle,) = explain("abcd", ["ab", "ba", "ac", "cd", "db"])
    check(graph, graph.components[0], cycle)
    assert cycle.open == ((1, 0),)
    assert cycle.fewest


def test_a_first_table_with_parents_is_a_cycle_through_the_rules_hub():
    names = [f"t{number}" for number in range(8)]
    rule = EdgeRule("first", False, tuple(names), ("t0", "t1", "t2"))
    graph, (cycle,) = explain(names, [("t1", "t5"), ("t5", "t6")], [rule])
    pairs = check(graph, graph.components[0], cycle)
    assert graph.components == ((1, 5, 6),)
    assert pairs == {(1, 5), (5, 6), (5, 1), (6, 1)}
    assert cycle.cycle == (1, 5)
    assert [edge.origin for edge in cycle.edges] == ["manifest", "first"]
    assert cycle.open == ((1, 5),)


def test_rules_that_contradict_each_other_entirely_are_opened_at_the_cost_of_one():
    above, below = tuple("abc"), tuple("def")
    rules = [EdgeRule("one", False, below, above), EdgeRule("two", False, above, below)]
    graph, (cycle,) = explain("abcdef", [], rules)
    check(graph, graph.components[0], cycle)
    assert len(cycle.open) == 9
    opened = build(manifest("abcdef", []), [*rules, *pasted(graph, [cycle])])
    assert opened.components == ()


def test_no_list_of_edges_is_given_where_nobody_could_read_it():
    above = tuple(f"a{number:03}" for number in range(400))
    below = tuple(f"b{number:03}" for number in range(400))
    rules = [EdgeRule("one", False, below, above), EdgeRule("two", False, above, below)]
    _, (cycle,) = explain(above + below, [], rules)
    assert len(cycle.cycle) == 2
    assert cycle.open == ()
    assert not cycle.fewest


@pytest.mark.parametrize("chord", [False, True])
def test_a_ring_of_many_tables_is_explained_without_recursion(chord):
    names = [f"t{number:06}" for number in range(20_000)]
    extra = [(names[10_000], names[5])] if chord else []
    graph, (cycle,) = explain(names, ring(names) + extra)
    assert len(cycle.cycle) == (9_996 if chord else 20_000)
    assert cycle.exact
    assert cycle.fewest
    assert len(cycle.open) == 1
    assert build(manifest(names, ring(names) + extra), pasted(graph, [cycle])).components == ()


SMALL = "abcdef"
PAIRS = st.sets(st.tuples(st.sampled_from(SMALL), st.sampled_from(SMALL)), max_size=14)


@st.composite
def tangles(draw):
    """A few dependencies and rules over six tables."""
    sides = st.sets(st.sampled_from(SMALL), min_size=1)
    rules = [
        EdgeRule(f"r{number}", False, tuple(sorted(draw(sides))), tuple(sorted(draw(sides))))
        for number in range(draw(st.integers(0, 2)))
    ]
    return sorted(draw(PAIRS)), rules


def fewest_openings(component, pairs):
    for size in range(1, len(pairs) + 1):
        found = [
            cut for cut in combinations(sorted(pairs), size) if acyclic(component, pairs - {*cut})
        ]
        if found:
            return found
    raise AssertionError


@settings(max_examples=150, deadline=None)
@given(tangles())
def test_a_small_knot_gets_the_shortest_cycle_and_the_best_of_the_smallest_openings(tangle):
    graph, cycles = explain(SMALL, *tangle)
    for component, cycle in zip(graph.components, cycles, strict=True):
        pairs = check(graph, component, cycle)
        assert cycle.exact
        assert len(cycle.cycle) == girth(component, pairs)
        assert cycle.fewest
        if len(cycle.open) <= 4:
            best = min(
                fewest_openings(component, pairs),
                key=lambda cut: (sum(graph.origin(*pair) == "manifest" for pair in cut), cut),
            )
            assert cycle.open == best


@settings(max_examples=60, deadline=None)
@given(st.integers(8, 30), st.data())
def test_a_larger_knot_is_opened_and_its_shortest_cycle_is_found(size, data):
    node = st.integers(0, size - 1)
    raw = data.draw(st.sets(st.tuples(node, node), min_size=size, max_size=4 * size))
    width = data.draw(st.integers(1, 6))
    names = [f"t{number:02}" for number in range(size)]
    rule = EdgeRule("first", False, tuple(names[width:]), tuple(names[:width]))
    pairs = [(names[child], names[parent]) for child, parent in sorted(raw)]
    graph, cycles = explain(names, pairs, [rule])
    for component, cycle in zip(graph.components, cycles, strict=True):
        found = check(graph, component, cycle)
        assert cycle.exact
        assert len(cycle.cycle) == girth(component, found)
    again = build(manifest(names, pairs), [rule, *pasted(graph, cycles)])
    assert again.components == ()


@given(tangles(), st.randoms(use_true_random=False))
def test_the_explanation_does_not_depend_on_the_order_of_the_manifest(tangle, shuffle):
    pairs, rules = tangle
    names = list(SMALL)
    _, first = explain(names, pairs, rules)
    shuffle.shuffle(names)
    shuffle.shuffle(pairs)
    _, again = explain(names, pairs, rules)
    assert first == again


def real_manifest(name):
    document = json.loads((REAL / f"{name}.json").read_text(encoding="utf-8"))
    pairs = [(c, p) for c, parents in document.get("dependencies", {}).items() for p in parents]
    return [table["name"] for table in document["tables"]], pairs


def real_cycles():
    path = REAL / "cycles.json"
    if not path.exists():
        reason = "the manifests of real schemas are not beside this checkout"
        return [pytest.param("", [], marks=pytest.mark.skip(reason=reason))]
    return [pytest.param(*item, id=item[0]) for item in json.loads(path.read_text()).items()]


@pytest.mark.parametrize(("name", "expected"), real_cycles())
def test_the_cycles_of_real_schemas_are_found_explained_and_opened(name, expected):
    names, pairs = real_manifest(name)
    graph, cycles = explain(names, pairs)
    components = [[graph.names[table] for table in group] for group in graph.components]
    assert sorted(components) == sorted(expected)
    for component, cycle in zip(graph.components, cycles, strict=True):
        check(graph, component, cycle)
        assert cycle.exact
        assert cycle.fewest
    assert build(manifest(names, pairs), pasted(graph, cycles)).components == ()
