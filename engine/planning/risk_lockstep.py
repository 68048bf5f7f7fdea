"""Many draws of one window at once: the scheduler's rules, each step taken by all draws together.

Every draw has a clock of its own; a step takes each draw to its own next event. What a draw comes
to is what `sharing.Run` would make of it, to the microsecond.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .risk_rows import NEVER, NOBODY, Keys, Rows, Whole
from .sharing import LOOK_AHEAD
from .workload import MICROSECONDS

NETWORK = 10  # streams up to which comparing neighbours is faster than sorting


class Lockstep:
    """The state of all draws. A matrix is by row and draw, a place in it `row * draws + draw`.

    `slots` (by stream and draw) has the keys of those who hold a stream, ascending, NOBODY for a
    free one. `left` is what a table has yet to do of its phase: overhead in microseconds, then
    bytes (`loading`). One row more than there are tables stands for a free stream, never done.
    """

    def __init__(self, window: Rows, factors: Sequence[Sequence[int]]) -> None:
        """`factors` by position and draw, in millionths."""
        self.window = window
        stretch = np.array([factors[at] for at in window.by_rank], np.int64)
        count, self.draws = stretch.shape
        own = window.workload
        sizes = window.by_row(own.work) // MICROSECONDS
        self.work: Whole = (sizes[:, None] * stretch).reshape(-1)
        overhead = _stretched(window.by_row(own.overhead), stretch)
        self.post = _stretched(window.by_row(own.post), stretch).reshape(-1)
        self.with_overhead, self.with_post = any(own.overhead), any(own.post)
        self.left = np.full((count + 1, self.draws), NEVER, np.int64)
        self.left[:count] = np.where(overhead > 0, overhead, sizes[:, None] * stretch)
        self.loading = np.zeros((count + 1, self.draws), np.bool_)
        self.loading[:count] = overhead == 0
        self.columns = np.arange(self.draws)
        self.pending = np.repeat(window.pending, self.draws)
        self.bytes_next: Keys = np.full((count, self.draws), NOBODY, np.int32)
        self.overhead_next: Keys = self.bytes_next.copy()
        self.slots: Keys = np.full((window.streams, self.draws), NOBODY, np.int32)
        self.at = np.zeros(self.slots.shape, np.int64)
        self.rate = np.ones(self.slots.shape, np.int64)
        self.admitted = np.zeros(self.draws, np.int32)
        self.now = np.zeros(self.draws, np.int64)
        self.ends = np.full((count if self.with_post else 0, self.draws), NEVER, np.int64)
        self.finish = np.zeros((count, self.draws), np.int64)

    def finishes(self) -> Whole:
        """When each table ends in each draw; by position."""
        found = np.empty_like(self.finish)
        found[self.window.by_rank] = self._play()
        return found

    def _play(self) -> Whole:
        """From the first event to the last; the finishes by row and draw."""
        nodes = np.flatnonzero(self.window.pending == 0)
        self._release(self._arrive((nodes[:, None] * self.draws + self.columns).reshape(-1)))
        self._share()
        while self._advance():
            self._share()
        return self.finish

    # Time goes on.

    def _advance(self) -> bool:
        """Take every draw to its next event; False if none has any."""
        left = self.left.take(self.at)
        step = (-(-left // self.rate)).min(axis=0)
        if self.with_post:
            step = np.minimum(step, self.ends.min(axis=0) - self.now)
        step[step > NEVER // 2] = 0
        if not step.any():
            return False
        self.now += step
        left -= self.rate * step
        self.left.reshape(-1)[self.at] = np.maximum(left, 0)
        self.left[-1] = NEVER
        self._end(np.flatnonzero(left <= 0))
        if self.with_post:
            done = np.flatnonzero(self.ends == self.now)
            self.ends.reshape(-1)[done] = NEVER
            self._release(done)
        return True

    def _end(self, ended: Whole) -> None:
        """Phases of holders that are over: their slots are free, what comes next is prepared."""
        keys = self.slots.reshape(-1)[ended]
        places = self.at.reshape(-1)[ended]
        self.slots.reshape(-1)[ended] = NOBODY
        loaded = self.loading.reshape(-1)[places]
        if self.with_overhead:
            first = places[~loaded]
            self.loading.reshape(-1)[first] = True
            self.left.reshape(-1)[first] = work = self.work[first]
            self.bytes_next.reshape(-1)[first[work > 0]] = keys[~loaded][work > 0]
            places = np.concatenate((places[loaded], first[work == 0]))
        self._release(self._without_post(places))

    def _without_post(self, places: Whole) -> Whole:
        """Those of some loaded tables that are done; the others' later work begins."""
        if not self.with_post:
            return places
        post = self.post[places]
        later = places[post > 0]
        self.ends.reshape(-1)[later] = self.now[later % self.draws] + post[post > 0]
        done: Whole = places[post == 0]
        return done

    def _release(self, places: Whole) -> None:
        """Tables and hubs that are done let their children come, and theirs if these take none."""
        while len(places):
            tables = places[places < self.finish.size]
            self.finish.reshape(-1)[tables] = self.now[tables % self.draws]
            below = self._below(places)
            np.subtract.at(self.pending, below, 1)
            ready = below[self.pending[below] == 0]
            places = self._arrive(np.unique(ready)) if len(ready) else ready

    def _below(self, places: Whole) -> Whole:
        """The places of all children; one that waits for several of these comes several times."""
        nodes, draws = places // self.draws, places % self.draws
        degree = self.window.degree[nodes]
        starts = np.repeat(self.window.first[nodes] - (np.cumsum(degree) - degree), degree)
        children = self.window.children[starts + np.arange(len(starts))]
        below: Whole = children * self.draws + np.repeat(draws, degree)
        return below

    def _arrive(self, places: Whole) -> Whole:
        """Nodes whose parents are done become candidates; those that take no time are done."""
        tables = places[places < self.finish.size]
        hubs = places[places >= self.finish.size]
        keys = self.window.waiting[tables // self.draws]
        loads = self.loading.reshape(-1)[tables]
        idle = loads & (self.work[tables] == 0)
        loads &= ~idle
        self.bytes_next.reshape(-1)[tables[loads]] = keys[loads]
        first = ~loads & ~idle
        self.overhead_next.reshape(-1)[tables[first]] = keys[first]
        return np.concatenate((self._without_post(tables[idle]), hubs))

    # Who gets what.

    def _share(self) -> None:
        """Give out streams and bandwidth, strongest key first, as `Run._share` does.

        Draws in which nobody is admitted any more are settled; the others go round again.
        """
        draws, fits_first = self.columns, bool(self.window.fitting.any())
        while len(draws):
            chosen = slice(None) if len(draws) == self.draws else draws
            slots, moving = self._fill(chosen, draws)
            free = self.window.workload.capacity.rate - moving.sum(axis=0)
            last = np.where(moving > 0, slots, -1).max(axis=0)
            key, beyond = _least(self.bytes_next, draws), slots[-1]
            admits = (key < beyond) & ((free > 0) | (key < last))
            admitted = admits
            if self.with_overhead:
                other = _least(self.overhead_next, draws)
                admits &= key < other
                holds = (other < beyond) & ~admits
                admitted = admits | holds
                self._admit(other[holds], draws[holds], self.overhead_next)
            key, among = key[admits], draws[admits]
            if fits_first:
                key = self._fitting_first(key, among, slots[:, admits], moving[:, admits])
            self._admit(key, among, self.bytes_next)
            draws = draws[admitted]

    def _admit(self, keys: Keys, draws: Whole, candidates: Keys) -> None:
        """Give candidates a stream, taken from the weakest holder if none is left."""
        if not len(draws):
            return
        count = self.window.count
        rows = keys % count
        candidates[rows, draws] = NOBODY
        waiting = keys // count % (2 * count) >= count
        anew = waiting & self.window.by_admission[rows]
        started = self.window.strongest[rows] + self.admitted[draws] * count
        self.admitted[draws] += anew
        self._dismiss(self.slots[-1, draws], draws)
        self.slots[-1, draws] = np.where(anew, started, keys)

    def _dismiss(self, keys: Keys, draws: Whole) -> None:
        """Holders that have lost their stream become candidates again; NOBODY is none."""
        held = keys != NOBODY
        keys = keys[held]
        places = keys % self.window.count * np.int64(self.draws) + draws[held]
        loading = self.loading.reshape(-1)[places]
        self.bytes_next.reshape(-1)[places[loading]] = keys[loading]
        self.overhead_next.reshape(-1)[places[~loading]] = keys[~loading]

    def _fill(self, chosen: slice | Whole, draws: Whole) -> tuple[Keys, Whole]:
        """The rates: by key, each mover up to its full rate; who gets none loses its stream.

        The slots of some draws, and the bandwidth that each of them has.
        """
        window = self.window
        slots: Keys = self.slots[:, chosen]
        while True:
            _sort(slots)
            rows = np.where(slots == NOBODY, window.count, slots % window.count)
            at = rows * np.int64(self.draws) + draws
            moves = self.loading.take(at)
            full = window.full_or_none.take(rows) * moves
            left = window.workload.capacity.rate + full - full.cumsum(axis=0)
            moving: Whole = np.minimum(full, np.maximum(left, 0))
            starved = np.nonzero(moves & (moving == 0))
            if not len(starved[0]):
                break
            self._dismiss(slots[starved], draws[starved[1]])
            slots[starved] = NOBODY
        self.slots[:, chosen], self.at[:, chosen] = slots, at
        self.rate[:, chosen] = np.maximum(moving, 1)
        return slots, moving

    def _fitting_first(self, keys: Keys, draws: Whole, slots: Keys, moving: Whole) -> Keys:
        """The same keys; in classes of fit-first, those of the next that get their full rate."""
        window, count = self.window, self.window.count
        rows = keys % count
        weaker = slots // count // (2 * count) > window.levels[rows]
        available = window.workload.capacity.rate - np.where(weaker, 0, moving).sum(axis=0)
        waiting = keys // count % (2 * count) >= count
        misfit = window.fitting[rows] & waiting & (available < window.full[rows])
        if misfit.any():
            found = self._first_fitting(keys[misfit], draws[misfit], available[misfit])
            keys = keys.copy()
            keys[misfit] = found
        return keys

    def _first_fitting(self, keys: Keys, draws: Whole, available: Whole) -> Keys:
        """The next waiting tables of the class whose full rate fits, else the same ones."""
        window = self.window
        others = self.bytes_next[:, draws]
        near = window.levels[:, None] == window.levels[keys % window.count]
        near &= (others != NOBODY) & (others > keys)
        near &= near.cumsum(axis=0, dtype=np.int32) <= LOOK_AHEAD
        near &= window.full[:, None] <= available
        row = near.argmax(axis=0)
        return np.where(near.any(axis=0), others[row, np.arange(len(draws))], keys)


def _least(candidates: Keys, draws: Whole) -> Keys:
    """The strongest key of some draws; to go through all is faster than to pick out many."""
    if len(draws) * 8 > candidates.shape[1]:
        every: Keys = candidates.min(axis=0)
        return every if len(draws) == len(every) else every[draws]
    some: Keys = candidates[:, draws].min(axis=0)
    return some


def _sort(slots: Keys) -> None:
    """Sort each draw's keys in place: for a few streams by comparing neighbours, all at once."""
    if len(slots) > NETWORK:
        slots.sort(axis=0)
        return
    for turn in range(len(slots)):
        upper, lower = slots[turn % 2 : -1 : 2], slots[turn % 2 + 1 :: 2]
        less = np.minimum(upper, lower)
        np.maximum(upper, lower, out=lower)
        upper[...] = less


def _stretched(microseconds: Whole, stretch: Whole) -> Whole:
    """Times by row, longer by millionths for each draw, rounded up."""
    found: Whole = -(-microseconds[:, None] * stretch // MICROSECONDS)
    return found
