"""`stowplan scan`: what it lists of a SQLite database is what was built."""

import json
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import pytest
from command import stowplan
from databases import built, scanned, tables_of, url
from hypothesis import given, settings
from hypothesis import strategies as st

from stowplan.movers.sqlite.connecting import reading
from stowplan.movers.sqlite.introspection import read_catalogue


@pytest.mark.parametrize(
    ("script", "keys"),
    [
        pytest.param("CREATE TABLE t (a)", {}, id="no key"),
        pytest.param(
            "CREATE TABLE t (a INTEGER PRIMARY KEY)", {"primary_key": ["a"]}, id="rowid's alias"
        ),
        pytest.param(
            "CREATE TABLE t (a, b, c, PRIMARY KEY (c, a)) WITHOUT ROWID",
            {"primary_key": ["c", "a"]},
            id="composite key, in its order",
        ),
        pytest.param(
            "CREATE TABLE t (a TEXT PRIMARY KEY DESC COLLATE NOCASE)",
            {"primary_key": ["a"]},
            id="descending",
        ),
        pytest.param(
            "CREATE TABLE t (a REFERENCES T)", {"depends_on": ["t"]}, id="refers to itself"
        ),
        pytest.param(
            "CREATE TABLE t (a REFERENCES gone, b REFERENCES Gone (x))",
            {"depends_on": ["Gone", "gone"]},
            id="parents that are missing stay as written",
        ),
        pytest.param("CREATE TABLE t (a INTEGER) STRICT", {}, id="strict"),
        pytest.param("CREATE TABLE t (a, b AS (a + 1), c AS (a) STORED)", {}, id="generated"),
        pytest.param('CREATE TABLE t ("" PRIMARY KEY)', {}, id="a key that no manifest can name"),
    ],
)
def test_a_table_is_listed_with_what_it_has(script, keys, tmp_path):
    """Keys in their order, parents by name; what there is none of is not there."""
    table = tables_of(built(tmp_path / "a.db", script))["t"]
    assert {key: table.get(key) for key in ("primary_key", "depends_on") if key in table} == keys


def test_parents_are_spelt_as_they_spell_themselves(tmp_path):
    """SQLite takes `ORDER_item` for `Order_Item`; of letters that are not ASCII case counts."""
    script = """
      CREATE TABLE Order_Item (id INTEGER PRIMARY KEY);
      CREATE TABLE "Ä" (id INTEGER PRIMARY KEY);
      CREATE TABLE child (a REFERENCES ORDER_item, b REFERENCES order_ITEM, c REFERENCES "ä");
    """
    child = tables_of(built(tmp_path / "a.db", script))["child"]
    assert child["depends_on"] == ["Order_Item", "ä"]


def test_virtual_tables_and_what_they_keep_are_left_out_and_named(tmp_path):
    """Their rows are in tables that only they may write; views hold none at all."""
    script = """
      CREATE TABLE t (a);
      CREATE VIRTUAL TABLE words USING fts5 (body);
      INSERT INTO words VALUES ('something');
      CREATE VIEW v AS SELECT * FROM missing;
      CREATE TABLE counted (id INTEGER PRIMARY KEY AUTOINCREMENT);
      ANALYZE;
    """
    manifest, told = scanned(built(tmp_path / "a.db", script))
    assert [table["name"] for table in manifest["tables"]] == ["counted", "t"]
    assert manifest["x-scan"]["left_out"] == {"virtual tables": ["words"]}
    assert told.splitlines() == ["left out: virtual tables: words"]


def test_names_that_are_no_utf8_are_left_out_and_named(tmp_path):
    """No statement can hold them; the bytes come as an escape."""
    path = built(tmp_path / "a.db", "CREATE TABLE t (a); CREATE TABLE XY (a); CREATE TABLE u (PQ)")
    data = path.read_bytes()
    path.write_bytes(data.replace(b"XY", b"\xfcY").replace(b"PQ", b"\xfcQ"))
    manifest, told = scanned(path)
    assert [table["name"] for table in manifest["tables"]] == ["t"]
    assert "tables with names that are no UTF-8: u, \\udcfcY" in told


