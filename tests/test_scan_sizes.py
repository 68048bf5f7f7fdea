"""`stowplan scan`: rows and bytes, which of them are estimates, and the same bytes again."""

import datetime
import shutil
import sqlite3
from contextlib import closing

import pytest
from command import stowplan
from databases import VALUES, built, exact, refusal, scanned, tables_of, url

from stowplan.movers.sqlite import measuring


@exact
def test_sizes_are_those_of_the_records(tmp_path):
    """Each row's header and values to the byte; an index is as large as its pages."""
    script = """
      CREATE TABLE t (a TEXT PRIMARY KEY, b);
      INSERT INTO t VALUES ('1234567890', x'0102'), ('x', 300);
    """
    table = tables_of(built(tmp_path / "a.db", f"PRAGMA page_size = 4096; {script}"))["t"]
    assert table == {
        "name": "t",
        "rows": 2,
        "size_mb": 0.000021,  # 3 + 10 + 2, and 3 + 1 + 2
        "index_mb": 0.004096,
        "max_row_mb": 0.000015,
        "lob": False,
        "primary_key": ["a"],
        "x-allocated_mb": 0.004096,
    }


@exact
def test_many_tables_are_measured_as_few_are(tmp_path):
    """Of very many the pages are listed at once."""
    script = "".join(
        f"CREATE TABLE t{i} (a, b); CREATE INDEX i{i} ON t{i} (a);"
        f"INSERT INTO t{i} VALUES ({i}, zeroblob({i * 100}));"
        for i in range(120)
    )
    path = built(tmp_path / "a.db", f"BEGIN; {script} COMMIT")
    many, few = tables_of(path), tables_of(path, "--tables", "t?", "--tables", "t1?")
    assert (len(many), len(few)) == (120, 20)
    assert {name: many[name] for name in few} == few


@exact
def test_sizes_are_written_as_decimals(tmp_path):
    """Six places are a byte: nothing is rounded, and nothing looks like 8e-06."""
    path = built(tmp_path / "a.db", "CREATE TABLE t (a); INSERT INTO t VALUES (zeroblob(8))")
    output = stowplan("scan", url(path)).output
    assert '"size_mb": 0.00001,' in output
    path = built(tmp_path / "b.db", "CREATE TABLE t (a); INSERT INTO t VALUES (zeroblob(999996))")
    assert '"size_mb": 1,' in stowplan("scan", url(path)).output


@pytest.mark.parametrize(
    ("value", "lob"),
    [
        pytest.param("zeroblob(65536)", True, id="blob"),
        pytest.param("zeroblob(65535)", False, id="a byte less"),
        pytest.param(f"'{'ä' * 32768}'", True, id="text counts in bytes"),
        pytest.param("CAST(zeroblob(65536) AS TEXT)", True, id="text of NULs"),
    ],
)
@pytest.mark.parametrize("options", [[], ["--estimate"]], ids=["exact", "estimate"])
def test_a_large_value_makes_a_table_one_with_large_objects(value, lob, options, tmp_path):
    """Two values that are large only together make none."""
    script = f"CREATE TABLE t (a, b); INSERT INTO t VALUES (zeroblob(40000), {value})"
    assert tables_of(built(tmp_path / "a.db", script), *options)["t"]["lob"] is lob


@exact
def test_without_dbstat_values_are_weighed_and_it_is_said(tmp_path, monkeypatch):
    """Near to what dbstat finds; the rows are counted all the same."""
    path = built(tmp_path / "a.db", VALUES)
    truth = tables_of(path)
    monkeypatch.setattr(measuring, "_has_dbstat", lambda connection: False)
    manifest, told = scanned(path)
    found = {table["name"]: table for table in manifest["tables"]}
    assert found["t"]["rows"] == 5000
    assert found["t"]["size_mb"] == pytest.approx(truth["t"]["size_mb"], rel=0.02)
    assert found["t"]["max_row_mb"] == pytest.approx(truth["t"]["max_row_mb"], rel=0.02)
    assert 0.5 < found["t"]["index_mb"] / truth["t"]["index_mb"] <= 1
    sizes = dict.fromkeys(("size_mb", "index_mb", "max_row_mb"), "values")
    assert found["t"]["x-estimated"] == sizes
    assert "x-allocated_mb" not in found["t"]
    assert list(manifest["x-scan"]["estimates"]) == ["values"]
    line = "estimated from the values of all rows, without dbstat: "
    assert told == f"{line}size_mb, index_mb, max_row_mb of 2 tables\n"


def test_a_table_called_dbstat_hides_it(tmp_path):
    """Then values are weighed."""
    table = tables_of(built(tmp_path / "a.db", "CREATE TABLE dbstat (name); " + VALUES))["t"]
    assert table["x-estimated"]["size_mb"] == "values"


def test_an_estimate_says_so_and_is_near(tmp_path):
    """Rows from ANALYZE, bytes from a sample, the same ones every time."""
    path = built(tmp_path / "a.db", VALUES)
    truth = tables_of(path)["t"]
    manifest, told = scanned(path, "--estimate")
    found = {table["name"]: table for table in manifest["tables"]}
    assert found["t"]["rows"] == 5000
    assert found["t"]["size_mb"] == pytest.approx(truth["size_mb"], rel=0.1)
    assert found["t"]["x-estimated"]["rows"] == "sqlite_stat1"
    assert found["t"]["x-estimated"]["size_mb"] == "sample"
    assert "x-estimated" not in found["empty"] or found["empty"]["rows"] == 0
    assert "estimated from what ANALYZE last wrote down: rows of 1 table" in told
    assert (
        stowplan("scan", url(path), "--estimate").output
        == stowplan("scan", url(path), "--estimate").output
    )


