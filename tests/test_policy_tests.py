"""`stowplan test`: what passes, what fails and how it is told, what is a fault of a test file."""

import json
import os
import re
import sys
import tempfile
import time
from itertools import permutations, product
from pathlib import Path
from xml.etree import ElementTree

import pytest
from command import stowplan
from hypothesis import given
from hypothesis import strategies as st

import stowplan.policies as packs
from stowplan.model import Severity, Span, Violation
from stowplan.policy_testing import differences
from stowplan.reports.junit import Case, Suite, Trouble, junit
from stowplan.schemas.policy_test import POLICY_TESTS, TEST, VIOLATION, PolicyTest
from stowplan.schemas.policy_test import ExpectedViolation as Expected

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "policy-tests.md").read_text()

POLICY = """\
policy: shop
rules:
  - {id: core, kind: priority, tables: [customers, orders], class: CRITICAL}
  - {id: logs, kind: priority, tables: ["*_logs"], class: DEFERRABLE}
  - {id: night, kind: resource, window: {duration: 4h}}
  - {id: line, kind: resource, bandwidth: {limit: 50MB/s}}
  - {id: small, kind: check, require: table.size_mb <= 5000.0}
  - {id: quick, kind: check, on: step, require: step.finish_s < 60.0}
"""
SMALL = "{tables: [{name: orders, rows: 1, size_mb: 1}]}"
LARGE = "{tables: [{name: orders, rows: 1, size_mb: 6000.5}]}"


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A folder with a policy; call it with the text of a test file to run that."""
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "shop.yaml").write_text(POLICY)
    monkeypatch.chdir(tmp_path)

    def run(text, *options):
        (tmp_path / "policies" / "shop_test.yaml").write_text(text)
        return stowplan("test", *options)

    return run


def one(body, manifest=SMALL, name="t"):
    """A test file with one test."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return f"tests:\n  - name: {name}\n    manifest: {manifest}\n{lines}"


def failures(text):
    """The lines of text that tell differences."""
    return [line.strip() for line in text.splitlines() if re.match(r" +[-+] ", line)]


# --- the page


def test_the_page_is_so(tmp_path, monkeypatch):
    """Every file of docs/policy-tests.md, written in turn, gives what its commands show."""
    monkeypatch.chdir(tmp_path)
    commands = 0
    for kind, body in re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL):
        first, rest = body.split("\n", 1)
        if kind == "yaml":
            path = Path(first.removeprefix("# "))
            path.parent.mkdir(exist_ok=True)
            path.write_text(body)
            continue
        command, _, status = first.removeprefix("$ stowplan ").partition("  # exit status ")
        outcome = stowplan(*command.split())
        assert outcome.output + outcome.errors == rest
        assert outcome.status == int(status or 0)
        commands += 1
    assert commands == 6
    assert ElementTree.parse("results.xml").getroot().get("tests") == "2"


def test_the_page_names_every_key():
    keys = {*POLICY_TESTS, *TEST, *VIOLATION}
    assert {key for key in keys if f"`{key}`" not in PAGE} == set()


# --- what passes and what fails

PASSES = {
    "nothing is expected and found": ("", SMALL),
    "a broken check": ("violations: [{code: small, tables: [orders]}]", LARGE),
    "one name as text": ("violations: [{code: small, tables: orders}]", LARGE),
    "severity and part of the message": (
        'violations: [{code: small, tables: [orders], severity: error, message: "5000.0"}]',
        LARGE,
    ),
    "a built-in check": (
        "violations: [{code: D201, tables: [orders]}]",
        "{tables: [{name: orders, rows: 1, size_mb: 1}], dependencies: {orders: [people]}}",
    ),
    "an unclassified table": (
        "violations: [{code: P301, tables: [x]}]\nplacements: {x: null}",
        "{tables: [{name: x, rows: 1, size_mb: 1}]}",
    ),
    "a check that needs a plan": (
        "plan: true\nviolations: [{code: quick, tables: [orders]}, {code: small, tables: orders}]",
        LARGE,
    ),
    "windows": ("plan: true\nwindows: {orders: night}\nplacements: {orders: required}", SMALL),
    "a manifest without tables": (
        "violations: [{code: M109}]\nplacements: {}",
        "{tables: []}",
    ),
    "numbers are exact": ("", "{tables: [{name: orders, rows: 1, size_mb: 5000.000000}]}"),
}


