"""Choosing among preferred tables: in time, closed under parents, close to the best there is."""

from fractions import Fraction
from itertools import combinations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from schedule_checker import Instance, SmallGraph, instances, promoted

from stowplan.model import Capacity, Demand
from stowplan.planning.choosing import choose
from stowplan.planning.scheduling import last_finish, schedule

SECOND = 10**6


def chosen_of(instance, candidates, usable, fixed=(), values=None, forbidden=()):
    return choose(
        candidates,
        fixed,
        instance.graph,
        instance.demands,
        instance.classes,
        instance.capacity,
        usable,
        values or [Fraction(1)] * instance.graph.size,
        forbidden,
    )


def timed(instance, tables, ranking=None):
    return schedule(
        tables, instance.graph, instance.demands, instance.classes, instance.capacity, ranking
    )


def instance_of(sizes, edges=(), classes=None, rate=10, streams=1):
    graph = SmallGraph(len(sizes), frozenset(edges))
    levels = tuple(classes or [1] * len(sizes))
    return Instance(graph, tuple(map(Demand, sizes)), levels, Capacity(rate, streams))


def test_all_come_if_all_fit_exactly():
    instance = instance_of([10, 20, 30])
    assert chosen_of(instance, [0, 1, 2], 6 * SECOND).tables == {0, 1, 2}


def test_without_time_nothing_comes():
    assert chosen_of(instance_of([10, 20]), [0, 1], 0).tables == frozenset()


def test_without_candidates_nothing_comes():
    assert chosen_of(instance_of([10, 20]), [], 99, fixed=[0]).tables == frozenset()


def test_most_value_for_each_byte_comes_first_then_the_name():
    instance = instance_of([30, 30, 30])
    values = [Fraction(1), Fraction(3, 2), Fraction(1)]
    assert chosen_of(instance, [0, 1, 2], 3 * SECOND, values=values).tables == {1}
    assert chosen_of(instance, [0, 1, 2], 3 * SECOND).tables == {0}


def test_a_poor_parent_comes_for_the_sake_of_its_child():
    instance = instance_of([20, 10, 30], edges=[(0, 1)])
    values = [Fraction(0), Fraction(9), Fraction(2)]
    assert chosen_of(instance, [0, 1, 2], 3 * SECOND, values=values).tables == {0, 1}


def test_a_parent_that_has_come_costs_its_other_children_nothing():
    instance = instance_of([40, 10, 10, 30], edges=[(0, 1), (0, 2)])
    values = [Fraction(0), Fraction(9), Fraction(5), Fraction(4)]
    assert chosen_of(instance, [0, 1, 2, 3], 6 * SECOND, values=values).tables == {0, 1, 2}


def test_a_parent_in_the_window_or_already_moved_costs_nothing():
    instance = instance_of([10, 10, 10], edges=[(0, 2), (1, 2)], classes=[0, 1, 1])
    assert chosen_of(instance, [2], 2 * SECOND, fixed=[0]).tables == {2}


def test_what_depends_on_a_forbidden_table_stays_out():
    instance = instance_of([1, 1, 1, 1], edges=[(0, 1), (1, 2)])
    assert chosen_of(instance, [1, 2, 3], 9 * SECOND, forbidden=[0]).tables == {3}


def test_hubs_forbid_too():
    graph = SmallGraph(4, frozenset(), ((frozenset({0}), frozenset({1, 2})),))
    instance = Instance(graph, (Demand(1),) * 4, (0,) * 4, Capacity(1, 1))
    assert chosen_of(instance, [1, 2, 3], 9 * SECOND, forbidden=[0]).tables == {3}


def test_a_smaller_table_is_tried_after_one_that_does_not_fit():
    instance = instance_of([20, 30, 10])
    values = [Fraction(20), Fraction(29), Fraction(1)]
    assert chosen_of(instance, [0, 1, 2], 3 * SECOND, values=values).tables == {0, 2}


def test_a_stronger_class_comes_before_any_value():
    instance = instance_of([30, 10], classes=[1, 2])
    values = [Fraction(1), Fraction(100)]
    assert chosen_of(instance, [0, 1], 3 * SECOND, values=values).tables == {0}


