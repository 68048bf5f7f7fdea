"""`stowplan run` on two SQLite databases: a run of the whole shop, killed, interrupted, cut off."""

from __future__ import annotations

import random
import shutil
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
from command import stowplan
from sqlite_copying import contents
from sqlite_night import (
    Night,
    begun,
    build_shop,
    complaints,
    due_markers,
    killed_after,
    markers,
    progress,
    rows_of,
    twice,
    url,
)

KILLS = 25


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fourteen tables, about 280 kB."""
    path = tmp_path_factory.mktemp("shop") / "shop.db"
    build_shop(path, 4000)
    return path


@pytest.fixture
def night(shop: Path, tmp_path: Path) -> Night:
    """The shop, not planned yet."""
    shutil.copy(shop, tmp_path / "source.db")
    return Night(tmp_path)


def check_complete(night: Night) -> None:
    """Source and target are the same, and report and markers say what was done."""
    assert contents(night.target) == contents(night.source)
    assert complaints(night) == []
    assert markers(night) == due_markers(night.target)
    report = night.report()
    assert (report["status"], report["ending"]["kind"]) == ("COMPLETE", "done")
    told = {table["name"]: (table["status"], table["rows"]) for table in report["tables"]}
    assert told == {name: ("COMPLETE", rows) for name, rows in rows_of(night.source).items()}
    levels = {table["verified"]["level"] for table in report["tables"]}
    assert levels == {"checksum"}
    assert not [line for table in report["tables"] for line in table["verified"]["differences"]]


def test_the_shop_is_moved_whole_and_verified(night: Night) -> None:
    ended = night.planned(chunk="50kB").run()
    assert (ended.status, ended.output) == (0, "")
    assert "COMPLETE: 14 of 14 tables" in ended.errors
    check_complete(night)
    assert not list(night.folder.glob("*-journal"))
    assert not list(night.folder.glob("*.stowplan-lock"))


def test_a_run_that_is_done_does_nothing_more(night: Night) -> None:
    assert night.planned(chunk="50kB").inside().status == 0
    before = night.target.read_bytes()
    again = night.inside()
    assert again.status == 0
    assert "going on with run" in again.errors
    assert night.target.read_bytes() == before
    check_complete(night)


def test_a_rehearsal_prints_statements_and_touches_nothing(night: Night) -> None:
    night.planned()
    before = {path: path.read_bytes() for path in night.folder.rglob("*") if path.is_file()}
    ended = stowplan(*night.arguments())
    assert (ended.status, ended.errors) == (0, "nothing was moved: --execute does it\n")
    for table in rows_of(night.source):
        assert f'INSERT OR ROLLBACK INTO main."{table}"' in ended.output
    assert {p: p.read_bytes() for p in night.folder.rglob("*") if p.is_file()} == before


def test_killed_at_any_instant_it_loses_nothing_and_copies_nothing_twice(night: Night) -> None:
    """Instants are spread over a run's real length; a run that is done gives way to another."""
    night.planned(rate="200kB/s")
    draw, events = random.Random(11), night.folder / "events"
    length, kills, midway = _length(night), 0, 0
    while kills < KILLS:
        _anew(night)
        while killed_after(night.started("--events", events), draw.uniform(0, length * 0.6)):
            kills += 1
            assert complaints(night) == []
            midway += bool(night.target.exists() and progress(night.target))
        check_complete(night)
        assert twice(events) == []
    assert midway > KILLS // 2


def _length(night: Night) -> float:
    """How many seconds an undisturbed run takes."""
    start = time.monotonic()
    assert night.run().status == 0
    return time.monotonic() - start


def _anew(night: Night) -> None:
    shutil.rmtree(night.output / "progress", ignore_errors=True)
    night.target.unlink(missing_ok=True)
    (night.folder / "events").unlink(missing_ok=True)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_interrupted_it_stops_at_a_chunk_and_the_same_command_goes_on(
    night: Night, number: signal.Signals
) -> None:
    night.planned(rate="200kB/s")
    process = night.started()
    begun(night, process, chunks=3)
    process.send_signal(number)
    errors = process.communicate(timeout=60)[1]
    assert process.returncode == 1
    assert "the same command goes on with the run" in errors
    assert "Traceback" not in errors
    assert complaints(night) == []
    assert markers(night) == due_markers(night.target)
    assert night.report()["ending"]["kind"] == "interrupted"
    assert night.run().status == 0
    check_complete(night)


def test_a_second_interrupt_stops_at_once_and_loses_nothing(night: Night) -> None:
    night.planned(rate="100kB/s", chunk="60kB")
    process = night.started()
    begun(night, process)
    process.send_signal(signal.SIGINT)
    assert process.stderr is not None
    assert any("stopping when the chunk" in line for line in process.stderr)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 1
    assert complaints(night) == []
    assert night.run().status == 0
    check_complete(night)