@pytest.mark.parametrize(("body", "manifest"), PASSES.values(), ids=PASSES.keys())
def test_passes(project, body, manifest):
    outcome = project(one(body, manifest))
    assert (outcome.status, failures(outcome.output)) == (0, [])


FOUND = "+ {code: small, tables: [orders], severity: error}  # orders: table.size_mb <= 5000.0"
FOUND += " does not hold: table.size_mb is 6000.5"
FAILS = {
    "something unexpected": ("", LARGE, [FOUND]),
    "something missing": (
        "violations: [{code: small, tables: [orders]}]",
        SMALL,
        ["- {code: small, tables: [orders]}"],
    ),
    "expected twice, found once": (
        "violations: [{code: small, tables: [orders]}, {code: small, tables: [orders]}]",
        LARGE,
        ["- {code: small, tables: [orders]}"],
    ),
    "the wrong tables": (
        "violations: [{code: small}]",
        LARGE,
        ["- {code: small, tables: []}", FOUND],
    ),
    "another severity": (
        "violations: [{code: small, tables: [orders], severity: info}]",
        LARGE,
        ["- {code: small, tables: [orders], severity: info}", FOUND],
    ),
    "another message": (
        "violations: [{code: small, tables: [orders], message: a b}]",
        LARGE,
        ['- {code: small, tables: [orders], message: "a b"}', FOUND],
    ),
    "not waived": (
        "violations: [{code: small, tables: [orders], waived: true}]",
        LARGE,
        ["- {code: small, tables: [orders], waived: true}", FOUND],
    ),
    "another placement": (
        "placements: {orders: optional}",
        SMALL,
        ["- orders: optional", "+ orders: required"],
    ),
    "a table that is not listed": ("placements: {}", SMALL, ["+ orders: required"]),
    "no window": (
        "plan: true\nwindows: {orders: null}",
        SMALL,
        ["- orders: null", "+ orders: night"],
    ),
    "no plan": (
        "plan: true\nviolations: [{code: M109}]\nwindows: {}\nplacements: {}",
        SMALL,
        ["- {code: M109, tables: []}", "+ orders: required", "+ orders: night"],
    ),
}


@pytest.mark.parametrize(("body", "manifest", "lines"), FAILS.values(), ids=FAILS.keys())
def test_fails(project, body, manifest, lines):
    outcome = project(one(body, manifest))
    assert (outcome.status, failures(outcome.output)) == (1, lines)
    assert outcome.output.startswith("policies/shop_test.yaml:2:5: failed: t\n")


def test_a_line_of_what_was_found_makes_the_test_pass(project):
    """Names that YAML would read as something else come quoted: every `+` line can be pasted."""
    hostile = ["null", "True", "1.5", "a: b", "a, b]", "# c", 'q"', "'", "ü\u200b", "~", "-", ""]
    hostile = [name for name in hostile if name] + ["tab\there", "back\\slash"]
    tables = [{"name": name, "rows": 1, "size_mb": 6000} for name in hostile]
    manifest = json.dumps({"tables": tables})
    lines = failures(project(one("placements: {}", manifest)).output)
    pasted = [line.removeprefix("+ ") for line in lines]
    found = "".join(f"\n  - {line}" for line in pasted if line.startswith("{code"))
    placed = "".join(f"\n  {line}" for line in pasted if not line.startswith("{code"))
    outcome = project(one(f"violations:{found}\nplacements:{placed}", manifest))
    assert (outcome.status, outcome.output.count("failed")) == (0, 0)


# --- pairing


def test_as_many_as_possible_are_paired():
    """Whatever the order, a demanding expectation gets its violation, and each counts once."""
    messages = ["a b", "a", "b"]
    found = [Violation("X", Severity.ERROR, text, Span("", 1, 1)) for text in messages]
    for wanted in product([None, "a", "b", "a b", "c"], repeat=3):
        expected = [Expected("X", (), False, None, text, ()) for text in wanted]
        test = PolicyTest("", (), None, (), {}, (), None, False, tuple(expected), None, None)
        best = max(
            sum(
                text is None or text in message for text, message in zip(wanted, order, strict=True)
            )
            for order in permutations(messages)
        )
        apart = differences(test, found, {}, {})
        assert len(apart.missing) == len(apart.unexpected) == 3 - best


