"""lint's formats: full, GitHub, SARIF and JUnit, --output, and what the page shows."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from command import stowplan
from hypothesis import given
from hypothesis import strategies as st

from stowplan.model import Severity, Span, Violation
from stowplan.reports.full import WIDTH, excerpt, full
from stowplan.reports.github import github
from stowplan.reports.lint_run import LintRun
from stowplan.reports.sarif import sarif
from stowplan.rules import CHECKS

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures" / "checks"
PAGE = (Path(__file__).resolve().parent.parent / "docs" / "formats.md").read_text()
FORMATS = ("text", "full", "json", "sarif", "junit", "github")

POLICY = """\
policy: test
rules:
  - {id: all, kind: priority, tables: ["a*"], class: CRITICAL}
  - {id: night, kind: resource, window: {duration: 4h}}
  - {id: network, kind: resource, bandwidth: {limit: 50MB/s}}
  - id: not-too-large
    kind: check
    severity: warning
    require: table.size_mb < 60.0
    description: Tables are *small*
    reason: the night is short
    message: "{table.name} has {table.size_mb} MB"
waivers:
  - {code: P301, tables: [old], reason: goes away, owner: dba-team, expires: 2030-01-01}
"""
MANIFEST = """\
tables:
  - {name: a1, rows: 1, size_mb: 1, depends_on: [a2]}
  - {name: a2, rows: 1, size_mb: 1, depends_on: [a1]}
  - {name: a3, rows: 1, size_mb: 70}
  - {name: "b é日\\u0007 ]x[", rows: 1, size_mb: 1}
  - {name: old, rows: 1, size_mb: 1}
"""
FOLDER = "d b,c:50%"
"""Every character of it means something to some format."""


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A folder to work in, with a manifest of five findings and its policy."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / FOLDER / "policies").mkdir(parents=True)
    (tmp_path / FOLDER / "m.yaml").write_text(MANIFEST, encoding="utf-8")
    (tmp_path / FOLDER / "policies" / "p.yaml").write_text(POLICY, encoding="utf-8")
    return tmp_path


def lint(form, *arguments):
    """Lint the project's manifest."""
    path = f"{FOLDER}/m.yaml"
    return stowplan("lint", path, "--as-of", "2026-12-01", "--format", form, *arguments)


def violation(message="m", path="m.yaml", column=1, **more):
    return Violation("P301", Severity.ERROR, message, Span(path, 1, column), **more)


# --- full


def test_full_shows_the_line_the_caret_and_all_that_helps(project):
    outcome = lint("full")
    assert outcome.status == 1
    place = f"{FOLDER}/m.yaml"
    assert (
        outcome.output
        == f"""\
{place}:2:50: error[D203] 2 tables wait for each other: a1 -> a2 -> a1
 2 |   - {{name: a1, rows: 1, size_mb: 1, depends_on: [a2]}}
   |                                                  ^
  hint:
    # to open it, paste under a policy's rules:
    - {{id: open-a1, kind: dependency, tables: [a1], not_after: [a2]}}
  page: stowplan explain D203

{place}:4:5: warning[not-too-large] a3 has 70 MB
 4 |   - {{name: a3, rows: 1, size_mb: 70}}
   |     ^
  hint: the night is short
  rule: Tables are *small*

{place}:5:12: error[P301] no rule classifies table b é日\\x07 ]x[
 5 |   - {{name: "b é日\\u0007 ]x[", rows: 1, size_mb: 1}}
   |            ^
  hint: add it to a priority rule, or give it a priority
  page: stowplan explain P301

{place}:6:12: error[P301] no rule classifies table old; hint: add it to a priority rule, \
or give it a priority; waived until 2030-01-01 by dba-team: goes away
"""
    )
    assert outcome.errors == "1 manifest: 2 errors, 1 warning, 1 waived\n"


