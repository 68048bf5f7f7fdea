"""Ancestors and descendants as lists of names: what is asked of one is worked out for all."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import compress

from stowplan.expressions import Budget, BudgetExceeded, Shared, Sieve, Sifted
from stowplan.graph import DependencyGraph, Reach
from stowplan.graph.reach import flags, members

BITS_A_STEP = 1024
"""Of sets that are held against each other."""
STEPS_TO_SIFT = 4
NAMES_A_STEP = 64
EDGES_A_STEP = 8


class Lineage:
    """Who is above (or below) whom by name, and what macros' conditions answered for the names."""

    def __init__(self, graph: DependencyGraph, *, upwards: bool) -> None:
        self.reach = Reach(graph, upwards=upwards)
        self.names = graph.names
        self.position = graph.position
        self._answers: dict[object, Answers] = {}

    def of(self, table: int) -> Shared:
        """The names of the tables that are reached from one, itself never among them."""
        return Reached(self, table) if self.reach.is_small else Walked(self, table)

    def answers(self, sieve: Sieve) -> Answers | None:
        """What a condition answered; None for one that reads other things than the last time."""
        known = self._answers.get(sieve.key)
        if known is not None and _identical(known.given, sieve.given):
            return known
        self._answers[sieve.key] = found = Answers(self.names, sieve.given)
        return None if sieve.given else found


def _identical(some: Sequence[object], others: Sequence[object]) -> bool:
    return all(one is other for one, other in zip(some, others, strict=True))


class Answers:
    """The tables for which a condition said yes, and those on which it failed."""

    def __init__(self, names: Sequence[str], given: tuple[object, ...]) -> None:
        self.given = given
        self.yes = 0
        self.failed = 0
        self.asked = 0
        self.counts: Sequence[Sequence[int]] = ()
        """For large graphs, by table: how many said yes, failed, were asked."""
        self._names = names

    @cached_property
    def kept(self) -> frozenset[str]:
        """The names for which it said yes, once all were asked."""
        return frozenset(self._names[table] for table in members(self.yes))

    def ask(self, budget: Budget, sieve: Sieve, tables: int) -> None:
        """Ask for those of some tables for which it was not asked yet."""
        told: dict[bool | None, list[int]] = {True: [], False: [], None: []}
        try:
            for table in members(tables & ~self.asked):
                budget.spend(sieve.weight)
                told[_answer(sieve.condition, self._names[table])].append(table)
        finally:
            yes, failed = _set_of(told[True]), _set_of(told[None])
            self.yes |= yes
            self.failed |= failed
            self.asked |= yes | failed | _set_of(told[False])


def _answer(condition: Callable[[str], object], name: str) -> bool | None:
    """What a condition says; None where it fails: whoever needs to know asks again."""
    try:
        return bool(condition(name))
    except BudgetExceeded:
        raise
    except Exception:
        return None


class Reached(Shared):
    """What one table of a small graph reaches, perhaps only those `among` some."""

    __slots__ = ("_among", "_lineage", "_table")

    def __init__(self, lineage: Lineage, table: int, among: int = -1) -> None:
        self._lineage = lineage
        self._table = table
        self._among = among

    @property
    def _bits(self) -> int:
        return self._lineage.reach.sets[self._table] & self._among

    def __contains__(self, name: object) -> bool:
        number = self._lineage.position.get(name) if isinstance(name, str) else None
        return number is not None and bool(self._bits >> number & 1)

    def __len__(self) -> int:
        return self._bits.bit_count()

    def __iter__(self) -> Iterator[str]:
        return compress(self._lineage.names, flags(self._bits))

    def holds(self, budget: Budget, text: str) -> bool:
        """Whether it reaches the table of that name."""
        budget.spend(1 + len(self._lineage.names) // BITS_A_STEP)
        return text in self

    def walked(self, budget: Budget) -> Collection[str]:
        """The names."""
        budget.spend(len(self._lineage.names) // NAMES_A_STEP)
        return list(self)

    def sifted(self, budget: Budget, sieve: Sieve) -> Sifted | None:
        """What a condition answers for them; asked once for each table of the graph."""
        budget.spend(STEPS_TO_SIFT + len(self._lineage.names) // BITS_A_STEP)
        answers = self._lineage.answers(sieve)
        if answers is None:
            return None
        bits = self._bits
        answers.ask(budget, sieve, bits)
        yes, failed = bits & answers.yes, bits & answers.failed
        failing = None if not failed else self._lineage.names[next(members(failed))]
        no = bits.bit_count() - yes.bit_count() - failed.bit_count()
        kept = Reached(self._lineage, self._table, self._among & answers.yes)
        return Sifted(yes.bit_count(), no, failing, kept)


class Walked(Shared):
    """What one table of a large graph reaches, perhaps only those `among` some."""

    __slots__ = ("_among", "_lineage", "_table")

    def __init__(self, lineage: Lineage, table: int, among: Answers | None = None) -> None:
        self._lineage = lineage
        self._table = table
        self._among = among

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.holds(Budget(), name)

    def __len__(self) -> int:
        counted = self._among.counts if self._among else None
        return (counted[0] if counted else self._lineage.reach.counts)[self._table]

    def __iter__(self) -> Iterator[str]:
        return iter(self.walked(Budget()))

    def holds(self, budget: Budget, text: str) -> bool:
        """Whether it reaches the table of that name."""
        number = self._lineage.position.get(text)
        if number is None or (self._among and text not in self._among.kept):
            budget.spend(1)
            return False
        holders, edges = self._lineage.reach.holders(number)
        budget.spend(1 + edges // EDGES_A_STEP)
        return self._table in holders

    def walked(self, budget: Budget) -> Collection[str]:
        """The names."""
        found, edges = self._lineage.reach.walk(self._table)
        budget.spend(edges // EDGES_A_STEP)
        names = [self._lineage.names[number] for number in found]
        return [name for name in names if name in self._among.kept] if self._among else names

    def sifted(self, budget: Budget, sieve: Sieve) -> Sifted | None:
        """What a condition answers for them; it is asked for all that some table reaches."""
        budget.spend(STEPS_TO_SIFT)
        answers = self._lineage.answers(sieve) if self._among is None else None
        if answers is None:
            return None
        yes, failed, asked = (each[self._table] for each in self._counted(budget, sieve, answers))
        failing = self._failing(budget, answers) if failed else None
        kept = Walked(self._lineage, self._table, answers)
        return Sifted(yes, asked - yes - failed, failing, kept)

    def _counted(self, budget: Budget, sieve: Sieve, answers: Answers) -> Sequence[Sequence[int]]:
        if not answers.counts:
            reach = self._lineage.reach
            answers.ask(budget, sieve, _set_of(reach.reached_ones))
            answers.counts = reach.counted(answers.yes, answers.failed, answers.asked)
        return answers.counts

    def _failing(self, budget: Budget, answers: Answers) -> str:
        found, edges = self._lineage.reach.walk(self._table)
        budget.spend(edges // EDGES_A_STEP)
        number = next(number for number in found if answers.failed >> number & 1)
        return self._lineage.names[number]


def _set_of(numbers: Iterable[int]) -> int:
    found = bytearray()
    for number in numbers:
        found.extend(bytes(max(0, number // 8 + 1 - len(found))))
        found[number // 8] |= 1 << number % 8
    return int.from_bytes(found, "little")
