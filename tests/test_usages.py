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