def test_hostile_names_come_through_whole(tmp_path):
    """A name is never taken for SQL, nor for lines of the terminal."""
    names = [
        'a"b',
        "a'b",
        "a]b",
        "a`b",
        "x\ny",
        "a;DROP TABLE t",
        "%s{}",
        "<b>",
        "列",
        " ",
        "\x1b[2J",
    ]
    path = tmp_path / "a.db"
    with closing(sqlite3.connect(path)) as connection:
        for name in names:
            quoted = '"' + name.replace('"', '""') + '"'
            connection.execute(
                f"CREATE TABLE {quoted} ({quoted} PRIMARY KEY, r REFERENCES {quoted}) WITHOUT ROWID"
            )
            connection.execute(f"INSERT INTO {quoted} VALUES (x'ff', NULL)")
        connection.commit()
    found = tables_of(path)
    assert sorted(found) == sorted(names)
    assert all(found[name]["primary_key"] == [name] == found[name]["depends_on"] for name in names)
    _, told = scanned(path, "--tables", "*", "--estimate")
    assert all(line.isprintable() for line in told.splitlines())


@pytest.mark.parametrize(
    ("globs", "names"),
    [
        pytest.param(["a*"], ["a1", "a2"], id="glob"),
        pytest.param(["a2", "b?"], ["a2", "b*", "b1"], id="a name and a glob"),
        pytest.param(["b\\*"], ["b*"], id="an escape"),
        pytest.param(["*"], ["a1", "a2", "b*", "b1"], id="all"),
    ],
)
def test_tables_are_chosen_as_policies_choose_them(globs, names, tmp_path):
    """What more than one glob means is listed once."""
    script = 'CREATE TABLE b1 (a); CREATE TABLE a1 (a); CREATE TABLE a2 (a); CREATE TABLE "b*" (a)'
    path = built(tmp_path / "a.db", script)
    options = [word for glob in globs for word in ("--tables", glob)]
    assert list(tables_of(path, *options)) == names


def test_a_parent_that_is_not_chosen_is_named(tmp_path):
    """It stays a dependency, so that lint asks for it too."""
    path = built(tmp_path / "a.db", "CREATE TABLE p (a); CREATE TABLE c (a REFERENCES P)")
    manifest, told = scanned(path, "--tables", "c")
    assert manifest["tables"][0]["depends_on"] == ["p"]
    assert told.startswith("parents that the manifest does not list: p: ")


@pytest.mark.parametrize(
    ("columns", "rowid", "alias", "never_null"),
    [
        pytest.param("(a)", "rowid", None, None, id="no key"),
        pytest.param("(a INTEGER PRIMARY KEY)", "a", True, True, id="alias"),
        pytest.param("(rowid INTEGER PRIMARY KEY, oid)", "rowid", True, True, id="its own name"),
        pytest.param("(a INTEGER PRIMARY KEY DESC)", "rowid", False, False, id="an old quirk"),
        pytest.param("(a INT PRIMARY KEY)", "rowid", False, False, id="INT is no alias"),
        pytest.param("(a INT NOT NULL PRIMARY KEY)", "rowid", False, True, id="never null"),
        pytest.param("(RowId PRIMARY KEY)", "_rowid_", False, False, id="rowid is a column"),
        pytest.param("(rowid, _ROWID_)", "oid", None, None, id="two names taken"),
        pytest.param("(rowid, _rowid_, oid)", None, None, None, id="no name left"),
        pytest.param("(a PRIMARY KEY) WITHOUT ROWID", None, False, True, id="without rowid"),
    ],
)
def test_the_catalogue_says_by_what_rows_are_found(columns, rowid, alias, never_null, tmp_path):
    """A mover goes along the key, or else along the rowid under a name that it can be read by."""
    with reading(built(tmp_path / "a.db", f"CREATE TABLE t {columns}")) as connection:
        (table,) = read_catalogue(connection).tables
    assert table.rowid == rowid
    found = (table.key.alias, table.key.never_null) if table.key else (None, None)
    assert found == (alias, never_null)


