"""Checksums of rows that do not depend on their order: the sum of each row's own hash.

A row is hashed with its values' types: marshal, version 2, writes each with a tag, reals by their
bits, integers in full and texts in UTF-8. A sum is written as 32 hexadecimal digits, modulo 2^128.
"""

from __future__ import annotations

import marshal
import sqlite3
from collections.abc import Iterable
from hashlib import blake2b
from typing import Any

from .catalogue import Table
from .connecting import surrogates
from .keyset import Piece
from .names import quoted

_MODULUS = 2**128
_FORMAT = 2  # later ones share what is equal within a row, so that equal rows may differ


class Checksum:
    """A sum that grows."""

    def __init__(self) -> None:
        self._sum = 0

    def add(self, rows: Iterable[tuple[Any, ...]]) -> int:
        """Adds rows; how many they were."""
        total, count = 0, 0
        dumps, number = marshal.dumps, int.from_bytes
        for row in rows:
            total += number(blake2b(dumps(row, _FORMAT), digest_size=16).digest(), "little")
            count += 1
        self._sum = (self._sum + total) % _MODULUS
        return count

    def join(self, text: str) -> None:
        """Adds the sum of other rows."""
        self._sum = (self._sum + int(text, 16)) % _MODULUS

    def __str__(self) -> str:
        return f"{self._sum:032x}"


def row_hash(row: tuple[Any, ...]) -> bytes:
    """What is equal for rows that are the same, value by value and type by type."""
    return marshal.dumps(row, _FORMAT)


def checked(table: Table) -> str:
    """The columns that are hashed: those that a row states."""
    return ", ".join(quoted(column.name) for column in table.given)


def summed(
    connection: sqlite3.Connection, schema: str, table: Table, pieces: Iterable[Piece]
) -> tuple[int, str]:
    """How many rows the pieces have, and their checksum. Raises sqlite3.Error."""
    checksum, rows = Checksum(), 0
    for piece in pieces:
        query = f"SELECT {checked(table)} FROM {schema}.{quoted(table.name)} WHERE {piece.where}"
        rows += _added(connection, checksum, query, piece.values)
    return rows, str(checksum)


def _added(
    connection: sqlite3.Connection, checksum: Checksum, query: str, values: tuple[object, ...]
) -> int:
    """Adds a query's rows, fast where all its text is UTF-8, else each text by itself."""
    connection.text_factory = str
    part = Checksum()
    try:
        count = part.add(connection.execute(query, values))
    except sqlite3.OperationalError as error:
        if "decode" not in str(error):
            raise
        connection.text_factory = surrogates
        part = Checksum()
        count = part.add(connection.execute(query, values))
    finally:
        connection.text_factory = surrogates
    checksum.join(str(part))
    return count
