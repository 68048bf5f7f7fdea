"""Streams get numbers: never two tables on one, never more than there are; and no byte is lost."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from stowplan.model import Segment, Timing
from stowplan.reports.html.lanes import bandwidth, lanes

pieces = st.lists(
    st.tuples(st.integers(0, 20), st.integers(1, 30), st.integers(0, 9)), min_size=1, max_size=4
)


def timing(start, parts):
    """Segments one after the other: a pause before each (perhaps none), a length, a rate."""
    segments, at = [], start
    for pause, length, rate in parts:
        segments.append(Segment(at + pause, at + pause + length, rate))
        at = segments[-1].end_us
    return Timing(tuple(segments), segments[0].start_us, at)


timings = st.lists(st.builds(timing, st.integers(0, 60), pieces), max_size=12)


def most_at_once(found):
    """How many tables hold a stream at the same moment, at the most."""
    starts = {segment.start_us for each in found for segment in each.segments}
    return max(
        (
            sum(s.start_us <= at < s.end_us for each in found for s in each.segments)
            for at in starts
        ),
        default=0,
    )


@given(timings)
def test_no_two_tables_share_a_lane_and_no_lane_is_too_many(found):
    taken = lanes(found)
    held = [
        (lane, segment.start_us, segment.end_us)
        for each, numbers in zip(found, taken, strict=True)
        for lane, segment in zip(numbers, each.segments, strict=True)
    ]
    held.sort()
    for (lane, _, end), (other, start, _) in pairwise(held):
        assert lane != other or end <= start
    assert len({lane for lane, _, _ in held}) <= most_at_once(found)


@given(timings)
def test_what_is_in_use_adds_up_to_what_is_moved(found):
    steps = bandwidth(found)
    moved = sum(rate * (after - at) for (at, rate), (after, _) in pairwise(steps))
    wanted = sum(s.rate * (s.end_us - s.start_us) for each in found for s in each.segments)
    assert moved == wanted
    assert not steps or steps[-1][1] == 0


def test_of_very_many_steps_the_means_are_left():
    found = [timing(10 * n, [(0, 10, 1 + n % 2)]) for n in range(5000)]
    steps = bandwidth(found)
    assert len(steps) <= 2001
    assert all(1 <= rate <= 2 for _, rate in steps[:-1])
    assert steps[-1] == (50_000, 0)


def test_a_table_without_segments_is_on_no_lane():
    assert lanes([Timing((), 5, 5)]) == [[]]
