"""Bounds, gaps and the break-even rate of a plan, recomputed; and a plan slowed down and replayed.

Part of the checker of plans: `subject` is a `plan_checker.Subject`.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from math import ceil, inf
from typing import NamedTuple

from policy_text import exact, micro


def complaints(subject):
    """What is wrong with a plan's bounds and its break-even rates."""
    for key, names in (("required", subject.required), ("all", set(subject.main))):
        yield from _bound(subject, subject.plan["bounds"][key], names, key)
    yield from _break_even(subject)


def chains_below(subject, window, names):
    """By table: the longest chain of those of `names` below it, each at its full rate."""
    parents = {name: subject.facts.parents[name] & names for name in names}
    below = dict.fromkeys(names, 0)
    for name in sorted(names, key=lambda n: len(subject.facts.ancestors[n]), reverse=True):
        chain = below[name] + subject.alone(name, window)
        for parent in parents[name]:
            below[parent] = max(below[parent], chain)
    return below


def chains_above(subject, window, names):
    """By table: when the last of its parents has finished if all run at full rate."""
    above = {}
    for name in sorted(names, key=lambda n: len(subject.facts.ancestors[n])):
        parents = subject.facts.parents[name] & names
        above[name] = max((above[p] + subject.alone(p, window) for p in parents), default=0)
    return above


def _bound(subject, bound, names, key):
    lower, finish = micro(bound["lower_s"]), micro(bound["finish_s"])
    if finish != max((micro(subject.main[n]["finish_s"]) for n in names), default=0):
        yield f"bound {key} finishes at {finish}"
    if not 0 <= lower <= finish:
        yield f"bound {key} is {lower}, past the finish {finish}"
    gap = Fraction(finish - lower, lower) if lower else Fraction(0)
    if abs(exact(bound["gap"]) - gap) > Fraction(1, 2 * 10**6):
        yield f"bound {key} has gap {bound['gap']}, should have {float(gap)}"
    witness = bound["witness"]
    if witness["kind"] != "nothing" or names:
        proven = _WITNESSES[witness["kind"]](subject, witness, names)
        if proven != lower:
            yield f"bound {key} is {lower}, its witness {witness} proves {proven}"
    if (_least(subject, names) - lower) * 2_500_000 > lower:  # less does not show in a gap
        yield f"bound {key} is {lower}, a plain one is {_least(subject, names)}"


def _path(subject, witness, names):
    window, path = subject.facts.windows[0], witness["tables"]
    steps = all(parent in subject.facts.parents[child] for parent, child in pairwise(path))
    if not steps or not set(path) <= names:
        return None
    return sum(subject.alone(name, window) for name in path)


def _bandwidth(subject, witness, names):
    """The tables that start no earlier than the head and leave no less than the tail to do."""
    window = subject.facts.windows[0]
    head, tail, size = (micro(witness[key]) for key in ("head_s", "tail_s", "mb"))
    above = chains_above(subject, window, names)
    below = chains_below(subject, window, names)
    costs = {name: subject.cost(name, window) for name in names}
    bytes_between = sum(
        costs[name].size
        for name in names
        if above[name] + costs[name].overhead >= head and costs[name].post + below[name] >= tail
    )
    if size > bytes_between or micro(witness["mb_s"]) != window.rate:
        return None
    return head + ceil(Fraction(size * 10**6, window.rate)) + tail


def _streams(subject, witness, names):
    window = subject.facts.windows[0]
    held = sum(subject.alone(n, window) - subject.cost(n, window).post for n in names)
    if micro(witness["stream_s"]) != held or witness["streams"] != window.streams:
        return None
    return ceil(Fraction(held, window.streams))


_WITNESSES = {
    "path": _path,
    "bandwidth": _bandwidth,
    "streams": _streams,
    "nothing": lambda *_: None,
}


