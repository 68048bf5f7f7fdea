"""What order lines come to together, so that none contradicts an earlier one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable
from typing import NamedTuple

from stowplan.model import shown

from .markup import Name, Refusal
from .reading import Ordered, Statement


class _Edges(NamedTuple):
    """Tables that one line puts before others, each before each."""

    line: int
    earlier: frozenset[str]
    later: frozenset[str]


class Orders:
    """The order so far. Tables that come first are one group without an order inside it; so are
    those that come last.
    """

    def __init__(self) -> None:
        self._first: dict[str, int] = {}
        self._last: dict[str, int] = {}
        self._leading: defaultdict[str, list[_Edges]] = defaultdict(list)
        self._following: defaultdict[str, list[_Edges]] = defaultdict(list)

    def join(self, statements: Iterable[Statement], line: int) -> None:
        """Take a line in, whole or not. Raises Refusal where it contradicts earlier ones."""
        added: list[_Edges] = []
        try:
            for statement in statements:
                if isinstance(statement, Ordered) and statement.others:
                    added.append(self._with_edges(_edges(statement, line)))
                elif isinstance(statement, Ordered):
                    self._with_end(statement, line)
        except Refusal:
            for edges in reversed(added):
                self._without(edges)
            raise

    def _with_end(self, statement: Ordered, line: int) -> None:
        tables = _texts(statement.tables)
        if statement.relation == "before":
            self._check_end(tables, self._first, self._last, "last")
            self._check_first(tables)
            self._first |= dict.fromkeys(_outside(tables, self._first), line)
        else:
            self._check_end(tables, self._last, self._first, "first")
            self._check_last(tables)
            self._last |= dict.fromkeys(_outside(tables, self._last), line)

    def _check_end(
        self, tables: Iterable[str], own: dict[str, int], other: dict[str, int], end: str
    ) -> None:
        for table in sorted(tables):
            if table not in own and table in other:
                raise Refusal(f"line {other[table]} puts {shown(table)} {end}")

    def _check_first(self, tables: frozenset[str]) -> None:
        """Nothing else may be before one that comes first."""
        for table in _outside(tables, self._first):
            for edges in self._following[table]:
                for earlier in _outside(edges.earlier - tables, self._first):
                    raise Refusal(_put({edges.line}, earlier, table))

    def _check_last(self, tables: frozenset[str]) -> None:
        """Nothing else may be after one that comes last."""
        for table in _outside(tables, self._last):
            for edges in self._leading[table]:
                for later in _outside(edges.later - tables, self._last):
                    raise Refusal(_put({edges.line}, table, later))

    def _with_edges(self, edges: _Edges) -> _Edges:
        others = _outside(edges.earlier, self._first)
        for table in sorted(edges.later):
            if others and table in self._first:
                raise Refusal(f"line {self._first[table]} puts {shown(table)} first")
        others = _outside(edges.later, self._last)
        for table in sorted(edges.earlier):
            if others and table in self._last:
                raise Refusal(f"line {self._last[table]} puts {shown(table)} last")
        self._check_circle(edges)
        for table in edges.earlier:
            self._leading[table].append(edges)
        for table in edges.later:
            self._following[table].append(edges)
        return edges

    def _without(self, edges: _Edges) -> None:
        for table in edges.earlier:
            self._leading[table].remove(edges)
        for table in edges.later:
            self._following[table].remove(edges)

    def _check_circle(self, edges: _Edges) -> None:
        """No line together with others may already say the reverse."""
        if not any(self._following[table] for table in edges.earlier):
            return
        came: dict[str, tuple[str, int] | None] = dict.fromkeys(sorted(edges.later))
        waiting = list(came)
        passed: set[int] = set()
        for table in waiting:
            if table in edges.earlier:
                raise Refusal(_told(came, table))
            for step in self._leading[table]:
                if id(step) not in passed:
                    passed.add(id(step))
                    fresh = _outside(step.later, came)
                    came |= dict.fromkeys(fresh, (table, step.line))
                    waiting += fresh


def _outside(tables: Iterable[str], known: Container[str]) -> list[str]:
    """Those not among the known ones, sorted."""
    return sorted(table for table in tables if table not in known)


def _edges(statement: Ordered, line: int) -> _Edges:
    tables, others = _texts(statement.tables), _texts(statement.others)
    if statement.relation == "before":
        return _Edges(line, tables, others)
    return _Edges(line, others, tables)


def _told(came: dict[str, tuple[str, int] | None], end: str) -> str:
    """The lines that together put one table before another, each step by where it came from."""
    lines, table = set(), end
    while step := came[table]:
        table = step[0]
        lines.add(step[1])
    return _put(lines, table, end)


def _put(numbers: set[int], earlier: str, later: str) -> str:
    """`line 3 puts a before b`, `lines 3 and 4 put …`."""
    *most, last = sorted(numbers)
    lines = f"lines {', '.join(map(str, most))} and {last} put" if most else f"line {last} puts"
    return f"{lines} {shown(earlier)} before {shown(later)}"


def _texts(names: Iterable[Name]) -> frozenset[str]:
    return frozenset(name.text for name in names)
