"""Who is above and below whom: against a plain search, for every graph, cycles and hubs too."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stowplan.conditions.reached import Lineage
from stowplan.expressions import (
    STRING,
    Budget,
    EvaluationError,
    compile_expression,
    list_of,
    map_of,
)
from stowplan.graph import EdgeRule, Reach, build
from stowplan.model import Dependency, Manifest, Table


def table(number: int) -> Table:
    return Table(f"t{number:02}", 1, 1, number)


@st.composite
def graphs(draw):
    """A graph of up to 14 tables, with a rule that makes a hub."""
    count = draw(st.integers(1, 14))
    numbers = st.integers(0, count - 1)
    pairs = draw(st.lists(st.tuples(numbers, numbers), max_size=30))
    tables = tuple(table(number) for number in range(count))
    edges = tuple(Dependency(f"t{a:02}", f"t{b:02}", ()) for a, b in pairs)
    names = [entry.name for entry in tables]
    above = draw(st.sets(st.sampled_from(names), max_size=4))
    below = draw(st.sets(st.sampled_from(names), max_size=5)) - above
    rules = [EdgeRule("hub", False, tuple(sorted(below)), tuple(sorted(above)))]
    return build(Manifest(tables, edges), rules if above and below else [])


def reached(graph, start: int, neighbours) -> set[str]:
    """What a search finds, the start itself left out."""
    seen, todo = set(), [start]
    while todo:
        for other in neighbours(todo.pop()):
            if other not in seen:
                seen.add(other)
                todo.append(other)
    return {graph.names[other] for other in seen - {start}}


@pytest.mark.parametrize("whole", [16_384, 0], ids=["small graphs", "large ones"])
@settings(max_examples=200, deadline=None)
@given(graphs())
def test_ancestors_and_descendants_are_what_a_search_finds(whole, graph):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("stowplan.graph.reach.WHOLE", whole)
        for upwards, neighbours in ((True, graph.table_parents), (False, graph.table_children)):
            lineage = Lineage(graph, upwards=upwards)
            for start in range(graph.size):
                wanted = reached(graph, start, neighbours)
                found = lineage.of(start)
                assert list(found) == sorted(wanted)
                assert len(found) == len(wanted)
                assert {name for name in graph.names if name in found} == wanted
                assert "no such table" not in found


MACROS = [
    "names.exists(a, {0})",
    "names.all(a, {0})",
    "names.exists_one(a, {0})",
    "size(names.filter(a, {0})) > 1",
    "names.filter(a, {0}).all(a, {1})",
    "names.filter(a, {0}) == names.filter(b, {1})",
    '"t03" in names.filter(a, {0})',
    "names.map(a, {0}, size(a)).exists(n, n > 2)",
    "names.exists(a, names.exists(b, b > a && {0}))",
    "names.exists(a, a == other)",
    "names.all(a, other != a)",
    "size(names) > 2 && names.exists(a, {0} || {1})",
]
CONDITIONS = [
    'a > "t03"',
    'a.endsWith("1")',
    'a.matches("[0-5]$")',
    "a < other",
    "1 / (size(a) - 3) > 0",
    "10 / (int(a.matches('4')? '1' : '0')) > 0",
    "[1, 2][int(a.endsWith('7') ? '9' : '1')] == 2",
    'fields.missing == "x"',
    "true",
    "false",
]


def outcome(expression, *values):
    """The value, or what it fails with."""
    try:
        return expression.bind(Budget())(*values)
    except EvaluationError as error:
        return f"fails: {error}"


@pytest.mark.parametrize("whole", [16_384, 0], ids=["small graphs", "large ones"])
@pytest.mark.parametrize("macro", MACROS)
@settings(max_examples=60, deadline=None)
@given(
    graphs(),
    st.sampled_from(CONDITIONS),
    st.sampled_from(CONDITIONS),
    st.lists(st.sampled_from(["t00", "t03", "t07", "none"]), min_size=1, max_size=3),
)
def test_shared_lists_say_what_plain_ones_do(whole, macro, graph, one, other, others):
    kinds = {"names": list_of(STRING), "other": STRING, "fields": map_of(STRING)}
    second = other.replace("a.", "b.").replace("a ", "b ").replace("(a)", "(b)")
    text = macro.format(one, second if "(b, {1})" in macro else other)
    expression = compile_expression(text, kinds)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("stowplan.graph.reach.WHOLE", whole)
        for upwards in (True, False):
            lineage = Lineage(graph, upwards=upwards)
            for number in range(graph.size):
                shared = lineage.of(number)
                beside = others[number % len(others)], {"key": "x"}
                assert outcome(expression, shared, *beside) == outcome(
                    expression, list(shared), *beside
                )


def test_counts_are_taken_in_blocks(monkeypatch):
    monkeypatch.setattr("stowplan.graph.reach.BLOCK", 3)
    monkeypatch.setattr("stowplan.graph.reach.WHOLE", 0)
    edges = tuple(Dependency(f"t{n:02}", f"t{n - 1:02}", ()) for n in range(1, 11))
    graph = build(Manifest(tuple(map(table, range(11))), edges))
    assert list(Reach(graph, upwards=True).counts) == list(range(11))
    assert list(Reach(graph, upwards=False).counts) == [*range(10, -1, -1)]
    assert list(Reach(graph, upwards=True).counted(0, 0b10000010001)[1]) == [
        *[0] + [1] * 4 + [2] * 6
    ]
