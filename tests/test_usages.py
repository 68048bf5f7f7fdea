"""Dead rules and idle waivers are judged over all manifests that a policy is for."""

import json
from pathlib import Path

import pytest
from command import stowplan

RULES = """\
rules:
  - {id: core, kind: priority, tables: "*", class: CRITICAL}
  - {id: night, kind: resource, window: {duration: 4h}}
  - {id: network, kind: resource, bandwidth: {limit: 50MB/s}}
  - {id: elsewhere, kind: dependency, tables: [orders], after: [customers]}
  - {id: small, kind: check, where: table.name == "orders", require: table.size_mb < 1.0}
waivers:
  - {code: small, tables: orders, reason: agreed, owner: dba-team, expires: 2099-01-31}
"""
OTHER = {
    "tables": [
        {"name": "customers", "rows": 1, "size_mb": 1},
        {"name": "orders", "rows": 1, "size_mb": 1},
    ]
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A project of two manifests and one policy; the first knows nothing of orders."""
    monkeypatch.chdir(tmp_path)
    Path("policies").mkdir()
    Path("policies/p.yaml").write_text(RULES)
    Path("a.json").write_text('{"tables": [{"name": "customers", "rows": 1, "size_mb": 1}]}')
    Path("b.json").write_text(json.dumps(OTHER))
    return tmp_path


NAMES = """\
policy: p
rules:
  - {id: core, kind: priority, tables: "*", class: CRITICAL}
  - {id: night, kind: resource, window: {duration: 4h}}
  - {id: network, kind: resource, bandwidth: {limit: 50MB/s}}
  - {id: first, kind: dependency, tables: [orders], after: [customers]}
  - id: r
    kind: check
    on: SUBJECT
    require: 'REQUIRE'
"""
HAVE = {
    "tables": [
        {"name": "customers", "rows": 1, "size_mb": 1},
        {"name": "orders", "rows": 1, "size_mb": 1, "depends_on": ["gone"]},
    ],
    "present": ["countries"],
}
TABLE = "the name {} matches no table"
ORIGIN = "no dependency rule is called {}"


def unknown(require, subject="table", *manifests):
    """What Y607 says of a condition: the text at its place, the message and the hint."""
    return unknown_as_written(require.replace("'", "''"), subject, *manifests)


def unknown_as_written(require, subject="table", *manifests):
    """The same of what is written between the quotes."""
    for number, manifest in enumerate(manifests or [HAVE]):
        Path(f"m{number}.json").write_text(json.dumps(manifest))
    policy = NAMES.replace("SUBJECT", subject).replace("REQUIRE", require)
    Path("q.yaml").write_text(policy)
    named = [f"m{number}.json" for number in range(len(manifests) or 1)]
    outcome = stowplan("lint", *named, "--policy", "q.yaml", "--format", "json")
    found = json.loads(outcome.output)["violations"]
    assert {v["code"] for v in found} <= {"Y607", "r", "D201"}, found
    lines = policy.splitlines()
    return [
        (lines[v["line"] - 1][v["column"] - 1 :], v["message"], v["hint"])
        for v in found
        if v["code"] == "Y607"
    ]


TYPOS = [
    ('!("ordrs" in table.parents)', "table", "ordrs", TABLE, "orders"),
    ('!("ordrs" in table.children)', "table", "ordrs", TABLE, "orders"),
    ('!("ordrs" in table.ancestors)', "table", "ordrs", TABLE, "orders"),
    ('!("ordrs" in table.descendants + table.ancestors)', "table", "ordrs", TABLE, "orders"),
    ('!("ordrs" in table.depends_on)', "table", "ordrs", TABLE, "orders"),
    ('!table.ancestors.exists(a, a == "ordrs")', "table", "ordrs", TABLE, "orders"),
    ('table.name != "ordrs"', "table", "ordrs", TABLE, "orders"),
    ('!(table.name in ["ordrs", "orders"])', "table", "ordrs", TABLE, "orders"),
    ('["ordrs"].all(n, table.name != n)', "table", "ordrs", TABLE, "orders"),
    ('edge.parent.name != "ordrs"', "dependency", "ordrs", TABLE, "orders"),
    ('!("ordrs" in edge.child.parents)', "dependency", "ordrs", TABLE, "orders"),
    ('!manifest.tables.exists(t, t.name == "ordrs")', "manifest", "ordrs", TABLE, "orders"),
    ('!("ordrs" in manifest.present)', "manifest", "ordrs", TABLE, "orders"),
    ('!("ordrs" in window.tables)', "window", "ordrs", TABLE, "orders"),
    ('!plan.deferred.exists(d, d.name == "ordrs")', "plan", "ordrs", TABLE, "orders"),
    ('!("ordrs" in plan.unschedulable)', "plan", "ordrs", TABLE, "orders"),
    ('edge.origin != "manifst"', "dependency", "manifst", ORIGIN, "manifest"),
    ('edge.origin != "frist"', "dependency", "frist", ORIGIN, "first"),
    ('step.window != "nigt"', "step", "nigt", "no window is called {}", "night"),
    ('window.name != "nigt"', "window", "nigt", "no window is called {}", "night"),
    ('plan.windows.all(w, w.name != "nigt")', "plan", "nigt", "no window is called {}", "night"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("require", "subject", "name", "message", "near"), TYPOS, ids=[case[0] for case in TYPOS]
)
def test_a_name_in_a_condition_that_nothing_has_is_told_where_it_stands(
    require, subject, name, message, near, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    [(rest, said, hint)] = unknown(require, subject)
    assert rest.startswith(f'"{name}"')
    assert (said, hint) == (f"rule r: require: {message.format(name)}", f"did you mean {near}?")


FINE = [
    ('table.name != "orders" || table.rows > 0', "table"),
    ('!("countries" in manifest.present) || !("countries" in table.parents) ', "table"),
    ('!("gone" in table.depends_on) || table.rows > 0', "table"),
    ('table.name != "x" + "y"', "table"),
    ('!table.name.startsWith("ordr") && !table.name.contains("xyz")', "table"),
    ('!(table.name in ["x" + table.name])', "table"),
    ('table.name != (table.rows > 5 ? "nothing" : "none")', "table"),
    ('table.name != ""', "table"),
    ('!["ordr"].exists(n, table.name == n || table.name.endsWith("_" + n))', "table"),
    ('(has(table.owner) ? table.owner : table.name) != "somebody"', "table"),
    ('!("idd" in table.primary_key) && !("tier" in table.labels)', "table"),
    ('edge.origin != "manifest" || edge.origin != "first"', "dependency"),
    ('step.window == "night"', "step"),
]


@pytest.mark.parametrize(("require", "subject"), FINE, ids=[case[0] for case in FINE])
def test_what_may_be_something_else_than_a_name_is_left_alone(
    require, subject, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    assert unknown(require, subject) == []


def test_a_name_in_a_message_is_judged_too(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    message = """true'\n    message: '{table.name}{"ordrs" in table.parents ? "!" : "?"}"""
    [(rest, said, _)] = unknown_as_written(message)
    assert rest.startswith('"ordrs" in')
    assert said == "rule r: message: the name ordrs matches no table"


def test_a_name_in_a_condition_is_judged_over_all_manifests(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    other = {"tables": [{"name": "invoices", "rows": 1, "size_mb": 1}]}
    require = 'table.name != "invoices" || table.rows > 0'
    assert len(unknown(require, "table")) == 1
    assert unknown(require, "table", HAVE, other) == []
    assert len(unknown('!("invoicse" in table.parents)', "table", HAVE, other)) == 1


def test_nothing_is_wild_in_a_string(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    [(_, said, hint)] = unknown('table.name != "ord*"')
    assert said == "rule r: require: the name ord* matches no table"
    assert hint.startswith("nothing is wild in a string")


def test_names_of_windows_are_left_to_a_policy_that_has_some(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rule = "{id: r, kind: check, on: step, require: step.window == 'other'}"
    Path("q.yaml").write_text(f"rules:\n  - {rule}\n")
    Path("m.json").write_text(json.dumps(HAVE))
    assert "Y607" not in stowplan("lint", "m.json", "--policy", "q.yaml").output


def test_a_pack_may_name_what_others_have(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("pack").mkdir()
    rule = "{id: r, kind: check, require: 'table.name != \"ordrs\"'}"
    Path("pack/p.yaml").write_text(f"rules:\n  - {rule}\n")
    Path("q.yaml").write_text("extends: pack\n")
    Path("m.json").write_text(json.dumps(HAVE))
    assert "Y607" not in stowplan("lint", "m.json", "--policy", "q.yaml").output


@pytest.mark.parametrize("command", [("lint",), ("plan", "-o", "out")])
def test_a_rule_may_have_its_effect_in_another_manifest_of_the_project(command, folder):
    name, *more = command
    alone = stowplan(name, "a.json", *more).output
    assert [code for code in ("Y607", "Y608", "Y610") if f"[{code}]" in alone] == [
        "Y607",
        "Y608",
        "Y610",
    ]
    Path("stowplan.yaml").write_text('manifests: ["*.json"]\n')
    together = stowplan(name, "a.json", *more).output
    assert "[Y6" not in together
    assert "b.json" not in together
