"""Copying by chunks against one plain INSERT … SELECT, and what verification costs.

    python -m benchmarks.copying [--rows 1000000] [--chunk 100000000] [--runs 3]

Both copy the same database in turns, into a new file each time; the median of the turns' ratios
counts. A random key is over the bound: plain copying takes its index over page by page, chunks sort
it in, row by row, and that alone takes more.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from statistics import median

from tabulate import tabulate

from stowplan.execution.mover import ChunkOrder, Copied, Failed
from stowplan.execution.program import Limits, Load, Program
from stowplan.movers.sqlite.mover import SqliteMover

BOUND = 2.5
UNTHROTTLED = 10**12
HOUR_US = 3_600_000_000
LEVELS = ("none", "counts", "checksum")

SHAPES = {
    "narrow": (
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, b REAL, c INTEGER, d TEXT)",
        lambda n, _: (n, n * 7 % 100_000, n * 0.37, n % 50, f"state {n % 9}"),
    ),
    "mixed": (
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, name TEXT, note TEXT, data BLOB)",
        lambda n, draw: (n, n << 20, f"name {n}", "x" * (n % 120), draw.randbytes(60)),
    ),
    "composite": (
        "CREATE TABLE t (a TEXT, b INTEGER, c TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID",
        lambda n, _: (f"group {n // 50:08}", n % 50, "x" * (n % 90)),
    ),
    "text key": (
        "CREATE TABLE t (k TEXT PRIMARY KEY, v INTEGER, c TEXT)",
        lambda n, _: (f"key {n:010}", n, "x" * (n % 90)),
    ),
    "random key": (
        "CREATE TABLE t (k TEXT PRIMARY KEY, v INTEGER, c TEXT)",
        lambda n, draw: (draw.randbytes(8).hex(), n, "x" * (n % 90)),
    ),
}
"""The statement of each table, and a row by its number."""


def main() -> int:
    """Exit status 1 says that a ratio without verification is over its bound."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--chunk", type=int, default=100_000_000, help="bytes")
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = [
            _measured(Path(folder), shape, arguments.rows, arguments.chunk, arguments.runs)
            for shape in SHAPES
        ]
    headings = ("table", "MB", "plain s", *LEVELS, "bound", "holds")
    print(tabulate(rows, headers=headings, floatfmt=".2f"))
    return 0 if all(row[-1] for row in rows) else 1


def _measured(folder: Path, shape: str, rows: int, chunk: int, runs: int) -> list[object]:
    source, target = folder / f"{shape}.db", folder / "target.db"
    _build(source, shape, rows)
    plain, *levels = zip(*_rounds(source, target, chunk, runs), strict=True)
    ratios = [_ratio(level, plain) for level in levels]
    megabytes = source.stat().st_size / 1e6
    source.unlink()
    return [shape, megabytes, min(plain), *ratios, BOUND, ratios[0] <= BOUND]


def _ratio(level: tuple[float, ...], plain: tuple[float, ...]) -> float:
    """Of times taken in turns: the median of each turn's ratio."""
    return median(one / other for one, other in zip(level, plain, strict=True))


def _rounds(source: Path, target: Path, chunk: int, runs: int) -> Iterator[list[float]]:
    """The seconds of plain copying and of each level, all in turns."""
    for _ in range(runs):
        round_ = [_timed(target, lambda: _plain(source, target))]
        round_ += [
            _timed(target, lambda level=level: _chunks(source, target, chunk, level))
            for level in LEVELS
        ]
        yield round_


def _timed(target: Path, work: Callable[[], None]) -> float:
    target.unlink(missing_ok=True)
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _plain(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(target, isolation_level=None)) as connection:
        connection.execute("ATTACH ? AS source", (str(source),))
        statement = connection.execute("SELECT sql FROM source.sqlite_schema").fetchone()[0]
        connection.execute(statement)
        connection.execute("INSERT INTO main.t SELECT * FROM source.t")


def _chunks(source: Path, target: Path, chunk: int, level: str) -> None:
    """As a run does: chunk by chunk, each with its progress row."""
    mover = SqliteMover(_program(level), source, target, run_id="benchmark")
    mover.open("t", (0, 0, "t"))
    mover.next(None)
    number, last = 0, False
    while not last:
        mover.copy(ChunkOrder("t", number, 10**9, chunk, (0, 0, "t")))
        happened = mover.next(None)
        if not isinstance(happened, Copied):
            raise RuntimeError(happened)
        number, last = number + 1, happened.last
    mover.close("t")
    closed = mover.next(None)
    if isinstance(closed, Failed):
        raise RuntimeError(closed)
    mover.quit()


def _program(level: str) -> Program:
    load = Load(
        "t", "CRITICAL", 0, needed=True, phase=1, rows=1, size=1, start_us=0, finish_us=1,
        segments=(), overhead_us=0, post_us=0, cap=None, chunk=1, chunks=1, rows_per_chunk=1,
        verify=level,
    )  # fmt: skip
    limits = Limits(UNTHROTTLED, 1, 24 * HOUR_US, 0, 0)
    fields = {"key": "", "window": "", "starts": None, "limits": limits, "loads": (load,)}
    fields |= {"rate_limit": None, "memory": None}
    rest = {name: () for name in Program.__dataclass_fields__ if name not in fields}
    return Program(**fields, **rest)


def _build(path: Path, shape: str, rows: int) -> None:
    statement, row = SHAPES[shape]
    draw = random.Random(1)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)
        width = len(row(0, draw))
        insert = f"INSERT OR IGNORE INTO t VALUES ({', '.join('?' * width)})"
        connection.executemany(insert, (row(n, draw) for n in range(rows)))
        connection.commit()


if __name__ == "__main__":
    sys.exit(main())
