"""A run that is killed at any instant and started again loses nothing and copies nothing twice."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlite_copying import contents, copied, orders, program, troubles
from sqlite_schemas import Sample, samples

from stowplan.movers.sqlite.mover import SqliteMover

KILLS = 25
TABLES = ["items", "lines", "notes", "words"]
DRIVER = Path(__file__).with_name("sqlite_run.py")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four tables of different keys, about 2 MB."""
    path = tmp_path_factory.mktemp("source") / "source.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            """
            CREATE TABLE items (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, weight REAL);
            CREATE TABLE lines (item INTEGER, line INTEGER, text TEXT, PRIMARY KEY (item, line))
                WITHOUT ROWID;
            CREATE TABLE notes (body BLOB);
            CREATE TABLE words (word TEXT PRIMARY KEY COLLATE NOCASE, item REFERENCES items (id));
            CREATE INDEX by_weight ON items (weight);
            CREATE VIEW heavy AS SELECT * FROM items WHERE weight > 100;
            """
        )
        draw = random.Random(7)
        items = [(f"item {n}", n * 0.1) for n in range(4000)]
        connection.executemany("INSERT INTO items (name, weight) VALUES (?, ?)", items)
        lines = [(n // 7, n % 7, "x" * (n % 90)) for n in range(4000)]
        connection.executemany("INSERT INTO lines VALUES (?, ?, ?)", lines)
        notes = [(draw.randbytes(n % 1500),) for n in range(1500)]
        connection.executemany("INSERT INTO notes VALUES (?)", notes)
        words = [(draw.randbytes(6).hex(), 1 + n % 4000) for n in range(4000)]
        connection.executemany("INSERT OR IGNORE INTO words VALUES (?, ?)", words)
        connection.commit()
    return path


def test_killed_at_many_instants_all_is_there_once(source: Path, tmp_path: Path) -> None:
    """The instants are spread over a run's whole length; each run goes on with one target."""
    draw = random.Random(1)
    target = tmp_path / "target.db"
    kills = rounds = 0
    delay = 0.12
    while kills < KILLS and rounds < 200:
        rounds += 1
        process = _started(source, target)
        time.sleep(draw.uniform(0.0, delay))
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
            kills += 1
            delay += 0.02
        process.communicate()
        if rounds % 8 == 0:
            _check_progress(target)
    process = _started(source, target)
    output = process.communicate()[0]
    assert (process.returncode, output.strip()) == (0, "")
    assert kills >= KILLS
    assert contents(target) == contents(source)
    _check_progress(target)


def _started(source: Path, target: Path) -> subprocess.Popen[str]:
    command = [sys.executable, str(DRIVER), str(source), str(target), "100", *TABLES]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def _check_progress(target: Path) -> None:
    """The progress rows have every chunk once, without a gap, and as many rows as there are."""
    if not target.exists():
        return
    with closing(sqlite3.connect(target)) as connection:
        present = "SELECT 1 FROM sqlite_schema WHERE name = '_stowplan_progress'"
        if connection.execute(present).fetchone() is None:
            return
        query = 'SELECT "table", number, rows FROM _stowplan_progress ORDER BY "table", number'
        progress = connection.execute(query).fetchall()
        for (table, number, _), (following, other, _) in pairwise(progress):
            assert other == (number + 1 if table == following else 0)
        for table in {row[0] for row in progress}:
            found = connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]
            assert found == sum(rows for name, _, rows in progress if name == table)


class _Power:
    """A clock's `now` that fails at its nth call: the process is gone."""

    def __init__(self, calls: int) -> None:
        self.calls = calls

    def now(self) -> int:
        self.calls -= 1
        if self.calls == 0:
            raise SystemExit
        return 0


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(sample=samples(), stops=st.lists(st.integers(1, 60), max_size=4), rows=st.integers(1, 9))
def test_any_schema_stopped_anywhere_ends_identical(
    sample: Sample, stops: list[int], rows: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("any")
    source, target = folder / "source.db", folder / "target.db"
    sample.build(source)
    for stop in stops:
        _stopped(source, target, sample, rows, _Power(stop).now)
    happened = copied(source, target, sample.names, rows=rows)
    assert troubles(happened) == []
    assert contents(target) == contents(source)


def _stopped(source: Path, target: Path, sample: Sample, rows: int, now: Callable[[], int]) -> None:
    """A run that stops somewhere: its connection is given up without a commit."""
    from stowplan.movers.sqlite.pacing import Clock  # noqa: PLC0415

    mover = None
    try:
        mover = SqliteMover(
            program(sample.names), source, target, run_id="run-1", clock=Clock(now, lambda _: None)
        )
        list(orders(mover, sample.names, rows=rows))
    except SystemExit:
        pass
    finally:
        if mover is not None:
            mover.quit()