def test_thousands_of_duplicates_are_paired():
    found = [Violation("X", Severity.ERROR, "", Span("", 1, 1))] * 3000
    expected = (Expected("X", (), False, None, None, ()),) * 2000
    test = PolicyTest("", (), None, (), {}, (), None, False, expected, None, None)
    apart = differences(test, found, {}, {})
    assert (len(apart.missing), len(apart.unexpected)) == (0, 1000)


# --- faults of a test file

FAULTS = {
    "no name": ("tests:\n  - {manifest: {tables: []}}\n", "2:5: Y601", "`name` is missing"),
    "a name twice": (
        f"manifest: {SMALL}\ntests:\n  - name: a\n  - name: a\n",
        "4:11: Y603",
        'another test is called "a"',
    ),
    "no manifest": ("tests:\n  - name: a\n", "2:5: Y601", "the test has no manifest"),
    "no tests": ("tests: []\n", "1:8: Y601", "`tests` must not be empty"),
    "no mapping": ("- a\n", "1:1: Y601", "the document must be a mapping, is a list"),
    "a broken file": ("tests: [\n", "2:1: Y601", ""),
    "an unknown key": (one("violation: []"), "4:5: Y602", "unknown key `violation`"),
    "an unknown code": (
        one("violations: [{code: smal}]"),
        "4:25: Y602",
        "unknown code smal; hint: did you mean small?",
    ),
    "a code of policies": (
        one("violations: [{code: Y608}]"),
        "4:25: Y601",
        "Y608 speaks of a policy and is not compared",
    ),
    "a code of a plan": (
        one("violations: [{code: S501}]"),
        "4:25: Y601",
        "only a plan can find S501; hint: add `plan: true` to the test",
    ),
    "a rule that needs a plan": (
        one("violations: [{code: quick}]"),
        "4:25: Y601",
        "only a plan can find quick",
    ),
    "an unknown table": (
        one("violations: [{code: small, tables: [order]}]"),
        "4:40: Y602",
        "unknown table order; hint: did you mean orders?",
    ),
    "an unknown table with a placement": (
        one("placements: {order: required}"),
        "4:18: Y602",
        "unknown table order",
    ),
    "an unknown placement": (
        one("placements: {orders: require}"),
        "4:26: Y601",
        "hint: did you mean required?",
    ),
    "an unknown window": (
        one("plan: true\nwindows: {orders: nigth}"),
        "5:23: Y602",
        "unknown window nigth; hint: did you mean night?",
    ),
    "windows without a plan": (one("windows: {orders: null}"), "4:5: Y601", "only a plan"),
    "no date": (one("as_of: 2026-02-30"), "4:12: Y601", "`as_of` must be a date, is 2026-02-30"),
    "a date without dashes": (
        one('as_of: "20270101"'),
        "4:12: Y601",
        "`as_of` must be a date, is 20270101; hint: write 2027-01-01",
    ),
    "a number for a date": (
        one("as_of: 20270101"),
        "4:12: Y601",
        "`as_of` must be text, is 20270101; hint: write a date like 2026-12-01",
    ),
    "a merge key": (
        one("<<: {plan: true}"),
        "4:5: Y602",
        "unknown key `<<`; hint: YAML's merge keys are not read: write the keys out",
    ),
    "a week": (one("as_of: 2027-W01-1"), "4:12: Y601", "`as_of` must be a date, is 2027-W01-1"),
    "a missing manifest": (
        one("", "nosuch.json"),
        "3:15: Y611",
        "policies/nosuch.json: no such file",
    ),
    "a missing policy": (one("policies: [nosuch.yaml]"), "4:16: Y611", "no such file"),
    "the second policy": (
        one("policies: [., shp.yaml]"),
        "4:19: Y611",
        "policies/shp.yaml: no such file; hint: did you mean shop.yaml?",
    ),
    "a manifest that is nearly there": (
        one("", "shop.yml"),
        "3:15: Y611",
        "policies/shop.yml: no such file; hint: did you mean shop.yaml?",
    ),
    "a policy in a test": (f"{one('')}rules: []\n", "4:1: Y602", "unknown key `rules`"),
    "a repeated key in a manifest": (
        one("", "{tables: [], tables: []}"),
        "3:28: Y601",
        "",
    ),
}