EXCERPTS = {
    "plain": ("abc", 2, "abc", 1),
    "a tab": ("\tab", 2, "    ab", 4),
    "wide characters": ("日本x", 3, "日本x", 4),
    "a combining accent": ("e\u0301x", 3, "e\u0301x", 1),
    "what does not print": ("\x1bx", 2, "\\x1bx", 4),
    "direction marks": ("\u202ex", 2, "\\u202ex", 6),
    "past the end": ("ab", 9, "ab", 2),
    "an empty line": ("", 1, "", 0),
    "cut at the end": ("a" * 120, 1, "a" * 100 + "…", 0),
    "cut at both ends": (
        "a" * 100 + "X" + "b" * 100,
        101,
        "…" + "a" * 40 + "X" + "b" * 59 + "…",
        41,
    ),
    "cut at the start": ("a" * 119 + "X", 120, "…" + "a" * 99 + "X", 100),
}


@pytest.mark.parametrize(("line", "column", "text", "caret"), EXCERPTS.values(), ids=EXCERPTS)
def test_a_line_is_shown_around_its_column(line, column, text, caret):
    assert excerpt(line, column) == (text, caret)


@given(st.text(st.characters(exclude_characters="\n")), st.integers(1, 300))
def test_what_is_shown_prints_and_is_short(line, column):
    found = excerpt(line, column)
    assert found.text.isprintable()
    assert len(excerpt("x" * len(line), column).text) <= WIDTH + 2
    assert 0 <= found.caret <= 2 * len(found.text) + 1


def test_a_violation_without_a_text_has_no_excerpt():
    shown = full(LintRun((violation(),)))
    assert shown == "m.yaml:1:1: error[P301] m\n  page: stowplan explain P301\n"


def test_line_ends_of_windows_are_not_shown():
    run = LintRun((violation(),), text_of=lambda _: "ab\r\ncd\r\n")
    assert " 1 | ab\n   | ^\n" in full(run)


def test_faults_of_a_policy_show_their_lines_too(project):
    path = project / FOLDER / "policies" / "p.yaml"
    path.write_text("policy: test\nrulez: []\n")
    outcome = lint("full")
    assert outcome.status == 2
    assert " 2 | rulez: []\n   | ^\n" in outcome.output


COLOURS = {
    "a terminal": ({}, True),
    "NO_COLOR": ({"NO_COLOR": "1"}, False),
    "an empty NO_COLOR": ({"NO_COLOR": ""}, True),
    "a dumb terminal": ({"TERM": "dumb"}, False),
}


def _on_a_terminal(arguments, environment):
    """What the command writes to a terminal of its own."""
    pty = pytest.importorskip("pty")
    main, side = pty.openpty()
    command = [sys.executable, "-m", "stowplan", *arguments]
    known = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
    full_environment = {**known, "TERM": "xterm", **environment}
    done = subprocess.run(
        command, stdout=side, stderr=subprocess.DEVNULL, env=full_environment, check=False
    )
    os.close(side)
    text = b""
    while True:
        try:
            part = os.read(main, 65536)
        except OSError:
            break
        if not part:
            break
        text += part
    os.close(main)
    assert done.returncode == 1
    return text.decode()


@pytest.mark.parametrize(("environment", "coloured"), COLOURS.values(), ids=COLOURS)
def test_a_terminal_gets_full_and_colours_unless_it_does_not_want_them(
    project, environment, coloured
):
    shown = _on_a_terminal(["lint", f"{FOLDER}/m.yaml"], environment)
    assert "page: stowplan explain D203" in shown
    assert ("\x1b[1;31merror[D203]\x1b[0m" in shown) is coloured


def test_no_terminal_gets_text(project):
    outcome = stowplan("lint", f"{FOLDER}/m.yaml")
    assert "\n " not in outcome.output
    assert "\x1b" not in lint("full").output


# --- GitHub


