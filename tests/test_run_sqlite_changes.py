"""`stowplan run` on SQLite while somebody changes the source; what a rehearsal sees of a target."""

from __future__ import annotations

import json
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest
from command import stowplan
from sqlite_copying import contents
from sqlite_night import Night, begun, complaints

SCHEMA = """
CREATE TABLE parent (id INTEGER PRIMARY KEY, v TEXT);
CREATE TABLE kid (id INTEGER PRIMARY KEY, p REFERENCES parent);
CREATE INDEX kid_p ON kid (p);
CREATE TABLE bare (x, y);
CREATE TABLE spare (id INTEGER PRIMARY KEY);
WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 2000)
INSERT INTO parent SELECT n, 'the text of row ' || n FROM c;
INSERT INTO kid SELECT id, id FROM parent;
INSERT INTO bare SELECT id, v FROM parent;
"""
AFTER = """\
import json, sqlite3, sys
if json.load(sys.stdin).get("table") == sys.argv[1]:
    connection = sqlite3.connect(sys.argv[2], timeout=30)
    connection.executescript(sys.argv[3])
    connection.close()
"""
WRITTEN = "what has changed in rows since then is not at the target"


@pytest.fixture
def night(tmp_path: Path) -> Night:
    """Four tables; kid after parent."""
    night = Night(tmp_path)
    change(night.source, SCHEMA)
    return night


def change(path: Path, script: str) -> None:
    """Lets somebody else write to a database."""
    with closing(sqlite3.connect(path, timeout=30)) as connection:
        connection.executescript(script)


def hooks(night: Night, table: str, script: str) -> Path:
    """A file of hooks: a script for the source, once a table is done."""
    program, path = night.folder / "after.py", night.folder / "hooks.yaml"
    program.write_text(AFTER)
    command = [sys.executable, str(program), table, str(night.source), script]
    path.write_text(json.dumps({"after_table": command}))
    return path


def told(night: Night) -> dict[str, str]:
    """Each table's status."""
    return {table["name"]: table["status"] for table in night.report()["tables"]}


def report(night: Night) -> str:
    return (night.output / "migration_report.md").read_text("utf-8")


BEFORE_IT_BEGAN = {
    "column": (
        "ALTER TABLE kid ADD COLUMN zz; UPDATE kid SET zz = id * 10;",
        "the column zz was added",
    ),
    "another table": (
        "DROP TABLE kid; CREATE TABLE kid (id INTEGER PRIMARY KEY, q);"
        "INSERT INTO kid VALUES (1, 2)",
        "the column q was added, the column p is gone, the index kid_p is gone",
    ),
    "check": (
        "DROP TABLE kid; CREATE TABLE kid (id INTEGER PRIMARY KEY, p CHECK (p > 0));"
        "CREATE INDEX kid_p ON kid (p)",
        "its CREATE TABLE statement is another",
    ),
    "index": ("CREATE INDEX more ON kid (id, p)", "the index more was added"),
    "other index": (
        "DROP INDEX kid_p; CREATE INDEX kid_p ON kid (p DESC)",
        "the index kid_p is another",
    ),
    "trigger": (
        "CREATE TRIGGER shout AFTER INSERT ON kid BEGIN SELECT 1; END",
        "the trigger shout was added",
    ),
}


@pytest.mark.parametrize(("script", "text"), BEFORE_IT_BEGAN.values(), ids=BEFORE_IT_BEGAN)
def test_a_table_whose_schema_changes_before_it_begins_fails_alone_and_is_loaded_by_the_next_run(
    script: str, text: str, night: Night
) -> None:
    ended = night.planned().inside("--hooks", hooks(night, "parent", script))
    assert ended.status == 1, ended.errors
    reason = f"its schema in the source changed during the run ({text}): run again"
    assert reason in report(night)
    assert told(night) == {
        "parent": "COMPLETE", "kid": "FAILED", "bare": "COMPLETE", "spare": "COMPLETE"
    }  # fmt: skip
    assert complaints(night) == []
    again = night.inside()
    assert again.status == 0, again.errors
    assert contents(night.target) == contents(night.source)


def test_a_table_that_is_dropped_in_the_source_is_named(night: Night) -> None:
    night.planned().inside("--hooks", hooks(night, "parent", "DROP TABLE kid"))
    assert "(it was dropped or renamed): bring it back and run again" in report(night)
    assert night.inside().status == 1
    assert "the source has no such table: was it dropped or renamed?" in report(night)


def test_a_table_whose_schema_changes_half_way_is_dropped_at_the_target_and_loaded_anew(
    night: Night,
) -> None:
    change(night.source, "DELETE FROM kid; DELETE FROM bare;")
    process = night.planned(rate="60kB/s").started()
    begun(night, process, 2)
    change(night.source, "ALTER TABLE parent ADD COLUMN zz DEFAULT 5")
    process.communicate(timeout=60)
    assert process.returncode == 1
    assert "(the column zz was added): drop it at the target and run again" in report(night)
    assert night.inside().status == 1
    assert "the target has a table of this name with other columns: drop it" in report(night)
    change(night.target, "DROP TABLE parent")
    again = night.inside()
    assert again.status == 0, again.errors
    assert contents(night.target) == contents(night.source)


ELSEWHERE = {
    "column": "ALTER TABLE spare ADD COLUMN more",
    "drop": "DROP TABLE spare",
    "new": "CREATE TABLE new (a); CREATE INDEX news ON new (a)",
    "vacuum": "VACUUM",
}


