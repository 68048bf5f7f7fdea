"""The dependency graph in the Markdown: while it stays readable, and of safe text."""

from __future__ import annotations

import json
import re
from itertools import pairwise

import pytest
from planning_runs import planned_in

POLICY = {
    "policy": "p",
    "rules": [
        {"id": "rest", "kind": "priority", "tables": "*", "class": "CRITICAL"},
        {"id": "net", "kind": "resource", "bandwidth": {"limit": "50MB/s"}},
        {"id": "night", "kind": "resource", "window": {"duration": "4h"}},
    ],
}
HOSTILE = (
    '"]; click t1 href "https://example.org"',
    "```\n# heading",
    "end",
    "a --> b",
    "<img src=x onerror=alert(1)>",
    "%%{init: {}}%%",
    "#quot;",
    "`b`|c",
)


def picture(folder, names, dependencies):
    """The Mermaid of a plan as its lines; None where the page has none."""
    tables = [{"name": name, "rows": 1, "size_mb": 1} for name in names]
    planned_in(folder, {"tables": tables, "dependencies": dependencies}, POLICY)
    page = (folder / "out" / "migration_plan.md").read_text("utf-8")
    found = re.search(r"^```mermaid\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    return None if found is None else found[1].splitlines()


def test_tables_stand_in_their_phases_and_arrows_go_to_what_waits(tmp_path):
    assert picture(tmp_path, ["a", "b", "c"], {"b": ["a"], "c": ["a", "b"]}) == [
        "flowchart LR",
        '  subgraph "Phase 1"',
        '    t1("a, CRITICAL")',
        "  end",
        '  subgraph "Phase 2"',
        '    t2("b, CRITICAL")',
        "  end",
        '  subgraph "Phase 3"',
        '    t3("c, CRITICAL")',
        "  end",
        "  t1 --> t2",
        "  t1 --> t3",
        "  t2 --> t3",
    ]


@pytest.mark.parametrize(("tables", "there"), [(1, False), (2, True), (40, True), (41, False)])
def test_there_is_one_as_long_as_it_can_be_read(tables, there, tmp_path):
    names = [f"t{number}" for number in range(tables)]
    chain = {child: [parent] for parent, child in pairwise(names)}
    assert (picture(tmp_path, names, chain) is not None) is there


def test_without_a_dependency_there_is_none(tmp_path):
    assert picture(tmp_path, ["a", "b"], {}) is None


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_never_markup(name, tmp_path):
    lines = picture(tmp_path, [name, "zz"], {"zz": [name]})
    (label,) = [line for line in lines if "CRITICAL" in line and '"zz, ' not in line]
    assert re.fullmatch(r' {4}t\d\("[\w #;]+, CRITICAL"\)', label)
    assert len(lines) == 8


def test_a_name_reads_as_it_is_written(tmp_path):
    (label,) = [line for line in picture(tmp_path, ["a-b.c", "b"], {"b": ["a-b.c"]}) if "#" in line]
    written = re.search(r'\("(.*), ', label)[1]
    assert re.sub(r"#(\d+);", lambda code: chr(int(code[1])), written) == "a-b.c"
    assert json.dumps(written) == '"a#45;b#46;c"'
