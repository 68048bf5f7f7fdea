"""Who is above and below whom: against a plain search, for every graph, cycles and hubs too."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

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


@settings(max_examples=300, deadline=None)
@given(graphs())
def test_ancestors_and_descendants_are_what_a_search_finds(graph):
    for upwards, neighbours in ((True, graph.table_parents), (False, graph.table_children)):
        reach = Reach(graph, upwards=upwards)
        for start in range(graph.size):
            wanted = reached(graph, start, neighbours)
            found = reach.of(start)
            assert list(found) == sorted(wanted)
            assert len(found) == len(wanted)
            assert {name for name in graph.names if name in found} == wanted
            assert "no such table" not in found


def test_counts_are_taken_in_blocks(monkeypatch):
    monkeypatch.setattr("stowplan.graph.reach.BLOCK", 3)
    edges = tuple(Dependency(f"t{n:02}", f"t{n - 1:02}", ()) for n in range(1, 11))
    graph = build(Manifest(tuple(map(table, range(11))), edges))
    assert list(Reach(graph, upwards=True).counts) == list(range(11))
    assert json.dumps(list(Reach(graph, upwards=False).counts)) == str([*range(10, -1, -1)])