@pytest.mark.parametrize(("text", "place", "message"), FAULTS.values(), ids=FAULTS.keys())
def test_faults_of_a_test_file(project, text, place, message):
    """Such a file is no failed test: nothing is run, the exit status is 2."""
    outcome = project(text)
    found = re.findall(r"^policies/shop_test.yaml:(.*?): error\[(\w+)\] (.*)", outcome.output)
    assert [f"{where}: {code}" for where, code, _ in found] == [place]
    assert message in found[0][2]
    assert (outcome.status, outcome.errors) == (2, "")


def test_a_fault_of_one_value_hides_none_of_another(project):
    """Shapes, names, codes, windows and paths are all told in one run."""
    text = one(
        "placements: {orders: requird, order: required}\n"
        "windows: {orders: nigth}\n"
        "plan: yes\n"
        "as_of: soon\n"
        "violations: [7, {code: smal, tables: [1, odrs]}, {tables: [ordrs]}, {code: quick}]"
    )
    text += (
        "  - {manifest: nosuch.json, policies: [nosuch.yaml, 7]}\n  - {name: u, policies: [.]}\n"
    )
    found = re.findall(r"shop_test.yaml:(\d+:\d+): error\[(\w+)\]", project(text).output)
    assert [" ".join(each) for each in found] == [
        "4:26 Y601",  # requird
        "4:35 Y602",  # order
        "5:23 Y602",  # nigth
        "6:11 Y601",  # yes: whether the windows fit a plan is not known, so that is not told
        "7:12 Y601",  # soon
        "8:18 Y601",  # 7
        "8:28 Y602",  # smal
        "8:42 Y602",  # odrs
        "8:43 Y601",  # 1
        "8:54 Y601",  # no code
        "8:63 Y602",  # ordrs
        "9:5 Y601",  # no name
        "9:16 Y611",  # nosuch.json
        "9:53 Y601",  # 7: of these policies nothing else is told
        "10:5 Y601",  # no manifest
    ]


@pytest.mark.parametrize("name", ["shop.yaml", "shop_test.yaml", "m.json"])
def test_no_format_is_written_over_what_the_run_has_read(name, project, tmp_path):
    path = tmp_path / "policies" / name
    (tmp_path / "policies" / "m.json").write_text(json.dumps({"tables": []}))
    text = one("violations: [{code: M109}]", "m.json")
    assert project(text).status == 0
    before = path.read_text()
    outcome = project(text, "--output", f"json={path}")
    assert (outcome.status, outcome.output, path.read_text()) == (2, "", before)
    faulty = one("placements: {order: required}")
    outcome = project(faulty, "--output", f"json={tmp_path / 'policies' / 'shop_test.yaml'}")
    assert outcome.errors.endswith("name another file to write to\n")


def test_two_formats_need_two_files(project, tmp_path):
    outcome = project(one(""), "--output", "json=a.json", "--output", "text=./a.json")
    assert (outcome.status, outcome.output) == (2, "")
    assert not (tmp_path / "a.json").exists()


def test_all_faults_at_once_and_in_every_format(project, tmp_path):
    """Those of several files and of policies too; JUnit has them as errors."""
    (tmp_path / "policies" / "other_test.yml").write_text("tests: 1\n")
    (tmp_path / "policies" / "bad.yaml").write_text("policy: bad\nrulez: []\n")
    text = one("placements: {nosuch: null}\npolicies: [shop.yaml]")
    text += one("policies: [bad.yaml]").removeprefix("tests:\n").replace("name: t", "name: u")
    lines = project(text).output.splitlines()
    assert [line.split(" ")[0] for line in lines] == [
        "policies/bad.yaml:2:1:",
        "policies/other_test.yml:1:8:",
        "policies/shop_test.yaml:4:18:",
    ]
    told = json.loads(project(text, "--format", "json").output)
    assert [v["code"] for v in told["violations"]] == ["Y602", "Y601", "Y602"]
    root = ElementTree.fromstring(project(text, "--format", "junit").output)
    assert (root.get("tests"), root.get("errors"), root.get("failures")) == ("3", "3", "0")