@pytest.mark.parametrize("script", ELSEWHERE.values(), ids=ELSEWHERE)
def test_what_changes_elsewhere_in_the_source_gives_no_table_up(script: str, night: Night) -> None:
    """The table without an INTEGER PRIMARY KEY is half copied by then."""
    change(night.source, "DELETE FROM kid; DELETE FROM parent;")
    process = night.planned(rate="60kB/s").started()
    begun(night, process, 3)
    change(night.source, script)
    errors = process.communicate(timeout=60)[1]
    assert told(night)["bare"] == "COMPLETE", errors
    assert contents(night.target)["bare"] == contents(night.source)["bare"]


def test_rows_that_vacuum_moves_give_their_table_up_alone(night: Night) -> None:
    change(night.source, "DELETE FROM kid; DELETE FROM parent; DELETE FROM bare WHERE x % 2;")
    process = night.planned(rate="30kB/s").started()
    begun(night, process, 3)
    change(night.source, "VACUUM")
    process.communicate(timeout=60)
    assert "rows that were copied have other rowids in the source now: it was vacuumed" in report(
        night
    )
    change(night.target, "DROP TABLE bare")
    again = night.inside()
    assert again.status == 0, again.errors
    assert contents(night.target)["bare"] == contents(night.source)["bare"]


def test_rows_that_change_after_their_table_was_verified_are_told_of_in_the_report(
    night: Night,
) -> None:
    script = "UPDATE parent SET v = 'other' WHERE id = 3"
    ended = night.planned().inside("--hooks", hooks(night, "parent", script))
    assert ended.status == 0
    notes = [line for table in night.report()["tables"] for line in table["verified"]["notes"]]
    assert [line for line in notes if WRITTEN in line and "parent" in line]
    assert WRITTEN in report(night)
    assert WRITTEN in ended.errors


def test_what_changes_after_the_last_table_is_told_and_told_again(night: Night) -> None:
    script = "ALTER TABLE parent ADD COLUMN zz; CREATE INDEX more ON bare (x);"
    night.planned()
    ended = night.inside("--hooks", hooks(night, "kid", script))
    again = night.inside()
    for errors in (ended.errors, again.errors):
        assert "the source was written to" in errors
        assert "parent: its schema in the source changed after it was verified (other col" in errors
        assert "bare: its schema in the source changed after it was verified (the index" in errors
        assert "kid: its schema" not in errors
    change(night.target, "DROP TABLE parent; DROP TABLE bare;")
    assert night.inside().status == 0
    assert contents(night.target) == contents(night.source)


def test_a_view_that_is_made_during_the_run_is_told_of(night: Night) -> None:
    script = "CREATE VIEW late AS SELECT * FROM parent"
    ended = night.planned().inside("--hooks", hooks(night, "parent", script))
    assert "the view late was made or changed in the source during the run" in ended.errors


def test_a_source_that_nobody_writes_to_is_not_told_of(night: Night) -> None:
    ended = night.planned().inside("--hooks", hooks(night, "parent", "SELECT 1"))
    assert ended.status == 0
    assert "the source was written to" not in ended.errors + report(night)


IN_THE_WAY = {
    "rows": (
        "CREATE TABLE parent (id INTEGER PRIMARY KEY, v TEXT); INSERT INTO parent VALUES (1, 1)",
        "parent would fail: the target's table has 1 rows that are not of this run",
    ),
    "columns": (
        "CREATE TABLE kid (id INTEGER PRIMARY KEY)",
        "kid would fail: the target has a table of this name with other columns",
    ),
    "view": ("CREATE VIEW bare AS SELECT 1", "bare would fail: the target has a view of this name"),
}


@pytest.mark.parametrize("mode", ["delete", "wal"])
@pytest.mark.parametrize(("script", "line"), IN_THE_WAY.values(), ids=IN_THE_WAY)
def test_a_rehearsal_says_what_is_in_the_way_at_the_target_and_writes_nothing(
    script: str, line: str, mode: str, night: Night
) -> None:
    night.planned()
    change(night.target, f"PRAGMA journal_mode = {mode}; {script}")
    before = {path: path.read_bytes() for path in night.folder.rglob("*") if path.is_file()}
    ended = stowplan(*night.arguments())
    assert ended.status == 0
    assert ended.output.startswith(f"-- {line}"), ended.output
    assert ended.output.count(" would fail: ") == 1
    assert {p: p.read_bytes() for p in night.folder.rglob("*") if p.is_file()} == before
    night.inside()
    assert line.partition(": ")[2] in report(night)


def test_a_rehearsal_on_a_target_that_cannot_be_used_ends_as_the_run_would(night: Night) -> None:
    night.planned()
    change(night.target, "PRAGMA encoding = 'UTF-16le'; CREATE TABLE other (a)")
    for options in ((), ("--execute",)):
        ended = stowplan(*night.arguments(*options))
        assert (ended.status, ended.output) == (2, "")
        assert "the target's text is UTF-16le, the source's UTF-8" in ended.errors


def test_a_rehearsal_takes_what_a_run_has_left_for_its_own(night: Night) -> None:
    process = night.planned(rate="60kB/s").started()
    begun(night, process, 3)
    process.terminate()
    process.communicate(timeout=60)
    assert " would fail: " not in stowplan(*night.arguments()).output
    assert night.inside().status == 0
    assert " would fail: " not in stowplan(*night.arguments()).output


def test_a_rehearsal_leaves_a_transaction_alone_that_was_cut_off(night: Night) -> None:
    night.planned()
    change(night.target, "CREATE TABLE parent (other)")
    journal = night.folder / "target.db-journal"
    journal.write_bytes(b"half of it")
    ended = stowplan(*night.arguments())
    assert ended.status == 0
    assert ended.output.startswith("-- the target was not looked at: a transaction is under way")
    assert journal.read_bytes() == b"half of it"