def test_github_gets_a_command_for_each_violation_that_is_not_suppressed(project):
    outcome = lint("github")
    file = "file=d b%2Cc%3A50%25/m.yaml"
    assert outcome.output.splitlines() == [
        f"::error {file},line=2,col=50,title=D203::2 tables wait for each other: a1 -> a2 -> a1"
        "%0Ahint: # to open it, paste under a policy's rules:"
        "%0A- {id: open-a1, kind: dependency, tables: [a1], not_after: [a2]}",
        f"::warning {file},line=4,col=5,title=not-too-large::a3 has 70 MB"
        "%0Ahint: the night is short",
        f"::error {file},line=5,col=12,title=P301::no rule classifies table b é日\\x07 ]x["
        "%0Ahint: add it to a priority rule, or give it a priority",
    ]
    assert outcome.errors == "1 manifest: 2 errors, 1 warning, 1 waived\n"


@given(st.text(), st.text())
def test_no_text_breaks_out_of_its_command(message, path):
    command = github(LintRun((violation(message, path),)))
    assert command.count("\n") == 1
    assert "\r" not in command
    head, _, data = command.removeprefix("::error ").removesuffix("\n").partition("::")
    stated = dict(pair.split("=", 1) for pair in head.split(","))
    assert unquote(stated["file"]) == path
    assert set(stated) == {"file", "line", "col", "title"}
    assert set(re.findall("%(?!25)", data)) == set()


# --- SARIF


def test_sarif_has_a_rule_for_each_code_and_a_result_for_each_violation(project):
    (project / "stowplan.yaml").write_text(
        'docs_url: "https://example.org/checks/{code}.html#top"\n'
    )
    log = json.loads(lint("sarif").output)
    (run,) = log["runs"]
    assert (log["version"], run["columnKind"]) == ("2.1.0", "unicodeCodePoints")
    assert run["invocations"] == [{"executionSuccessful": True, "exitCode": 1}]
    rules = run["tool"]["driver"]["rules"]
    assert [(rule["id"], rule["name"]) for rule in rules] == [
        ("D203", "Cycle"),
        ("P301", "Unclassified"),
        ("not-too-large", "NotTooLarge"),
    ]
    assert rules[2] == {
        "id": "not-too-large",
        "name": "NotTooLarge",
        "shortDescription": {"text": "Tables are *small*."},
        "fullDescription": {"text": "Tables are *small*. the night is short."},
        "help": {
            "text": "Tables are *small*. the night is short.",
            "markdown": "Tables are \\*small\\*. the night is short.",
        },
        "defaultConfiguration": {"level": "warning"},
        "helpUri": "https://example.org/checks/not-too-large.html#top",
    }
    found = [(r["ruleId"], rules[r["ruleIndex"]]["id"], r["level"]) for r in run["results"]]
    assert found == [
        ("D203", "D203", "error"),
        ("not-too-large", "not-too-large", "warning"),
        ("P301", "P301", "error"),
        ("P301", "P301", "error"),
    ]
    assert run["results"][0]["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {
                    "uri": "d%20b%2Cc%3A50%25/m.yaml",
                    "uriBaseId": "%SRCROOT%",
                },
                "region": {"startLine": 2, "startColumn": 50},
            }
        }
    ]
    assert run["results"][2]["message"]["text"].startswith(
        "no rule classifies table b é日\\\\x07 \\]x\\[."
    )
    assert [result["suppressions"] for result in run["results"]] == [
        [],
        [],
        [],
        [
            {
                "kind": "external",
                "status": "accepted",
                "justification": "waived until 2030-01-01 by dba-team: goes away",
            }
        ],
    ]


def test_sarif_fingerprints_survive_moved_lines(project):
    def fingerprints():
        results = json.loads(lint("sarif").output)["runs"][0]["results"]
        return [result["partialFingerprints"]["stowplanContent/v1"] for result in results]

    before = fingerprints()
    assert len(set(before)) == len(before)
    (project / FOLDER / "m.yaml").write_text(f"# a line more\n{MANIFEST}", encoding="utf-8")
    assert fingerprints() == before


