"""Drives a SQLite mover as a run would, one order after the other, and compares two databases."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from stowplan.execution.mover import (
    Abandoned,
    ChunkOrder,
    Closed,
    Copied,
    Failed,
    Happening,
    Opened,
    Pressure,
)
from stowplan.execution.program import Limits, Load, Program
from stowplan.movers.sqlite.mover import SqliteMover

FAST = 10**12
HOUR = 3_600_000_000


def program(
    tables: Sequence[str],
    *,
    verify: str = "checksum",
    rate: int = FAST,
    rate_limit: int | None = None,
    memory: int | None = None,
) -> Program:
    loads = tuple(load(name, verify) for name in sorted(tables))
    limits = Limits(rate, 1, 24 * HOUR, 0, 0)
    fields: dict[str, Any] = {
        "key": "key",
        "window": "main",
        "starts": None,
        "limits": limits,
        "rate_limit": rate_limit,
        "memory": memory,
        "loads": loads,
    }
    fields |= {name: () for name in Program.__dataclass_fields__ if name not in fields}
    return Program(**fields)


def load(name: str, verify: str) -> Load:
    return Load(
        name, "CRITICAL", 0, True, 1, 1, 1, 0, 1, (), 0, 0, None, 1000, 1, 10, verify
    )  # fmt: skip


def orders(
    mover: SqliteMover, tables: Sequence[str], rows: int = 10, size: int = 10**9
) -> Iterator[Happening]:
    """Everything that happens until all tables are closed, or one fails."""
    standing = mover.standing()
    for rank, table in enumerate(tables):
        if table in standing and standing[table].closed is not None:
            continue
        urgency = (0, rank, table)
        mover.open(table, urgency)
        happened = yield_one(mover)
        yield happened
        if not isinstance(happened, Opened):
            return
        chunks = standing[table].chunks if table in standing else ()
        number, last = len(chunks), bool(chunks) and chunks[-1].last
        while not last:
            mover.copy(ChunkOrder(table, number, rows, size, urgency))
            happened = yield_one(mover)
            while isinstance(happened, Pressure):
                yield happened
                happened = yield_one(mover)
            yield happened
            if not isinstance(happened, Copied):
                return
            number, last = number + 1, happened.last
        mover.close(table)
        happened = yield_one(mover)
        yield happened
        if not isinstance(happened, Closed):
            return


def yield_one(mover: SqliteMover) -> Happening:
    happened = mover.next(None)
    assert happened is not None
    return happened


def copied(source: Path, target: Path, tables: Sequence[str], **options: Any) -> list[Happening]:
    """A whole run; what happened."""
    sizes = {key: options.pop(key) for key in ("rows", "size") if key in options}
    mover = SqliteMover(program(tables, **options), source, target, run_id="run-1")
    try:
        return list(orders(mover, tables, **sizes))
    finally:
        mover.quit()


def troubles(happened: Sequence[Happening]) -> list[str]:
    """What is wrong, as text."""
    found = [f"{h.scope}: {h.reason}" for h in happened if isinstance(h, Failed)]
    found += [f"abandoned: {h.table}" for h in happened if isinstance(h, Abandoned)]
    for h in happened:
        found += h.differences if isinstance(h, Closed) else ()
    return found


def contents(path: Path, *, rowids: bool = False) -> dict[str, object]:
    """All that a database holds, value by value with types, apart from what a run keeps there."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        connection.text_factory = lambda text: ("text", text)
        schema = connection.execute(
            "SELECT type, name, tbl_name, sql FROM sqlite_schema "
            "WHERE lower(CAST(tbl_name AS TEXT)) NOT LIKE '\\_stowplan\\_%' ESCAPE '\\'"
        ).fetchall()
        found: dict[str, object] = {"schema": sorted(schema, key=repr)}
        for kind, name, _, _ in schema:
            if kind[1] != b"table":
                continue
            quoted = '"' + name[1].decode().replace('"', '""') + '"'
            rows = connection.execute(f"SELECT * FROM {quoted}").fetchall()
            found[name[1].decode()] = sorted(map(repr, rows))
    return found
