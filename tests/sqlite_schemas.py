"""Random SQLite databases: types, keys, collations, cycles and hostile names."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

HOSTILE = [
    "rowid",
    "oid",
    "_rowid_",
    "",
    'a"; DROP TABLE x',
    "new\nline",
    "Ünïcode",
    "select",
    "[x]",
]
TYPES = ["", "INTEGER", "INT", "TEXT", "REAL", "BLOB", "NUMERIC", "VARCHAR(3)"]
COLLATIONS = ["", " COLLATE NOCASE", " COLLATE RTRIM"]

names = st.sampled_from(HOSTILE) | st.text(
    st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=4
)
values = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.integers(-3, 3),
    st.floats(allow_nan=False),
    st.sampled_from(["a", "A", "a ", "", "x\0y", "12", "1e3", -0.0, b"a", b""]),
    st.text(st.characters(blacklist_categories=["Cs"]), max_size=5),
    st.binary(max_size=6),
)


@dataclass(frozen=True)
class Made:
    """A table: its statement, its rows, and texts that are to be no UTF-8."""

    name: str
    statement: str
    columns: list[str]
    rows: list[tuple[Any, ...]]


@dataclass(frozen=True)
class Sample:
    """A database."""

    tables: list[Made]

    @property
    def names(self) -> list[str]:
        return [table.name for table in self.tables]

    def build(self, path: Path) -> None:
        with closing(sqlite3.connect(path)) as connection:
            for table in self.tables:
                connection.execute(table.statement)
                marks = ", ".join("?" * len(table.columns))
                columns = ", ".join(quoted(name) for name in table.columns)
                insert = f"INSERT OR IGNORE INTO {quoted(table.name)} ({columns}) VALUES ({marks})"
                for row in table.rows:
                    with suppress(sqlite3.IntegrityError):  # a text as an INTEGER PRIMARY KEY
                        connection.execute(insert, row)
                first = quoted(table.columns[0])
                with suppress(sqlite3.IntegrityError):
                    connection.execute(
                        f"UPDATE OR IGNORE {quoted(table.name)} SET {first} = "
                        f"CAST(x'ff61' AS TEXT) WHERE {first} = 'A'"
                    )
            connection.commit()


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def folded(name: str) -> str:
    return "".join(c.lower() if c.isascii() else c for c in name)


@st.composite
def samples(draw: st.DrawFn) -> Sample:
    found = draw(st.lists(names, min_size=1, max_size=3, unique_by=folded))
    usable = [n for n in found if not folded(n).startswith(("sqlite_", "_stowplan_"))] or ["t"]
    return Sample([draw(tables(name, usable)) for name in usable])


@st.composite
def tables(draw: st.DrawFn, name: str, others: list[str]) -> Made:
    columns = draw(st.lists(names, min_size=1, max_size=4, unique_by=folded))
    without = draw(st.booleans())
    kinds = [draw(st.sampled_from(TYPES)) + draw(st.sampled_from(COLLATIONS)) for _ in columns]
    parts = [f"{quoted(c)} {kind}" for c, kind in zip(columns, kinds, strict=True)]
    key = draw(st.lists(st.sampled_from(columns), min_size=int(without), max_size=3, unique=True))
    if key:
        runs = [quoted(c) + draw(st.sampled_from(["", " DESC", " COLLATE NOCASE"])) for c in key]
        parts.append(f"PRIMARY KEY ({', '.join(runs)})")
    if draw(st.booleans()):
        parts.append(
            f"FOREIGN KEY ({quoted(columns[0])}) REFERENCES {quoted(draw(st.sampled_from(others)))}"
        )
    ending = " WITHOUT ROWID" if without else ""
    rows = draw(st.lists(st.tuples(*[values] * len(columns)), max_size=25))
    return Made(name, f"CREATE TABLE {quoted(name)} ({', '.join(parts)}){ending}", columns, rows)