def test_fixed_tables_past_the_time_leave_what_they_do_not_use():
    graph = SmallGraph(2, frozenset())
    instance = Instance(graph, (Demand(100, 4), Demand(30)), (0, 1), Capacity(10, 2))
    assert chosen_of(instance, [1], 5 * SECOND, fixed=[0]).tables == {1}
    assert chosen_of(instance, [1], 4 * SECOND, fixed=[0]).tables == frozenset()


@settings(max_examples=200, deadline=None)
@given(instances(most=12), st.integers(0, 40), st.data())
def test_the_choice_is_in_time_closed_and_leaves_the_fixed_tables_alone(instance, tenths, data):
    fixed = {table for table in instance.tables if instance.classes[table] == 0}
    candidates = set(instance.tables) - fixed
    forbidden = data.draw(st.sets(st.sampled_from(sorted(candidates) or [0]), max_size=2))
    candidates -= forbidden
    values = [
        Fraction(data.draw(st.integers(0, 9)), data.draw(st.integers(1, 3)))
        for _ in instance.tables
    ]
    usable = tenths * SECOND // 10
    choice = chosen_of(instance, sorted(candidates), usable, fixed, values, forbidden - fixed)
    assert choice.tables <= candidates
    timings = choice.timings
    assert timings.keys() == fixed | choice.tables
    assert last_finish(timings, choice.tables) <= usable
    for table in choice.tables:
        assert instance.graph.ancestors(table) <= fixed | choice.tables
    alone = chosen_of(instance, [], usable, fixed)
    assert {t: timings[t] for t in fixed} == alone.timings


@settings(max_examples=60, deadline=None)
@given(instances(most=10), st.integers(0, 40), st.randoms(use_true_random=False))
def test_neither_order_nor_weaker_classes_matter(instance, tenths, random):
    usable = tenths * SECOND // 10
    shuffled = list(instance.tables)
    random.shuffle(shuffled)
    whole = chosen_of(instance, instance.tables, usable)
    assert chosen_of(instance, shuffled, usable) == whole
    stronger = {table for table in instance.tables if instance.classes[table] < 2}
    assert chosen_of(instance, stronger, usable).tables == whole.tables & stronger


def random_instance(random):
    """Three to eight candidates in a random graph, with sizes that differ much."""
    count = random.randint(3, 8)
    line = random.sample(range(count), count)
    edges = frozenset(
        (a, b) for at, a in enumerate(line) for b in line[at + 1 :] if random.random() < 0.2
    )
    demands = tuple(
        Demand(int(random.lognormvariate(3, 1)) + 1, random.choice([None, None, 5, 8]))
        for _ in range(count)
    )
    graph = SmallGraph(count, edges)
    classes = promoted(graph, [1] * count)
    return Instance(graph, demands, classes, Capacity(10, random.choice([1, 2, 3])))


def best_value(instance, values, usable):
    """The most value of any closed set of tables that our scheduler ends in time."""
    best = Fraction(0)
    for count in range(instance.graph.size + 1):
        for tables in combinations(instance.tables, count):
            value = sum((values[table] for table in tables), Fraction(0))
            if value <= best or instance.graph.closed(tables) != set(tables):
                continue
            if last_finish(timed(instance, tables), tables) <= usable:
                best = value
    return best


@pytest.mark.parametrize("share", [Fraction(1, 3), Fraction(1, 2), Fraction(4, 5)])
def test_the_value_is_at_least_three_quarters_of_the_best_on_average(share):
    random = Random(f"choosing {share}")
    ratios = []
    for _ in range(25):
        instance = random_instance(random)
        values = [Fraction(random.choice([0, 1, 1, 1, 2, 5])) for _ in instance.tables]
        usable = int(last_finish(timed(instance, instance.tables), instance.tables) * share)
        best = best_value(instance, values, usable)
        choice = chosen_of(instance, instance.tables, usable, values=values)
        if best:
            ratios.append(sum(values[table] for table in choice.tables) / best)
    assert sum(ratios) / len(ratios) >= Fraction(3, 4)


@pytest.mark.parametrize("downwards", [True, False])
def test_a_long_chain_is_cut_where_it_no_longer_fits(downwards):
    count = 400
    steps = [(n, n + 1) if downwards else (n + 1, n) for n in range(count - 1)]
    instance = instance_of([10] * count, edges=steps)
    choice = chosen_of(instance, range(count), 250 * SECOND)
    line = range(count) if downwards else range(count - 1, -1, -1)
    assert choice.tables == set(line[:250])
