"""The scheduler: its model, its promise to stronger classes, and its indifference to order."""

from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from schedule_checker import Instance, SmallGraph, faults, instances, naive_schedule, promoted

from stowplan.model import Capacity, Demand, Segment, Timing
from stowplan.planning.ranking import Ranking
from stowplan.planning.scheduling import last_finish, schedule

SECOND = 10**6


def run(instance, chosen=None, ranking=None):
    tables = instance.tables if chosen is None else chosen
    return schedule(
        tables, instance.graph, instance.demands, instance.classes, instance.capacity, ranking
    )


def small(demands, edges=(), rate=10, streams=2, classes=None, hubs=()):
    graph = SmallGraph(len(demands), frozenset(edges), tuple(hubs))
    levels = tuple(classes or [0] * len(demands))
    return Instance(graph, tuple(demands), levels, Capacity(rate, streams))


def test_one_table_moves_at_the_bandwidth_after_its_overhead_and_before_its_later_work():
    timing = run(small([Demand(20, None, 3 * SECOND, 4 * SECOND)]))[0]
    overhead, load = Segment(0, 3 * SECOND, 0), Segment(3 * SECOND, 5 * SECOND, 10)
    assert timing == Timing((overhead, load), 0, 9 * SECOND)


def test_streams_share_the_bandwidth_up_to_their_caps():
    timings = run(small([Demand(60, 6), Demand(40)]))
    assert timings[0].segments == (Segment(0, 10 * SECOND, 6),)
    assert timings[1].segments == (Segment(0, 10 * SECOND, 4),)


def test_a_finish_falls_on_the_next_microsecond_and_the_last_rate_is_what_was_left():
    timing = run(small([Demand(1)], rate=3))[0]
    assert timing.finish_us == 333_334
    assert timing.segments == (Segment(0, 333_334, 3),)


def test_a_child_waits_for_the_work_after_its_parents_load():
    timings = run(small([Demand(10, None, 0, SECOND), Demand(10)], edges=[(0, 1)]))
    assert timings[1].start_us == 2 * SECOND


def test_a_hub_makes_every_child_wait_for_every_parent():
    instance = small([Demand(10)] * 4, hubs=[(frozenset({0, 1}), frozenset({2, 3}))], streams=4)
    timings = run(instance)
    assert min(timings[2].start_us, timings[3].start_us) == 2 * SECOND


def test_parents_that_are_not_chosen_count_as_moved():
    instance = small([Demand(10)] * 3, edges=[(0, 1)], hubs=[(frozenset({0}), frozenset({2}))])
    assert run(instance, [1])[1].start_us == 0
    assert run(instance, [2])[2].start_us == 0


def test_a_table_with_nothing_to_do_takes_no_time():
    instance = small([Demand(10), Demand(0), Demand(0, None, 0, 5)], edges=[(0, 1), (1, 2)])
    timings = run(instance)
    assert timings[1] == Timing((), SECOND, SECOND)
    assert timings[2] == Timing((), SECOND, SECOND + 5)


def test_a_stronger_class_takes_the_stream_at_once_and_the_weaker_one_resumes():
    demands = [Demand(10), Demand(10, 2), Demand(40)]
    timings = run(small(demands, edges=[(0, 1)], classes=[0, 0, 1], streams=1, rate=10))
    assert timings[1].segments == (Segment(SECOND, 6 * SECOND, 2),)
    assert timings[2].segments == (Segment(6 * SECOND, 10 * SECOND, 10),)
    paused = run(
        small(
            [Demand(0, None, 0, SECOND), Demand(10), Demand(40)],
            edges=[(0, 1)],
            classes=[0, 0, 1],
            streams=1,
        )
    )
    assert paused[2].segments == (
        Segment(0, SECOND, 10),
        Segment(2 * SECOND, 5 * SECOND, 10),
    )


def test_a_table_in_overhead_gives_its_stream_to_a_stronger_class():
    demands = [Demand(0, None, 0, SECOND), Demand(10), Demand(10, None, 2 * SECOND)]
    timings = run(small(demands, edges=[(0, 1)], classes=[0, 0, 1], streams=1))
    assert timings[2].segments[:2] == (Segment(0, SECOND, 0), Segment(2 * SECOND, 3 * SECOND, 0))


