"""How large a table is: rows, bytes to be moved, the largest row, its indexes; and how it is known.

Bytes are those of SQLite's records: a row's values and their types, as the file holds them. Pages
that are half empty, and what the tree above the rows takes, are not moved and not counted.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise
from typing import Any, NamedTuple

from .catalogue import Table
from .names import quoted
from .stand_ins import one_row
from .weighing import added, index_weights, largest, record_weights, separate_trees

LOB = 65_536
"""From how many bytes on a value is a large object."""

SAMPLE_ROWS = 2_000
"""How many rows of a table `--estimate` looks at, at most."""

_STRETCHES = 20
"""The places of a table with a rowid that a sample is taken from, evenly apart."""


class Basis(StrEnum):
    """How a figure is known; all but the first two are estimates."""

    COUNT = "count"
    DBSTAT = "dbstat"
    VALUES = "values"
    """Summed over the values of all rows: near, but not the record's own bytes."""
    SAMPLE = "sample"
    """From the values of some rows."""
    STATISTICS = "sqlite_stat1"
    """From what ANALYZE last wrote down."""

    @property
    def exact(self) -> bool:
        """Whether the figure is what the file holds at that moment."""
        return self in {Basis.COUNT, Basis.DBSTAT}


@dataclass(frozen=True, slots=True)
class Measure:
    """A table's figures, in rows and bytes; `allocated` are its pages, None where not known.

    `index` is of indexes beside the table: the pages they take, or an estimate of them.
    """

    rows: int
    size: int
    max_row: int
    index: int
    allocated: int | None
    lob: bool
    rows_basis: Basis
    size_basis: Basis


class _Tree(NamedTuple):
    """A table's or index's pages: bytes of its records, of the largest, of the pages; cells.

    A row is a cell of a leaf, and without rowid a cell of any page.
    """

    payload: int
    largest: int
    allocated: int
    cells: int
    leaf_cells: int
    damaged: int


_FIGURES = (
    "coalesce(sum(payload), 0), coalesce(max(mx_payload), 0), coalesce(sum(pgsize), 0), "
    "coalesce(sum(ncell), 0), coalesce(sum(ncell) FILTER (WHERE pagetype = 'leaf'), 0), "
    "count(*) FILTER (WHERE pagetype = 'corrupted') FROM dbstat('main')"
)
"""The columns of a `_Tree`, and where they are from."""


