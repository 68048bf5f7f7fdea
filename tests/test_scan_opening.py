"""`stowplan scan`: what a URL names, and what happens where no database can be read there."""

import hashlib
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest
from command import stowplan
from databases import VALUES, built, refusal, tables_of

from stowplan.movers.sqlite import connecting
from stowplan.movers.sqlite.connecting import reading


@pytest.mark.parametrize("name", ["a b.db", "a#b.db", "a?b.db", "a%20b.db", "ü.db", "a'b\".db"])
def test_any_file_name_can_be_named(name, tmp_path, monkeypatch):
    """Percent-encoded, absolute or relative; a # needs no encoding."""
    path = built(tmp_path / name, "CREATE TABLE t (a)")
    assert list(tables_of(path)) == ["t"]
    monkeypatch.chdir(tmp_path)
    if "?" not in name and "%" not in name:
        assert stowplan("scan", f"sqlite:///{name}").status == 0
        assert stowplan("scan", f"sqlite+pysqlite:///{tmp_path}/{name}").status == 0


def test_a_file_name_that_is_no_utf8_can_be_named(tmp_path):
    """Its bytes stand in the URL; in the manifest they are an escape."""
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xfc.db"))
    try:
        built(path, "CREATE TABLE t (a)")
    except (OSError, UnicodeError, sqlite3.Error) as error:
        pytest.skip(f"no such file can be made here: {error}")
    outcome = stowplan("scan", "sqlite:///" + quote(os.fsencode(path)), "-o", tmp_path / "m.json")
    assert outcome.status == 0
    assert stowplan("lint", tmp_path / "m.json").status == 0


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            "postgresql://me:secret@host/db",
            "postgresql:// is not a known kind of database; known: sqlite:///",
        ),
        ("me:secret@host", "a database is named by a URL, like sqlite:///"),
        ("sqlite://me:secret@host/db", "a SQLite URL has no host"),
        ("sqlite://secret.db", "a SQLite URL has no host"),
        ("sqlite:///a.db?mode=secret", "takes no options"),
        ("sqlite://", "a SQLite URL has no host"),
        ("sqlite:///", "a database in memory holds nothing"),
        ("sqlite:///:memory:", "a database in memory holds nothing"),
        ("sqlite:///a%00secret", "cannot hold a NUL"),
        ("", "a database is named by a URL"),
    ],
)
def test_a_url_that_names_nothing_is_told_and_not_repeated(given, said):
    """A URL may hold a password."""
    outcome = stowplan("scan", given)
    assert (outcome.status, outcome.output) == (2, "")
    assert said in outcome.errors
    assert "secret" not in outcome.errors


def missing(path):
    """Nothing."""


def folder(path):
    """A folder."""
    path.mkdir()


def text(path):
    """A text file, long enough for a header."""
    path.write_text("select " * 1000)


def zeros(path):
    """As a disk leaves it that lost its writes."""
    path.write_bytes(bytes(8192))


def truncated(path):
    """The first half of a database."""
    built(path, VALUES)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 8192 * 4096])


def overwritten(path):
    """Pages in the middle that hold something else."""
    built(path, VALUES)
    data = bytearray(path.read_bytes())
    data[4096 : len(data) // 2] = b"\xa5" * (len(data) // 2 - 4096)
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (missing, "does not exist: check the path"),
        (folder, "is no file"),
        (text, "is no SQLite database, or is encrypted"),
        (zeros, "is no SQLite database, or is encrypted"),
        (truncated, "is corrupt ("),
        (overwritten, "is corrupt ("),
    ],
)
@pytest.mark.parametrize("options", [[], ["--estimate"]], ids=["exact", "estimate"])
def test_what_cannot_be_read_is_one_line(made, said, options, tmp_path):
    """And nothing is created where nothing is."""
    path = tmp_path / "a.db"
    made(path)
    before = sorted(tmp_path.rglob("*"))
    line = refusal(path, *options)
    assert line.startswith(f"{path}: {said}")
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("script", ["", "CREATE VIEW v AS SELECT 1"], ids=["empty", "a view only"])
def test_a_database_without_tables_is_told(script, tmp_path):
    """Likely the wrong file; SQLite makes an empty one of a misspelt name."""
    path = built(tmp_path / "a.db", script)
    path.touch()
    assert refusal(path) == f"{path}: holds no tables that could be moved: is it the one?"