def test_sarif_tells_of_the_baseline(project):
    lint("text", "--write-baseline", "b.json")
    (project / FOLDER / "m.yaml").write_text(MANIFEST.replace("70", "71"), encoding="utf-8")
    (run,) = json.loads(lint("sarif", "--baseline", "b.json").output)["runs"]
    said = [s["justification"] for r in run["results"] for s in r["suppressions"]]
    assert said == ["in the baseline", "in the baseline", said[2]]
    (note,) = run["invocations"][0]["toolConfigurationNotifications"]
    assert note["message"]["text"].endswith("not-too-large is no longer found: a3 has 70 MB")


def test_sarif_says_when_the_command_could_not_do_its_work(project):
    (project / FOLDER / "policies" / "p.yaml").write_text("policy: test\nrulez: []\n")
    (run,) = json.loads(lint("sarif").output)["runs"]
    assert run["invocations"] == [{"executionSuccessful": False, "exitCode": 2}]
    assert {result["ruleId"] for result in run["results"]} == {"Y602"}


URIS = {
    "relative": ("db/m.yaml", {"uri": "db/m.yaml", "uriBaseId": "%SRCROOT%"}),
    "like a scheme": ("a:b.yaml", {"uri": "a%3Ab.yaml", "uriBaseId": "%SRCROOT%"}),
    "below the folder": ("/home/me/db/m.yaml", {"uri": "db/m.yaml", "uriBaseId": "%SRCROOT%"}),
    "elsewhere": ("/srv/a b.yaml", {"uri": "file:///srv/a%20b.yaml"}),
    "upwards": ("../m.yaml", {"uri": "../m.yaml"}),
    "no UTF-8": ("m\udcff.yaml", {"uri": "m%FF.yaml", "uriBaseId": "%SRCROOT%"}),
    "a pack": ("stowplan:night/a b.yaml", {"uri": "stowplan:night/a%20b.yaml"}),
}


@pytest.mark.parametrize(("path", "expected"), URIS.values(), ids=URIS)
def test_sarif_encodes_paths(path, expected):
    run = LintRun((violation(path=path),), folder="/home/me")
    (location,) = json.loads(sarif(run))["runs"][0]["results"][0]["locations"]
    assert location["physicalLocation"]["artifactLocation"] == expected


def test_every_check_makes_a_rule():
    run = LintRun(tuple(Violation(c.code, c.severity, "m", Span("m", 1, 1)) for c in CHECKS))
    rules = json.loads(sarif(run))["runs"][0]["tool"]["driver"]["rules"]
    assert len(rules) == len({check.code for check in CHECKS})
    for rule in rules:
        assert re.fullmatch("([A-Z][a-z0-9]*)+", rule["name"])
        assert "**" not in rule["fullDescription"]["text"]
        assert rule["shortDescription"]["text"] in rule["fullDescription"]["text"]
        assert len(rule["fullDescription"]["text"]) > len(rule["shortDescription"]["text"])


def _multitool():
    """The Multitool itself: its script for npm hands arguments to a shell, which breaks at `;`."""
    script = shutil.which("sarif-multitool-linux")
    beside = Path(script).resolve().with_name("Sarif.Multitool") if script else None
    return shutil.which("Sarif.Multitool") or (beside and shutil.which(beside))


MULTITOOL = _multitool()
ALLOWED = ("SARIF2005",)
"""Its warning that the tool has no `informationUri`: the project has no home page yet."""


