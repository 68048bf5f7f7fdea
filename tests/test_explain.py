"""`stowplan explain`: a check's page, or a policy's rule, as text and as JSON."""

import json
from pathlib import Path

import pytest
from command import stowplan

from stowplan.rules import BY_CODE

BLOCK = """\
policy: night
rules:
  # Before the first.
  - id: core
    kind: priority
    tables: [customers, "or*"]
    class: CRITICAL
    reason: The shop must
      open.

    description: |
      Two lines
      of it.
  # Before the second.

  - {id: braces, kind: check, require: 'table.name != "}"',
     message: "{table.name} is not it", reason: it's so}
  - {id: night, kind: resource, window: {duration: 4h}}   # the night

# The classes.
classes:
  SLOW: {placement: follow-up}
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The current folder, with a policy in policies/."""
    monkeypatch.chdir(tmp_path)
    Path("policies").mkdir()
    Path("policies/night.yaml").write_text(BLOCK, encoding="utf-8")
    return tmp_path


def explained(identity, *options):
    outcome = stowplan("explain", identity, "--format", "json", *options)
    assert (outcome.status, outcome.errors) == (0, ""), outcome
    return json.loads(outcome.output)


# --- rules ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("identity", "text"),
    [
        (
            "core",
            'id: core\nkind: priority\ntables: [customers, "or*"]\nclass: CRITICAL\n'
            "reason: The shop must\n  open.\n\ndescription: |\n  Two lines\n  of it.",
        ),
        (
            "braces",
            "{id: braces, kind: check, require: 'table.name != \"}\"',\n"
            ' message: "{table.name} is not it", reason: it\'s so}',
        ),
        ("night", "{id: night, kind: resource, window: {duration: 4h}}"),
    ],
    ids=["block", "braces within braces", "the last"],
)
def test_a_rule_shows_its_own_text_and_nothing_else(folder, identity, text):
    assert explained(identity)["text"] == text


def test_a_rule_of_a_json_policy_shows_its_text(folder):
    rules = [{"id": i, "kind": "priority", "tables": "*", "class": "CRITICAL"} for i in ("x", "y")]
    Path("p.yaml").write_text(json.dumps({"policy": "p", "rules": rules}))
    for rule in rules:
        assert json.loads(explained(rule["id"], "--policy", "p.yaml")["text"]) == rule


def test_a_rule_of_constraints_in_markdown_shows_its_line(folder):
    Path("constraints.md").write_text("# Constraints\n\n## Time\n- Available window: 4 hours\n")
    outcome = stowplan("explain", "window", "--policy", "constraints.md", "--format", "json")
    assert json.loads(outcome.output)["text"] == "- Available window: 4 hours"


def test_a_rules_page_says_what_it_means_why_and_where(folder):
    status, output, errors = stowplan("explain", "core")
    assert (status, errors) == (0, "")
    assert output.startswith(
        "# core (rule, priority)\n\nclass CRITICAL\nselects customers, or*\n\n"
        "**Reason.** The shop must open.\n\n**Description.** Two lines of it.\n\n"
        "policies/night.yaml:4:5\n\n    id: core\n"
    )


def test_a_rule_as_json_has_the_same_facts(folder):
    found = explained("core")
    assert {key: found[key] for key in ("rule", "kind", "says", "path", "line", "column")} == {
        "rule": "core",
        "kind": "priority",
        "says": "class CRITICAL",
        "path": "policies/night.yaml",
        "line": 4,
        "column": 5,
    }
    assert found["tables"] == ["customers", "or*"]
    assert found["reason"] == "The shop must open."


def test_a_rule_of_a_shipped_pack_can_be_named(folder):
    found = explained("customers-first", "--policy", "stowplan:customer-data")
    assert found["path"].startswith("stowplan:customer-data/")


def test_what_a_policy_holds_never_reaches_the_terminal_raw(folder):
    rule = {"id": "x", "kind": "priority", "tables": "*", "class": "CRITICAL", "reason": "\x1b[31m"}
    Path("p.yaml").write_text(json.dumps({"policy": "p", "rules": [rule]}))
    output = stowplan("explain", "x", "--policy", "p.yaml").output
    assert "\\x1b[31m" in output
    assert all(line.isprintable() for line in output.split("\n"))


# --- errors -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "hint"),
    [("cor", "did you mean core?"), ("D2O3", "did you mean D203?"), ("qqqq", "--list")],
)
def test_an_unknown_word_names_the_nearest_code_or_rule(folder, word, hint):
    status, output, errors = stowplan("explain", word)
    assert (status, output) == (2, "")
    assert errors.startswith(f"stowplan: there is no check and no rule '{word}': ")
    assert hint in errors


def test_a_faulty_policy_is_shown_with_its_faults(folder):
    Path("p.yaml").write_text("rules: 3\n")
    status, output, _ = stowplan("explain", "core", "--policy", "p.yaml")
    assert status == 2
    assert output.startswith("p.yaml:1:")


def test_a_check_is_explained_whatever_the_policies_are(folder):
    Path("policies/night.yaml").write_text("rules: 3\n")
    assert stowplan("explain", "D203").status == 0


# --- checks as JSON ---------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["D203", "m101"])
def test_a_check_as_json_has_its_page(code):
    found = explained(code)
    check = BY_CODE[code.upper()]
    assert (found["code"], found["severity"]) == (check.code, check.severity)
    assert found["page"].startswith(f"{check.title}.\n\n**Why.** ")
    assert (
        f"# {check.code} ({check.severity})\n\n{found['page']}\n"
        == stowplan("explain", code).output
    )


def test_the_list_as_json_has_every_code():
    found = json.loads(stowplan("explain", "--list", "--format", "json").output)
    assert {(c["code"], c["severity"], c["title"]) for c in found["checks"]} == {
        (check.code, check.severity, check.title) for check in BY_CODE.values()
    }