KEYS = sorted({*POLICY_TESTS, *TEST, *VIOLATION, "rows", "size_mb", "depends_on", "orders"})
WORDS = ["orders", "", "\0", ".", "stowplan:", "shop.yaml", "S501", "Y608", "2026-12-01", "error"]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(WORDS) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner),
    max_leaves=8,
)


@given(st.lists(st.tuples(st.sampled_from(sorted(TEST)), VALUES), max_size=3), VALUES)
def test_whatever_a_test_file_holds_there_is_an_answer(changes, whole):
    """No test file is a bug of the program's: each passes, fails or has faults that are told."""
    sound = {"name": "a", "manifest": {"tables": [{"name": "orders", "rows": 1, "size_mb": 1}]}}
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "shop.yaml").write_text(POLICY)
        for data in ({"tests": [{**sound, **dict(changes)}]}, whole):
            path = Path(folder) / "a_test.yaml"
            path.write_text(json.dumps(data))
            outcome = stowplan("test", "--debug", path)
            assert outcome.status in (0, 1, 2)
            assert outcome.output or outcome.status == 0


def test_an_alias_stands_for_a_manifest(project):
    text = f"tests:\n  - {{name: a, manifest: &small {SMALL}}}\n  - {{name: b, manifest: *small}}\n"
    assert project(text).status == 0


def test_waivers_need_a_day(project, tmp_path):
    """A test never reads the clock: without `as_of` a policy with waivers is a fault."""
    waiver = "{code: small, tables: [orders], reason: r, owner: o, expires: 2026-12-05}"
    policy = f"{POLICY}waivers: [{waiver}]\n".replace("5000.0}", "5000.0, max_days: 9}")
    (tmp_path / "policies" / "shop.yaml").write_text(policy)
    expectation = "violations: [{code: small, tables: [orders], waived: true}]"
    outcome = project(one(expectation, LARGE))
    assert outcome.status == 2
    (line,) = outcome.output.splitlines()
    assert "2:5: error[Y601] the policies of the test have waivers, and no day is set" in line
    assert project(one(f"{expectation}\nas_of: 2026-12-01", LARGE)).status == 0
    assert project(f"as_of: 2026-12-01\n{one(expectation, LARGE)}").status == 0
    late = project(one(f"{expectation}\nas_of: 2026-12-06", LARGE))
    assert (late.status, len(failures(late.output))) == (1, 2)


# --- manifests and policies that a test names


def test_a_manifest_by_path(project, tmp_path):
    """From the test file's folder; places of violations are in the manifest's own file."""
    (tmp_path / "large.json").write_text(
        '{"tables": [\n  {"name": "orders", "rows": 1, "size_mb": 6000}]}'
    )
    outcome = project("manifest: ../large.json\ntests:\n  - name: a\n", "--format", "json")
    unexpected = json.loads(outcome.output)["tests"][0]["unexpected"]
    assert [(v["path"], v["line"], v["column"]) for v in unexpected] == [("large.json", 2, 3)]


def test_a_manifest_that_cannot_be_read_as_one(project, tmp_path):
    (tmp_path / "policies" / "broken.json").write_text("{")
    assert project(one("violations: [{code: M102}]", "broken.json")).status == 0
    failed = project(one("", "broken.json"))
    assert failed.status == 1
    assert "# policies/broken.json:1:2: not JSON:" in failed.output


def test_places_of_an_inline_manifest(project):
    """What is found on it is shown at its own line of the test file."""
    outcome = project(one("", LARGE), "--format", "json")
    found = json.loads(outcome.output)["tests"][0]["unexpected"][0]
    assert (found["path"], found["line"], found["column"]) == ("policies/shop_test.yaml", 3, 25)