def test_nothing_is_committed_after_the_window(night: Night) -> None:
    """A window of two seconds on the clock of the machine, for what takes ten."""
    night.planned(rate="40kB/s", window="2s")
    ended = night.run()
    assert ended.status == 1
    assert "the window is over" in ended.errors
    assert complaints(night) == []
    assert markers(night) == due_markers(night.target)
    with closing(sqlite3.connect(night.target)) as connection:
        latest = "SELECT max(at_us), count(*) FROM _stowplan_progress"
        at_us, chunks = connection.execute(latest).fetchone()
    assert at_us <= 2_000_000
    assert chunks
    report = night.report()
    assert (report["status"], report["ending"]["kind"]) == ("FAILED", "window")


def test_the_follow_up_moves_what_was_left(night: Night) -> None:
    night.planned(chunk="50kB", later="audit_log")
    assert night.run().status == 0
    assert "audit_log" not in rows_of(night.target)
    ended = night.run("--window", "follow-up", "-o", night.folder / "next")
    assert ended.status == 0, ended.errors
    assert "audit_log: done" in ended.errors
    assert contents(night.target) == contents(night.source)


def test_a_rehearsal_gives_way_to_the_run_and_never_wipes_it_out(night: Night) -> None:
    night.planned(chunk="50kB")
    assert stowplan("run", night.plan).status == 0
    ended = night.inside()
    assert (ended.status, "going on" in ended.errors) == (0, False)
    check_complete(night)
    again = stowplan("run", night.plan)
    assert again.status == 2
    assert "on databases, and this would be a rehearsal" in again.errors
    check_complete(night)


# What is refused.


def test_a_target_with_foreign_rows_is_refused_and_left_alone(night: Night) -> None:
    with closing(sqlite3.connect(night.target)) as connection:
        connection.executescript(
            "CREATE TABLE region (code TEXT PRIMARY KEY, name TEXT NOT NULL) WITHOUT ROWID;"
            "INSERT INTO region VALUES ('XX', 'not of this run');"
        )
    ended = night.planned(chunk="50kB").inside()
    assert ended.status == 1
    assert "1 rows that are not of this run" in ended.errors
    with closing(sqlite3.connect(night.target)) as connection:
        rows = connection.execute("SELECT * FROM region").fetchall()
    assert rows == [("XX", "not of this run")]


def test_a_target_that_is_the_source_is_refused(night: Night) -> None:
    before = night.source.read_bytes()
    ended = night.planned().inside("--target", url(night.source))
    assert ended.status == 2
    assert "the target is the source itself" in ended.errors
    assert night.source.read_bytes() == before


def test_another_plan_or_target_in_one_folder_is_refused(night: Night) -> None:
    assert night.planned(chunk="50kB").inside().status == 0
    other = night.inside("--target", url(night.folder / "other.db"))
    assert other.status == 2
    assert "between other databases: name another folder (-o)" in other.errors
    assert not (night.folder / "other.db").exists()
    again = night.planned(chunk="40kB").inside()
    assert again.status == 2
    assert "of another plan: name another folder (-o)" in again.errors


def test_a_target_that_another_plan_has_filled_is_refused(night: Night) -> None:
    assert night.planned(chunk="50kB").inside().status == 0
    before = progress(night.target)
    ended = night.planned(chunk="40kB").inside("-o", night.folder / "other")
    assert ended.status == 1
    assert "rows that are not of this run" in ended.errors
    assert progress(night.target) == before


def test_a_table_that_was_dropped_at_the_target_is_loaded_anew(night: Night) -> None:
    """The way out where its rows can be trusted no more."""
    assert night.planned(chunk="20kB").inside().status == 0
    with closing(sqlite3.connect(night.target)) as connection:
        connection.execute("DROP TABLE order_line")
    ended = night.inside()
    assert ended.status == 0, ended.errors
    assert "order_line: done" in ended.errors
    assert ended.errors.count(": done,") == 1
    check_complete(night)


@pytest.mark.parametrize("lost", ["folder", "journal", "line"])
def test_a_run_goes_on_without_its_journal_by_what_the_target_holds(
    lost: str, night: Night
) -> None:
    night.planned(rate="200kB/s")
    process, folder = night.started(), night.output / "progress"
    begun(night, process, chunks=9)
    process.kill()
    process.communicate()
    there = progress(night.target)
    if lost == "line":
        (folder / "journal.jsonl").write_bytes(b"torn\n")
        torn = night.inside()
        assert (torn.status, "move the folder away" in torn.errors) == (2, True)
    if lost == "journal":
        (folder / "journal.jsonl").unlink()
    else:
        shutil.rmtree(folder)
    ended = night.inside()
    assert ended.status == 0, ended.errors
    assert "going on with run" in ended.errors
    now = progress(night.target)
    assert {name: now[name][: len(chunks)] for name, chunks in there.items()} == there
    check_complete(night)
