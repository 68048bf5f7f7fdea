"""One pass over the events of a window: who gets a stream, and how much of the bandwidth.

Nothing is gone through from scratch. All who move bytes have their full rate but the last by key,
so that an event changes only the tables at that border.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Sequence
from heapq import heappop, heappush

from stowplan.model import Segment, Timing

from .ranking import Ranking, levels_of, ranks_of
from .workload import Workload, ceiling

LOOK_AHEAD = 16

_IDLE = -1  # the rate of a table that holds no stream; 0 is overhead


class Run:
    """The events of a window and what they lead to; see `scheduling` for the rules of sharing.

    With `noting` the segments are kept, else only the finishes. `admitted` were so before, in this
    order.

    A table's key is one integer: `class * width + n` for the n-th admitted, and
    `class * width + count + n` for the n-th by rank of those that wait (`width` is `2 * count`).
    In a class of `rank_first` it stays the latter.
    `target` is the rate that a table is to have from now on, `rate` the one since `since`.
    """

    __slots__ = (
        *("workload", "classes", "rates", "fit_first", "rank_first", "noting", "count", "width"),
        *("nobody", "now", "free", "streams", "tables", "admitted", "keys", "pending", "work"),
        *("overhead", "rate", "target", "since", "due", "loaded", "segments", "start", "finish"),
        *("events", "with_overhead", "with_bytes", "holders", "movers", "changed", "moving_us"),
    )

    def __init__(
        self,
        workload: Workload,
        classes: Sequence[int],
        ranking: Ranking,
        *,
        noting: bool,
        admitted: Sequence[int] = (),
    ) -> None:
        classes, ranking = levels_of(workload, classes, ranking)
        count = len(workload.tables)
        self.workload = workload
        self.classes = classes
        self.rates = workload.rates
        self.fit_first = ranking.fit_first
        self.rank_first = ranking.rank_first
        self.noting = noting
        self.count = count
        self.width = 2 * count
        self.nobody = (max(classes, default=0) + 1) * self.width  # weaker than every key
        self.now = 0
        self.free = workload.capacity.rate
        self.streams = workload.capacity.streams
        ranks = ranks_of(workload, classes, ranking)
        span = max(ranks, default=0) - min(ranks, default=0) + 1
        places = [level * span - rank for level, rank in zip(classes, ranks, strict=True)]
        by_rank = sorted(range(count), key=places.__getitem__)  # equal ones stay by name
        self.tables = [*by_rank, *by_rank]  # by `key % width`; the first half as they are admitted
        self.admitted = 0
        self.keys = [0] * count
        for place, at in enumerate(by_rank, start=count):
            self.keys[at] = classes[at] * self.width + place
        for at in admitted:
            if classes[at] not in self.rank_first:
                self.tables[self.admitted] = at
                self.keys[at] = classes[at] * self.width + self.admitted
                self.admitted += 1
        self.pending = list(workload.pending)
        self.work = list(workload.work)
        self.overhead = list(workload.overhead)
        self.rate = [_IDLE] * count
        self.target = [_IDLE] * count
        self.since = [0] * count
        self.due = [_IDLE] * count
        self.loaded = bytearray(count)
        self.segments: list[list[Segment]] = [[] for _ in range(count)] if noting else []
        self.start = [0] * count
        self.finish = [0] * count
        self.events: list[int] = []  # heap of `time * count + table`: stale if not what is due
        self.with_overhead: list[int] = []  # heaps of the keys of those who hold no stream
        self.with_bytes: list[int] = []
        self.holders: list[int] = []  # keys of those who hold a stream, sorted
        self.movers: list[int] = []  # keys of those who move bytes, sorted
        self.changed: list[int] = []
        self.moving_us = 0  # how long at least one table has moved bytes

    def play(self) -> None:
        """Run from the first event to the last. Raises ValueError for a cycle."""
        for node in [node for node, count in enumerate(self.pending) if count == 0]:
            if node >= self.count or self._passes(node):
                self._release(node)
        self._share()
        events, due, count = self.events, self.due, self.count
        while events:
            now = events[0] // count
            if self.movers:
                self.moving_us += now - self.now
            self.now = now
            later, stale = (now + 1) * count, True
            while events and events[0] < later:
                at = heappop(events) % count
                if due[at] == now:
                    due[at], stale = _IDLE, False
                    self._elapse(at)
            if not stale:
                self._share()
        if any(self.pending):
            raise ValueError("the tables to schedule depend on each other in a cycle")

    def timings(self) -> list[Timing]:
        """What was noted, by position."""
        return [
            Timing(tuple(noted), noted[0].start_us if noted else start, finish)
            for noted, start, finish in zip(self.segments, self.start, self.finish, strict=True)
        ]

    # What an event brings.

    def _elapse(self, at: int) -> None:
        """The end of a table's overhead, of its load, or of its work after the load."""
        if self.loaded[at]:
            self._release(at)
            return
        key, rate, since = self.keys[at], self.rate[at], self.since[at]
        del self.holders[bisect_left(self.holders, key)]
        if rate:
            del self.movers[bisect_left(self.movers, key)]
            self.free += self.target[at]
            rate = ceiling(self.work[at], self.now - since)
            self.work[at] = 0
        else:
            self.overhead[at] = 0
        if self.noting:
            self._note(at, since, rate)
        self.rate[at] = self.target[at] = _IDLE
        if self.work[at]:
            heappush(self.with_bytes, key)
        elif self._ends_with_load(at):
            self._release(at)

    def _ends_with_load(self, at: int) -> bool:
        """Whether no work follows the load, else that work is waited for."""
        self.loaded[at] = True
        post = self.workload.post[at]
        if post:
            self.due[at] = time = self.now + post
            heappush(self.events, time * self.count + at)
        return not post

    def _release(self, node: int) -> None:
        """A table has finished: let its children come, and theirs if they take no time."""
        pending, children, count = self.pending, self.workload.children, self.count
        if node < count and not children[node]:
            self.finish[node] = self.now
            return
        finished = [node]
        while finished:
            node = finished.pop()
            if node < count:
                self.finish[node] = self.now
            for child in children[node]:
                pending[child] -= 1
                if pending[child] == 0 and (child >= count or self._passes(child)):
                    finished.append(child)

    def _passes(self, at: int) -> bool:
        """Make a table whose parents have finished a candidate, unless it takes no time at all."""
        if self.overhead[at]:
            heappush(self.with_overhead, self.keys[at])
        elif self.work[at]:
            heappush(self.with_bytes, self.keys[at])
        else:
            self.start[at] = self.now
            return self._ends_with_load(at)
        return False

    # Who gets what.

    def _share(self) -> None:
        """Give out streams and bandwidth, strongest key first, then note what has changed."""
        holders, movers, nobody = self.holders, self.movers, self.nobody
        with_bytes, with_overhead = self.with_bytes, self.with_overhead
        tables, width, streams, choosy = self.tables, self.width, self.streams, self.fit_first
        while True:
            last = movers[-1] if movers else nobody
            if self.free and movers:
                self._top_up(tables[last % width])
            beyond = holders[-1] if len(holders) == streams else nobody
            key = with_bytes[0] if with_bytes else nobody
            other = with_overhead[0] if with_overhead else nobody
            if key < other and key < beyond and (self.free or key < last):
                self._admit(self._next_with_bytes() if choosy else heappop(with_bytes), moves=True)
            elif other < beyond:
                self._admit(heappop(with_overhead), moves=False)
            else:
                break
        self._change_rates()

    def _change_rates(self) -> None:
        """From now on everybody has the target rate; what they had until now is noted.

        One loop without calls: it runs for every event. A time that was expected before no longer
        counts.
        """
        now, rates, targets, since, due = self.now, self.rate, self.target, self.since, self.due
        work, overhead, events, count = self.work, self.overhead, self.events, self.count
        for at in self.changed:
            rate, target = rates[at], targets[at]
            if rate == target:
                continue
            if rate != _IDLE:
                length = now - since[at]
                if rate:
                    work[at] -= rate * length
                else:
                    overhead[at] -= length
                if self.noting:
                    self._note(at, since[at], rate)
            rates[at] = target
            if target == _IDLE:
                due[at] = _IDLE
                continue
            since[at] = now
            due[at] = time = now + (-(-work[at] // target) if target else overhead[at])
            heappush(events, time * count + at)
        self.changed.clear()

    def _table(self, key: int) -> int:
        return self.tables[key % self.width]

    def _set_target(self, at: int, rate: int) -> None:
        self.target[at] = rate
        self.changed.append(at)

    def _top_up(self, at: int) -> None:
        """Let the last mover, the only one below its full rate, have what is free."""
        missing = self.rates[at] - self.target[at]
        if missing:
            more = missing if missing < self.free else self.free
            self.free -= more
            self._set_target(at, self.target[at] + more)

    def _admit(self, key: int, moves: bool) -> None:
        """Give a candidate a stream, taken from the weakest holder if none is left."""
        level, place = divmod(key, self.width)
        at = self.tables[place]
        if place >= self.count and level not in self.rank_first:
            key = self.keys[at] = level * self.width + self.admitted
            self.tables[self.admitted] = at
            self.admitted += 1
        if len(self.holders) == self.streams:
            self._dismiss(self._table(self.holders[-1]))
        insort(self.holders, key)
        rate = self._taken(at, key) if moves else 0
        self.target[at] = rate
        self.changed.append(at)

    def _taken(self, at: int, key: int) -> int:
        """The bandwidth that a new mover gets, some of it taken from weaker ones."""
        movers, full = self.movers, self.rates[at]
        while self.free < full and movers and movers[-1] > key:
            self._take_from(self._table(movers[-1]), full - self.free)
        insort(movers, key)
        rate = full if full < self.free else self.free
        self.free -= rate
        return rate

    def _take_from(self, at: int, wanted: int) -> None:
        """Free up to `wanted` bytes/s of a mover; one that has nothing left pauses."""
        if self.target[at] <= wanted:
            self._dismiss(at)
        else:
            self.free += wanted
            self._set_target(at, self.target[at] - wanted)

    def _dismiss(self, at: int) -> None:
        """Take a holder's stream and bandwidth; it becomes a candidate again."""
        key = self.keys[at]
        del self.holders[bisect_left(self.holders, key)]
        if self.target[at]:
            del self.movers[bisect_left(self.movers, key)]
            self.free += self.target[at]
            heappush(self.with_bytes, key)
        else:
            heappush(self.with_overhead, key)
        self._set_target(at, _IDLE)

    def _next_with_bytes(self) -> int:
        """The strongest candidate with bytes; with fit-first, one that gets its full rate."""
        key = heappop(self.with_bytes)
        if self._waits_to_fit(key):
            available = self._available(key // self.width)
            if available < self.rates[self._table(key)]:
                return self._first_fitting(key, available)
        return key

    def _waits_to_fit(self, key: int) -> bool:
        return key % self.width >= self.count and key // self.width in self.fit_first

    def _available(self, level: int) -> int:
        """The bandwidth that a class can have: what is free, and what weaker classes hold."""
        available = self.free
        for key in reversed(self.movers):
            if key // self.width <= level:
                break
            available += self.target[self._table(key)]
        return available

    def _first_fitting(self, first: int, available: int) -> int:
        """The next waiting table of the same class whose full rate fits, else `first` itself."""
        passed = [first]
        found = first
        while self.with_bytes and len(passed) <= LOOK_AHEAD and found == first:
            key = self.with_bytes[0]
            if key // self.width != first // self.width:
                break
            if self.rates[self._table(key)] <= available:
                found = key
            passed.append(heappop(self.with_bytes))
        passed.remove(found)
        for key in passed:
            heappush(self.with_bytes, key)
        return found

    # What has been.

    def _note(self, at: int, since: int, rate: int) -> None:
        segments = self.segments[at]
        if segments and segments[-1].end_us == since and segments[-1].rate == rate:
            since = segments.pop().start_us
        segments.append(Segment(since, self.now, rate))
