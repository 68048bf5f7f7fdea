"""`migration_plan.csv`: every table once, the same figures as the JSON, and no formula."""

from __future__ import annotations

import csv
from io import StringIO

import pytest
from planning_runs import planned_in

from stowplan.reports.plan_csv import COLUMNS

RULES = [
    {"id": "logs", "kind": "priority", "tables": ["log*"], "class": "DEFERRABLE"},
    {"id": "never", "kind": "priority", "tables": ["tmp*"], "class": "EXCLUDED"},
    {"id": "rest", "kind": "priority", "tables": "*", "class": "CRITICAL"},
    {"id": "net", "kind": "resource", "bandwidth": {"limit": "50MB/s"}},
]
WINDOW = {"duration": "4h", "starts": "2026-12-05T22:00+01:00"}
HOSTILE = ("=1+1", "+cmd", "-2", "@SUM(A1)", "\t=1", "\uff1d1", " =1", 'a,"b"', "c;d", "e\nf", "'x")
"""What spreadsheets would reckon, and what would break a line."""


def table(name, **more):
    return {"name": name, "rows": 1000, "size_mb": 100, **more}


def sheet(folder, tables, **more):
    """The lines of the CSV by table, and the plan of the same run."""
    night = {"id": "night", "kind": "resource", "window": WINDOW}
    policy = {"policy": "p", "rules": [*RULES, night]}
    outcome = planned_in(folder, {"tables": tables, **more}, policy)
    text = (folder / "out" / "migration_plan.csv").read_bytes().decode()
    lines = list(csv.DictReader(StringIO(text, newline="")))
    return {line["table"]: line for line in lines}, outcome.plan, text


def test_every_table_has_one_line_in_the_order_of_the_plan(tmp_path):
    tables = [table(name) for name in ("t", "log", "tmp", "x", "y")]
    lines, plan, text = sheet(tmp_path, tables, dependencies={"x": ["y"], "y": ["x"]})
    entries = [*plan["tables"], *plan["deferred"], *plan["unschedulable"]]
    assert list(lines) == [entry["name"] for entry in entries]
    assert len(text.splitlines()) == 1 + len(tables)
    assert {name: line["state"] for name, line in lines.items()} == {
        "t": "planned",
        "log": "deferred (policy)",
        "tmp": "deferred (excluded)",
        "x": "unschedulable",
        "y": "unschedulable",
    }


def test_the_figures_are_those_of_the_json(tmp_path):
    tables = [table("t", owner="dba"), table("u", owner="dba"), table("log")]
    lines, plan, _ = sheet(tmp_path, tables, dependencies={"u": ["t"]})
    for entry in plan["tables"]:
        line = lines[entry["name"]]
        for key in ("start_s", "finish_s", "slack_s", "size_mb"):
            assert float(line[key]) == entry[key]
        for key in ("starts_at", "done_at", "window", "placement", "effective_class"):
            assert line[key] == entry[key]
        assert (int(line["rows"]), int(line["phase"])) == (entry["rows"], entry["phase"])
        assert (line["rule"], line["owner"]) == ("rest", "dba")
    assert lines["log"]["start_s"] == ""
    assert lines["log"]["reason"] == plan["deferred"][0]["because"][0]["text"]


@pytest.mark.parametrize("name", HOSTILE)
def test_no_cell_of_text_is_a_formula_and_no_name_breaks_a_line(name, tmp_path):
    lines, _, text = sheet(tmp_path, [table(name, owner=name)])
    (line,) = lines.values()
    for cell in (line["table"], line["owner"]):
        assert cell.isprintable()
        assert not cell.lstrip().startswith(("=", "+", "-", "@", "\uff1d"))
    assert len(text.splitlines()) == 2


def test_all_lines_are_of_the_same_columns(tmp_path):
    _, _, text = sheet(
        tmp_path, [table("t"), table("log"), table("tmp"), table("x", depends_on=["-"])]
    )
    assert {len(row) for row in csv.reader(StringIO(text))} == {len(COLUMNS)}
