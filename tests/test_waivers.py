"""Waivers: what they match, until when, and how every command shows it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command import stowplan

MANIFEST = """\
tables:
  - {name: regions, rows: 10, size_mb: 1}
  - {name: customers, rows: 10, size_mb: 1, depends_on: [regions]}
  - {name: huge, rows: 10, size_mb: 9000}
"""
POLICY = """\
policy: waived
rules:
  - {id: core, kind: priority, tables: [customers], class: CRITICAL}
  - {id: rest, kind: priority, tables: "*", class: DEFERRABLE}
  - {id: night, kind: resource, window: {duration: 4h}}
  - {id: network, kind: resource, bandwidth: {limit: 50MB/s}}
  - {id: not-huge, kind: check, require: table.size_mb < 1000.0}
  - {id: reserve, kind: check, on: window, require: window.reserve > 0.0, severity: warning}
waivers:
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """An empty folder to work in, with the manifest."""
    monkeypatch.chdir(tmp_path)
    Path("m.yaml").write_text(MANIFEST)


def waiver(code: str, tables: str, expires: str = "2027-01-31", reason: str = "agreed") -> str:
    """One waiver."""
    listed = f", tables: {tables}" if tables else ""
    return f"  - {{code: {code}{listed}, reason: {reason}, owner: dba-team, expires: {expires}}}\n"


def violations(waivers: str, as_of: str = "2027-01-01", command: str = "lint"):
    """All violations, and the exit status."""
    Path("p.yaml").write_text(POLICY + waivers)
    more = ["-o", "out"] if command == "plan" else []
    options = ["--policy", "p.yaml", "--as-of", as_of, "--format", "json"]
    outcome = stowplan(command, "m.yaml", *options, *more)
    return json.loads(outcome.output), outcome.status


def suppressed(found) -> dict[str, object]:
    """By code, what suppresses the violation."""
    return {entry["code"]: entry["suppressed"] for entry in found["violations"]}


def test_a_waived_finding_is_shown_as_waived_counted_apart_and_no_reason_to_fail():
    found, status = violations(waiver("not-huge", "huge") + waiver("P303", "[regions]"))
    agreed = {
        "by": "waiver",
        "reason": "agreed",
        "owner": "dba-team",
        "expires": "2027-01-31",
    }
    assert suppressed(found) == {"not-huge": agreed, "P303": agreed}
    assert found["counts"] == {"error": 0, "warning": 0, "info": 0, "waived": 2, "baselined": 0}
    assert status == 0
    found, status = violations("  []\n")
    assert (found["counts"]["error"], found["counts"]["warning"], status) == (1, 1, 1)


def test_text_and_summary_say_so_too():
    Path("p.yaml").write_text(POLICY + waiver("not-huge", "huge") + waiver("P303", "regions"))
    outcome = stowplan("lint", "m.yaml", "--policy", "p.yaml", "--as-of", "2027-01-01")
    assert (
        "huge: table.size_mb < 1000.0 does not hold: table.size_mb is 9000; "
        "waived until 2027-01-31 by dba-team: agreed" in (outcome.output)
    )
    assert outcome.errors == "1 manifest: 0 errors, 2 waived\n"


@pytest.mark.parametrize(
    ("day", "waived", "note"),
    [
        ("2027-01-17", True, None),
        ("2027-01-18", True, "info"),
        ("2027-01-31", True, "info"),
        ("2027-02-01", False, "warning"),
    ],
)
def test_the_last_day_counts_and_the_last_14_days_are_told(day, waived, note):
    found, status = violations(waiver("not-huge", "huge"), day)
    [finding] = [entry for entry in found["violations"] if entry["code"] == "not-huge"]
    notes = [entry["severity"] for entry in found["violations"] if entry["code"] == "Y609"]
    assert (finding["suppressed"] is not None, notes) == (waived, [note] if note else [])
    assert status == int(not waived)
    assert waived or "its waiver expired on 2027-01-31" in finding["hint"]


@pytest.mark.parametrize(
    ("tables", "matches"),
    [
        ("huge", True),
        ("[huge, gone]", True),
        ('"hu*"', True),
        ('"*"', True),
        ("regions", False),
        ("[hug]", False),
        ("HUGE", False),
        ("", False),
    ],
)
def test_a_waiver_must_name_each_table_of_a_finding(tables, matches):
    found, _ = violations(waiver("not-huge", tables))
    assert (suppressed(found)["not-huge"] is not None) == matches
    assert ("Y610" in suppressed(found)) != matches


def test_another_code_is_not_waived():
    found, status = violations(waiver("P304", "huge"))
    assert suppressed(found)["not-huge"] is None
    assert (suppressed(found)["Y610"], status) == (None, 1)


@pytest.mark.parametrize("code", ["core", "night"])
def test_the_waiver_of_a_rule_that_finds_nothing_says_so(code):
    found, _ = violations(waiver(code, "huge" if code == "core" else ""))
    [hint] = [v["hint"] for v in found["violations"] if v["code"] == "Y610"]
    said = f"rule {code} is no check and finds nothing by itself"
    assert hint == f"{said}: write the code that the finding shows"


def test_a_later_waiver_holds_where_an_earlier_one_has_expired():
    both = waiver("not-huge", "huge", "2026-12-01", "old") + waiver("not-huge", "huge")
    found, status = violations(both)
    assert suppressed(found)["not-huge"]["reason"] == "agreed"
    assert status == 0