def test_a_glob_that_means_nothing_is_told(tmp_path):
    """A misspelt name must not lose a table."""
    path = built(tmp_path / "a.db", "CREATE TABLE orders (a); CREATE TABLE items (a)")
    line = refusal(path, "--tables", "orders", "--tables", "item")
    assert line == "--tables: item means none of the 2 tables"
    assert "ends in a lone backslash" in refusal(path, "--tables", "a\\")
    assert "is no date" in refusal(path, "--measured-at", "yesterday")


def test_a_locked_database_is_told(tmp_path, monkeypatch):
    """After it has been waited for."""
    path = tmp_path / "a.db"
    with closing(built(path, "CREATE TABLE t (a); BEGIN EXCLUSIVE", close=False)):
        monkeypatch.setattr(connecting, "PATIENCE_S", 0.05)
        assert (
            refusal(path) == f"{path}: is locked by another process: try again when it has finished"
        )


def test_a_live_writer_in_wal_mode_goes_on_meanwhile(tmp_path):
    """What is committed in the log counts, what is not does not."""
    path = tmp_path / "a.db"
    script = "PRAGMA journal_mode = WAL; CREATE TABLE t (a); INSERT INTO t VALUES (1)"
    with closing(built(path, script, close=False)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("INSERT INTO t VALUES (2)")
        assert tables_of(path)["t"]["rows"] == 1
        with reading(path) as reader:
            writer.execute("COMMIT")
            assert reader.execute("SELECT count(*) FROM t").fetchone() == (1,)
        assert tables_of(path)["t"]["rows"] == 2


def test_a_database_in_wal_mode_that_nobody_has_open_is_left_as_it_was(tmp_path):
    """No -wal and -shm files stay beside it, which might lock its owner out."""
    path = built(tmp_path / "a.db", "PRAGMA journal_mode = WAL; CREATE TABLE t (a)")
    digest = hashlib.sha256(path.read_bytes()).digest()
    assert tables_of(path)["t"]["rows"] == 0
    assert list(tmp_path.iterdir()) == [path]
    assert hashlib.sha256(path.read_bytes()).digest() == digest


def test_a_database_that_is_written_to_while_it_is_read_as_it_lies_is_told(tmp_path):
    """Its figures may be of two moments."""
    path = built(tmp_path / "a.db", "PRAGMA journal_mode = WAL; CREATE TABLE t (a)")
    with (
        pytest.raises(connecting.MoverError, match="was written to while it was read"),
        reading(path),
    ):
        built(path, "INSERT INTO t VALUES (1)")


def test_a_database_that_needs_recovery_is_told(tmp_path):
    """Rolling back a crashed transaction would change it."""
    path = tmp_path / "live.db"
    script = "PRAGMA cache_size = 1; CREATE TABLE t (a); INSERT INTO t VALUES (zeroblob(9000));"
    with closing(built(path, script, close=False)) as writer:
        writer.execute("BEGIN")
        writer.execute("UPDATE t SET a = randomblob(90000)")
        writer.execute("INSERT INTO t SELECT randomblob(90000) FROM t")
        for end in ("", "-journal"):
            shutil.copy(f"{path}{end}", tmp_path / f"crashed.db{end}")
    assert "needs recovery" in refusal(tmp_path / "crashed.db")


def test_nothing_can_be_written_through_a_reading_connection(tmp_path):
    """Not even by mistake."""
    path = built(tmp_path / "a.db", "CREATE TABLE t (a)")
    with pytest.raises(connecting.MoverError), reading(path) as connection:
        connection.execute("INSERT INTO t VALUES (1)")
