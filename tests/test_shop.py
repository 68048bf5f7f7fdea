"""fixtures/shop and docs/scan.md: from a database and a policy to a plan.

`ACCEPT=1 pytest tests/test_shop.py` rewrites what the commands of docs/scan.md print.
"""

import importlib.util
import json
import os
import re
import shlex
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from command import stowplan
from databases import exact, url

from stowplan.movers.sqlite.connecting import reading
from stowplan.movers.sqlite.introspection import read_catalogue

ROOT = Path(__file__).resolve().parent.parent
SHOP = ROOT / "fixtures" / "shop"
PAGE = ROOT / "docs" / "scan.md"


def build_module():
    """fixtures/shop/build.py, which is a script."""
    spec = importlib.util.spec_from_file_location("shop_build", SHOP / "build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A small shop."""
    path = tmp_path_factory.mktemp("shop") / "shop.db"
    build_module().build(path, 6000)
    return path


def test_the_sample_is_sound_and_always_the_same(shop, tmp_path):
    """Every foreign key holds; two builds are equal."""
    again = tmp_path / "again.db"
    build_module().build(again, 6000)
    assert again.read_bytes() == shop.read_bytes()
    with closing(sqlite3.connect(shop)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def test_the_sample_has_what_real_schemas_have(shop):
    """So that a mover that copies it whole has been tried."""
    with reading(shop) as connection:
        catalogue = read_catalogue(connection)
        types = {
            row[0]
            for column in ("name", "points", "balance")
            for row in connection.execute(f"SELECT typeof({column}) FROM customer")
        }
        large = connection.execute(
            "SELECT count(*) FROM customer WHERE points > 1 << 53"
        ).fetchone()
        names = [row[0] for row in connection.execute("SELECT name FROM customer") if row[0]]
    tables = {table.name: table for table in catalogue.tables}
    assert types == {"text", "null", "integer", "real"}
    assert large > (0,)
    assert any("\udcfc" in name for name in names)
    assert tables["product_image"].without_rowid
    assert tables["price_history"].key is None
    assert tables["payment"].strict
    assert tables["order_line"].key.names == ("order_id", "line")
    assert any(index.unique and index.origin == "c" for index in tables["customer"].indexes)
    assert [trigger.name for trigger in catalogue.triggers] == ["return_restocks"]
    assert [view.name for view in catalogue.views] == ["turnover"]


def test_from_a_database_and_a_policy_to_a_plan(shop, tmp_path):
    """Scan, lint, plan, verify: without a finding that anyone must act on."""
    manifest, out = tmp_path / "manifest.json", tmp_path / "plan"
    policy = ("--policy", SHOP / "policy.yaml")
    assert stowplan("scan", url(shop), "-o", manifest).status == 0
    assert stowplan("lint", manifest, *policy, "--fail-on", "warning").status == 0
    assert stowplan("plan", manifest, *policy, "-o", out, "--fail-on", "warning").status == 0
    assert stowplan("verify", out / "migration_plan.json").status == 0
    plan = json.loads((out / "migration_plan.json").read_text())
    placed = [table["name"] for table in (*plan["tables"], *plan["deferred"])]
    assert sorted(placed) == [table["name"] for table in json.loads(manifest.read_text())["tables"]]
    assert plan["feasibility"] == "YES"


@exact
def test_the_page_shows_what_the_commands_print(tmp_path):
    """docs/scan.md, from a database that the page itself builds."""
    (tmp_path / "fixtures").symlink_to(ROOT / "fixtures")
    page = PAGE.read_text(encoding="utf-8")
    done = re.sub(
        r"```console\n(.*?)```", lambda match: session(match[1], tmp_path), page, flags=re.DOTALL
    )
    if os.environ.get("ACCEPT"):
        PAGE.write_text(done, encoding="utf-8", newline="\n")
        return
    assert done == page


def session(text, folder):
    """The commands of a console block with what they print."""
    commands = re.findall(r"^\$ (.*)$", text, re.MULTILINE)
    shown = "".join(f"$ {command}\n{printed(command, folder)}" for command in commands)
    return f"```console\n{shown}```"


def printed(command, folder):
    """What one command prints, on both its outputs."""
    program, *arguments = shlex.split(command)
    modules = ["-m", "stowplan"] if program == "stowplan" else []
    done = subprocess.run(
        [sys.executable, *modules, *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=True,
    )
    return done.stdout