def test_the_multitool_finds_nothing_wrong(project):
    """`npm install -g @microsoft/sarif-multitool-linux`: SARIF's rules, and GitHub's."""
    if MULTITOOL is None:
        pytest.skip("sarif-multitool is not installed: SARIF is checked by its structure only")
    lint("text", "--write-baseline", "b.json")
    more = ("--baseline", "b.json", "--output", "sarif=all.sarif")
    (project / FOLDER / "m.yaml").write_text(MANIFEST.replace("70", "71"), encoding="utf-8")
    lint("text", *more)
    # Every code at once, with its own page.
    run = LintRun(tuple(Violation(c.code, c.severity, "m", Span("m", 1, 1)) for c in CHECKS))
    Path("codes.sarif").write_text(sarif(run), encoding="utf-8")
    for name in ("all.sarif", "codes.sarif"):
        command = [
            MULTITOOL,
            "validate",
            name,
            "--output",
            "found.sarif",
            "--log",
            "ForceOverwrite",
        ]
        command += ["--rule-kind", "Sarif;Gh", "--level", "Error;Warning", "--kind", "Fail"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        lines = done.stdout.splitlines()
        wrong = [line for line in lines if re.search(r": (error|warning) ", line)]
        assert "1 files scanned" in done.stdout
        assert [line for line in wrong if not any(code in line for code in ALLOWED)] == []


# --- JUnit


def test_junit_has_a_suite_for_each_file_and_a_case_for_each_violation(project):
    pytest.importorskip("junitparser")
    (suite,) = ElementTree.fromstring(lint("junit").output)
    assert suite.attrib["name"] == f"{FOLDER}/m.yaml"
    cases = [(case.attrib["name"], [inner.tag for inner in case]) for case in suite]
    assert cases == [
        ("D203: 2 tables wait for each other: a1 -> a2 -> a1", ["failure"]),
        ("not-too-large: a3 has 70 MB", ["system-out"]),
        ("P301: no rule classifies table b é日\\x07 ]x[", ["failure"]),
        ("P301: no rule classifies table old", ["skipped"]),
    ]
    assert "not_after: [a2]" in suite[0][0].text
    skipped = suite[3][0].attrib["message"]
    assert skipped == "waived until 2030-01-01 by dba-team: goes away"


def test_junit_fails_what_the_exit_status_counts(project):
    pytest.importorskip("junitparser")
    (suite,) = ElementTree.fromstring(lint("junit", "--fail-on", "warning").output)
    assert suite.attrib["failures"] == "3"


def test_junit_has_a_case_for_a_manifest_in_order(project):
    pytest.importorskip("junitparser")
    (project / FOLDER / "m.yaml").write_text("tables:\n  - {name: a1, rows: 1, size_mb: 1}\n")
    suite, _policy = ElementTree.fromstring(lint("junit").output)
    assert [(case.attrib["name"], len(case)) for case in suite] == [("stowplan lint", 0)]


def test_junit_tells_faults_as_errors(project):
    pytest.importorskip("junitparser")
    (project / FOLDER / "policies" / "p.yaml").write_text("policy: test\nrulez: []\n")
    (suite,) = ElementTree.fromstring(lint("junit").output)
    assert {inner.tag for case in suite for inner in case} == {"error"}


# --- --output


def test_further_formats_go_to_files(project):
    pytest.importorskip("junitparser")
    outputs = [f"--output={form}=out/{form}.txt" for form in FORMATS]
    outcome = lint("json", *outputs)
    json.loads(outcome.output)
    for form in FORMATS:
        assert Path(f"out/{form}.txt").read_text(encoding="utf-8") == lint(form).output
    assert {path.name for path in Path("out").iterdir()} == {f"{form}.txt" for form in FORMATS}


def test_faults_go_to_files_too(project):
    (project / FOLDER / "policies" / "p.yaml").write_text("policy: test\nrulez: []\n")
    outcome = lint("text", "--output", "json=f.json")
    assert outcome.status == 2
    assert [v["code"] for v in json.loads(Path("f.json").read_text())["violations"]] == ["Y602"]


def test_a_link_keeps_leading_to_its_file(project):
    Path("real.json").write_text("old")
    Path("link.json").symlink_to("real.json")
    lint("text", "--output", "json=link.json")
    assert Path("link.json").is_symlink()
    assert json.loads(Path("real.json").read_text())


REFUSED = {
    "no format": (["f.json"], "'f.json' is not FORMAT=FILE with one of text, full, json"),
    "an unknown format": (["xml=f"], "'xml=f' is not FORMAT=FILE"),
    "no file": (["json="], "'json=' is not FORMAT=FILE"),
    "a folder": (["json=."], "stowplan: .: is no file to write to"),
    "a device": (["json=/dev/null"], "stowplan: /dev/null: is no file to write to"),
    "twice": (["json=f", "sarif=./f"], "stowplan: f: is to be written twice"),
    "the manifest": ([f"json={FOLDER}/m.yaml"], "has just been checked"),
    "the policy": ([f"json={FOLDER}/policies/p.yaml"], "has just been checked"),
}


@pytest.mark.parametrize(("outputs", "said"), REFUSED.values(), ids=REFUSED)
def test_an_output_that_cannot_be_written_is_refused(project, outputs, said):
    before = sorted(path for path in project.rglob("*"))
    outcome = lint("text", "--output=text=kept.txt", *(f"--output={o}" for o in outputs))
    assert (outcome.status, outcome.output) == (2, "")
    assert said in outcome.errors
    assert sorted(path for path in project.rglob("*")) == before
    assert (project / FOLDER / "m.yaml").read_text(encoding="utf-8") == MANIFEST


# --- all formats


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    "folder", sorted(path.name for path in FIXTURES.iterdir() if path.is_dir())
)
def test_every_fixture_can_be_told_in_every_format(folder, form, monkeypatch):
    if form == "junit":
        pytest.importorskip("junitparser")
    monkeypatch.chdir(FIXTURES / folder)
    path = next((path.name for path in sorted(Path().glob("manifest.*"))), "manifest.json")
    outcome = stowplan("lint", path, "--as-of", "2026-12-01", "--format", form)
    plain = stowplan("lint", path, "--as-of", "2026-12-01", "--format", "text")
    assert outcome.status == plain.status
    if form in ("json", "sarif"):
        json.loads(outcome.output)
    elif form == "junit":
        ElementTree.fromstring(outcome.output)
    else:
        assert all(line.isprintable() for line in outcome.output.splitlines())


