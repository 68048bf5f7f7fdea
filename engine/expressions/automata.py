"""Patterns as automata, whose time is linear in the text whatever the pattern.

Python's `re` backtracks, so that `a*a*a*a*b` takes the fifth power of the text's length; here a
pattern becomes a nondeterministic automaton (Thompson's construction), and the sets of states that
a text leads through are remembered, which makes a deterministic one bit by bit.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from .faults import Budget
from .patterns import (
    LAST_CODE,
    Alternatives,
    Anchor,
    Characters,
    Pattern,
    PatternError,
    Ranges,
    Repeat,
    Sequence,
    read_pattern,
)

MOST_STATES = 300
_REMEMBERED = 2000
"""Transitions; an automaton forgets all when it has more."""
_PIECE = 8
STEPS_A_STATE = 2
_FOUND = frozenset({-1})
"""The set that stands for a match."""

States = frozenset[int]


@dataclass(slots=True)
class _State:
    """What one state waits for: characters, an end of the text, or nothing; and what follows."""

    lows: tuple[int, ...] = ()
    highs: tuple[int, ...] = ()
    anchor: bool | None = None
    after: tuple[int, ...] = ()

    def takes(self, code: int) -> bool:
        """Whether it waits for this character."""
        place = bisect_right(self.lows, code) - 1
        return place >= 0 and code <= self.highs[place]


def automaton(text: str) -> Automaton:
    """The automaton of a pattern; raises PatternError."""
    tree = read_pattern(text)
    if _size(tree) > MOST_STATES:
        raise PatternError("it repeats too much within repetitions")
    return Automaton(tree)


def _size(tree: Pattern) -> int:
    """How many states a tree takes; an empty one counts too, for it may be repeated."""
    if isinstance(tree, Sequence):
        return max(1, sum(map(_size, tree.items)))
    if isinstance(tree, Alternatives):
        return 1 + sum(map(_size, tree.items))
    if isinstance(tree, Repeat) and tree.most is None:
        return _size(tree.item) * (tree.least + 1) + 1
    if isinstance(tree, Repeat):
        return max(1, _size(tree.item) * (tree.most or 0) + (tree.most or 0) - tree.least)
    return 1


class Automaton:
    """Finds out whether a text has a match; state 0 is the match, the last made the start."""

    def __init__(self, tree: Pattern) -> None:
        self._states = [_State()]
        self._start = self._add(tree, 0)
        self._first = self._reached((self._start,), at_start=True)
        self._again = self._reached((self._start,))
        self._known: dict[tuple[States, str], States] = {}
        self._sets: dict[States, States] = {}

    def found_in(self, budget: Budget, text: str) -> bool:
        """Whether any part of the text matches; each new transition costs its states."""
        budget.spend(1 + len(text) // _PIECE)
        states, known = self._first, self._known
        for character in text:
            if states is _FOUND:
                return True
            after = known.get((states, character))
            states = self._after(budget, states, character) if after is None else after
        return states is _FOUND or self._ends(states, at_start=not text)

    def _after(self, budget: Budget, states: States, character: str) -> States:
        budget.spend(STEPS_A_STATE * len(states))
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
            self._sets.clear()
        code = ord(character)
        taken = [state for state in states if self._states[state].takes(code)]
        after = {target for state in taken for target in self._states[state].after}
        reached = self._reached(tuple(after))
        both = _FOUND if reached is _FOUND else reached | self._again
        # One object for equal sets: to find them alike takes their states one by one.
        both = self._sets.setdefault(both, both)
        self._known[states, character] = both
        return both

    def _ends(self, states: States, *, at_start: bool) -> bool:
        waiting = tuple(state for state in states if self._states[state].anchor is False)
        return self._reached(waiting, at_start=at_start, at_end=True) is _FOUND

    def _reached(
        self, states: tuple[int, ...], *, at_start: bool = False, at_end: bool = False
    ) -> States:
        """The waiting states that follow without a character; _FOUND if the match is one."""
        passed, rest = set(), list(states)
        while rest:
            number = rest.pop()
            if number not in passed:
                passed.add(number)
                state = self._states[number]
                if not state.lows and _open(state.anchor, at_start, at_end):
                    rest.extend(state.after)
        if 0 in passed:
            return _FOUND
        return frozenset(number for number in passed if self._waits(number))

    def _waits(self, number: int) -> bool:
        return bool(self._states[number].lows) or self._states[number].anchor is False

    def _new(self, state: _State) -> int:
        self._states.append(state)
        return len(self._states) - 1

    def _add(self, tree: Pattern, after: int) -> int:
        """The state that begins a tree which `after` follows."""
        if isinstance(tree, Characters):
            return self._new(_characters(tree.ranges, after))
        if isinstance(tree, Anchor):
            return self._new(_State(anchor=tree.start, after=(after,)))
        if isinstance(tree, Alternatives):
            return self._new(_State(after=tuple(self._add(item, after) for item in tree.items)))
        if isinstance(tree, Repeat):
            return self._repeat(tree, after)
        for item in reversed(tree.items):
            after = self._add(item, after)
        return after

    def _repeat(self, tree: Repeat, after: int) -> int:
        if tree.most is None:
            loop = self._new(_State())
            self._states[loop].after = (self._add(tree.item, loop), after)
            start = loop
        else:
            start = after
            for _ in range(tree.most - tree.least):
                start = self._new(_State(after=(self._add(tree.item, start), after)))
        for _ in range(tree.least):
            start = self._add(tree.item, start)
        return start


def _characters(ranges: Ranges, after: int) -> _State:
    lows, highs = zip(*ranges, strict=True) if ranges else ((LAST_CODE + 1,), (LAST_CODE + 1,))
    return _State(lows=lows, highs=highs, after=(after,))


def _open(anchor: bool | None, at_start: bool, at_end: bool) -> bool:
    """Whether a state that waits for no character lets pass."""
    return anchor is None or (at_start if anchor else at_end)