def test_the_longest_chain_goes_first_then_the_name():
    instance = small([Demand(10)] * 4, edges=[(2, 3)], streams=1)
    starts = {table: timing.start_us // SECOND for table, timing in run(instance).items()}
    assert starts == {2: 0, 0: 1, 1: 2, 3: 3}


def test_fit_first_prefers_a_waiting_table_that_gets_its_full_rate():
    demands = [Demand(70, 7), Demand(50, 6), Demand(9, 3)]
    instance = small(demands, streams=2)
    assert run(instance)[1].start_us == 0
    timings = run(instance, ranking=Ranking(fit_first=frozenset({0})))
    assert (timings[2].start_us, timings[1].start_us) == (0, 3 * SECOND)


def test_rank_first_gives_way_to_the_longer_chain():
    """`other` has begun when `big`, which `tail` waits for, comes: it has what is left then."""
    first, big, tail, other = Demand(10, 60), Demand(6000, 60), Demand(3000, 60), Demand(3000, 60)
    instance = small([first, big, tail, other], edges=[(0, 1), (1, 2)], streams=2, rate=80)
    assert last_finish(run(instance), range(4)) > 180 * SECOND
    timings = run(instance, ranking=Ranking(rank_first=frozenset({0})))
    assert last_finish(timings, range(4)) == pytest.approx(150.2 * SECOND, rel=1e-3)
    assert {segment.rate for segment in timings[3].segments} == {20}


def test_a_settled_rank_replaces_the_static_one():
    instance = small([Demand(10), Demand(20)], streams=1)
    assert run(instance)[1].start_us == 0
    assert run(instance, ranking=Ranking({0: 10**9}))[0].start_us == 0


def test_the_last_finish_of_no_tables_is_zero():
    timings = run(small([Demand(10), Demand(20)], streams=1))
    assert last_finish(timings, []) == 0
    assert last_finish(timings, [0]) == 3 * SECOND


@pytest.mark.parametrize("capacity", [Capacity(0, 1), Capacity(1, 0)])
def test_no_rate_or_no_stream_is_refused(capacity):
    with pytest.raises(ValueError, match="at least 1"):
        schedule([0], SmallGraph(1, frozenset()), [Demand(1)], [0], capacity)


def test_a_cycle_is_refused():
    class Ring:
        size = 2
        parents = children = ((1,), (0,))
        order = (0, 1)

    with pytest.raises(ValueError, match="cycle"):
        schedule([0, 1], Ring(), [Demand(1)] * 2, [0, 0], Capacity(1, 1))


@settings(max_examples=400, deadline=None)
@given(instances())
def test_the_schedule_is_that_of_the_naive_walk(instance):
    timings = run(instance)
    assert timings == naive_schedule(instance, instance.tables)
    assert faults(instance, timings) == []


@settings(max_examples=150, deadline=None)
@given(instances(most=14), st.data())
def test_any_ranking_keeps_the_model(instance, data):
    ranks = data.draw(st.dictionaries(st.sampled_from(instance.tables), st.integers(0, 5)))
    fit, rank = (data.draw(st.frozensets(st.integers(0, 2))) for _ in range(2))
    assert faults(instance, run(instance, ranking=Ranking(ranks, fit, rank - fit))) == []


@settings(max_examples=500, deadline=None)
@given(instances(most=14), st.data())
def test_weaker_tables_never_change_a_stronger_tables_timing(instance, data):
    level = data.draw(st.integers(0, 1))
    stronger = [table for table in instance.tables if instance.classes[table] <= level]
    weaker = [table for table in instance.tables if instance.classes[table] > level]
    some = instance.graph.closed(stronger + data.draw(st.lists(st.sampled_from(weaker or [0]))))
    fit, rank = (data.draw(st.frozensets(st.integers(0, 2))) for _ in range(2))
    ranking = Ranking({}, fit, rank - fit)
    alone = run(instance, stronger, ranking)
    for chosen in (some, instance.tables):
        timings = run(instance, chosen, ranking)
        assert {table: timings[table] for table in stronger} == alone


@settings(max_examples=50, deadline=None)
@given(instances(), st.randoms(use_true_random=False))
def test_the_order_in_which_tables_are_given_does_not_matter(instance, random):
    tables = list(instance.tables)
    random.shuffle(tables)
    timings = run(instance, tables)
    assert list(timings.items()) == list(run(instance).items())


class Shape(NamedTuple):
    """A graph given by what it is made of, for shapes too large to be derived naively."""

    size: int
    parents: list[tuple[int, ...]]
    children: list[tuple[int, ...]]
    order: range


COUNT = 3000
EVERY = tuple(range(COUNT))
NONE: list[tuple[int, ...]] = [()]
SHAPES = {
    "chain": Shape(
        COUNT,
        NONE + [(n,) for n in range(COUNT - 1)],
        [(n + 1,) for n in range(COUNT - 1)] + NONE,
        range(COUNT),
    ),
    "star": Shape(
        COUNT, NONE + [(0,)] * (COUNT - 1), [EVERY[1:]] + NONE * (COUNT - 1), range(COUNT)
    ),
    "hub": Shape(COUNT, NONE * COUNT + NONE, NONE * COUNT + [EVERY], range(COUNT + 1)),
}


@pytest.mark.parametrize("streams", [1, 1000])
@pytest.mark.parametrize("shape", SHAPES)
def test_large_shapes_are_scheduled_without_a_gap(shape, streams):
    demands = [Demand(1)] * COUNT
    timings = schedule(EVERY, SHAPES[shape], demands, [0] * COUNT, Capacity(1, streams))
    assert last_finish(timings, EVERY) == COUNT * SECOND


def test_a_chain_of_tables_that_take_no_time_ends_at_once():
    timings = schedule(EVERY, SHAPES["chain"], [Demand(0)] * COUNT, [0] * COUNT, Capacity(1, 1))
    assert last_finish(timings, EVERY) == 0


def test_promotion_of_the_tests_closes_classes_under_parents():
    graph = SmallGraph(3, frozenset({(0, 1), (1, 2)}))
    assert promoted(graph, [2, 2, 0]) == (0, 0, 0)