def test_the_catalogue_keeps_what_a_copy_must_have(tmp_path):
    """Collations and directions of keys, generated columns, foreign keys in order, statements."""
    script = """
      CREATE TABLE p (x, y, PRIMARY KEY (y COLLATE nocase DESC, x));
      CREATE TABLE t (
        a, b TEXT DEFAULT 'it''s', c AS (a || b), d AS (a) STORED,
        FOREIGN KEY (b, a) REFERENCES P ON DELETE CASCADE, FOREIGN KEY (a) REFERENCES gone (k)
      );
      CREATE UNIQUE INDEX i ON t (lower(b), a DESC) WHERE a > 1;
      CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END;
    """
    with reading(built(tmp_path / "a.db", script)) as connection:
        catalogue = read_catalogue(connection)
    p, t = catalogue.tables
    assert [(c.name, c.collation, c.descending) for c in p.key.columns] == [
        ("y", "nocase", True),
        ("x", "BINARY", False),
    ]
    assert [column.generation for column in t.columns] == ["given", "given", "virtual", "stored"]
    assert [column.name for column in t.given] == ["a", "b"]
    assert t.columns[1].default == "'it''s'"
    assert [(f.columns, f.parent, f.parent_columns, f.on_delete) for f in t.foreign_keys] == [
        (("b", "a"), "p", (), "CASCADE"),
        (("a",), "gone", ("k",), "NO ACTION"),
    ]
    (index,) = t.indexes
    assert (index.unique, index.partial, index.origin) == (True, True, "c")
    assert [(c.name, c.descending) for c in index.columns] == [(None, False), ("a", True)]
    assert index.statement.startswith("CREATE UNIQUE INDEX i")
    assert [(g.kind, g.name, g.table) for g in catalogue.triggers] == [("trigger", "g", "t")]


characters = st.characters(blacklist_categories=("Cs",), blacklist_characters="\0")
names = st.text(characters, min_size=1, max_size=6).filter(
    lambda name: not name.lower().startswith("sqlite_")
)
values = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.text(st.characters(blacklist_categories=("Cs",)), max_size=80),
    st.binary(max_size=200),
)


def lowered(name):
    """As SQLite compares names."""
    return "".join(c.lower() if c.isascii() else c for c in name)


@st.composite
def schemas(draw):
    """Tables by name: columns, the key's columns, parents, without rowid, rows."""
    found = draw(st.lists(names, min_size=1, max_size=5, unique_by=lowered))
    schema = {}
    for name in found:
        columns = draw(st.lists(names, min_size=1, max_size=4, unique_by=lowered))
        key = draw(st.lists(st.sampled_from(columns), unique=True, max_size=len(columns)))
        parents = draw(st.lists(st.sampled_from([*found, "gone"]), max_size=3))
        bare = bool(key) and draw(st.booleans())
        rows = draw(
            st.lists(st.lists(values, min_size=len(columns), max_size=len(columns)), max_size=4)
        )
        schema[name] = (columns, key, parents, bare, rows)
    return schema


def quoted(name):
    """A name in SQL."""
    return '"' + name.replace('"', '""') + '"'


def made(path, schema):
    """Build a schema; the rows that its keys admit, by table."""
    kept = {}
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for name, (columns, key, parents, bare, rows) in schema.items():
            parts = [quoted(column) for column in columns]
            if key:
                parts.append(f"PRIMARY KEY ({', '.join(map(quoted, key))})")
            parts += [f"FOREIGN KEY ({parts[0]}) REFERENCES {quoted(p)} (x)" for p in parents]
            ending = " WITHOUT ROWID" if bare else ""
            connection.execute(f"CREATE TABLE {quoted(name)} ({', '.join(parts)}){ending}")
            marks = ", ".join("?" * len(columns))
            insert = f"INSERT OR IGNORE INTO {quoted(name)} VALUES ({marks})"
            kept[name] = sum(connection.execute(insert, row).rowcount for row in rows)
    return kept


@settings(max_examples=60, deadline=None)
@given(schemas(), st.booleans())
def test_what_scan_says_is_what_was_built(schema, estimate):
    """Names, keys, parents and rows; sizes where there are rows; lint objects to no shape."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.db"
        kept = made(path, schema)
        found = tables_of(path, *(["--estimate"] if estimate else []))
        out = Path(folder) / "manifest.json"
        stowplan("scan", url(path), "-o", out)
        codes = {
            v["code"]
            for v in json.loads(stowplan("lint", out, "--format", "json").output)["violations"]
        }
    assert list(found) == sorted(schema)
    for name, (_, key, parents, _, _) in schema.items():
        table = found[name]
        assert table.get("primary_key", []) == key
        assert table.get("depends_on", []) == sorted(set(parents))
        assert table["rows"] == kept[name]
        assert (table["size_mb"] > 0) == (table["rows"] > 0)
        assert (
            table["max_row_mb"]
            <= table["size_mb"]
            <= table["max_row_mb"] * max(kept[name], 1) + 1e-9
        )
    assert not {code for code in codes if code.startswith("M")} - {"M105", "M107"}
