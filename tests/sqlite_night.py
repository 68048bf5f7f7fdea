"""A night on two SQLite databases by the command line: the shop, its plan, runs as processes.

What they leave is judged from the databases, the markers and the events alone.
"""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from command import Outcome, stowplan

_QUOTE = ('"', '""')
ROOT = Path(__file__).resolve().parent.parent
POLICY = """\
policy: night
rules:
  - {{id: later, kind: priority, tables: [{later}], class: DEFERRABLE}}
  - {{id: rest, kind: priority, tables: "*", class: CRITICAL}}
  - {{id: customers-first, kind: dependency, tables: [customer], not_after: [address]}}
  - {{id: evening, kind: resource, window: {{duration: {window}}}}}
  - {{id: next, kind: resource, window: {{name: follow-up, duration: 10m}}}}
  - {{id: network, kind: resource, bandwidth: {{limit: {rate}}}}}
  - {{id: two, kind: resource, streams: {{limit: 2}}}}
  - {{id: small, kind: resource, chunk: {{size: {chunk}}}}}
"""


def build_shop(path: Path, rows: int) -> None:
    """fixtures/shop/build.py, which is a script."""
    spec = importlib.util.spec_from_file_location(
        "shop_build", ROOT / "fixtures" / "shop" / "build.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.build(path, rows)


@dataclass(frozen=True)
class Night:
    """A folder with a source, a target that is to be filled, and a plan in `out`."""

    folder: Path

    @property
    def source(self) -> Path:
        return self.folder / "source.db"

    @property
    def target(self) -> Path:
        return self.folder / "target.db"

    @property
    def output(self) -> Path:
        return self.folder / "out"

    @property
    def plan(self) -> Path:
        return self.output / "migration_plan.json"

    def planned(
        self,
        *,
        rate: str = "100MB/s",
        chunk: str = "6kB",
        window: str = "10m",
        later: str = "none_such",
    ) -> Night:
        """Scans the source and plans it."""
        manifest, policy = self.folder / "manifest.json", self.folder / "policy.yaml"
        policy.write_text(POLICY.format(rate=rate, chunk=chunk, window=window, later=later))
        assert stowplan("scan", url(self.source), "-o", manifest).status == 0
        ended = stowplan("plan", manifest, "--policy", policy, "-o", self.output)
        assert ended.status in (0, 1), ended.errors
        return self

    def arguments(self, *options: object) -> list[str]:
        """The command's; `options` may name others than the night's own."""
        own = ("run", self.plan, "--source", url(self.source), "--target", url(self.target))
        return [str(argument) for argument in (*own, *options)]

    def inside(self, *options: object) -> Outcome:
        """The command, in the test's own process."""
        return stowplan(*self.arguments("--execute", *options))

    def started(
        self, *options: object, before: Callable[[], object] | None = None
    ) -> subprocess.Popen[str]:
        """The command as a process; `before` runs in it first."""
        command = [sys.executable, "-m", "stowplan", *self.arguments("--execute", *options)]
        pipe = subprocess.PIPE
        return subprocess.Popen(
            command,
            stdout=pipe,
            stderr=pipe,
            text=True,
            preexec_fn=before,  # noqa: PLW1509 (nothing here has threads)
        )

    def run(self, *options: object, before: Callable[[], object] | None = None) -> Outcome:
        """The command as a process, to its end."""
        process = self.started(*options, before=before)
        output, errors = process.communicate(timeout=120)
        return Outcome(process.returncode, output, errors)

    def report(self) -> Any:
        return json.loads((self.output / "migration_report.json").read_text("utf-8"))


def url(path: Path) -> str:
    return f"sqlite:///{quote(os.fsencode(path.absolute()))}"


def killed_after(process: subprocess.Popen[str], seconds: float) -> bool:
    """Kills a process so late; whether it was still there."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    return process.returncode == -signal.SIGKILL


def begun(night: Night, process: subprocess.Popen[str], chunks: int = 1) -> None:
    """Waits until a run's journal has so many chunks."""
    journal = night.output / "progress" / "journal.jsonl"
    ends = time.monotonic() + 60
    while time.monotonic() < ends and process.poll() is None:
        if journal.exists() and journal.read_text("utf-8").count('"copied"') >= chunks:
            return
        time.sleep(0.005)
    raise AssertionError(process.communicate())


def progress(target: Path) -> dict[str, list[tuple[int, int, int]]]:
    """Number, rows and bytes of each chunk by table, as the target has them."""
    found = defaultdict(list)
    with closing(sqlite3.connect(target)) as connection:
        ours = "SELECT 1 FROM sqlite_schema WHERE name = '_stowplan_progress'"
        if connection.execute(ours).fetchone() is None:
            return {}
        query = 'SELECT "table", number, rows, bytes FROM _stowplan_progress ORDER BY 1, 2'
        for table, *chunk in connection.execute(query):
            found[table].append(tuple(chunk))
    return dict(found)


def complaints(night: Night) -> list[str]:
    """All that is wrong with what a killed or ended run holds; empty where nothing is."""
    return complaints_of(night.target)


def complaints_of(target: Path) -> list[str]:
    """The same of a target: pages that do not fit, rows without progress, chunks that lack."""
    if not target.exists():
        return []
    chunks = progress(target)
    with closing(sqlite3.connect(target)) as connection:
        check = connection.execute("PRAGMA integrity_check").fetchall()
    found = [] if check == [("ok",)] else [repr(check)]
    for name, rows in rows_of(target).items():
        told = sum(rows for _, rows, _ in chunks.get(name, []))
        found += [f"{name}: {rows} rows, {told} in its progress"] if rows != told else []
    for name, parts in chunks.items():
        if [number for number, _, _ in parts] != list(range(len(parts))):
            found.append(f"the chunks of {name} are {parts}")
    return found


def markers(night: Night) -> dict[str, str]:
    """The markers, but for the times in them."""
    return markers_in(night.output)


def markers_in(output: Path) -> dict[str, str]:
    """The markers of the run that has left its marks in a folder."""
    paths = (output / "progress").iterdir()
    there = [path for path in paths if path.suffix in (".done", ".flag")]
    return {path.name: path.read_text("utf-8").partition(" at ")[0] for path in there}


def due_markers(target: Path) -> dict[str, str]:
    """What markers a target's progress demands; the shop's names need no encoding."""
    due = {}
    for table, chunks in progress(target).items():
        before = 0
        for number, rows, size in chunks:
            if rows or size:
                due[f"{table}_chunk_{number}.done"] = f"Migrated rows {before} to {before + rows}"
            before += rows
    with closing(sqlite3.connect(target)) as connection:
        for (table,) in connection.execute('SELECT "table" FROM _stowplan_closed'):
            due[f"{table}_complete.flag"] = f"Table {table} migration complete"
    return due


def twice(events: Path) -> list[tuple[str, int]]:
    """Chunks that the events of all starts of a run tell of more than once."""
    records = [json.loads(line) for line in events.read_text("utf-8").splitlines()]
    copied = Counter((r["table"], r["number"]) for r in records if r["event"] == "copied")
    return [chunk for chunk, times in copied.items() if times > 1]


def rows_of(path: Path) -> dict[str, int]:
    """How many rows each table of a database has."""
    with closing(sqlite3.connect(path)) as connection:
        names = connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' "
            "AND name NOT GLOB 'sqlite_*' AND name NOT GLOB '_stowplan_*'"
        ).fetchall()
        queries = {name: f'SELECT count(*) FROM "{name.replace(*_QUOTE)}"' for (name,) in names}
        return {name: connection.execute(query).fetchone()[0] for name, query in queries.items()}
