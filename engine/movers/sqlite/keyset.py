"""Walking a table by its key: what comes after a row, and what lies between two, never OFFSET.

A key of several columns is walked piece by piece (the rest of the row's own group, then the groups
after it), each of which SQLite finds in the key's own order by its index, whatever the columns'
collations and directions are.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, TypeAlias

from stowplan.model import shown

from .catalogue import KeyColumn, Table
from .names import quoted


class Text(NamedTuple):
    """A text by its bytes in UTF-8, which need not be valid."""

    stored: bytes

    @property
    def text(self) -> str | None:
        """What it says; None where it is no UTF-8, which Python cannot pass on as a text."""
        try:
            return self.stored.decode()
        except UnicodeDecodeError:
            return None


Key: TypeAlias = tuple[int | float | bytes | Text, ...]


class Piece(NamedTuple):
    """A condition on rows, and the values of its parameters."""

    where: str
    values: tuple[object, ...]


EVERYTHING = Piece("1", ())


class Keyset(NamedTuple):
    """The columns by which a table's rows are walked, compared in the key's own collations."""

    columns: tuple[KeyColumn, ...]
    encoding: str = "UTF-8"

    @property
    def order(self) -> str:
        """ORDER BY, as the key runs."""
        return self._ordered(backwards=False)

    @property
    def backwards(self) -> str:
        """ORDER BY, from its end."""
        return self._ordered(backwards=True)

    @property
    def selected(self) -> str:
        """The columns of a SELECT that `key_of` reads."""
        names = [quoted(column.name or "") for column in self.columns]
        return ", ".join(
            f"typeof({name}), CASE typeof({name}) WHEN 'text' THEN CAST({name} AS BLOB) "
            f"ELSE {name} END"
            for name in names
        )

    def key_of(self, row: Sequence[Any]) -> Key:
        """A key from what `selected` brings. SQLite takes parameters as UTF-8 only."""
        pairs = zip(row[::2], row[1::2], strict=True)
        return tuple(self._text(value) if kind == "text" else value for kind, value in pairs)

    def after(self, low: Key | None) -> Iterator[Piece]:
        """What comes after a key, in order; everything where there is none."""
        if low is None:
            yield EVERYTHING
            return
        for depth in reversed(range(len(self.columns))):
            yield self._piece(low, depth, self._beyond(depth, low))

    def between(self, low: Key | None, high: Key, same: int) -> Iterator[Piece]:
        """What comes after `low` up to `high`, which have `same` leading columns equal.

        Without a `low` they have none.
        """
        last = len(self.columns) - 1
        if low is not None:
            for depth in reversed(range(same + 1, last + 1)):
                yield self._piece(low, depth, self._beyond(depth, low))
        terms = [] if low is None else [self._beyond(same, low)]
        terms.append(self._up_to(same, high, inclusive=same == last))
        yield self._piece(high, same, *terms)
        for depth in range(same + 1, last + 1):
            yield self._piece(high, depth, self._up_to(depth, high, inclusive=depth == last))

    def at(self, key: Key) -> Piece:
        """The row with a key."""
        return self._piece(key, len(self.columns))

    def equal(self, low: Key, high: Key) -> Iterator[Piece]:
        """For each column the comparison of two keys' values, as a query without a table."""
        for column, one, other in zip(self.columns, low, high, strict=True):
            left, right = _placeholder(one), _placeholder(other)
            term = f"({left}) COLLATE {quoted(column.collation)} = {right}"
            yield Piece(f"SELECT {term}", (_bound(one), _bound(other)))

    def _text(self, stored: bytes) -> Text:
        if self.encoding == "UTF-8":
            return Text(stored)
        return Text(stored.decode(self.encoding, "replace").encode())

    def _ordered(self, *, backwards: bool) -> str:
        return ", ".join(
            f"{_compared(column)} {'DESC' if column.descending != backwards else 'ASC'}"
            for column in self.columns
        )

    def _piece(self, key: Key, depth: int, *terms: Piece) -> Piece:
        """Rows equal to a key in the columns before `depth`, and as the terms say."""
        pairs = list(zip(self.columns[:depth], key, strict=False))
        equal = [Piece(f"{_compared(c)} = {_placeholder(v)}", (_bound(v),)) for c, v in pairs]
        parts = [*equal, *terms]
        values = tuple(value for part in parts for value in part.values)
        return Piece(" AND ".join(part.where for part in parts), values)

    def _beyond(self, depth: int, key: Key) -> Piece:
        column, value = self.columns[depth], key[depth]
        sign = "<" if column.descending else ">"
        return Piece(f"{_compared(column)} {sign} {_placeholder(value)}", (_bound(value),))

    def _up_to(self, depth: int, key: Key, *, inclusive: bool) -> Piece:
        column, value = self.columns[depth], key[depth]
        sign = (">" if column.descending else "<") + ("=" if inclusive else "")
        return Piece(f"{_compared(column)} {sign} {_placeholder(value)}", (_bound(value),))


def keyset_of(table: Table, encoding: str, *, null_keys: bool) -> Keyset | None:
    """The rowid where it can be read: rows lie in its order. Else the primary key, if it is one.

    None where neither is to be had: columns take all names of the rowid, and no key is unique.
    """
    if table.rowid is not None:
        return Keyset((KeyColumn(table.rowid, "BINARY", False),), encoding)
    if table.key is None or (null_keys and not table.key.never_null):
        return None
    return Keyset(table.key.columns, encoding)


def same_columns(connection: sqlite3.Connection, keyset: Keyset, low: Key, high: Key) -> int:
    """How many leading columns two different keys have equal, in the key's own collations."""
    for count, piece in enumerate(keyset.equal(low, high)):
        if not connection.execute(*piece).fetchone()[0]:
            return count
    return len(low) - 1


def written(key: Key | None) -> str | None:
    """A key as JSON that `read` makes the same key of: reals by their hexadecimal digits."""
    return None if key is None else json.dumps([_tagged(value) for value in key])


def read(text: str | None) -> Key | None:
    """The key that was written."""
    return None if text is None else tuple(_untagged(*pair) for pair in json.loads(text))


def said(key: Key | None) -> str:
    """A key for people: its values, with commas between them."""
    return ", ".join(_said(value) for value in key or ())


def _said(value: object) -> str:
    if isinstance(value, Text):
        return shown(value.stored.decode("utf-8", "replace"), 60)
    if isinstance(value, bytes):
        return f"x'{value[:20].hex()}{'…' if len(value) > 20 else ''}'"
    return repr(value)


def _tagged(value: object) -> tuple[str, object]:
    match value:
        case Text(stored):
            return ("text", stored.hex())
        case bytes():
            return ("blob", value.hex())
        case float():
            return ("real", value.hex())
    return ("integer", value)


def _untagged(tag: str, value: str | int) -> int | float | bytes | Text:
    match tag:
        case "text":
            return Text(bytes.fromhex(str(value)))
        case "blob":
            return bytes.fromhex(str(value))
        case "real":
            return float.fromhex(str(value))
    return int(value)


def _compared(column: KeyColumn) -> str:
    return f"{quoted(column.name or '')} COLLATE {quoted(column.collation)}"


def _placeholder(value: object) -> str:
    """A parameter; the plus takes the affinity away that CAST gives, which would convert keys."""
    return "+CAST(? AS TEXT)" if isinstance(value, Text) and value.text is None else "?"


def _bound(value: object) -> object:
    if not isinstance(value, Text):
        return value
    return value.stored if value.text is None else value.text
