"""Stands in for functions and collations that only the application has, to weigh rows all the same.

SQLite refuses every statement about a table whose generated columns, indexes or key speak of one,
also where it would never be called. What is counted and weighed is neither compared nor computed,
so any will do; nothing may be sought or ordered through them.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence

_COLLATION = re.compile(r"no such collation sequence: (.+)", re.DOTALL)
_FUNCTION = re.compile(r"(?:unknown|no such) function: (.+?)(?:\(\))?", re.DOTALL)


def one_row(
    connection: sqlite3.Connection, query: str, values: Sequence[object] = ()
) -> tuple[int, ...]:
    """The first row of a query, which may speak of what is unknown. Raises sqlite3.Error."""
    known: set[str] = set()
    while True:
        try:
            row: tuple[int, ...] = connection.execute(query, values).fetchone()
        except sqlite3.OperationalError as error:
            if str(error) in known:
                raise
            known.add(str(error))
            if not _stood_in(connection, str(error)):
                raise
        else:
            return row


def _stood_in(connection: sqlite3.Connection, message: str) -> bool:
    """Define what SQLite misses; whether it misses anything that can be defined."""
    collation, function = _COLLATION.fullmatch(message), _FUNCTION.fullmatch(message)
    if collation:
        connection.create_collation(collation[1], _compare)
    elif function:
        connection.create_function(function[1], -1, _nothing, deterministic=True)
    return bool(collation or function)


def _compare(left: str, right: str) -> int:
    return (left > right) - (left < right)


def _nothing(*_: object) -> None:
    return None