class Measurer:
    """Measures the tables of one connection, one way for all; `sampled` reads only some rows.

    `many` where more tables will be measured than are worth looking for one by one.
    """

    def __init__(
        self, connection: sqlite3.Connection, *, sampled: bool = False, many: bool = False
    ) -> None:
        self._connection = connection
        self._sampled = sampled
        self._dbstat = not sampled and _has_dbstat(connection)
        self._trees = self._all_trees() if self._dbstat and many else None
        self._known_rows = _known_rows(connection) if sampled else {}

    def measure(self, table: Table) -> Measure:
        """The figures of one table. Raises sqlite3.Error."""
        if self._sampled:
            return self._from_sample(table)
        rows = self._count(table)
        if self._dbstat:
            return self._from_pages(table, rows)
        return self._from_values(table, rows)

    def _count(self, table: Table) -> int:
        return int(self._one(f"SELECT count(*) FROM main.{quoted(table.name)}")[0])

    def _one(self, query: str, values: Sequence[object] = ()) -> tuple[Any, ...]:
        return one_row(self._connection, query, values)

    def _from_pages(self, table: Table, rows: int) -> Measure:
        """What `dbstat` finds in the table's pages and in those of its indexes."""
        tree = self._tree(table.name)
        if rows != (tree.cells if table.without_rowid else tree.leaf_cells):
            raise _corrupt(table.name)
        index = sum(self._tree(name).allocated for name in separate_trees(table))
        lob = tree.largest >= LOB and self._has_lob(table)
        bases = (Basis.COUNT, Basis.DBSTAT)
        return Measure(rows, tree.payload, tree.largest, index, tree.allocated, lob, *bases)

    def _tree(self, name: str) -> _Tree:
        """What the pages of one table or index hold, damaged ones told."""
        if self._trees is None:
            tree = _Tree(*self._one(f"SELECT {_FIGURES} WHERE name = ?", (name,)))
        else:
            tree = self._trees[name]
        if tree.damaged:
            raise _corrupt(name)
        return tree

    def _all_trees(self) -> dict[str, _Tree]:
        """Every tree: to look for one of very many by its name takes as long as to list them."""
        query = f"SELECT name, {_FIGURES} GROUP BY name"
        return {name: _Tree(*figures) for name, *figures in self._connection.execute(query)}

    def _has_lob(self, table: Table) -> bool:
        """Looks at values only where a row is that large."""
        value = largest(record_weights(table))
        name = quoted(table.name)
        query = f"SELECT EXISTS (SELECT 1 FROM main.{name} WHERE {value} >= {LOB})"
        return bool(self._one(query)[0])

    def _from_values(self, table: Table, rows: int) -> Measure:
        """What the values of all rows add up to."""
        found = self._weighed(table, f"main.{quoted(table.name)}")
        return replace(found, rows=rows)

    def _from_sample(self, table: Table) -> Measure:
        """What some rows weigh, times how many there are."""
        seen = self._weighed(table, self._sample(table))
        rows, basis = self._rows(table, seen.rows)
        if rows == seen.rows and basis is Basis.COUNT:
            return seen
        size, index = (_grown(figure, rows, seen.rows) for figure in (seen.size, seen.index))
        known = replace(seen, rows_basis=basis, size_basis=Basis.SAMPLE)
        return replace(known, rows=rows, size=size, index=index)

    def _rows(self, table: Table, seen: int) -> tuple[int, Basis]:
        """From the statistics where there are any, but never fewer than were seen."""
        if seen < SAMPLE_ROWS // 2 or table.name not in self._known_rows:
            return self._count(table), Basis.COUNT
        return max(seen, self._known_rows[table.name]), Basis.STATISTICS

    def _weighed(self, table: Table, rows: str) -> Measure:
        """The figures of the rows that a table expression has."""
        weights = record_weights(table)
        row = f"{added(weights)} + {len(weights) + 1}"
        indexed = index_weights(table)
        sums = [f"sum({row})", f"max({row})", f"max({largest(weights)})"]
        sums += [f"sum({weight})" for weight in indexed]
        shares = ", ".join(f"coalesce({term}, 0)" for term in sums)
        seen, size, max_row, value, *index = self._one(f"SELECT count(*), {shares} FROM {rows}")
        bases = (Basis.COUNT, Basis.VALUES)
        return Measure(seen, size, max_row, sum(index), None, value >= LOB, *bases)

    def _sample(self, table: Table) -> str:
        """A table expression of at most SAMPLE_ROWS rows, the same ones for the same database."""
        name = f"main.{quoted(table.name)}"
        if table.rowid is None:
            return f"(SELECT * FROM {name} LIMIT {SAMPLE_ROWS})"
        rowid = quoted(table.rowid)
        # Each by itself is looked up; both at once would read every row.
        ends = f"(SELECT min({rowid}) FROM {name}), (SELECT max({rowid}) FROM {name})"
        low, high = self._one(f"SELECT {ends}")
        if low is None:
            return f"(SELECT * FROM {name} LIMIT 0)"
        parts = (
            f"SELECT * FROM (SELECT * FROM {name} WHERE {rowid} >= {start} AND {rowid} < {end} "
            f"ORDER BY {rowid} LIMIT {SAMPLE_ROWS // _STRETCHES})"
            for start, end in _stretches(low, high)
        )
        return f"({' UNION ALL '.join(parts)})"


def _stretches(low: int, high: int) -> Iterator[tuple[int, int]]:
    """Ranges of rowids from `low` to `high`, each end excluded but that of the last."""
    marks = [low + (high + 1 - low) * part // _STRETCHES for part in range(_STRETCHES + 1)]
    return ((start, end) for start, end in pairwise(marks) if start < end)


def _grown(figure: int, rows: int, seen: int) -> int:
    """A sample's figure for all rows, rounded up so that rows never weigh nothing."""
    return -(-figure * rows // seen)


def _corrupt(name: str) -> sqlite3.DatabaseError:
    """SQLite's own error, which `dbstat` does not raise: it passes over what it cannot read."""
    error = sqlite3.DatabaseError(f"pages of {name} are damaged")
    error.sqlite_errorname = "SQLITE_CORRUPT"
    return error


def _has_dbstat(connection: sqlite3.Connection) -> bool:
    try:
        connection.execute("SELECT 1 FROM dbstat('main') WHERE aggregate = TRUE LIMIT 1").fetchone()
    except sqlite3.OperationalError as error:
        # Not compiled in, or hidden by a table of that name.
        if error.sqlite_errorname == "SQLITE_ERROR":
            return False
        raise
    return True


def _known_rows(connection: sqlite3.Connection) -> Mapping[str, int]:
    """How many rows ANALYZE found, by table; of partial indexes it counts fewer."""
    present = "SELECT 1 FROM main.sqlite_schema WHERE name = 'sqlite_stat1'"
    if connection.execute(present).fetchone() is None:
        return {}
    known: dict[str, int] = {}
    for table, stat in connection.execute("SELECT tbl, stat FROM main.sqlite_stat1"):
        first = str(stat).split(" ", 1)[0]
        if first.isascii() and first.isdigit():
            known[str(table)] = max(known.get(str(table), 0), int(first[:18]))
    return known
