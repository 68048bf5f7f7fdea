"""The SQLite mover: what it keeps, what it refuses, and what it says when something goes wrong."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections import deque
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_copying import contents, copied, orders, program, troubles, yield_one

from stowplan.execution.mover import (
    Abandoned,
    ChunkOrder,
    Closed,
    Copied,
    Failed,
    MoverError,
    Pressure,
)
from stowplan.movers.sqlite.mover import SqliteMover
from stowplan.movers.sqlite.pacing import Clock
from stowplan.movers.sqlite.statements import statements

URGENT = (0, 0, "")


def made(path: Path, script: str) -> Path:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)
    return path


def rows_of(count: int, value: str = "'v' || n") -> str:
    return (
        f"WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {count}) "
        f"INSERT INTO t SELECT n, {value} FROM c;"
    )


PLAIN = "CREATE TABLE t (id INTEGER PRIMARY KEY, v);" + rows_of(50)

KEPT = {
    "types": "CREATE TABLE t (a, b INTEGER, c REAL, d TEXT, e NUMERIC);"
    "INSERT INTO t VALUES (9223372036854775807, 9007199254740993, -0.0, 'x', 0.1 + 0.2),"
    "(1e999, 'text', -1e999, 12, '1e3'), (x'', x'00', 4.9e-324, x'ff', NULL),"
    "(CAST(x'fffe61' AS TEXT), 2.0, 2, CAST(x'610062' AS TEXT), zeroblob(9));",
    "composite key, mixed directions and collations": "CREATE TABLE t (a TEXT COLLATE NOCASE, "
    "b INT, c, PRIMARY KEY (a DESC, b, c COLLATE RTRIM)) WITHOUT ROWID;"
    "INSERT INTO t VALUES ('a', 1, 'x'), ('A', 2, 'x '), ('b', 1, 1), ('B', 1, 'y'), "
    "('B', 1, x'00'), ('B', 1, 2.5);",
    "one key in many types": "CREATE TABLE t (k PRIMARY KEY, v) WITHOUT ROWID;"
    "INSERT INTO t VALUES (1, 1), (1.5, 2), ('1', 3), (x'31', 4), ('a', 5), "
    "(CAST(x'ff' AS TEXT), 6), (9007199254740993, 7), (9007199254740992.0, 8);",
    "keys that are NULL": "CREATE TABLE t (k TEXT PRIMARY KEY); INSERT INTO t VALUES "
    "(NULL), (NULL), ('a'), (NULL);",
    "all names of the rowid taken": "CREATE TABLE t (rowid TEXT, oid INT, _rowid_ PRIMARY KEY);"
    "INSERT INTO t VALUES ('a', 1, NULL), ('a', 1, NULL), ('a', 1, 'k');",
    "all names taken, a key": "CREATE TABLE t (rowid, oid, _rowid_ NOT NULL PRIMARY KEY);"
    "INSERT INTO t VALUES ('a', 1, 3), ('a', 1, 'x'), ('a', 1, 2);",
    "generated": "CREATE TABLE t (a INT, b AS (a * 2), c AS (a + 1) STORED);"
    "INSERT INTO t VALUES (1), (2), (3);",
    "strict": "CREATE TABLE t (a INT PRIMARY KEY, b ANY, c BLOB) STRICT;"
    "INSERT INTO t VALUES (3, '1', x'01'), (1, 1, NULL), (2, 1.0, x'');",
    "a blob where numbers are declared": "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER);"
    + rows_of(300, "iif(n > 200, zeroblob(5000), n)"),
    "UTF-16": "PRAGMA encoding = 'UTF-16le'; CREATE TABLE t (k TEXT PRIMARY KEY) WITHOUT ROWID;"
    "INSERT INTO t VALUES ('é'), ('a'), ('😀'), ('');",
    "AUTOINCREMENT": "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, v);"
    + rows_of(7)
    + "DELETE FROM t WHERE id > 5;",
    "CHECK that rows break": "CREATE TABLE t (a CHECK (a > 0)); PRAGMA ignore_check_constraints=1;"
    "INSERT INTO t VALUES (-1), (1);",
    "conflict clauses": "CREATE TABLE t (a UNIQUE ON CONFLICT IGNORE, b NOT NULL ON CONFLICT "
    "REPLACE DEFAULT 3); INSERT INTO t VALUES (1, 2), (2, 2);",
    "indexes, triggers, views": "CREATE TABLE t (a, b); INSERT INTO t VALUES (1, 2), (3, 4);"
    "CREATE UNIQUE INDEX i ON t (a) WHERE b > 1; CREATE INDEX e ON t (a + b, b DESC);"
    "CREATE VIEW w AS SELECT * FROM v; CREATE VIEW v AS SELECT a FROM t;"
    "CREATE TRIGGER g AFTER INSERT ON t BEGIN DELETE FROM t; END;"
    "CREATE TRIGGER h INSTEAD OF INSERT ON v BEGIN SELECT 1; END;",
    "nothing": "CREATE TABLE t (a);",
    "header": "PRAGMA page_size = 1024; PRAGMA user_version = 7; PRAGMA application_id = -5;"
    "CREATE TABLE t (a); INSERT INTO t VALUES (1);",
}


@pytest.mark.parametrize("rows", [1, 4, 1000])
@pytest.mark.parametrize("script", KEPT.values(), ids=KEPT)
def test_copy_is_the_same(script: str, rows: int, tmp_path: Path) -> None:
    source = made(tmp_path / "source.db", script)
    target = tmp_path / "target.db"
    happened = copied(source, target, ["t"], rows=rows)
    assert troubles(happened) == []
    assert contents(target) == contents(source)
    assert header(target) == header(source)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["source.db", "target.db"]


def header(path: Path) -> list[object]:
    names = ("page_size", "user_version", "application_id", "encoding")
    with closing(sqlite3.connect(path)) as connection:
        found = [connection.execute(f"PRAGMA {name}").fetchone() for name in names]
        if connection.execute(
            "SELECT 1 FROM sqlite_schema WHERE name LIKE 'sqlite_seq%'"
        ).fetchone():
            found += connection.execute("SELECT * FROM sqlite_sequence").fetchall()
        return found


def test_rowids_are_kept(tmp_path: Path) -> None:
    source = made(tmp_path / "s.db", "CREATE TABLE t (a); INSERT INTO t (rowid, a) VALUES (7, 1);")
    copied(source, tmp_path / "t.db", ["t"])
    with closing(sqlite3.connect(tmp_path / "t.db")) as connection:
        assert connection.execute("SELECT rowid, a FROM t").fetchall() == [(7, 1)]


REFUSED = {
    "foreign rows": ("CREATE TABLE t (id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 2);",
                     "the target's table has 1 rows that are not of this run: nothing was touched"),
    "other columns": ("CREATE TABLE t (id INTEGER PRIMARY KEY, w);", "with other columns"),
    "other key": ("CREATE TABLE t (id INTEGER, v);", "with other key"),
    "other options": ("CREATE TABLE t (id INTEGER PRIMARY KEY, v) WITHOUT ROWID;", "other"),
    "a view": ("CREATE VIEW T AS SELECT 1;", "the target has a view of this name"),
    "a trigger": ("CREATE TABLE t (id INTEGER PRIMARY KEY, v); CREATE TRIGGER g AFTER INSERT ON t "
                  "BEGIN SELECT 1; END;", "has a trigger already, g"),
}  # fmt: skip


@pytest.mark.parametrize(("script", "reason"), REFUSED.values(), ids=REFUSED)
def test_target_that_is_not_ours_is_refused(script: str, reason: str, tmp_path: Path) -> None:
    source = made(tmp_path / "source.db", PLAIN)
    target = made(tmp_path / "target.db", script)
    before = contents(target)
    (happened,) = copied(source, target, ["t"])
    assert isinstance(happened, Failed)
    assert happened.scope == "table"
    assert reason in happened.reason
    assert contents(target) == before


def test_empty_table_of_the_same_shape_is_taken(tmp_path: Path) -> None:
    source = made(tmp_path / "source.db", PLAIN)
    target = made(tmp_path / "target.db", "create table T(id integer primary key, v)")
    assert troubles(copied(source, target, ["t"])) == []


@pytest.mark.parametrize("how", ["itself", "symlink", "hard link"])
def test_target_is_not_the_source(how: str, tmp_path: Path) -> None:
    source = made(tmp_path / "source.db", PLAIN)
    target = source if how == "itself" else tmp_path / "link.db"
    if how == "symlink":
        target.symlink_to(source)
    elif how == "hard link":
        os.link(source, target)
    with pytest.raises(MoverError, match="the target is the source itself"):
        copied(source, target, ["t"])
    assert b"_stowplan" not in source.read_bytes()


def test_target_has_one_run_at_a_time(tmp_path: Path) -> None:
    source, target = made(tmp_path / "s.db", PLAIN), tmp_path / "t.db"
    first = SqliteMover(program(["t"]), source, target, run_id="night")
    with pytest.raises(MoverError, match=r"another run \(night \(process \d+\)\) has this target"):
        SqliteMover(program(["t"]), source, target, run_id="second")
    first.quit()
    SqliteMover(program(["t"]), source, target, run_id="second").quit()


def test_lock_dies_with_its_process(tmp_path: Path) -> None:
    source, target = made(tmp_path / "s.db", PLAIN), tmp_path / "t.db"
    code = (
        "import os, sys; from pathlib import Path; from sqlite_copying import program\n"
        "from stowplan.movers.sqlite.mover import SqliteMover\n"
        "mover = SqliteMover(program(['t']), *map(Path, sys.argv[1:]), run_id='gone')\n"
        "os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, str(source), str(target)], check=False,
                   env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)})  # fmt: skip
    assert (tmp_path / "t.db.stowplan-lock").exists()
    assert troubles(copied(source, target, ["t"])) == []


def opened(tmp_path: Path, script: str = PLAIN, **options: object) -> SqliteMover:
    source = made(tmp_path / "s.db", script)
    mover = SqliteMover(
        program(["t"], **options), source, tmp_path / "t.db", run_id="r", patience_s=0.1
    )  # type: ignore[arg-type]
    mover.open("t", URGENT)
    yield_one(mover)
    return mover


def chunk(mover: SqliteMover, number: int, rows: int = 10) -> object:
    mover.copy(ChunkOrder("t", number, rows, 10**9, URGENT))
    return yield_one(mover)


def closed(mover: SqliteMover) -> object:
    mover.close("t")
    return yield_one(mover)


def test_other_process_that_locks_the_target_is_named(tmp_path: Path) -> None:
    mover = opened(tmp_path)
    with closing(sqlite3.connect(tmp_path / "t.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        happened = chunk(mover, 0)
        assert isinstance(happened, Failed)
        assert (happened.scope, happened.number) == ("run", 0)
        assert "another process has the target or the source locked" in happened.reason
        other.execute("ROLLBACK")
    assert isinstance(chunk(mover, 0), Copied)
    mover.quit()


def test_full_disk_loses_nothing(tmp_path: Path) -> None:
    mover = opened(
        tmp_path, "CREATE TABLE t (id INTEGER PRIMARY KEY, v);" + rows_of(50, "zeroblob(5000)")
    )
    connection = mover._connection
    connection.execute("PRAGMA main.max_page_count = 30")
    happened = chunk(mover, 0, 50)
    assert isinstance(happened, Failed)
    assert (happened.scope, happened.reason[:28]) == ("run", "the target's disk is full: m")
    connection.execute("PRAGMA main.max_page_count = 10000")
    assert isinstance(chunk(mover, 0, 50), Copied)
    assert isinstance(closed(mover), Closed)
    mover.quit()
    assert contents(tmp_path / "s.db") == contents(tmp_path / "t.db")


def test_corrupt_page_of_the_source_fails_the_chunk(tmp_path: Path) -> None:
    source = made(tmp_path / "s.db", "CREATE TABLE t (id INTEGER PRIMARY KEY, v);" + rows_of(3000))
    data = bytearray(source.read_bytes())
    data[4096 * 5 : 4096 * 6] = b"\xee" * 4096
    source.write_bytes(data)
    happened = copied(source, tmp_path / "t.db", ["t"], rows=100)[-1]
    assert isinstance(happened, Failed)
    assert happened.scope == "chunk"
    assert happened.reason.startswith("a page is corrupt")


def test_schema_that_changes_fails_the_table(tmp_path: Path) -> None:
    mover = opened(tmp_path)
    assert isinstance(chunk(mover, 0), Copied)
    made(tmp_path / "s.db", "ALTER TABLE t ADD COLUMN w")
    happened = chunk(mover, 1)
    assert isinstance(happened, Failed)
    assert happened.scope == "table"
    assert "its schema in the source changed during the run" in happened.reason
    mover.quit()


CHANGES = {
    "rows more": ("INSERT INTO t VALUES (-5, 1);", "source",
                  "the source changed during the run: 50 rows were copied, now it has 51"),
    "a value": ("UPDATE t SET v = 'other' WHERE id = 7;", "source", "row 7 differs"),
    "a value, said so": ("UPDATE t SET v = 'other' WHERE id = 17;", "source",
                         "the source changed after chunk 1 was copied"),
    "target's value": ("UPDATE t SET v = 7.0 WHERE id = 23;", "target", "row 23 differs"),
    "target's type": ("UPDATE t SET v = CAST(v AS BLOB) WHERE id = 50;", "target",
                      "row 50 differs"),
    "target's row gone": ("DELETE FROM t WHERE id = 11;", "target",
                          "row 11 is missing in the target"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "side", "line"), CHANGES.values(), ids=CHANGES)
def test_what_changed_is_found_and_narrowed_down(
    change: str, side: str, line: str, tmp_path: Path
) -> None:
    mover = opened(tmp_path)
    for number in range(5):
        assert isinstance(chunk(mover, number), Copied)
    made(tmp_path / ("s.db" if side == "source" else "t.db"), change)
    happened = closed(mover)
    mover.quit()
    assert isinstance(happened, Closed)
    assert line in happened.differences
    assert all(len(text) < 120 for text in happened.differences)


def test_source_that_changes_between_two_runs_is_read_again(tmp_path: Path) -> None:
    mover = opened(tmp_path)
    chunk(mover, 0, 50)
    mover.quit()
    made(tmp_path / "s.db", "UPDATE t SET v = 'other' WHERE id = 7")
    happened = copied(tmp_path / "s.db", tmp_path / "t.db", ["t"])[-1]
    assert isinstance(happened, Failed)  # another run may not go on with its rows
    resumed = SqliteMover(program(["t"]), tmp_path / "s.db", tmp_path / "t.db", run_id="r")
    happened = list(orders(resumed, ["t"]))[-1]
    resumed.quit()
    assert isinstance(happened, Closed)
    assert "row 7 differs" in happened.differences


VACUUMS = {
    "rows moved": ("DELETE FROM t WHERE a IN (3, 4);", "VACUUM", True),
    "no gap before the last key": ("DELETE FROM t WHERE a > 15;", "VACUUM", False),
    "another table changed": ("DELETE FROM t WHERE a IN (3, 4);", "CREATE TABLE other (a)", False),
}


@pytest.mark.parametrize(("before", "change", "stops"), VACUUMS.values(), ids=VACUUMS)
def test_only_rows_that_vacuum_has_moved_stop_a_table(
    before: str, change: str, stops: bool, tmp_path: Path
) -> None:
    mover = opened(tmp_path, f"CREATE TABLE t (a, b); {rows_of(20)} {before}")
    chunk(mover, 0)
    made(tmp_path / "s.db", change)
    happened = chunk(mover, 1)
    mover.quit()
    assert isinstance(happened, Failed) == stops
    assert not isinstance(happened, Failed) or "it was vacuumed" in happened.reason


def test_orphans_that_the_source_lacks_are_differences(tmp_path: Path) -> None:
    source = made(
        tmp_path / "s.db",
        "CREATE TABLE p (id INTEGER PRIMARY KEY); INSERT INTO p VALUES (1), (2);"
        "CREATE TABLE t (id INTEGER PRIMARY KEY, p REFERENCES p);"
        "INSERT INTO t VALUES (1, 1), (2, 2), (3, 99);",
    )
    target = made(
        tmp_path / "t.db", "CREATE TABLE p (id INTEGER PRIMARY KEY); INSERT INTO p VALUES (1);"
    )
    happened = copied(source, target, ["t"])
    assert troubles(happened) == ["1 rows refer to rows of p that the target lacks"]


def test_cycle_is_checked_when_both_are_there(tmp_path: Path) -> None:
    source = made(
        tmp_path / "s.db",
        "CREATE TABLE a (id INTEGER PRIMARY KEY, b REFERENCES b); CREATE TABLE b (id INTEGER "
        "PRIMARY KEY, a REFERENCES a); INSERT INTO a VALUES (1, 1); INSERT INTO b VALUES (1, 1);",
    )
    assert troubles(copied(source, tmp_path / "t.db", ["a", "b"])) == []


def test_standing_is_what_was_told(tmp_path: Path) -> None:
    mover = opened(tmp_path)
    told = [chunk(mover, 0), chunk(mover, 1)]
    mover.quit()
    again = SqliteMover(program(["t"]), tmp_path / "s.db", tmp_path / "t.db", run_id="r")
    standing = again.standing()["t"]
    again.quit()
    keys = [(c.number, c.rows, c.size, c.low, c.high, c.last) for c in standing.chunks]
    assert keys == [(c.number, c.rows, c.size, c.low, c.high, c.last) for c in told]  # type: ignore[attr-defined]
    assert standing.closed is None


def test_another_plan_does_not_go_on_with_a_run(tmp_path: Path) -> None:
    opened(tmp_path).quit()
    other = program(["t"])
    object.__setattr__(other, "key", "other")
    with pytest.raises(MoverError, match="by another plan"):
        SqliteMover(other, tmp_path / "s.db", tmp_path / "t.db", run_id="r")


def test_nothing_is_committed_after_the_deadline(tmp_path: Path) -> None:
    mover = opened(tmp_path)
    mover.limits(10**9, mover.now())
    assert isinstance(chunk(mover, 0), Abandoned)
    assert isinstance(closed(mover), Abandoned)
    mover.limits(10**9, mover.now() + 10**9)
    assert isinstance(chunk(mover, 0), Copied)
    mover.quit()


def test_urgent_order_goes_first(tmp_path: Path) -> None:
    source = made(tmp_path / "s.db", "CREATE TABLE a (x); CREATE TABLE b (x);")
    mover = SqliteMover(program(["a", "b"]), source, tmp_path / "t.db", run_id="r")
    mover.open("a", (2, 0, "a"))
    mover.open("b", (1, 0, "b"))
    assert [yield_one(mover).table for _ in range(2)] == ["b", "a"]
    assert mover.next(None) is None
    mover.quit()


def test_what_cannot_be_made_is_said(tmp_path: Path) -> None:
    script = "CREATE TABLE t (a); CREATE TABLE other (b); CREATE VIEW v AS SELECT * FROM other;"
    happened = copied(made(tmp_path / "s.db", script), tmp_path / "t.db", ["t"])[-1]
    assert isinstance(happened, Closed)
    assert happened.notes == ("the view v was left out: no such table: main.other",)


def test_virtual_and_missing_tables_fail_by_themselves(tmp_path: Path) -> None:
    source = made(tmp_path / "s.db", "CREATE VIRTUAL TABLE f USING fts5(x);")
    for name, reason in (("f", "it is a virtual table"), ("gone", "the source has no such table")):
        (happened,) = copied(source, tmp_path / "t.db", [name])
        assert isinstance(happened, Failed)
        assert happened.reason.startswith(reason)


class _Time:
    """A clock that passes only where somebody sleeps, and a little with every look at it."""

    def __init__(self) -> None:
        self.us = 0

    def now(self) -> int:
        self.us += 20
        return self.us

    def sleep(self, microseconds: int) -> None:
        self.us += microseconds


@pytest.mark.parametrize(
    ("rate", "limit"), [(1_000_000, 1_500_000), (1_000_000, None), (3_000_000, 3_000_000)]
)
def test_bandwidth_is_held(
    rate: int, limit: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On average within 5 % of the rate, and in no second, wherever it begins, over the limit."""
    from stowplan.movers.sqlite.pacing import Pacer  # noqa: PLC0415

    written: list[tuple[int, int]] = []
    spend = Pacer._spend
    monkeypatch.setattr(
        Pacer,
        "_spend",
        lambda self, now, size: (written.append((now, size)), spend(self, now, size))[1],
    )
    value = "zeroblob(CASE WHEN n % 50 = 0 THEN 30000 ELSE n % 700 END)"
    source = made(
        tmp_path / "s.db", "CREATE TABLE t (id INTEGER PRIMARY KEY, v);" + rows_of(9000, value)
    )
    timer = _Time()
    plan = program(["t"], rate=rate, rate_limit=limit, verify="none")
    clock = Clock(timer.now, timer.sleep)
    mover = SqliteMover(plan, source, tmp_path / "t.db", run_id="r", clock=clock)
    happened = list(orders(mover, ["t"], rows=10**6, size=3_000_000))
    mover.quit()
    assert troubles(happened) == []
    assert sum(size for _, size in written) == pytest.approx(8_500_000, rel=0.03)
    seconds = written[-1][0] / 1e6
    assert sum(size for _, size in written) / seconds == pytest.approx(rate, rel=0.06)
    assert _fullest_second(written) <= max(rate, limit or 0)


