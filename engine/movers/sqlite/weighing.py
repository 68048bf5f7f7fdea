"""SQL that weighs what a row holds, in bytes: near to SQLite's own records, without `dbstat`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .catalogue import Column, Table
from .names import quoted, sayable

_MOST_INDEXES = 1_000
"""Fewer than the columns that one SELECT may have."""


def separate_trees(table: Table) -> Iterator[str]:
    """The indexes with a tree of their own: the key of a table without rowid is the table."""
    separate = (i for i in table.indexes if not (table.without_rowid and i.origin == "pk"))
    return (index.name for index in separate if sayable(index.name))


_WIDTHS = ((1, 7), (2, 15), (3, 23), (4, 31), (6, 47))
"""The bytes of an integer, and to which power of two they reach."""


def _weight(column: Column) -> str:
    """SQL for about how many bytes a value takes, as SQLite stores it."""
    name = quoted(column.name)
    widths = "".join(
        f"WHEN {name} BETWEEN {-(2**bits)} AND {2**bits - 1} THEN {width} "
        for width, bits in _WIDTHS
    )
    return (
        f"CASE typeof({name}) WHEN 'null' THEN 0 WHEN 'blob' THEN length({name}) "
        f"WHEN 'text' THEN length(CAST({name} AS BLOB)) WHEN 'real' THEN 8 "
        f"ELSE CASE WHEN {name} IN (0, 1) THEN 0 {widths}ELSE 8 END END"
    )


def record_weights(table: Table) -> list[str]:
    """SQL for each value that a record holds: the rowid is beside it, under whatever name."""
    alias = table.key.names if table.key is not None and table.key.alias else ()
    return ["0" if c.name in alias else _weight(c) for c in table.stored]


def index_weights(table: Table) -> list[str]:
    """SQL for what one row adds to each index: its columns, those it carries, and a byte each."""
    named = {column.name: _weight(column) for column in table.columns}
    separate = frozenset(separate_trees(table))
    columns = [
        (*(column.name for column in index.columns), *index.carried)
        for index in table.indexes
        if index.name in separate
    ]
    return [
        f"{added(['4' if name is None else named[name] for name in names])} + {len(names) + 1}"
        for names in columns[:_MOST_INDEXES]
    ]


def added(terms: Sequence[str]) -> str:
    """Terms added up in pairs, for SQLite bounds how deep an expression may be."""
    if len(terms) < 2:
        return terms[0] if terms else "0"
    half = len(terms) // 2
    return f"({added(terms[:half])} + {added(terms[half:])})"


def largest(terms: Sequence[str]) -> str:
    """The largest of the terms; functions take at most 127."""
    if len(terms) < 2:
        return terms[0] if terms else "0"
    groups = [terms[start : start + 100] for start in range(0, len(terms), 100)]
    maxima = [f"max({', '.join(group)})" if len(group) > 1 else group[0] for group in groups]
    return maxima[0] if len(maxima) == 1 else f"max({', '.join(maxima)})"