def test_a_test_replaces_what_its_file_says(project, tmp_path):
    (tmp_path / "other.yaml").write_text(
        "policy: other\nrules:\n  - {id: all, kind: priority, tables: '*', class: EXCLUDED}\n"
    )
    text = f"policies: [.]\nmanifest: {LARGE}\ntests:\n"
    text += "  - {name: a, violations: [{code: small, tables: orders}]}\n"
    again = "violations: [{code: small, tables: orders}], placements: {orders: excluded}"
    text += f"  - {{name: b, policies: [../other.yaml, shop.yaml], {again}}}\n"
    assert project(text).status == 0


# --- which files


def write_test(path, body=""):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(one(body))


@pytest.mark.parametrize(
    ("configuration", "found"),
    [
        (None, ["policies/a_test.yaml"]),
        ("policies: [own, stowplan:customer-data]", ["own/b_test.yml", "own/deep/c_test.yaml"]),
        ("policies: [own/p.yaml]", ["own/b_test.yml", "own/deep/c_test.yaml"]),
        ("policies: ['stowplan:customer-data']", ["policies/a_test.yaml"]),
        (
            "overrides: [{manifests: m.json, policies: [policies, own/deep]}]",
            ["policies/a_test.yaml", "own/deep/c_test.yaml"],
        ),
    ],
)
def test_without_a_path(project, tmp_path, configuration, found):
    """The folders of the policies of stowplan.yaml, else policies/; hidden ones are passed over."""
    for name in ["policies/a", "policies/.hidden/x", "own/deep/c"]:
        write_test(tmp_path / f"{name}_test.yaml", "policies: [/nosuch]")
    write_test(tmp_path / "own" / "b_test.yml", "policies: [/nosuch]")
    (tmp_path / "own" / "my_test.txt").write_text("")
    if configuration:
        (tmp_path / "stowplan.yaml").write_text(configuration)
    lines = stowplan("test").output.splitlines()
    assert [line.split(":")[0] for line in lines] == sorted(found)


def test_without_policies_the_current_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p.yaml").write_text(POLICY)
    write_test(tmp_path / "p_test.yaml")
    assert stowplan("test").errors.startswith("1 test in 1 file: 1 passed")


def test_files_that_are_named_twice_are_run_once(project, tmp_path):
    file = tmp_path / "policies" / "shop_test.yaml"
    assert project(one(""), "policies", file, "policies/../policies").errors.startswith("1 test in")


NAMED = ["q_test.yaml", "q_test.yml", "q_test.YAML", "q_test.json"]


@pytest.mark.skipif(os.name == "nt", reason="no such links and pipes")
@pytest.mark.parametrize("name", NAMED)
@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda path: path.symlink_to("nowhere"), "no such file"),
        (os.mkfifo, "cannot be read: it is no ordinary file"),
        (os.mkdir, "is a directory, not a file"),
    ],
    ids=["link", "pipe", "folder"],
)
def test_a_test_that_cannot_be_read_is_not_passed_over(make, reason, name, project, tmp_path):
    make(tmp_path / "policies" / name)
    outcome = project(one(""))
    line = f"policies/{name}:1:1: error[Y611] policies/{name}: {reason}; hint: check the path\n"
    assert (outcome.status, outcome.output) == (2, line)


@pytest.mark.parametrize("name", NAMED)
def test_every_ending_of_a_test_is_run(name, project, tmp_path):
    """JSON is YAML; it is a test where `tests` stands at its top, and may be a manifest else."""
    test = {"name": "j", "manifest": {"tables": [{"name": "x", "rows": 1, "size_mb": 1}]}}
    (tmp_path / "policies" / name).write_text(json.dumps({"tests": [test]}))
    outcome = project(one(""))
    assert (outcome.status, f"policies/{name}:1:12: failed: j\n" in outcome.output) == (1, True)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ('{"tables": []}', 0),
        ("[1]", 0),
        ("no JSON", 0),
        ('{"tests": [', 2),
        ('{"tests": []}', 2),
    ],
)
def test_json_is_a_test_by_what_it_holds(text, status, project, tmp_path):
    (tmp_path / "policies" / "q_test.json").write_text(text)
    assert project(one("")).status == status