def _fullest_second(written: list[tuple[int, int]]) -> int:
    recent: deque[tuple[int, int]] = deque()
    most = 0
    for at, size in written:
        recent.append((at, size))
        while recent[0][0] <= at - 1_000_000:
            recent.popleft()
        most = max(most, sum(part for _, part in recent))
    return most


def test_chunk_ends_when_its_bytes_are_full(tmp_path: Path) -> None:
    """Rows are planned by their mean; one that is larger than a chunk still goes."""
    value = "zeroblob(CASE WHEN n = 20 THEN 300000 WHEN n > 40 THEN 20000 ELSE 10 END)"
    script = "CREATE TABLE t (id INTEGER PRIMARY KEY, v);" + rows_of(60, value)
    happened = copied(
        made(tmp_path / "s.db", script), tmp_path / "t.db", ["t"], rows=1000, size=100_000
    )
    chunks = [h for h in happened if isinstance(h, Copied)]
    assert sum(c.rows for c in chunks) == 60
    assert all(c.size < 130_000 or c.rows == 1 for c in chunks)


def test_rehearsal_says_every_statement_and_touches_nothing(tmp_path: Path) -> None:
    script = KEPT["indexes, triggers, views"]
    source = made(tmp_path / "source.db", script)
    lines = list(statements(program(["t", "gone"]), source, tmp_path / "target.db"))
    text = "\n".join(lines)
    assert 'INSERT OR ROLLBACK INTO main."t" ("rowid", "a", "b") SELECT' in text
    assert (
        text.index("CREATE TABLE t") < text.index("INSERT OR") < text.index("CREATE UNIQUE INDEX")
    )
    assert "-- gone: the source has no such table" in lines
    assert not (tmp_path / "target.db").exists()