def _least(subject, names):
    """The three bounds that the contract names."""
    window = subject.facts.windows[0]
    costs = [subject.cost(name, window) for name in names]
    below = chains_below(subject, window, names)
    path = max((below[name] + subject.alone(name, window) for name in names), default=0)
    moving = ceil(Fraction(sum(cost.size for cost in costs) * 10**6, window.rate))
    held = sum(cost.alone(window.rate) - cost.post for cost in costs)
    return max(path, moving, ceil(Fraction(held, window.streams)))


# --- break-even ----------------------------------------------------------------------------------


def _break_even(subject):
    rates = subject.plan["summary"]["break_even_mb_s"]
    window, facts = subject.facts.windows[0], subject.facts
    expected = break_even(subject, subject.required)
    if rates["required"] != expected:
        yield f"break-even is {rates['required']}, should be {expected}"
    movable = set(facts.tables) - facts.blocked
    everything = {name for name in movable if facts.placement[name] != "excluded"}
    if everything == set(subject.main):
        whole = break_even(subject, everything)
        if rates["all"] != whole:
            yield f"break-even of all is {rates['all']}, should be {whole}"
    elif rates["all"] is not None and window.usable:
        size = sum(facts.size(name) for name in everything)
        if micro(rates["all"]) < Fraction(size * 10**6, window.usable):
            yield f"break-even of all is {rates['all']}, too slow for {size} bytes"
    # Faster than planned, work that needs no bandwidth would not shrink along with the rest.
    if expected is not None and micro(expected) <= window.rate:
        yield from _replayed(subject, micro(expected))


def _replayed(subject, rate):
    """At its break-even rate the plan just holds, a thousandth below it does not."""
    window = subject.facts.windows[0]
    if replay(subject, rate) > window.usable:
        yield f"replayed at {rate} bytes/s the required tables end late"
    slower = min(rate - 1, rate * 999 // 1000)
    if slower > 0 and replay(subject, slower) <= window.usable:
        yield f"replayed at {slower} bytes/s the required tables still end in time"


def break_even(subject, names):
    """`target * A / (usable - F)` in MB/s, whole bytes/s rounded up; None where there is none."""
    window = subject.facts.windows[0]
    intervals = _intervals(subject, names)
    moving = sum(interval.length for interval in intervals if interval.movers)
    rest = window.usable - sum(i.length for i in intervals if not i.movers)
    if not moving or rest <= 0:
        return None
    return ceil(Fraction(window.rate * moving, rest)) / 10**6


def replay(subject, rate):
    """When the required tables end (never: infinity) if all rates are scaled to `rate`.

    From one event to the next every table does what it did there: it moves as many bytes, or
    spends as much overhead or work after the load. The next event waits for all of them.
    """
    factor = Fraction(rate, subject.facts.windows[0].rate)
    now, left = Fraction(0), {n: subject.facts.size(n) * 10**6 for n in subject.required}
    for length, movers, fixed in _intervals(subject, subject.required):
        durations = [length] if fixed or not movers else []
        for name, full in movers:
            durations.append(full * length / (full * factor))
            left[name] -= full * length
        now += max(durations)
    return now if all(todo <= 0 for todo in left.values()) else inf


class _Interval(NamedTuple):
    """The time between two events: who moves bytes at which rate, and who does other work."""

    length: int
    movers: list
    fixed: list


def _intervals(subject, names):
    """From the window's start to the last finish of these tables."""
    works = {name: _works(subject.main[name]) for name in names}
    moments = sorted({0} | {at for spans in works.values() for span in spans for at in span[:2]})
    place = {moment: at for at, moment in enumerate(moments)}
    intervals = [_Interval(end - begin, [], []) for begin, end in pairwise(moments)]
    for name, spans in works.items():
        for begin, end, rate in spans:
            for interval in intervals[place[begin] : place[end]]:
                (interval.movers if rate else interval.fixed).append((name, rate))
    return intervals


def _works(record):
    """A table's segments, and the work after its load, in whole microseconds and bytes/s."""
    spans = [tuple(map(micro, segment)) for segment in record["segments"]]
    loaded = spans[-1][1] if spans else micro(record["start_s"])
    return [*spans, (loaded, micro(record["finish_s"]), 0)]
