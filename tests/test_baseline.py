"""A baseline: what it accepts, when an entry lapses, and how it is told."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from command import stowplan
from hypothesis import given
from hypothesis import strategies as st

from stowplan.baseline import accept, entries, fingerprints
from stowplan.model import Severity, Span, Violation
from stowplan.schemas.baseline import BASELINE, ENTRY

MANIFEST = """\
tables:
  - {name: a, rows: 1, size_mb: 50, priority: CRITICAL, depends_on: [b]}
  - {name: b, rows: 1, size_mb: 50, priority: CRITICAL, depends_on: [a]}
  - {name: c, rows: 1, size_mb: 70}
"""
POLICY = """\
policy: test
rules:
  - {id: all, kind: priority, tables: "*", class: CRITICAL}
  - {id: night, kind: resource, window: {duration: 4h}}
  - {id: network, kind: resource, bandwidth: {limit: 50MB/s}}
  - id: small
    kind: check
    require: table.size_mb < 60.0
    message: "{table.name} has {table.size_mb} MB"
"""
UNWAIVABLE = POLICY + "    waivable: false\n"
LIMITED = POLICY + "    max_days: 30\n"
WAIVED = (
    POLICY
    + "waivers:\n  - {code: small, tables: [c], reason: once, owner: me, expires: 2030-01-01}\n"
)


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A folder to work in, with a manifest and its policy; gives a writer for more."""
    monkeypatch.chdir(tmp_path)

    def write(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    write("db/m.yaml", MANIFEST)
    write("db/policies/p.yaml", POLICY)
    return write


def lint(*arguments):
    return stowplan("lint", "db", "--as-of", "2026-12-01", *arguments)


def told(*arguments):
    """What lint says as JSON."""
    return json.loads(lint("--format", "json", *arguments).output)


def suppressed(record):
    """By code, how each violation is suppressed."""
    return {(v["code"], *v["tables"]): v["suppressed"] for v in record["violations"]}


BY = {"by": "baseline"}


# --- adopting


def test_one_command_accepts_what_is_there(project):
    assert lint().status == 1
    outcome = lint("--write-baseline", "b.json")
    assert outcome.status == 0
    assert outcome.errors == "1 manifest, 1 other file skipped: 0 errors, 2 baselined\n"
    again = lint("--baseline", "b.json")
    assert (again.status, again.output, again.errors) == (
        outcome.status,
        outcome.output,
        outcome.errors,
    )


def test_the_file_reads_well_and_is_the_same_each_time(project):
    lint("--write-baseline", "b.json")
    first = Path("b.json").read_text()
    lint("--write-baseline", "b.json")
    assert Path("b.json").read_text() == first
    record = json.loads(first)
    assert record.keys() == BASELINE.keys()
    assert all(entry.keys() == ENTRY.keys() for entry in record["findings"])
    assert [(e["path"], e["code"], e["message"]) for e in record["findings"]] == [
        ("db/m.yaml", "D203", "2 tables wait for each other: a -> b -> a"),
        ("db/m.yaml", "small", "c has 70 MB"),
    ]
    assert len(first.splitlines()) == 7


def test_writing_it_over_some_files_keeps_the_entries_of_the_others(project):
    project("db/n.yaml", MANIFEST.replace("name: c", "name: z"))
    lint("--write-baseline", "b.json")
    first = json.loads(Path("b.json").read_text())["findings"]
    stowplan("lint", "db/n.yaml", "--write-baseline", "b.json")
    again = json.loads(Path("b.json").read_text())["findings"]
    assert {entry["path"] for entry in first} == {"db/m.yaml", "db/n.yaml"}
    assert again == first
    Path("db/m.yaml").unlink()
    stowplan("lint", "db/n.yaml", "--write-baseline", "b.json")
    left = json.loads(Path("b.json").read_text())["findings"]
    assert {entry["path"] for entry in left} == {"db/n.yaml"}


def test_a_clean_project_has_an_empty_baseline(project):
    project("db/m.yaml", "tables:\n  - {name: a, rows: 1, size_mb: 1}\n")
    assert lint("--write-baseline", "b.json").status == 0
    assert json.loads(Path("b.json").read_text())["findings"] == []
    assert told("--baseline", "b.json")["stale_baseline"] == []


def test_without_a_baseline_the_json_is_as_ever(project):
    assert told().keys() == {"violations", "counts"}


# --- what lapses


HOLDS = {
    "a line more": ("tables:", "# moved\ntables:"),
    "another order": (
        "  - {name: c, rows: 1, size_mb: 70}\n",
        "",
    ),
    "another column": ("  - {name: c,", "  - { name: c,"),
    "another fact": ("rows: 1, size_mb: 70", "rows: 2, size_mb: 70"),
}


@pytest.mark.parametrize("change", HOLDS.values(), ids=HOLDS)
def test_an_entry_survives(project, change):
    lint("--write-baseline", "b.json")
    old, new = change
    text = MANIFEST.replace(old, new)
    if not new:
        text = text.replace("tables:\n", f"tables:\n{old}")
    assert text != MANIFEST
    project("db/m.yaml", text)
    record = told("--baseline", "b.json")
    assert suppressed(record) == {("D203", "a", "b"): BY, ("small", "c"): BY}
    assert record["stale_baseline"] == []


LAPSES = {
    "a number of the message": ("size_mb: 70", "size_mb: 71", ("small", "c")),
    "the table": ("name: c", "name: d", ("small", "d")),
    "the cycle": (
        "b, rows: 1, size_mb: 50, priority: CRITICAL, depends_on: [a]",
        "b, rows: 1, size_mb: 50, priority: CRITICAL, depends_on: [a, c]}\n"
        "  - {name: x, rows: 1, size_mb: 5, depends_on: [a, x2]}\n"
        "  - {name: x2, rows: 1, size_mb: 5, depends_on: [x]",
        ("D203", "x", "x2"),
    ),
}


@pytest.mark.parametrize(("old", "new", "found"), LAPSES.values(), ids=LAPSES)
def test_an_entry_lapses_with_the_facts(project, old, new, found):
    lint("--write-baseline", "b.json")
    project("db/m.yaml", MANIFEST.replace(old, new))
    outcome = lint("--baseline", "b.json")
    assert outcome.status == 1
    assert suppressed(told("--baseline", "b.json"))[found] is None


def test_a_stale_entry_is_told_at_its_place(project):
    lint("--write-baseline", "b.json")
    project("db/m.yaml", MANIFEST.replace("size_mb: 70", "size_mb: 7"))
    outcome = lint("--baseline", "b.json")
    assert outcome.status == 0
    assert outcome.errors.splitlines()[1:] == [
        "note: b.json:5:5: stale: small is no longer found in db/m.yaml: c has 70 MB"
    ]
    (stale,) = told("--baseline", "b.json")["stale_baseline"]
    assert stale == json.loads(Path("b.json").read_text())["findings"][1]


def test_what_was_not_checked_is_not_stale(project):
    project("db/n.yaml", MANIFEST)
    lint("--write-baseline", "b.json")
    outcome = stowplan("lint", "db/m.yaml", "--baseline", "b.json")
    assert outcome.errors == "1 manifest: 0 errors, 2 baselined\n"


def test_what_a_broken_manifest_hides_is_not_stale(project):
    lint("--write-baseline", "b.json")
    project("db/m.yaml", MANIFEST + "  - 1\n")
    record = told("--baseline", "b.json")
    assert [v["code"] for v in record["violations"]] == ["M102"]
    assert record["stale_baseline"] == []


def test_entries_of_a_file_that_is_gone_are_stale(project):
    project("db/n.yaml", MANIFEST)
    lint("--write-baseline", "b.json")
    Path("db/n.yaml").unlink()
    stale = told("--baseline", "b.json")["stale_baseline"]
    assert [(e["path"], e["code"]) for e in stale] == [
        ("db/n.yaml", "D203"),
        ("db/n.yaml", "small"),
    ]


def test_an_entry_is_for_its_own_file(project):
    lint("--write-baseline", "b.json")
    project("db/n.yaml", MANIFEST)
    found = told("--baseline", "b.json")["violations"]
    assert {(v["path"], v["suppressed"] is None) for v in found} == {
        ("db/m.yaml", False),
        ("db/n.yaml", True),
    }


def test_paths_start_at_the_baseline(project, monkeypatch):
    lint("--write-baseline", "ci/b.json")
    assert '"path": "../db/m.yaml"' in Path("ci/b.json").read_text()
    monkeypatch.chdir("db")
    assert stowplan("lint", "m.yaml", "--baseline", "../ci/b.json").status == 0
    absolute = Path("m.yaml").resolve()
    assert stowplan("lint", absolute, "--baseline", "../ci/b.json").status == 0


# --- what cannot be accepted


@pytest.mark.parametrize("policy", [UNWAIVABLE, LIMITED], ids=["waivable: false", "max_days"])
def test_a_rule_that_is_never_waived_for_ever_is_not_baselined(project, policy):
    lint("--write-baseline", "b.json")
    project("db/policies/p.yaml", policy)
    outcome = lint("--baseline", "b.json")
    assert outcome.status == 1
    assert suppressed(told("--baseline", "b.json")) == {
        ("D203", "a", "b"): BY,
        ("small", "c"): None,
    }
    lint("--write-baseline", "b.json")
    assert "small" not in Path("b.json").read_text()


def test_faults_of_shape_are_not_baselined(project):
    project("db/m.yaml", MANIFEST.replace("rows: 1,", "rovs: 1,", 1))
    outcome = lint("--write-baseline", "b.json")
    assert outcome.status == 1
    assert "M10" not in Path("b.json").read_text()


def test_a_faulty_policy_writes_no_baseline(project):
    project("db/policies/p.yaml", "policy: test\nrulez: []\n")
    outcome = lint("--write-baseline", "b.json")
    assert outcome.status == 2
    assert not Path("b.json").exists()


def test_what_cannot_be_read_writes_no_baseline(project):
    outcome = stowplan("lint", "db", "gone.yaml", "--write-baseline", "b.json")
    assert outcome.status == 2
    assert "note: b.json is not written: see M101\n" in outcome.errors
    assert not Path("b.json").exists()


def test_names_that_are_no_text_are_kept(project):
    names = ["c\n\x1b", "日本 ]", "%0A::error::", '"']
    tables = [{"name": name, "rows": 1, "size_mb": 70} for name in names]
    Path("db/m.yaml").unlink()
    project("db/m.json", json.dumps({"tables": tables}))
    record = told("--write-baseline", "b.json")
    assert record["counts"]["baselined"] == len(names)
    again = told("--baseline", "b.json")
    assert (again["counts"], again["stale_baseline"]) == (record["counts"], [])


def test_what_is_waived_stays_waived(project):
    lint("--write-baseline", "b.json")
    project("db/policies/p.yaml", WAIVED)
    record = told("--baseline", "b.json")
    assert suppressed(record)["small", "c"]["by"] == "waiver"
    assert [e["code"] for e in record["stale_baseline"]] == ["small"]
    assert record["counts"] == {
        "error": 0,
        "warning": 0,
        "info": 0,
        "waived": 1,
        "baselined": 1,
    }


# --- files that are no baseline


BROKEN = {
    "no JSON": ("{", "b.json:1:2: error[Y601] not JSON"),
    "a list": ("[]", "b.json:1:1: error[Y601] "),
    "no entries": ('{"stowplan_baseline": 1}', "b.json:1:1: error[Y601] `findings` is missing"),
    "another version": (
        '{"stowplan_baseline": 2, "findings": []}',
        "b.json:1:23: error[Y601] `stowplan_baseline` must be one of 1; is 2",
    ),
    "an unknown key": (
        '{"stowplan_baseline": 1, "findings": [],\n "x": 1}',
        "b.json:2:2: error[Y602] unknown key `x`",
    ),
    "no fingerprint": (
        '{"stowplan_baseline": 1, "findings": [\n{"path": "m", "code": "c", "tables": [], '
        '"fingerprint": "0", "message": ""}]}',
        "b.json:2:57: error[Y601] `fingerprint` is no fingerprint: 0",
    ),
}


@pytest.mark.parametrize(("text", "expected"), BROKEN.values(), ids=BROKEN)
def test_a_broken_baseline_is_a_fault_at_its_place(project, text, expected):
    project("b.json", text)
    outcome = lint("--baseline", "b.json")
    assert outcome.status == 2
    assert outcome.output.startswith(expected)
    assert json.loads(lint("--baseline", "b.json", "--format", "json").output)["violations"]


def test_a_baseline_that_is_not_there_is_a_fault(project):
    outcome = lint("--baseline", "b.json")
    assert outcome.status == 2
    assert outcome.output == (
        "b.json:1:1: error[Y611] the baseline: no such file; hint: check the path, or make one: "
        "stowplan lint --write-baseline b.json\n"
    )


@pytest.mark.parametrize("name", ["db/m.yaml", "db/policies/p.yaml", "db/other.txt"])
def test_a_file_of_another_kind_is_not_replaced(project, name):
    project("db/other.txt", "mine")
    before = Path(name).read_text()
    outcome = lint("--write-baseline", name)
    assert outcome.status == 2
    assert outcome.errors == f"stowplan: {name}: is there and is no baseline: name another file\n"
    assert Path(name).read_text() == before


@pytest.mark.parametrize("name", ["", "db"])
def test_a_baseline_that_is_no_file_is_a_fault(project, name):
    assert lint("--baseline", name).status == 2
    outcome = lint("--write-baseline", name)
    assert outcome.status == 2
    assert "is no file to write to" in outcome.errors


def test_reading_and_writing_at_once_is_refused(project):
    assert lint("--baseline", "b.json", "--write-baseline", "b.json").status == 2


# --- the core


def violation(code, message, tables=(), line=1, path="m.yaml"):
    return Violation(code, Severity.ERROR, message, Span(path, line, 1), tables=tables)


violations = st.lists(
    st.builds(
        violation,
        st.sampled_from(["P301", "D203"]),
        st.sampled_from(["x", "y", "\ud800"]),
        st.sampled_from([(), ("a",), ("a", "b")]),
        st.integers(1, 3),
        st.sampled_from(["m.yaml", "n.yaml"]),
    ),
    max_size=8,
)


@given(violations)
def test_fingerprints_name_each_violation_of_a_file_once(found):
    named = {(v.span.path, name) for v, name in zip(found, fingerprints(found), strict=True)}
    assert len(named) == len(found)


@given(violations)
def test_what_was_written_accepts_all_and_nothing_is_left(found):
    listed = entries(found, frozenset(), str)
    result = accept(found, listed, frozenset(), str)
    assert all(v.suppressed == BY for v in result.violations)
    assert result.used == frozenset(range(len(listed)))


@given(violations, st.randoms(use_true_random=False))
def test_places_and_severity_are_no_facts(found, random):
    moved = [
        replace(v, span=replace(v.span, line=random.randint(1, 99)), severity=Severity.INFO)
        for v in found
    ]
    assert fingerprints(moved) == fingerprints(found)


@given(violations)
def test_one_more_of_the_same_kind_is_new(found):
    listed = entries(found, frozenset(), str)
    more = [*found, *found[:1]]
    left = [v for v in accept(more, listed, frozenset(), str).violations if v.suppressed is None]
    assert len(left) == len(found[:1])


@given(violations)
def test_what_is_firm_is_never_accepted(found):
    firm = [replace(v, firm=True) for v in found]
    assert entries(firm, frozenset(), str) == ()
    assert accept(firm, entries(found, frozenset(), str), frozenset(), str).violations == tuple(
        firm
    )
    assert entries(found, frozenset({"P301", "D203"}), str) == ()


PLACED = {
    "M104": ("duplicate key `a`, first on line 3", "duplicate key `a`, first on line 4"),
    "M105": ("a is listed again (first as number 1)", "a is listed again (first as number 2)"),
}


@pytest.mark.parametrize(("code", "messages"), PLACED.items(), ids=PLACED)
def test_places_in_messages_are_no_facts(code, messages):
    names = {fingerprints([violation(code, message)]) for message in messages}
    assert len(names) == 1


def test_a_number_that_is_no_place_is_a_fact():
    assert fingerprints([violation("small", "item 1")]) != fingerprints(
        [violation("small", "item 2")]
    )
