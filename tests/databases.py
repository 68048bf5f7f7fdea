"""Builds SQLite databases for tests, and scans them."""

import json
import sqlite3
from contextlib import closing
from urllib.parse import quote

import pytest
from command import stowplan

from stowplan.movers.sqlite import measuring

VALUES = """
  CREATE TABLE t (id INTEGER PRIMARY KEY, a, b TEXT, c BLOB);
  WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
  INSERT INTO t SELECT i * 3, i * i * i, printf('%.*c', i % 90, 'x'), zeroblob(i % 50) FROM n;
  CREATE INDEX t_a ON t (a);
  CREATE TABLE empty (a PRIMARY KEY);
  ANALYZE;
"""
"""A table of 5000 rows with an index, an empty one, and statistics."""


def has_dbstat():
    """Whether the interpreter's SQLite can count the bytes of its pages."""
    with closing(sqlite3.connect(":memory:")) as connection:
        return measuring._has_dbstat(connection)


DBSTAT = has_dbstat()
exact = pytest.mark.skipif(not DBSTAT, reason="this SQLite was built without dbstat")


def built(path, script, *, close=True):
    """A database that a script makes; its connection where it stays open."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.executescript(script)
    if close:
        connection.close()
        return path
    return connection


def url(path):
    """The URL of a file anywhere."""
    return "sqlite:///" + quote(str(path))


def scanned(path, *options):
    """The manifest of a file as data, and what was told."""
    outcome = stowplan("scan", url(path), *options)
    assert outcome.status == 0, outcome.errors
    return json.loads(outcome.output), outcome.errors


def tables_of(path, *options):
    """The tables of the manifest by name."""
    return {table["name"]: table for table in scanned(path, *options)[0]["tables"]}


def refusal(path_or_url, *options):
    """The line of a scan that cannot be done."""
    given = str(path_or_url)
    outcome = stowplan("scan", given if "://" in given else url(given), *options)
    assert (outcome.status, outcome.output) == (2, "")
    (line,) = outcome.errors.splitlines()
    return line.removeprefix("stowplan: ")
