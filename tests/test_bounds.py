"""Lower bounds: true of every schedule, attained where they should be, and recomputable."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from schedule_checker import Instance, SmallGraph, instances, load_time

from stowplan.model import Capacity, Demand, Witness
from stowplan.planning.bounds import chains_of, critical_path, lower_bound, tails
from stowplan.planning.improving import improve
from stowplan.planning.ranking import Ranking
from stowplan.planning.scheduling import last_finish, schedule
from stowplan.planning.workload import gather

SECOND = 10**6
NAMES = tuple("abcdefgh")


def chains(*terms):
    return chains_of(gather(*terms))


def bound(demands, edges=(), rate=10, streams=2):
    graph = SmallGraph(len(demands), frozenset(edges))
    return lower_bound(chains(range(graph.size), graph, demands, Capacity(rate, streams)), NAMES)


def recomputed(instance, witness):
    """What a reader gets who has only the witness and the tables."""
    if witness.kind == "bandwidth":
        return witness.head_us + -(-witness.size * 10**6 // witness.rate) + witness.tail_us
    if witness.kind == "streams":
        return -(-witness.stream_us // witness.streams)
    demands = [instance.demands[instance.names.index(name)] for name in witness.path]
    return sum(load_time(demand, instance.capacity) + demand.post_us for demand in demands)


def test_no_tables_need_no_time():
    assert bound([]) == (0, Witness("nothing"))


def test_bandwidth_binds_when_the_bytes_take_longest():
    assert bound([Demand(40), Demand(60)]) == (
        10 * SECOND,
        Witness("bandwidth", size=100, rate=10),
    )


def test_bandwidth_comes_before_a_path_of_the_same_length():
    assert bound([Demand(40), Demand(60)], edges=[(0, 1)])[1].kind == "bandwidth"


def test_a_capped_chain_is_bound_by_its_path():
    lower, witness = bound([Demand(40, 2), Demand(60), Demand(10)], edges=[(0, 1)])
    assert (lower, witness) == (26 * SECOND, Witness("path", path=("a", "b")))


def test_overheads_are_bound_by_the_streams():
    lower, witness = bound([Demand(1, None, 10 * SECOND)] * 4)
    assert lower == 20 * SECOND + SECOND // 5
    assert witness == Witness("streams", stream_us=2 * lower, streams=2)


def test_what_must_happen_before_and_after_the_bytes_is_added_to_their_time():
    demands = [Demand(0, None, 3 * SECOND), Demand(50), Demand(50), Demand(10, None, 0, 4 * SECOND)]
    edges = [(0, 1), (0, 2), (1, 3), (2, 3)]
    lower, witness = bound(demands, edges)
    assert lower == 18 * SECOND
    assert witness == Witness(
        "bandwidth", size=110, rate=10, head_us=3 * SECOND, tail_us=4 * SECOND
    )


def test_tables_whose_tail_is_short_are_left_out_where_that_proves_more():
    demands = [Demand(50, None, 0, 9 * SECOND), Demand(50, None, 0, 9 * SECOND), Demand(1)]
    lower, witness = bound(demands)
    assert lower == 19 * SECOND
    assert witness == Witness("bandwidth", size=100, rate=10, tail_us=9 * SECOND)


def test_the_critical_path_is_the_longest_chain_and_of_equal_ones_the_first_by_name():
    graph = SmallGraph(5, frozenset({(4, 1), (4, 2), (0, 3)}))
    demands = [Demand(5), Demand(20), Demand(20), Demand(10), Demand(10)]
    assert critical_path(chains(range(5), graph, demands, Capacity(10, 1))) == (4, 1)
    assert critical_path(chains([0, 3], graph, demands, Capacity(10, 1))) == (0, 3)
    assert critical_path(chains([], graph, demands, Capacity(10, 1))) == ()


def test_the_critical_path_passes_through_hubs():
    graph = SmallGraph(4, frozenset(), ((frozenset({0, 1}), frozenset({2, 3})),))
    demands = [Demand(1), Demand(2), Demand(3), Demand(3)]
    assert critical_path(chains(range(4), graph, demands, Capacity(1, 1))) == (1, 2)


def test_a_tail_is_the_longest_chain_below_a_table_without_itself():
    graph = SmallGraph(4, frozenset({(0, 1), (1, 2), (0, 3)}))
    demands = [Demand(9), Demand(10, None, SECOND), Demand(5, None, 0, SECOND), Demand(7, 1)]
    capacity = Capacity(10, 1)
    below = tails(chains(range(4), graph, demands, capacity))
    assert below == {0: 7 * SECOND, 1: 3 * SECOND // 2, 2: 0, 3: 0}
    assert tails(chains([0, 1, 2], graph, demands, capacity))[0] == 7 * SECOND // 2


@settings(max_examples=400, deadline=None)
@given(instances(most=12), st.data())
def test_no_schedule_ends_before_the_bound_and_the_witness_adds_up_to_it(instance, data):
    graph, demands, capacity = instance.graph, instance.demands, instance.capacity
    tables = graph.closed(data.draw(st.sets(st.sampled_from(instance.tables), min_size=1)))
    lower, witness = lower_bound(chains(tables, graph, demands, capacity), instance.names)
    assert recomputed(instance, witness) == lower
    ranks = data.draw(st.dictionaries(st.sampled_from(instance.tables), st.integers(0, 9)))
    modes = data.draw(st.permutations([frozenset({0}), frozenset()]))
    for chosen in (tables, instance.tables):
        timings = schedule(
            chosen, graph, demands, instance.classes, capacity, Ranking(ranks, *modes)
        )
        assert last_finish(timings, tables) >= lower


@settings(max_examples=100, deadline=None)
@given(instances(most=12))
def test_the_path_of_the_bound_is_the_critical_path_and_a_chain(instance):
    graph = instance.graph
    path = critical_path(chains(instance.tables, graph, instance.demands, instance.capacity))
    assert all(a in graph.table_parents(b) for a, b in pairwise(path))
    length = recomputed(instance, Witness("path", tuple(instance.names[t] for t in path)))
    lower, _ = lower_bound(
        chains(instance.tables, graph, instance.demands, instance.capacity), instance.names
    )
    assert length <= lower


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 10**6).map(lambda tenths: Demand(tenths * 10)), min_size=1))
def test_without_caps_and_overheads_the_bound_is_attained(demands):
    graph = SmallGraph(len(demands), frozenset((t, t + 1) for t in range(len(demands) - 1)))
    capacity = Capacity(10, 3)
    names = [str(table) for table in range(graph.size)]
    timings = schedule(range(graph.size), graph, demands, [0] * graph.size, capacity)
    lower, _ = lower_bound(chains(range(graph.size), graph, demands, capacity), names)
    assert last_finish(timings, timings) == lower


def makespans(instance, ranking):
    timings = schedule(
        instance.tables,
        instance.graph,
        instance.demands,
        instance.classes,
        instance.capacity,
        ranking,
    )
    return [
        last_finish(timings, [t for t in instance.tables if instance.classes[t] == level])
        for level in sorted(set(instance.classes))
    ]


def improved(instance, tables, ranking=None):
    return improve(
        tables, instance.graph, instance.demands, instance.classes, instance.capacity, ranking
    )


@settings(max_examples=60, deadline=None)
@given(instances(most=9))
def test_improving_never_makes_the_strongest_class_later(instance):
    found = makespans(instance, improved(instance, instance.tables))
    assert found[0] <= makespans(instance, None)[0]


@settings(max_examples=60, deadline=None)
@given(instances(most=9))
def test_improving_a_class_does_not_look_at_weaker_ones(instance):
    whole = improved(instance, reversed(instance.tables))
    for level in set(instance.classes):
        above = [table for table in instance.tables if instance.classes[table] <= level]
        part = improved(instance, above)
        assert {table: whole.ranks[table] for table in above} == part.ranks
        for modes in ("fit_first", "rank_first"):
            above = {each for each in getattr(whole, modes) if each <= level}
            assert above == getattr(part, modes)


def test_settled_classes_are_not_searched_again():
    graph = SmallGraph(3, frozenset({(0, 1)}))
    instance = Instance(graph, (Demand(9, 2), Demand(8), Demand(7, 3)), (0, 0, 1), Capacity(10, 1))
    settled = improved(instance, [0, 1])
    assert improved(instance, [0, 1], settled) is settled
    assert improved(instance, [0, 1, 2], settled).ranks.items() >= settled.ranks.items()


def test_improving_finds_what_the_static_ranks_miss():
    # By length the uncapped one comes second and takes all that the first leaves: the third waits.
    demands = (Demand(50, 5), Demand(50), Demand(20, 5))
    instance = Instance(SmallGraph(3, frozenset()), demands, (0,) * 3, Capacity(10, 2))
    assert makespans(instance, None) == [14 * SECOND]
    assert makespans(instance, improved(instance, instance.tables)) == [12 * SECOND]
