"""The packs that ship: their own tests pass, and leave no rule untried."""

import pytest
import yaml
from command import stowplan

from stowplan.cli.policies import shipped_packs


@pytest.mark.parametrize("pack", sorted(shipped_packs()))
def test_the_tests_of_a_pack_pass_and_try_every_rule(pack):
    outcome = stowplan("test", f"stowplan:{pack}", "--require-coverage")
    assert (outcome.status, outcome.output) == (0, "")
    assert " 0 failed" in outcome.errors


def test_every_recommendation_has_a_reason():
    [path] = [p for p in shipped_packs()["recommended"].glob("*.yaml") if "_test" not in p.name]
    for rule in yaml.safe_load(path.read_text(encoding="utf-8"))["rules"]:
        assert rule["reason"].strip(), rule["id"]
        assert rule["id"].startswith("recommended-")


def test_a_pack_brings_no_window_and_no_dead_rule(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p.yaml").write_text(
        "extends: stowplan:recommended\n"
        "rules:\n"
        '  - {id: all, kind: priority, tables: "*", class: DEFERRABLE}\n'
        "  - {id: w, kind: resource, window: {duration: 4h}}\n"
        "  - {id: n, kind: resource, bandwidth: {limit: 50MB/s}}\n"
    )
    (tmp_path / "m.json").write_text('{"tables": [{"name": "a", "rows": 1, "size_mb": 1}]}')
    outcome = stowplan("lint", "m.json", "--policy", "p.yaml")
    assert (outcome.status, outcome.output) == (0, "")
