"""Break-even: the slowest bandwidth at which a plan, its order of events kept, still just holds."""

from fractions import Fraction
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from schedule_checker import instances

from stowplan.model import Segment, Timing
from stowplan.planning.margin import break_even
from stowplan.planning.scheduling import last_finish, schedule

SECOND = 10**6


def stretched(timings, tables, factor):
    """When `tables` end if the time in which one of them moves bytes takes 1/factor as long."""
    own = [timings[table] for table in tables]
    end = max(timing.finish_us for timing in own)
    moments = {0, end}
    for timing in own:
        moments |= {timing.finish_us}
        moments |= {moment for s in timing.segments for moment in (s.start_us, s.end_us)}
    total = Fraction(0)
    line = sorted(moments)
    for start, stop in pairwise(line):
        moving = any(
            s.rate and s.start_us <= start and stop <= s.end_us for t in own for s in t.segments
        )
        total += Fraction(stop - start) / factor if moving else stop - start
    return total


def test_without_overheads_the_rate_goes_down_as_the_time_goes_up():
    timings = {0: Timing((Segment(0, 10 * SECOND, 50),), 0, 10 * SECOND)}
    assert break_even(timings, [0], 50, 40 * SECOND) == 13
    assert break_even(timings, [0], 50, 5 * SECOND) == 100


def test_only_the_time_in_which_bytes_move_is_stretched():
    segments = (Segment(0, 2 * SECOND, 0), Segment(2 * SECOND, 6 * SECOND, 50))
    timings = {0: Timing(segments, 0, 9 * SECOND)}
    assert break_even(timings, [0], 50, 25 * SECOND) == 10


def test_overlapping_tables_count_once():
    timings = {
        0: Timing((Segment(0, 4 * SECOND, 20),), 0, 4 * SECOND),
        1: Timing((Segment(1 * SECOND, 3 * SECOND, 5),), SECOND, 3 * SECOND),
        2: Timing((Segment(2 * SECOND, 8 * SECOND, 30),), 2 * SECOND, 8 * SECOND),
    }
    assert break_even(timings, [0, 1, 2], 50, 16 * SECOND) == 25
    assert break_even(timings, [0, 1], 50, 16 * SECOND) == 13


def test_there_is_none_without_bytes_or_without_time_for_the_rest():
    idle = {0: Timing((Segment(0, 5, 0),), 0, 5), 1: Timing((Segment(5, 9, 1),), 5, 20)}
    assert break_even(idle, [0], 50, 100) is None
    assert break_even(idle, [], 50, 100) is None
    assert break_even(idle, [0, 1], 50, 16) is None
    assert break_even(idle, [0, 1], 50, 17) == 200


def test_the_scenario_breaks_even_where_the_contract_says():
    timings = {0: Timing((Segment(0, 88_700_000, 50_000_000),), 0, 88_700_000)}
    assert break_even(timings, [0], 50_000_000, 12_960 * SECOND) == 342_207


@settings(max_examples=300, deadline=None)
@given(instances(), st.integers(1, 60 * SECOND), st.data())
def test_at_the_break_even_rate_the_plan_just_holds(instance, beyond, data):
    capacity = instance.capacity._replace(rate=instance.capacity.rate * 10**6)
    demands = [d._replace(size=d.size * 10**6) for d in instance.demands]
    timings = schedule(instance.tables, instance.graph, demands, instance.classes, capacity)
    tables = instance.graph.closed(data.draw(st.sets(st.sampled_from(instance.tables), min_size=1)))
    moving = stretched(timings, tables, Fraction(1, 2)) - stretched(timings, tables, Fraction(1))
    usable = last_finish(timings, tables) - moving + beyond
    rate = break_even(timings, tables, capacity.rate, int(usable))
    if not moving:
        assert rate is None
        return
    assert stretched(timings, tables, Fraction(rate, capacity.rate)) <= usable
    slower = rate * 999 // 1000
    if 0 < slower < rate - 1:
        assert stretched(timings, tables, Fraction(slower, capacity.rate)) > usable


@settings(max_examples=100, deadline=None)
@given(instances())
def test_a_plan_that_exactly_fills_the_time_breaks_even_at_its_own_rate(instance):
    timings = schedule(
        instance.tables, instance.graph, instance.demands, instance.classes, instance.capacity
    )
    rate = break_even(
        timings, instance.tables, instance.capacity.rate, last_finish(timings, instance.tables)
    )
    moves = any(demand.size for demand in instance.demands)
    assert rate == (instance.capacity.rate if moves else None)