def test_nothing_found(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    outcome = stowplan("test")
    assert outcome == (2, "", "stowplan: nothing to test: no *_test.yaml in .\n")
    outcome = stowplan("test", "nosuch")
    assert (outcome.status, outcome.output) == (
        2,
        "nosuch:1:1: error[Y611] nosuch: no such file; hint: check the path\n",
    )


def test_a_faulty_configuration(project, tmp_path):
    (tmp_path / "stowplan.yaml").write_text("policis: []\n")
    outcome = project(one(""))
    assert (outcome.status, "stowplan.yaml:1:1: error[Y602]" in outcome.output) == (2, True)


def test_the_tests_of_a_pack(tmp_path, monkeypatch):
    """Its own name stands for it: no path of the installation shows."""
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "shop.yaml").write_text(POLICY)
    (tmp_path / "shop" / "large.json").write_text(json.dumps({"tables": []}))
    write_test(tmp_path / "shop" / "shop_test.yaml", "violations: [{code: small, tables: orders}]")
    monkeypatch.setattr(packs, "__file__", str(tmp_path / "__init__.py"))
    outcome = stowplan("test", "stowplan:shop")
    lines = outcome.output.splitlines()
    assert lines[0] == "stowplan:shop/shop_test.yaml:2:5: failed: t"
    assert all(line.startswith("stowplan:shop/shop.yaml:") for line in lines[4:])
    assert len(lines) > 4
    assert stowplan("test", "stowplan:shopp") == (
        2,
        "",
        "stowplan: there is no pack shopp: did you mean stowplan:shop?\n",
    )


# --- coverage


def test_coverage(project):
    """A check must have been broken and held, any other rule had an effect."""
    outcome = project(one("violations: [{code: small, tables: orders}]", LARGE))
    assert outcome.output == (
        "policies/shop.yaml:4:5: not covered: logs (priority): never had an effect in any test\n"
        "policies/shop.yaml:7:5: not covered: small (check): never held in any test\n"
        "policies/shop.yaml:8:5: not covered: quick (check): never broken in any test, "
        "never held in any test\n"
    )
    assert outcome.status == 0
    assert outcome.errors == "1 test in 1 file: 1 passed, 0 failed; 3 of 6 rules covered\n"


ABSENT = "  - {id: owned, kind: check, require: size(table.owner) > 3}\n"
OWNED = "{tables: [{name: orders, rows: 1, size_mb: 1, owner: me}]}"


def test_a_check_that_cannot_be_evaluated_has_not_fired(project, tmp_path):
    """Only its message says so: an expectation without one would pass for a broken rule."""
    found = "- {code: owned, tables: [orders]}"
    said = "cannot be evaluated"
    line = f'{{code: owned, tables: [orders], severity: error, message: "{said}"}}'
    (tmp_path / "policies" / "shop.yaml").write_text(POLICY + ABSENT)
    outcome = project(one("violations: [{code: owned, tables: [orders]}]"))
    assert failures(outcome.output)[0] == found
    assert failures(outcome.output)[1].startswith(f"+ {line}  # orders: {said}: no such field")
    outcome = project(one(f"violations: [{line}]"))
    assert outcome.status == 0
    assert "owned (check): never broken in any test, never held in any test" in outcome.output
    outcome = project(one("violations: [{code: owned, tables: [orders]}]", OWNED))
    assert outcome.status == 0
    assert "owned (check): never held in any test" in outcome.output


def test_required_coverage(project):
    uncovered = one("")
    assert project(uncovered, "--require-coverage").status == 1
    tables = "{name: orders, rows: 1, size_mb: 6000, depends_on: [customers]}"
    tables += "".join(f", {{name: {n}, rows: 1, size_mb: 1}}" for n in ("customers", "x_logs"))
    expected = "plan: true\nviolations: [{code: small, tables: orders}, "
    expected += "{code: quick, tables: orders}]"
    outcome = project(one(expected, f"{{tables: [{tables}]}}"), "--require-coverage")
    assert (outcome.status, outcome.output) == (0, "")


