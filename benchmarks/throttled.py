"""A large SQLite database under a small memory policy and a throttle, by the command line.

    python -m benchmarks.throttled [--size 1000000000] [--folder FOLDER]

Scans, plans, runs and prints: the most memory as the system counts it, the bytes a second by the
run's own report, and how fast the target's file grew, looked at from outside.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

POLICY = """\
policy: throttled
rules:
  - {id: all, kind: priority, tables: "*", class: CRITICAL}
  - {id: night, kind: resource, window: {duration: 1h}}
  - {id: ram, kind: resource, memory: {limit: 64MB}}
  - {id: line, kind: resource, bandwidth: {target: 30MB/s, limit: 45MB/s}}
"""
PLAN = "out/migration_plan.json"
LOOK_S = 0.02


class Seen(NamedTuple):
    """What was seen of a run: its status, its most memory, each second's growth; in bytes."""

    status: int
    resident: int
    seconds: list[int]


def main() -> int:
    """The run's own exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=1_000_000_000, help="bytes")
    parser.add_argument("--folder", type=Path, help="keep everything in this new folder")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = options.folder or Path(folder)
        place.mkdir(exist_ok=True)
        _build(place / "source.db", options.size)
        (place / "policy.yaml").write_text(POLICY)
        _stowplan(place, "scan", "sqlite:///source.db", "-o", "manifest.json")
        _stowplan(place, "plan", "manifest.json", "--policy", "policy.yaml", "-o", "out")
        return _told(place, _run(place))


def _build(path: Path, size: int) -> None:
    """Wide rows, narrow rows, and large objects: six, one and three tenths of it."""
    draw = random.Random(1)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            "CREATE TABLE wide (id INTEGER PRIMARY KEY, name TEXT, body TEXT);"
            "CREATE TABLE narrow (a INTEGER, b INTEGER, c REAL, PRIMARY KEY (a, b)) WITHOUT ROWID;"
            "CREATE TABLE large (id INTEGER PRIMARY KEY, body BLOB);"
        )
        text, blob = draw.randbytes(400).hex(), draw.randbytes(2_000_000)
        wide = ((n, f"name {n}", text[: n % 800]) for n in range(size * 6 // 10 // 410))
        narrow = ((n // 9, n % 9, n * 0.37) for n in range(size // 10 // 17))
        large = ((n, blob[: 1000 * (n * 37 % 2000)]) for n in range(size * 3 // 10_000_000))
        for table, width, rows in (("wide", 3, wide), ("narrow", 3, narrow), ("large", 2, large)):
            marks = ", ".join("?" * width)
            connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
        connection.commit()


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "stowplan", *arguments]


def _stowplan(folder: Path, *arguments: str) -> None:
    subprocess.run(_command(*arguments), cwd=folder, check=True, stdout=subprocess.DEVNULL)


def _run(folder: Path) -> Seen:
    urls = ("--source", "sqlite:///source.db", "--target", "sqlite:///target.db")
    process = subprocess.Popen(_command("run", PLAN, *urls, "--execute"), cwd=folder)
    target, sizes, start = folder / "target.db", [0], time.monotonic()
    while True:
        ended, status, usage = os.wait4(process.pid, os.WNOHANG)
        size = target.stat().st_size if target.exists() else 0
        sizes += [sizes[-1]] * (int(time.monotonic() - start) + 1 - len(sizes))
        sizes[-1] = size
        if ended:
            growth = [after - before for before, after in zip([0, *sizes], sizes, strict=False)]
            return Seen(os.waitstatus_to_exitcode(status), usage.ru_maxrss * 1024, growth)
        time.sleep(LOOK_S)


def _told(folder: Path, seen: Seen) -> int:
    report = json.loads((folder / "out" / "migration_report.json").read_text("utf-8"))
    network, summary = report["network"], report["summary"]
    print(f"{report['status']}: {summary['mb']} MB, {summary['rows']} rows, {summary['used_s']} s")
    print(f"most memory: {seen.resident / 1e6:.1f} MB; the run's own {report['memory']['peak_mb']}")
    print(f"by the report: {network['moving_mb_s']} MB/s on average while data moved")
    print(f"               {network['peak_mb_s']} MB/s in its fullest second")
    print(f"from outside:  {max(seen.seconds) / 1e6:.1f} MB of file in the fullest whole second")
    for table in report["tables"]:
        seconds = table["actual"]["loaded_s"] - table["actual"]["start_s"]
        print(f"{table['name']}: {table['mb']} MB at {table['mb'] / seconds:.2f} MB/s")
    return seen.status


if __name__ == "__main__":
    sys.exit(main())