@pytest.mark.parametrize(
    ("statistics", "rows", "known"),
    [
        pytest.param("DELETE FROM sqlite_stat1", 5000, None, id="none: counted"),
        pytest.param("UPDATE sqlite_stat1 SET stat = 'no'", 5000, None, id="garbage: counted"),
        pytest.param("UPDATE sqlite_stat1 SET stat = '3 1'", 2000, "sqlite_stat1", id="too few"),
        pytest.param(
            "UPDATE sqlite_stat1 SET stat = '9000 1'", 9000, "sqlite_stat1", id="too many"
        ),
    ],
)
def test_statistics_are_taken_as_they_are_but_for_what_was_seen(statistics, rows, known, tmp_path):
    """An old ANALYZE is an estimate, and said to be one."""
    table = tables_of(built(tmp_path / "a.db", f"{VALUES}{statistics}"), "--estimate")["t"]
    assert (table["rows"], table["x-estimated"].get("rows")) == (rows, known)


def test_rowids_at_both_ends_are_sampled(tmp_path):
    """The widest range there can be, and one row in each half of it."""
    script = f"""
      CREATE TABLE t (id INTEGER PRIMARY KEY, a);
      INSERT INTO t VALUES ({-(2**63)}, zeroblob(100)), ({2**63 - 1}, zeroblob(100));
    """
    table = tables_of(built(tmp_path / "a.db", script), "--estimate")["t"]
    assert (table["rows"], table["size_mb"]) == (2, pytest.approx(0.0002, rel=0.1))


def test_a_table_of_two_thousand_columns_is_measured(tmp_path):
    """Expressions over all of them stay as flat as SQLite demands."""
    columns = ", ".join(f"c{number}" for number in range(2000))
    path = built(tmp_path / "a.db", f"CREATE TABLE t ({columns}); INSERT INTO t (c9) VALUES ('x')")
    for options in ([], ["--estimate"]):
        assert tables_of(path, *options)["t"]["rows"] == 1


@pytest.mark.parametrize("options", [[], ["--estimate"]], ids=["exact", "estimate"])
def test_what_only_the_application_has_does_not_stop_a_scan(options, tmp_path):
    """Functions in generated columns and indexes, and a key's collation."""
    path = tmp_path / "a.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.create_function("own", 1, str, deterministic=True)
        connection.create_collation("odd", lambda left, right: (left > right) - (left < right))
        connection.executescript("""
          CREATE TABLE made (a, b AS (own(a)) STORED, c AS (own(a)));
          CREATE TABLE found (a);
          CREATE INDEX f ON found (own(a));
          CREATE TABLE sorted (a COLLATE odd PRIMARY KEY) WITHOUT ROWID;
          INSERT INTO made VALUES (1), (2);
          INSERT INTO found VALUES (1), (2);
          INSERT INTO sorted VALUES ('x'), ('y');
        """)
    rows = {name: table["rows"] for name, table in tables_of(path, *options).items()}
    assert rows == {"found": 2, "made": 2, "sorted": 2}


def test_a_rowid_that_no_name_reaches_is_done_without(tmp_path):
    """Columns may take all three names of the rowid."""
    script = "CREATE TABLE t (rowid, _rowid_, oid); INSERT INTO t VALUES (1, 2, 'x')"
    assert tables_of(built(tmp_path / "a.db", script), "--estimate")["t"]["rows"] == 1


def test_the_same_database_gives_the_same_bytes_wherever_it_lies(tmp_path):
    """No path, no clock; a day only where one is asked for."""
    first = built(tmp_path / "a.db", VALUES)
    other = tmp_path / "elsewhere" / "a.db"
    other.parent.mkdir()
    shutil.copy(first, other)
    assert stowplan("scan", url(first)).output == stowplan("scan", url(other)).output
    assert "measured_at" not in scanned(first)[0]
    assert scanned(first, "--measured-at", "2027-01-31")[0]["measured_at"] == "2027-01-31"
    day = datetime.date.fromisoformat(scanned(first, "--measured-at", "today")[0]["measured_at"])
    assert abs(day - datetime.datetime.now(datetime.UTC).date()) <= datetime.timedelta(days=1)


def test_the_manifest_is_written_to_a_file_at_once(tmp_path):
    """What is printed without -o, and nothing beside it."""
    path = built(tmp_path / "a.db", VALUES)
    out = tmp_path / "out" / "manifest.json"
    assert stowplan("scan", url(path), "-o", out) == (0, "", "")
    assert out.read_text() == stowplan("scan", url(path)).output
    assert list(out.parent.iterdir()) == [out]


def test_the_database_is_never_the_file_that_is_written(tmp_path):
    """A slip of the keyboard must not cost it."""
    path = built(tmp_path / "a.db", VALUES)
    before = path.read_bytes()
    assert "is the database that is scanned" in refusal(path, "-o", path)
    assert "is no file to write to" in refusal(path, "-o", tmp_path)
    assert path.read_bytes() == before