def test_rules_that_came_through_extends_need_no_test(project, tmp_path):
    (tmp_path / "base.yaml").write_text(POLICY)
    night = "rules:\n  - {id: own, kind: resource, window: {duration: 1h}}\n"
    own = f"policy: own\nextends: ../base.yaml\n{night}"
    (tmp_path / "policies" / "shop.yaml").write_text(own)
    outcome = project(one(""), "--require-coverage")
    assert (outcome.status, outcome.output) == (0, "")


# --- formats

HOSTILE = '"</testcase>]]> \\" & \\x01\\x1b[31m\\uFFFE \\u202e <!-- x"'


def test_junit_is_well_formed_whatever_tests_are_called(project):
    """Hostile names stay text; nothing holds a time but zero."""
    outcome = project(one("", LARGE, HOSTILE), "--format", "junit", "--require-coverage")
    root = ElementTree.fromstring(outcome.output)
    suites = list(root)
    assert [suite.get("name") for suite in suites] == ["policies/shop_test.yaml", "coverage"]
    (case,) = suites[0]
    assert case.get("name") == '</testcase>]]> " & \\x01\\x1b[31m\\ufffe \u202e <!-- x'
    assert FOUND in case[0].text
    assert {e.get("time") for e in root.iter()} <= {None, "0", "0.0"}
    assert (root.get("tests"), root.get("failures")) == ("7", str(1 + 3))


def test_a_terminal_gets_no_control_characters(project):
    outcome = project(one("", LARGE, HOSTILE))
    assert all(line.isprintable() for line in outcome.output.splitlines())


def test_junit_of_any_results():
    """Cases and suites of one name stay apart."""
    trouble = Trouble("error", "m\0", "a\nb")
    suites = [Suite("s", (Case("c", "k", (trouble, trouble)), Case("c", "k"))), Suite("s", ())]
    root = ElementTree.fromstring(junit(suites))
    assert [suite.get("tests") for suite in root] == ["2", "0"]
    assert [(e.get("message"), e.text) for e in root.iter("error")] == [("m\\x00", "a\nb")] * 2


def test_junit_without_its_library(project, tmp_path, monkeypatch):
    """The other formats do without; what was asked for is not left half done."""
    monkeypatch.setitem(sys.modules, "junitparser", None)
    assert project(one("")).status == 0
    outcome = project(one(""), "--output", "junit=r.xml", "--output", "json=r.json")
    assert outcome == (
        2,
        "",
        "stowplan: JUnit needs a library that is not installed: pip install 'stowplan[junit]'\n",
    )
    assert not (tmp_path / "r.json").exists()


def test_json(project):
    told = json.loads(project(one("placements: {orders: null}", LARGE), "--format=json").output)
    (test,) = told["tests"]
    assert {key: test[key] for key in ("name", "path", "line", "column", "passed")} == {
        "name": "t",
        "path": "policies/shop_test.yaml",
        "line": 2,
        "column": 5,
        "passed": False,
    }
    assert test["placements"] == [{"table": "orders", "expected": None, "found": "required"}]
    assert [v["code"] for v in test["unexpected"]] == ["small"]
    assert told["counts"] == {"passed": 0, "failed": 1, "rules": 6, "covered": 3}
    assert told["rules"][1]["lacks"] == ["never had an effect in any test"]


def test_further_outputs_are_of_the_same_run(project, tmp_path):
    text = project(one("", LARGE), "--output", "text=out/t.txt", "--output", "json=out/t.json")
    assert (tmp_path / "out" / "t.txt").read_text() == text.output
    alone = project(one("", LARGE), "--format", "json")
    assert (tmp_path / "out" / "t.json").read_text() == alone.output
    for wrong in ("xml=a", "json", "json="):
        assert stowplan("test", "--output", wrong).status == 2


def test_hundreds_of_tests_take_little_time(project):
    """Policies are loaded once; twenty times the time that it takes would still pass."""
    lines = "".join(
        f"  - {{name: t{n}, plan: true, manifest: {SMALL}, placements: {{orders: required}}}}\n"
        for n in range(200)
    )
    start = time.perf_counter()
    outcome = project(f"tests:\n{lines}")
    assert outcome.errors.startswith("200 tests in 1 file: 200 passed")
    assert time.perf_counter() - start < 10