def test_the_waiver_of_what_only_a_plan_finds_is_judged_by_plan():
    found, _ = violations(waiver("reserve", ""))
    assert "Y610" not in suppressed(found)
    found, _ = violations(waiver("reserve", ""), command="plan")
    assert suppressed(found)["reserve"] is not None
    assert found["as_of"] == "2027-01-01"
    found, _ = violations(waiver("R405", "customers"), command="plan")
    assert "Y610" in suppressed(found)


def test_a_plan_without_waivers_names_no_day():
    found, _ = violations("  []\n", command="plan")
    assert "as_of" not in found


def test_what_a_policy_says_in_vain_can_be_waived():
    idle = "  - {id: idle, kind: priority, tables: customers, class: CRITICAL}\nwaivers:\n"
    policy = POLICY.replace("waivers:\n", idle)
    Path("p.yaml").write_text(policy + waiver("Y608", ""))
    outcome = stowplan("lint", "m.yaml", "--policy", "p.yaml", "--as-of", "2027-01-01")
    assert "[Y608] rule idle never has an effect" in outcome.output
    assert "waived until" in outcome.output
    assert "Y610" not in outcome.output


def test_the_page_lists_a_waived_finding_with_its_waiver():
    violations(waiver("P303", "regions"), command="plan")
    page = Path("out/migration_plan.md").read_text()
    assert "waived until 2027-01-31 by dba-team: agreed" in page


def test_a_day_that_is_none_is_a_usage_error():
    outcome = stowplan("lint", "m.yaml", "--as-of", "tomorrow")
    assert outcome.status == 2
    assert outcome.errors == ("stowplan: --as-of: tomorrow is no date: write it like 2027-01-31\n")


def test_a_waiver_with_tables_leaves_findings_of_no_table_alone():
    rule = "  - {id: whole, kind: check, on: manifest, require: 'false'}\nwaivers:\n"
    policy = POLICY.replace("waivers:\n", rule)
    Path("p.yaml").write_text(policy + waiver("whole", "nosuchtable"))
    outcome = stowplan("lint", "m.yaml", "--policy", "p.yaml", "--as-of", "2027-01-01")
    assert outcome.status == 1
    assert "[Y607] the waiver of whole: the name nosuchtable matches no table" in outcome.output
    assert "[Y610]" in outcome.output


def test_a_check_that_was_given_up_is_an_error_that_nobody_waives():
    names = [f"t{n}" for n in range(400)]
    rows = "".join(f"  - {{name: {name}, rows: 1, size_mb: 1}}\n" for name in names)
    Path("m.yaml").write_text(f"tables:\n{rows}")
    bomb = "manifest.tables.all(a, " * 3 + "true" + ")" * 3
    rule = f"  - {{id: deep, kind: check, severity: info, require: '{bomb}'}}\nwaivers:\n"
    policy = POLICY.replace("waivers:\n", rule)
    Path("p.yaml").write_text(policy + waiver("deep", ""))
    options = ["--policy", "p.yaml", "--as-of", "2027-01-01", "--format", "json"]
    outcome = stowplan("lint", "m.yaml", *options)
    found = [v for v in json.loads(outcome.output)["violations"] if v["code"] == "deep"]
    assert [(v["severity"], v["suppressed"]) for v in found] == [("error", None)]
    assert outcome.status == 1


def test_a_plan_for_people_says_that_a_waiver_has_expired():
    violations(waiver("not-huge", "huge"), "2027-02-01", "plan")
    page = Path("out/migration_plan.md").read_text()
    assert "; its waiver expired on 2027-01-31" in page


def test_what_opens_a_cycle_can_still_be_pasted_where_a_waiver_has_expired():
    """A hint of several lines is YAML: there the note is a comment, and text tells it alone."""
    Path("m.yaml").write_text(
        "tables:\n"
        "  - {name: a, rows: 1, size_mb: 1, depends_on: [b]}\n"
        "  - {name: b, rows: 1, size_mb: 1, depends_on: [a]}\n"
    )
    found, _ = violations(waiver("D203", "[a, b]", "2026-12-31"))
    [cycle] = [entry for entry in found["violations"] if entry["code"] == "D203"]
    assert cycle["hint"].endswith("\n# its waiver expired on 2026-12-31")
    outcome = stowplan("lint", "m.yaml", "--policy", "p.yaml", "--as-of", "2027-01-01")
    assert "error[D203] 2 tables wait for each other: a -> b -> a; its waiver" in outcome.output


def test_the_line_end_of_a_block_is_no_part_of_what_is_said():
    rule = "  - id: large\n    kind: check\n    require: table.size_mb < 1000.0\n"
    rule += "    message: |\n      {table.name} is large\n    reason: |\n      Ask first.\n"
    waived = "  - code: large\n    tables: huge\n    owner: o\n    expires: 2027-01-31\n"
    waived += "    reason: |\n      agreed on\n"
    Path("p.yaml").write_text(POLICY.replace("waivers:\n", rule + "waivers:\n") + waived)
    outcome = stowplan("lint", "m.yaml", "--policy", "p.yaml", "--as-of", "2027-01-01")
    line = "huge is large; hint: Ask first.; waived until 2027-01-31 by o: agreed on\n"
    assert line in outcome.output