def test_a_format_is_imported_only_where_it_is_written(project):
    """lint starts on every commit."""
    code = (
        "import sys; from stowplan.cli import main; main(['lint', sys.argv[1]]);"
        "print(*(m for m in sys.modules if m.startswith('stowplan')), file=sys.stderr)"
    )
    command = [sys.executable, "-c", code, f"{FOLDER}/m.yaml"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    loaded = set(done.stderr.split())
    assert "stowplan.reports.text" in loaded
    forms = {f"stowplan.reports.{form}" for form in ("full", "sarif", "junit", "github")}
    more = {"stowplan.baseline", "stowplan.schemas.baseline", "stowplan.reports.lint_json"}
    assert loaded & {*forms, *more} == set()


# --- the page


def test_the_page_shows_what_the_commands_print(tmp_path, monkeypatch):
    """docs/formats.md: its files, then each console block in turn."""
    monkeypatch.chdir(tmp_path)
    for name, text in re.findall(r"<!-- file: (\S+) -->\n```yaml\n(.*?)```", PAGE, re.DOTALL):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    blocks = re.findall(r"```console\n\$ (.*?)\n(.*?)```", PAGE, re.DOTALL)
    assert len(blocks) >= 4
    for command, shown in blocks:
        outcome = stowplan(*shlex.split(command)[1:])
        assert outcome.output + outcome.errors == shown


def test_the_page_names_every_format():
    assert all(f"`{form}`" in PAGE for form in FORMATS)
