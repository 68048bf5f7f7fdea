"""`stowplan run` on SQLite when the world is against it: each a clear line, and nothing lost.

After the cause is gone the same command completes the run.
"""

from __future__ import annotations

import resource
import shlex
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing, suppress
from pathlib import Path

import pytest
from privileges import without_privileges
from sqlite_copying import contents
from sqlite_night import Night, begun, build_shop, complaints, url


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fourteen tables, about 400 kB."""
    path = tmp_path_factory.mktemp("shop") / "shop.db"
    build_shop(path, 6000)
    return path


@pytest.fixture
def night(shop: Path, tmp_path: Path) -> Night:
    """The shop, not planned yet."""
    shutil.copy(shop, tmp_path / "source.db")
    return Night(tmp_path)


def check_goes_on(night: Night) -> None:
    """The cause is gone: the same command completes."""
    assert complaints(night) == []
    ended = night.run()
    assert ended.status == 0, ended.errors
    assert "going on with run" in ended.errors
    assert contents(night.target) == contents(night.source)
    assert complaints(night) == []


def test_a_file_that_may_not_grow_stops_the_run(night: Night) -> None:
    night.planned(chunk="20kB")
    most = 150_000
    ended = night.run(before=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)))
    assert ended.status == 1
    assert "the disk does not answer" in ended.errors
    assert night.report()["ending"]["kind"] == "broken"
    check_goes_on(night)


MOUNT = "mount -t tmpfs -o size={size} tmpfs {folder}"


@pytest.mark.parametrize("full", ["target", "progress"])
def test_full_disk_stops_the_run(full: str, night: Night) -> None:
    """A disk of its own in a namespace of its own, with a ballast on it at first."""
    night.planned(chunk="20kB")
    disk = night.folder / "disk"
    disk.mkdir()
    target = disk / "target.db" if full == "target" else night.target
    output = disk / "out" if full == "progress" else night.output
    size = "2M" if full == "target" else "400k"
    ballast = 1800 if full == "target" else 360
    arguments = night.arguments("--execute", "--target", url(target), "-o", output)
    run = shlex.join([sys.executable, "-m", "stowplan", *arguments])
    lines = [
        MOUNT.format(size=size, folder=disk),
        f"head -c {ballast}k /dev/zero >{disk}/ballast",
        f"{run}; echo status $?",
        f"rm {disk}/ballast",
        f"{run}; echo status $?",
        f"cp {disk}/target.db {night.target} || true",
    ]
    ended = _unshared(lines)
    reason = {
        "target": "the target's disk is full: make room and run again",
        "progress": "the run's progress cannot be written: no space left on device",
    }
    assert reason[full] in ended.stderr
    assert "Traceback" not in ended.stderr
    statuses = {"target": "status 1\nstatus 0\n", "progress": "status 2\nstatus 0\n"}
    assert ended.stdout == statuses[full], ended.stderr
    assert contents(night.target) == contents(night.source)
    assert complaints(night) == []


def _unshared(lines: list[str]) -> subprocess.CompletedProcess[str]:
    """Runs a shell where it may mount; skips where the system does not let it."""
    own = ["unshare", "-Urm", "sh", "-c"]
    if not shutil.which(own[0]) or _ran([*own, "mount -t tmpfs tmpfs /mnt"]).returncode:
        pytest.skip("this system does not let a test mount a disk of its own (unshare -Urm)")
    return _ran([*own, "\n".join(lines)])


def _ran(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False)


# Permissions, which root does not feel: as root, the run gives that right away.


@pytest.mark.parametrize(
    ("shut", "reason"),
    [
        ("out/progress", "the run's progress cannot be written: permission denied"),
        ("target", "the target's lock cannot be made (permission denied): check the permissions"),
        ("target/target.db", "the target may not be written: check its permissions"),
    ],
)
def test_what_may_not_be_written_is_said_and_nothing_is_begun(
    shut: str, reason: str, night: Night
) -> None:
    night.planned(chunk="50kB")
    (night.folder / "target").mkdir()
    (night.output / "progress").mkdir()
    target = night.folder / "target" / "target.db"
    target.touch()
    place = night.folder / shut
    rights = place.stat().st_mode
    place.chmod(rights & ~0o222)
    ended = night.run("--target", url(target), before=without_privileges)
    assert reason in ended.errors
    assert "Traceback" not in ended.errors
    assert (ended.status, target.stat().st_size) == (2, 0)
    place.chmod(rights)
    again = night.run("--target", url(target), before=without_privileges)
    assert again.status == 0, again.errors
    assert contents(target) == contents(night.source)


# Others.


def lock(database: sqlite3.Connection) -> None:
    """Lock it in the short time between two transactions of a run: who sleeps misses that."""
    while not database.in_transaction:
        with suppress(sqlite3.OperationalError):
            database.execute("BEGIN EXCLUSIVE")


@pytest.mark.parametrize("when", ["before", "during"])
def test_a_target_that_another_process_has_locked_is_waited_for_and_then_named(
    when: str, night: Night
) -> None:
    night.planned(rate="60kB/s" if when == "during" else "100MB/s")  # 7 s to be locked in
    if when == "before":
        sqlite3.connect(night.target).executescript("CREATE TABLE kept (a); DROP TABLE kept;")
    process = night.started() if when == "during" else None
    if process:
        begun(night, process)
    with closing(sqlite3.connect(night.target, isolation_level=None, timeout=0)) as other:
        lock(other)
        process = process or night.started()
        errors = process.communicate(timeout=120)[1]
        other.execute("ROLLBACK")
    assert "another process has the target or the source locked: run again" in errors
    assert process.returncode == (1 if when == "during" else 2)
    assert complaints(night) == []
    ended = night.run()
    assert ended.status == 0, ended.errors
    assert contents(night.target)["order_line"] == contents(night.source)["order_line"]


CHANGES = {
    "rows": (
        "INSERT INTO order_line VALUES (-1, 1, 'sku-000001', 1, 1.0)",
        "the source changed during the run: 3000 rows were copied, now it has 3001",
    ),
    "schema": (
        "ALTER TABLE order_line ADD COLUMN more",
        "its schema in the source changed during the run",
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_source_that_changes_during_the_run_is_found_and_named(change: str, night: Night) -> None:
    whole = night.source.read_bytes()
    night.planned(rate="200kB/s")
    statement, reason = CHANGES[change]
    process = night.started()
    _copies(night, process, "order_line")
    with closing(sqlite3.connect(night.source, timeout=30)) as connection:
        connection.execute(statement)
        connection.commit()
    errors = process.communicate(timeout=60)[1]
    assert process.returncode == 1
    assert reason in (night.output / "migration_report.md").read_text("utf-8"), errors
    assert complaints(night) == []
    night.source.write_bytes(whole)
    check_goes_on(night)


def _copies(night: Night, process: subprocess.Popen[str], table: str) -> None:
    """Waits until a run has copied a chunk of a table."""
    journal = night.output / "progress" / "journal.jsonl"
    for chunks in range(1, 500):
        begun(night, process, chunks)
        if f'{{"event":"copied","table":"{table}"' in journal.read_text("utf-8"):
            return


def test_a_chunk_that_cannot_be_read_is_tried_three_times_and_the_others_go_on(
    night: Night,
) -> None:
    """A page in the middle of a table is corrupt, until the file is restored."""
    with closing(sqlite3.connect(night.source)) as connection:
        connection.execute("CREATE VIEW returned AS SELECT * FROM return_line")
    night.planned(chunk="20kB")
    whole = night.source.read_bytes()
    night.source.write_bytes(_corrupted(whole))
    ended = night.run()
    assert ended.status == 1
    assert ended.errors.count("a page is corrupt") >= 3
    assert "Traceback" not in ended.errors
    told = {table["name"]: table["status"] for table in night.report()["tables"]}
    assert (told["order_line"], told["return_line"]) == ("FAILED", "SKIPPED"), told
    assert "the view returned was left out: no such table: main.return_line" in ended.errors
    assert told["payment"] == "COMPLETE"
    assert complaints(night) == []
    night.source.write_bytes(whole)
    check_goes_on(night)


def _corrupted(whole: bytes) -> bytes:
    """The file without the head of the page where an order's line is, in the middle of them."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "whole.db"
        path.write_bytes(whole)
        with closing(sqlite3.connect(path)) as connection:
            query = "SELECT pageno FROM dbstat WHERE name = 'order_line' AND pagetype = 'leaf'"
            pages = [page for (page,) in connection.execute(query)]
    start = (pages[len(pages) // 2] - 1) * 4096
    return whole[:start] + b"\xff" * 200 + whole[start + 200 :]
