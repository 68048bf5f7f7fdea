"""Compares a copied table with its source: counts, checksums by chunk, then keys, then parents."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from stowplan.model import shown

from . import keyset as keys
from .catalogue import Table
from .checksums import Checksum, row_hash, summed
from .copying import Route, spanned
from .keyset import Piece
from .names import folded, quoted
from .progress import Chunk
from .tables import count, has_table

_MOST_KEYS = 10
_MOST_CHUNKS = 20


class Findings(NamedTuple):
    """What a comparison found."""

    source_rows: int | None
    target_rows: int | None
    checksum: str | None
    differences: tuple[str, ...]


def compare(
    connection: sqlite3.Connection, route: Route, chunks: list[Chunk], level: str, *, reread: bool
) -> Findings:
    """Compares at a level: none, counts or checksum. Raises sqlite3.Error.

    The source's checksums are those of its rows when they were copied; with `reread` it is read
    again, for it may have changed since.
    """
    if level == "none":
        return Findings(None, None, None, ())
    name = route.table.name
    source, target = (count(connection, schema, name) for schema in ("source", "main"))
    differences = list(_counted(source, target, sum(chunk.copied.rows for chunk in chunks)))
    checksum = None
    if level == "checksum":
        checksum, found = _summed(connection, route, chunks, reread=reread)
        differences += found
    return Findings(source, target, checksum, tuple(differences))


def _counted(source: int, target: int, copied: int) -> Iterator[str]:
    """What row counts tell; `copied` is what the progress rows add up to."""
    if source != copied:
        yield f"the source changed during the run: {copied} rows were copied, now it has {source}"
    if target != copied:
        yield f"the target changed during the run: {copied} rows were copied, now it has {target}"


def _summed(
    connection: sqlite3.Connection, route: Route, chunks: list[Chunk], *, reread: bool
) -> tuple[str, list[str]]:
    """The target's checksum, and where it is not the source's: chunks, then keys."""
    total = Checksum()
    apart: list[_Stretch] = []
    changed: list[str] = []
    for stretch in _stretches(chunks):
        source, target = _sums(connection, route, stretch, reread=reread)
        total.join(target)
        if source != target:
            apart.append(stretch)
            if source != stretch.chunk.checksum:
                changed.append(str(stretch.chunk.copied.number))
    lines = [f"the source changed after chunk {number} was copied" for number in changed]
    return str(total), [*lines[:_MOST_CHUNKS], *_differences(connection, route, apart)]


class _Stretch(NamedTuple):
    """A chunk, and the key after which it begins."""

    chunk: Chunk
    after: keys.Key | None


def _stretches(chunks: list[Chunk]) -> Iterator[_Stretch]:
    after = None
    for chunk in chunks:
        yield _Stretch(chunk, after)
        after = chunk.high


def _span(connection: sqlite3.Connection, route: Route, stretch: _Stretch) -> list[Piece]:
    return list(spanned(connection, route.keyset, stretch.after, stretch.chunk.high))


def _sums(
    connection: sqlite3.Connection, route: Route, stretch: _Stretch, *, reread: bool
) -> tuple[str, str]:
    """A chunk's checksum in the source and in the target."""
    chunk = stretch.chunk
    if not chunk.copied.rows:
        return str(Checksum()), str(Checksum())
    span = _span(connection, route, stretch)
    target = summed(connection, "main", route.table, span)[1]
    if not reread and chunk.checksum is not None:
        return chunk.checksum, target
    return summed(connection, "source", route.table, span)[1], target


def _differences(
    connection: sqlite3.Connection, route: Route, apart: list[_Stretch]
) -> Iterator[str]:
    for stretch in apart[:_MOST_CHUNKS]:
        told = stretch.chunk.copied
        yield f"chunk {told.number} ({told.low} to {told.high}): the checksums differ"
        if route.keyset is not None:
            yield from islice(_rows_apart(connection, route, stretch), _MOST_KEYS)
    if len(apart) > _MOST_CHUNKS:
        yield f"and {len(apart) - _MOST_CHUNKS} further chunks"


def _rows_apart(connection: sqlite3.Connection, route: Route, stretch: _Stretch) -> Iterator[str]:
    """Which rows of a chunk are not the same on both sides, by key."""
    for piece in _span(connection, route, stretch):
        for one, other, alone in (("source", "main", "missing"), ("main", "source", "foreign")):
            yield from _against(connection, route, piece, one, other, alone)


def _against(
    connection: sqlite3.Connection,
    route: Route,
    piece: Piece,
    one: str,
    other: str,
    alone: str,
) -> Iterator[str]:
    """Rows of one side that the other lacks (`alone`), or has otherwise (told once)."""
    keyset, table = route.keyset, route.table
    assert keyset is not None
    name, columns = quoted(table.name), [quoted(column.name) for column in table.given]
    width = 2 * len(keyset.columns)
    first = connection.execute(
        f"SELECT {keyset.selected}, {', '.join(columns)} FROM {one}.{name} WHERE {piece.where}",
        piece.values,
    )
    for row in first:
        key = keyset.key_of(row[:width])
        where = keyset.at(key)
        query = f"SELECT {', '.join(columns)} FROM {other}.{name} WHERE {where.where}"
        found = connection.execute(query, where.values).fetchone()
        if found is None:
            yield f"row {keys.said(key)} is {alone} in the target"
        elif alone == "missing" and row_hash(found) != row_hash(row[width:]):
            yield f"row {keys.said(key)} differs"


def orphans(connection: sqlite3.Connection, table: Table) -> list[str]:
    """Rows without their parents that the source does not have so. Raises sqlite3.Error."""
    if not table.foreign_keys:
        return []
    try:
        found = _orphans(connection, "main", table)
    except sqlite3.OperationalError as error:
        if "mismatch" in str(error):  # keys that refer to no key: the source has it so, too
            return []
        raise
    more = found - _orphans(connection, "source", table) if found else found
    return [
        f"{number} rows refer to rows of {shown(parent)} that the target lacks"
        for (parent, _), number in sorted(more.items())
    ]


def _orphans(connection: sqlite3.Connection, schema: str, table: Table) -> Counter[tuple[str, int]]:
    query = f"PRAGMA {schema}.foreign_key_check({quoted(table.name)})"
    return Counter((str(row[2]), int(row[3])) for row in connection.execute(query))


def has_parents(connection: sqlite3.Connection, table: Table) -> bool:
    """Whether the target has all tables that a table refers to."""
    parents = {folded(key.parent): key.parent for key in table.foreign_keys}
    return all(has_table(connection, parent) for parent in parents.values())
