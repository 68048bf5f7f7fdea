"""How many bytes of a table a stretch of its rows is, without looking at all of its values.

Texts and blobs are measured, each one. Numbers take eight bytes at most: what those of a column
take on average is told from a sample of each chunk.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from .catalogue import Column, Table
from .keyset import Keyset, Piece
from .names import quoted
from .weighing import added, record_weights

_SAMPLE = 500
_GROWTH = 8
"""A batch has at most so many times the rows of the one before: later rows may be far wider."""

_TEXTS = ("CHAR", "CLOB", "TEXT", "BLOB")


class Weight(NamedTuple):
    """So many rows, and their bytes."""

    rows: int
    size: int


class Weigher:
    """Weighs rows of one table in the source. Raises sqlite3.Error."""

    def __init__(self, connection: sqlite3.Connection, table: Table, keyset: Keyset | None) -> None:
        self._connection = connection
        self._table = table
        self._order = "" if keyset is None else f"ORDER BY {keyset.order}"
        self._measured = {c.name for c in table.stored if _is_open(c)}
        names = (column.name for column in table.stored)
        self._weights = dict(zip(names, record_weights(table), strict=True))
        self._flat = 0.0
        self._exact = False
        self._mean = 1.0
        self._most = 1

    @property
    def exactly(self) -> str:
        """SQL for the bytes of one row as SQLite's records have them."""
        return f"{added(list(self._weights.values()))} + {len(self._weights) + 1}"

    def learn(self, pieces: Iterable[Piece]) -> None:
        """Takes a sample of the first of the pieces that has rows: what numbers take there."""
        for piece in pieces:
            query = f"SELECT count(*), avg({self.exactly}) FROM {self._some(piece)}"
            rows, mean = self._connection.execute(query, (*piece.values, _SAMPLE)).fetchone()
            if rows:
                self._mean, self._most = max(mean, 1.0), rows
                self._learn_columns(piece)
                return

    def learn_all(self) -> None:
        """From now on every value is looked at: the samples have misled."""
        self._exact = True

    def weigh(self, piece: Piece, most: int) -> Weight:
        """The first rows of a piece, at most so many."""
        if self._exact:
            term, flat = self.exactly, 0.0
        else:
            term = added([_length(name) for name in sorted(self._measured)])
            flat = self._flat
        name = quoted(self._table.name)
        query = (
            f"SELECT count(*), total(n) FROM (SELECT {term} AS n FROM source.{name} "
            f"WHERE {piece.where} {self._order} LIMIT ?)"
        )
        rows, size = self._connection.execute(query, (*piece.values, most)).fetchone()
        weight = Weight(rows, round(size + rows * flat))
        if rows:
            self._mean = max(weight.size / rows, 1.0)
            self._most = rows if rows == most else max(rows, self._most)
        return weight

    def rows_in(self, size: int) -> int:
        """About how many rows so many bytes have, by those weighed last; it grows step by step."""
        return min(int(size / self._mean), _GROWTH * self._most)

    def _learn_columns(self, piece: Piece) -> None:
        """What the numbers of a column take on average; one that has other values is measured."""
        names = [column.name for column in self._table.stored if column.name not in self._measured]
        terms = [f"avg({self._weights[n]}), max({quoted(n)} >= '')" for n in names]
        self._flat = len(self._weights) + 1.0
        for start in range(0, len(terms), 500):
            query = f"SELECT {', '.join(terms[start : start + 500])} FROM {self._some(piece)}"
            row = self._connection.execute(query, (*piece.values, _SAMPLE)).fetchone()
            figures = zip(names[start : start + 500], row[::2], row[1::2], strict=True)
            for name, mean, varies in figures:
                self._learn_column(name, mean, varies=bool(varies))

    def _learn_column(self, name: str, mean: float | None, *, varies: bool) -> None:
        if varies:
            self._measured.add(name)
        else:
            self._flat += mean or 0.0

    def _some(self, piece: Piece) -> str:
        name = quoted(self._table.name)
        return f"(SELECT * FROM source.{name} WHERE {piece.where} {self._order} LIMIT ?)"


def _is_open(column: Column) -> bool:
    """Whether values of any length are to be expected, by the declared type's affinity."""
    declared = column.declared_type.upper()
    if "INT" in declared:
        return False
    return not declared or any(word in declared for word in _TEXTS)


def _length(name: str) -> str:
    return f"ifnull(length(CAST({quoted(name)} AS BLOB)), 0)"