def test_memory_near_its_limit_is_said_before_the_chunk(tmp_path: Path) -> None:
    """A limit of one byte is passed by whatever SQLite takes."""
    source = made(tmp_path / "s.db", "CREATE TABLE t (a);" + rows_of(1, "1").replace("n, 1", "n"))
    mover = SqliteMover(program(["t"], memory=1), source, tmp_path / "t.db", run_id="r")
    mover._base = 0
    mover.open("t", URGENT)
    yield_one(mover)
    happened = chunk(mover, 0)
    assert isinstance(happened, Pressure)
    assert happened.held > happened.limit
    assert isinstance(mover.next(None), Copied)
    mover.quit()


def test_wide_rows_are_copied_in_little_memory(tmp_path: Path) -> None:
    """80 MB in rows of up to 1 MB, in a process of its own, whose peak is what is measured."""
    value = "randomblob(CASE WHEN n % 40 = 0 THEN 1000000 ELSE 20000 END)"
    source = made(
        tmp_path / "s.db", "CREATE TABLE t (id INTEGER PRIMARY KEY, v);" + rows_of(1800, value)
    )
    code = (
        "import sys; from pathlib import Path; from sqlite_copying import *\n"
        "plan = program(['t'], memory=16_000_000)\n"
        "mover = SqliteMover(plan, *map(Path, sys.argv[1:]), run_id='r')\n"
        "happened = list(orders(mover, ['t'], rows=10**6, size=4_000_000))\n"
        "print(mover.base, max(h.held for h in happened if isinstance(h, Copied)))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(source), str(tmp_path / "t.db")],
                          check=True, capture_output=True, text=True,
                          env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)})  # fmt: skip
    base, held = map(int, done.stdout.split())
    assert held - base < 16_000_000
