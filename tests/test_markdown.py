"""`migration_plan.md`: what a reader of the page relies on beside the golden files."""

import json
import re

from command import stowplan

POLICY = """\
policy: page
rules:
  - {id: core, kind: priority, tables: [orders, payments], class: CRITICAL}
  - {id: rest, kind: priority, tables: "*", class: DEFERRABLE}
  - {id: night, kind: resource, window: {duration: 4h}}
  - {id: net, kind: resource, bandwidth: {limit: 50MB/s}}
  - {id: look, kind: checkpoint, after: orders, if_behind: [{skip: {tables: payments}}, stop]}
"""
TABLES = [{"name": name, "rows": 10, "size_mb": 1} for name in ("a", "b", "orders", "payments")]


def page(folder, tables, dependencies):
    """The page of a plan of these tables."""
    folder.mkdir()
    manifest = {"tables": tables, "dependencies": dependencies}
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1))
    (folder / "policy.yaml").write_text(POLICY)
    outcome = stowplan(
        "plan", folder / "manifest.json", "--policy", folder / "policy.yaml", "-o", folder / "out"
    )
    assert outcome.status in (0, 1), outcome
    return (folder / "out" / "migration_plan.md").read_text()


def test_the_page_is_the_same_whatever_the_order_of_the_tables(tmp_path):
    """Findings stand by what they say: two promotions change places in the manifest, not here."""
    parents = {"orders": ["a"], "payments": ["b"]}
    forwards = page(tmp_path / "one", TABLES, parents)
    backwards = page(tmp_path / "two", TABLES[::-1], parents)
    assert forwards.count("warning[P303]") == 2
    assert forwards == backwards


def test_the_page_shows_the_rule_that_opens_a_cycle(tmp_path):
    """The block under a D203 is YAML that can be pasted under `rules:`, comment and all."""
    circle = {"orders": ["payments"], "payments": ["orders"]}
    shown = page(tmp_path / "one", TABLES, circle)
    (block,) = re.findall(r"^  ```yaml\n(.*?)^  ```$", shown, re.MULTILINE | re.DOTALL)
    assert "not_after" in block
    (tmp_path / "one" / "policy.yaml").write_text(POLICY + block)
    outcome = stowplan("lint", tmp_path / "one", "--policy", tmp_path / "one" / "policy.yaml")
    assert "D203" not in outcome.output
    assert outcome.status == 0


def test_the_page_says_what_a_checkpoint_permits(tmp_path):
    """A checkpoint's actions stand in the policy's order."""
    shown = page(tmp_path / "one", TABLES, {})
    assert "if behind, in this order: skip payments, stop" in shown
