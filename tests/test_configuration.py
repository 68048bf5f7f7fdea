"""stowplan.yaml: what it says for which manifest, who wins, and how its faults are told."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import privileges
import pytest
from command import stowplan
from hypothesis import given
from hypothesis import strategies as st

from stowplan.cli.configuration import Scope
from stowplan.schemas.configuration import CONFIGURATION, OVERRIDE, read_configuration

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "configuration.md").read_text()

FINE = '{"tables": [{"name": "a", "rows": 1, "size_mb": 1}]}'
WARNED = (
    '{"tables": [{"name": "a", "rows": 1, "size_mb": 1}, {"name": "A", "rows": 1, "size_mb": 1}]}'
)
POLICY = """\
policy: test
rules:
  - {id: all, kind: priority, tables: "*", class: CRITICAL}
  - {id: night, kind: resource, window: {duration: 4h}}
  - {id: network, kind: resource, bandwidth: {limit: 50MB/s}}
"""
VAIN = POLICY + "  - {id: vain, kind: priority, tables: [nobody], class: DEFERRABLE}\n"


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Writes files below an empty folder to work in."""
    monkeypatch.chdir(tmp_path)

    def write(**files: str) -> Path:
        """The name of a file is that of its argument, `__` standing for `/` and `_` for a dot."""
        for name, text in files.items():
            path = tmp_path / name.replace("__", "/").replace("_", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return tmp_path

    return write


def settings(*arguments):
    """What --show-config prints of the manifests, as {path: {setting: text}}."""
    outcome = stowplan("lint", *arguments, "--show-config")
    assert (outcome.status, outcome.errors) == (0, "")
    found: dict[str, dict[str, str]] = {}
    for line in outcome.output.splitlines():
        path, key, text = line.split(": ", 2)
        found.setdefault(path, {})[key] = text
    return found


def without_hints(output):
    """The lines of an output, less the hints at their ends."""
    return [line.partition("; hint: ")[0] for line in output.splitlines()]


# --- who wins


def test_without_anything_the_defaults_apply(project):
    project(m_json=FINE)
    assert settings("m.json") == {
        "m.json": {"policies": "none (default)", "fail_on": "error (default)"}
    }


def test_a_folder_of_policies_beside_the_manifest_wins_over_the_default(project):
    project(db__m_json=FINE, db__policies__p_yaml=POLICY)
    assert (
        settings("db/m.json")["db/m.json"]["policies"]
        == "db/policies (policies/ beside the manifest)"
    )


def test_the_file_wins_over_the_folder_beside_the_manifest(project):
    project(
        m_json=FINE, policies__p_yaml=POLICY, stowplan_yaml="policies: [other]\nfail_on: info\n"
    )
    assert settings("m.json")["m.json"] == {
        "policies": "other (stowplan.yaml:1:1)",
        "fail_on": "info (stowplan.yaml:2:1)",
    }


def test_no_policies_are_a_statement_too(project):
    """`policies: []` wins over the folder beside the manifest, in the file and in an override."""
    project(m_json=FINE, policies__p_yaml=POLICY, stowplan_yaml="policies: []\n")
    assert settings("m.json")["m.json"]["policies"] == "none (stowplan.yaml:1:1)"
    project(stowplan_yaml="policies: [policies]\noverrides: [{manifests: m.json, policies: []}]\n")
    assert settings("m.json")["m.json"]["policies"] == "none (stowplan.yaml:2:33)"
    assert "1 without a policy" in stowplan("lint", "m.json").errors
    assert stowplan("plan", "m.json").status == 2


OVERRIDES = """\
policies: [own]
fail_on: info
overrides:
  - manifests: "db/**"
    policies: [first]
    fail_on: warning
  - manifests: ["other.json", "db/*.json"]
    fail_on: error
"""


def test_a_later_override_wins_key_by_key(project):
    project(
        m_json=FINE, db__m_json=FINE, db__deep__m_json=FINE, stowplan_yaml=OVERRIDES
    )  # fmt: skip
    assert settings(".") == {
        "m.json": {"policies": "own (stowplan.yaml:1:1)", "fail_on": "info (stowplan.yaml:2:1)"},
        "db/m.json": {
            "policies": "first (stowplan.yaml:5:5)",
            "fail_on": "error (stowplan.yaml:8:5)",
        },
        "db/deep/m.json": {
            "policies": "first (stowplan.yaml:5:5)",
            "fail_on": "warning (stowplan.yaml:6:5)",
        },
    }


def test_the_command_line_wins_over_everything(project):
    project(db__m_json=FINE, stowplan_yaml=OVERRIDES)
    found = settings(
        "db/m.json", "--policy", "p.yaml", "--policy", "stowplan:x", "--fail-on", "info"
    )
    assert found["db/m.json"] == {
        "policies": "p.yaml, stowplan:x (--policy)",
        "fail_on": "info (--fail-on)",
    }


def test_the_nearest_file_counts(project):
    project(db__m_json=FINE, stowplan_yaml="fail_on: info\n", db__stowplan_yaml="policies: [p]\n")
    assert settings("db/m.json")["db/m.json"] == {
        "policies": "db/p (db/stowplan.yaml:1:1)",
        "fail_on": "error (default)",
    }


def test_globs_start_at_the_folder_of_the_file_wherever_the_command_is_run(project, monkeypatch):
    folder = project(db__m_json=FINE, db__p_yaml=POLICY, stowplan_yaml=(
        'overrides: [{manifests: "db/*.json", policies: ["db/p.yaml"], fail_on: info}]\n'
    ))  # fmt: skip
    monkeypatch.chdir(folder / "db")
    found = settings("m.json")["m.json"]
    assert found["policies"].startswith("p.yaml (")
    assert found["fail_on"].endswith("stowplan.yaml:1:63)")
    assert stowplan("lint", "../db/m.json").status == 0


# --- what it does


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["strict.json"], 1),
        (["mild.json"], 0),
        (["mild.json", "strict.json"], 1),
        (["mild.json", "--fail-on", "warning"], 1),
        (["strict.json", "mild.json", "--fail-on", "error"], 0),
    ],
)
def test_a_violation_counts_by_the_severity_of_its_own_manifest(arguments, status, project):
    """Whatever the order; the command line wins."""
    project(
        strict_json=WARNED,
        mild_json=WARNED,
        p_yaml=POLICY,
        stowplan_yaml="policies: [p.yaml]\nfail_on: warning\n"
        "overrides: [{manifests: mild.json, fail_on: error}]\n",
    )
    assert stowplan("lint", *arguments).status == status
    if len([name for name in arguments if name.endswith("json")]) == 1:
        assert stowplan("plan", *arguments, "-o", "out").status == status


@pytest.mark.parametrize(
    ("manifests", "status"), [(["mild.json"], 0), (["mild.json", "m.json"], 1)]
)
def test_a_violation_of_a_policy_counts_as_in_the_strictest_manifest(manifests, status, project):
    """Only the manifests of the run have a say."""
    project(
        m_json=FINE,
        mild_json=FINE,
        p_yaml=VAIN,
        stowplan_yaml="manifests: ['*.json']\npolicies: [p.yaml]\nfail_on: warning\n"
        "overrides: [{manifests: mild.json, fail_on: error}]\n",
    )
    outcome = stowplan("lint", *manifests)
    assert "warning[Y607]" in outcome.output
    assert outcome.status == status


def test_each_manifest_is_checked_by_its_own_policies(project):
    project(
        a_json=FINE,
        b_json=FINE,
        p_yaml=POLICY,
        q_yaml=VAIN,
        stowplan_yaml="policies: [p.yaml]\noverrides: [{manifests: b.json, policies: [q.yaml]}]\n",
    )
    assert stowplan("lint", "a.json").output == ""
    lines = stowplan("lint", "a.json", "b.json").output.splitlines()
    assert {line.split(":")[0] for line in lines} == {"q.yaml"}


# --- globs

TREE = [
    "a.json",
    "b.yaml",
    "db/a.json",
    "db/x/a.json",
    "db/x/y/b.json",
    "other/x/a.json",
    "[x].json",
]
GLOBS = [
    "a.json", "*.json", "*", "**/*.json", "**/a.json", "db/*.json", "db/**/*.json", "db/**/y/*",
    "*/x/*.json", "**/x/**/*.json", "?.json", "[ab].*", "[!a].*", "[[]x].json", "./db/a.json",
    "**/**/a.json", "DB/a.json", "db/x", "d*/**/[by]*",
]  # fmt: skip


@pytest.mark.parametrize("glob", GLOBS)
def test_a_glob_means_the_files_that_it_lists(glob, tmp_path):
    """An override's globs match as the globs of `manifests` list, by Python's pathlib."""
    for name in TREE:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    listed = {path for path in tmp_path.glob(glob) if path.is_file()}
    scope = Scope((tuple(glob.split("/")),), None, None)
    assert {tmp_path / name for name in TREE if scope.covers(name.split("/"))} == listed


def test_two_stars_at_the_end_are_all_that_is_below():
    scope = Scope((("db", "**"),), None, None)
    assert [name for name in TREE if scope.covers(name.split("/"))] == TREE[2:5]


names = st.sampled_from(["a", "b", "ab"])


@given(
    st.lists(st.sampled_from(["**", "**", "*", "a", "?b"]), min_size=1, max_size=6),
    st.lists(names, min_size=1, max_size=6),
)
def test_globs_agree_with_regular_expressions(glob, parts):
    """The same, said as an expression over the whole path."""
    said = {"**": "(?:[^/]+/)*", "*": "[^/]+/", "a": "a/", "?b": "[^/]b/"}
    expression = "".join(said[part] for part in glob)
    matches = re.fullmatch(expression, "".join(f"{part}/" for part in parts)) is not None
    assert Scope((tuple(glob),), None, None).covers(parts) == matches


# --- faults

FAULTS = [
    ("overrides: {}\n", ["1:12: error[Y601] `overrides` must be a list, is a mapping"]),
    ("overrides: [a]\n",
     ['1:13: error[Y601] item 1 of `overrides` must be a mapping, is text "a"']),
    ("overrides:\n  - fail_on: info\n", ["2:5: error[Y601] `manifests` is missing"]),
    ("overrides:\n  - manifests: a\n", ["2:5: error[Y601] the override changes nothing"]),
    ("overrides:\n  - {}\n", ["2:5: error[Y601] `manifests` is missing"]),
    ("overrides:\n  - {manifests: [], fail_on: info}\n",
     ["2:17: error[Y601] `manifests` must not be empty"]),
    ("overrides:\n  - {manifests: [1], fail_on: info}\n",
     ["2:18: error[Y601] item 1 of `manifests` must be text, is 1"]),
    ("overrides:\n  - {manifests: a, fail_on: never}\n",
     ['2:29: error[Y601] `fail_on` must be one of error, warning, info; is text "never"']),
    ("overrides:\n  - {manifests: a, polices: []}\n", ["2:20: error[Y602] unknown key `polices`"]),
    ("overrides:\n  - {manifests: *.yaml, fail_on: info}\n",
     ['2:17: error[Y601] a value that starts with `*` must be quoted: write "*.yaml"']),
    ("overrides:\n  - {manifests: /a, fail_on: info}\n",
     ['2:17: error[Y605] "/a" is an absolute path']),
    ("overrides:\n  - {manifests: [a, 'C:/a'], fail_on: info}\n",
     ['2:21: error[Y605] "C:/a" is an absolute path']),
    ("overrides:\n  - {manifests: ../a, fail_on: info}\n",
     ['2:17: error[Y605] "../a" leads out of the folder of stowplan.yaml']),
    ("overrides:\n  - {manifests: 'a**/b', fail_on: info}\n",
     ['2:17: error[Y605] "a**/b" has `**` beside other characters']),
    ("overrides:\n  - {manifests: 'a[b', fail_on: info}\n",
     ['2:17: error[Y605] "a[b" has a `[` that is never closed']),
    ("overrides:\n  - {manifests: 'a\\b', fail_on: info}\n",
     ['2:17: error[Y605] "a\\b" has a backslash']),
    ("overrides:\n  - {manifests: a/, fail_on: info}\n",
     ['2:17: error[Y605] "a/" names a folder, not manifests']),
    ("overrides:\n  - {manifests: ['', 'b'], fail_on: info}\n",
     ['2:18: error[Y605] "" matches no file']),
    ("manifests: []\n", ["1:12: error[Y601] `manifests` lists none"]),
    ("manifests: [/a]\n", ['1:13: error[Y605] "/a" is an absolute path']),
    ("manifests: ['', 'b']\n", ['1:13: error[Y605] "" matches no file']),
    ("manifests: [., ./]\n",
     ['1:13: error[Y605] "." matches no file', '1:16: error[Y605] "./" matches no file']),
    ("manifests: ['**.yaml']\n", ['1:13: error[Y605] "**.yaml" has `**` beside other characters']),
    ("manifests: [/a]\nfail_on: never\noverrides:\n  - manifests: ..\n",
     ['1:13: error[Y605] "/a" is an absolute path',
      '2:10: error[Y601] `fail_on` must be one of error, warning, info; is text "never"',
      "4:5: error[Y601] the override changes nothing",
      '4:16: error[Y605] ".." leads out of the folder of stowplan.yaml']),
]  # fmt: skip


@pytest.mark.parametrize(("content", "lines"), FAULTS)
@pytest.mark.parametrize("command", ["lint", "plan"])
def test_faults_are_told_all_at_once_with_their_places(content, lines, command, project):
    project(m_json=FINE, stowplan_yaml=content)
    outcome = stowplan(command, "m.json")
    assert (outcome.status, outcome.errors) == (2, "")
    assert without_hints(outcome.output) == [f"stowplan.yaml:{line}" for line in lines]


keys = st.sampled_from(["manifests", "policies", "fail_on", "overrides", "other"])
strings = st.text("*/.[]!\\\0aC:", max_size=4) | st.sampled_from(["error", "info"])
trees = st.recursive(
    st.none() | st.booleans() | st.integers() | strings,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(keys, trees, max_size=4) | trees)
def test_whatever_a_configuration_holds_it_is_read_or_has_faults(data):
    """Every fault stands on something that is there."""
    values, faults = read_configuration(data)
    assert (values is None) == bool(faults)
    for code, finding in faults:
        assert code in ("Y601", "Y602", "Y605")
        found = data
        for part in finding.path:
            found = found[part]


@given(strings)
def test_a_glob_without_a_fault_can_be_looked_up(glob):
    """pathlib takes it, and it can be matched; what leads nowhere is for pathlib to find."""
    if read_configuration({"manifests": [glob]})[0] is not None:
        assert isinstance(next(Path(__file__).parent.glob(glob), None), Path | None)


def test_a_fault_has_a_hint(project):
    project(m_json=FINE, stowplan_yaml="overrides: [{manifests: a/}]\n")
    outcome = stowplan("lint", "m.json", "--format", "json")
    hints = [violation["hint"] for violation in json.loads(outcome.output)["violations"]]
    assert hints == ["give it `policies` or `fail_on`", "write `a/**`"]


def test_a_manifest_list_may_still_lead_upwards(project):
    project(db__stowplan_yaml="manifests: ['../*.json']\n", m_json=FINE)
    assert stowplan("lint", "db/none.json").status == 2
    os.chdir("db")
    assert stowplan("lint").status == 0


# --- what it names must be there


NOT_THERE = {
    "a folder": ("policies: [policis]\n", "1:12", "Y611] policis: no such file", "policies"),
    "a file of two": (
        "policies:\n  - policies\n  - policies/nihgt.yaml\n",
        "3:5",
        "Y611] policies/nihgt.yaml: no such file",
        "policies/night.yaml",
    ),
    "a file without its ending": (
        "policies: [policies/night]\n",
        "1:12",
        "Y611] policies/night: no such file",
        "policies/night.yaml",
    ),
    "a shipped pack": (
        'policies: ["stowplan:recomended"]\n',
        "1:12",
        "Y611] there is no pack stowplan:recomended",
        "stowplan:recommended",
    ),
    "a shipped pack without its prefix": (
        "policies: [recommended]\n",
        "1:12",
        "Y611] recommended: no such file",
        "stowplan:recommended",
    ),
    "a policy of an override": (
        "policies: []\noverrides:\n  - {manifests: m.json, policies: [policies, polices]}\n",
        "3:46",
        "Y611] polices: no such file",
        "policies",
    ),
}


@pytest.mark.parametrize(
    ("content", "place", "message", "near"), NOT_THERE.values(), ids=NOT_THERE.keys()
)
@pytest.mark.parametrize("command", ["lint", "plan", "policies"])
def test_a_policy_that_is_not_there_is_told_where_it_is_named(
    command, content, place, message, near, project
):
    project(m_json=FINE, policies__night_yaml=POLICY, stowplan_yaml=content)
    line = f"stowplan.yaml:{place}: error[{message}; hint: did you mean {near}?\n"
    assert stowplan(command, "m.json") == (2, line, "")


def test_a_hint_is_written_as_the_file_would_write_it(project, monkeypatch):
    folder = project(
        db__m_json=FINE, policies__night_yaml=POLICY, stowplan_yaml="policies: [policis]\n"
    )
    monkeypatch.chdir(folder / "db")
    told = stowplan("lint", "m.json").output
    assert told.startswith(f"{folder}/stowplan.yaml:1:12: error[Y611] ")
    assert told.endswith("; hint: did you mean policies?\n")


def test_what_extends_names_is_told_at_every_place_that_names_it(project):
    project(
        m_json=FINE,
        policies__a_yaml="policy: a\nextends: [nihgt.yml]\n",
        policies__b_yaml="policy: b\nextends: nihgt.yml\n",
        policies__night_yml=POLICY,
    )
    assert stowplan("lint", "m.json").output.splitlines() == [
        f"policies/{place}: error[Y611] policies/nihgt.yml: no such file; "
        "hint: did you mean night.yml?"
        for place in ("a.yaml:2:11", "b.yaml:2:10")
    ]


def test_a_policy_of_the_command_line_has_no_other_place_than_its_own(project):
    project(m_json=FINE, policies__night_yaml=POLICY)
    line = "policis:1:1: error[Y611] policis: no such file; hint: did you mean policies?\n"
    assert stowplan("lint", "m.json", "--policy", "policis") == (2, line, "")


# --- what is not read

MISNAMED = ["stowplan.yml", "stowplan.json", ".stowplan.yaml", ".stowplan.yml"]


@pytest.mark.parametrize("name", MISNAMED)
@pytest.mark.parametrize("both", [False, True])
def test_a_file_that_is_nearly_called_so_is_a_fault(name, both, project):
    folder = project(m_json=FINE, **({"stowplan_yaml": "fail_on: info\n"} if both else {}))
    (folder / name).write_text("fail_on: info\n")
    hint = "stowplan.yaml is there too: put all into it" if both else "rename it to stowplan.yaml"
    line = f"{name}:1:1: error[Y611] {name} is not read as a configuration; hint: {hint}\n"
    assert stowplan("lint", "m.json") == (2, line, "")
    assert stowplan("plan", "m.json") == (2, line, "")


def test_a_file_above_the_nearest_one_does_not_matter(project):
    project(stowplan_yml="?", db__stowplan_yaml="fail_on: info\n", db__m_json=FINE)
    assert settings("db/m.json")["db/m.json"]["fail_on"] == "info (db/stowplan.yaml:1:1)"


IDLE = """\
manifests: [db/*.json, dbs/*.json]
overrides:
  - {manifests: [db/legcy/**, "**/m.json"], fail_on: error}
  - {manifests: db/old.json, fail_on: error}
"""


@pytest.mark.parametrize("paths", [(), ("db/m.json",), ("other.json",)])
def test_a_glob_that_no_file_matches_is_reported_whatever_the_run_is_for(paths, project):
    project(db__m_json=FINE, db__legacy__m_json=FINE, other_json=FINE, stowplan_yaml=IDLE)
    outcome = stowplan("lint", *paths)
    assert outcome.status == 0
    assert [line for line in outcome.output.splitlines() if "Y607" in line] == [
        "stowplan.yaml:1:24: warning[Y607] the glob dbs/*.json matches no file; "
        "hint: did you mean db?",
        "stowplan.yaml:3:18: warning[Y607] the glob db/legcy/** matches no manifest; "
        "hint: did you mean legacy?",
        "stowplan.yaml:4:17: warning[Y607] the glob db/old.json matches no manifest; "
        "hint: correct it or take it out",
    ]


def test_a_glob_matches_what_is_on_disk_not_what_the_run_is_for(project):
    content = 'manifests: ["**/*.json"]\noverrides: [{manifests: "db/**", fail_on: error}]\n'
    project(db__deep__m_json=FINE, other_json=FINE, stowplan_yaml=content)
    assert "Y607" not in stowplan("lint", "other.json").output


def test_a_glob_without_a_file_counts_as_the_file_says(project):
    project(m_json=FINE, stowplan_yaml="manifests: [none.json]\nfail_on: warning\n")
    assert stowplan("lint", "m.json").status == 1


NOT_READ = {
    "a folder further down": (
        "policies/team/deep/a.yaml",
        "# ours\npolicy: a\n",
        "2:1: error[Y611] {path} is in a folder below policies and is not read; "
        "hint: name policies/team/deep too, or move it up; see docs/configuration.md",
    ),
    "waivers further down": (
        "policies/team/a.yml",
        "waivers: []\n",
        "1:1: error[Y611] {path} is in a folder below policies and is not read; "
        "hint: name policies/team too, or move it up; see docs/configuration.md",
    ),
    "JSON": (
        "policies/a.json",
        '{"rules": []}',
        "1:1: error[Y611] {path} is not YAML and is not read; "
        "hint: call it a.yaml (JSON is YAML), or name it by itself",
    ),
    "a test's name": (
        "policies/orders_test.yaml",
        "rules: []\n",
        "1:1: error[Y601] {path} has a test's name and is not read as a policy; "
        "hint: a policy needs another name, a test no such key",
    ),
}


@pytest.mark.parametrize(("path", "text", "line"), NOT_READ.values(), ids=NOT_READ.keys())
@pytest.mark.parametrize("command", ["lint", "plan", "policies"])
def test_a_policy_that_nothing_reads_is_a_fault(command, path, text, line, project):
    folder = project(m_json=FINE, policies__night_yaml=POLICY)
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_text(text)
    assert stowplan(command, "m.json") == (2, f"{path}:{line.format(path=path)}\n", "")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("policies/examples/a.yaml", "policy: a\n"),
        ("policies/team/fixtures/a.yaml", "policy: a\n"),
        ("policies/tests/a.yaml", "policy: a\n"),
        ("policies/.hidden/a.yaml", "policy: a\n"),
        ("policies/team/a.yaml", "tables: []\nx-of: {policy: a}\n"),
        ("policies/team/a.txt", "policy: a\n"),
        ("policies/a.json", '{"tables": []}'),
        ("policies/a.json", "{"),
        ("policies/a_test.yaml", "tests: []\n"),
    ],
)
def test_what_is_no_policy_may_lie_there(path, text, project):
    folder = project(m_json=FINE, policies__night_yaml=POLICY)
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_text(text)
    assert stowplan("lint", "m.json").output == ""


STRICT = "policy: strict\nrules: [{id: strict, kind: check, require: table.rows > 0}]\n"


@pytest.mark.parametrize(
    ("content", "extends"),
    [
        (
            "policies: [policies]\n"
            "overrides: [{manifests: o.json, policies: [policies/strict]}]\n",
            "",
        ),
        ("policies: [policies, policies/strict]\n", ""),
        ("policies: [policies]\n", "extends: strict\n"),
        ("policies: [policies]\n", "extends: strict/a.yaml\n"),
    ],
)  # fmt: skip
def test_what_is_named_elsewhere_may_lie_further_down(content, extends, project):
    project(
        m_json=FINE,
        o_json=FINE,
        stowplan_yaml=content,
        policies__night_yaml=POLICY + extends,
        policies__strict__a_yaml=STRICT,
    )
    assert stowplan("lint", "m.json") == (0, "", "1 manifest: 0 errors\n")


# --- severities of what a policy extends


@pytest.mark.parametrize(
    ("own", "severity", "origin"),
    [
        ("severities: {P301: warning}\n", "warning", "policies/a.yaml:3:20"),
        ("", None, "shared/pack.yaml:2:20"),
    ],
)
def test_what_a_file_says_of_a_check_wins_over_what_it_extends(own, severity, origin, project):
    """And whoever has changed a check is shown, also where nothing else is."""
    project(
        m_json=FINE,
        policies__a_yaml=f"policy: a\nextends: ../shared/pack.yaml\n{own}",
        shared__pack_yaml="policy: pack\nseverities: {P301: off}\n",
    )
    found = json.loads(stowplan("lint", "m.json", "--format", "json").output)["violations"]
    assert [v["severity"] for v in found if v["code"] == "P301"] == ([severity] if severity else [])
    changed = f"P301  {severity or 'off'} instead of error  {origin}\n"
    assert changed in stowplan("policies", "m.json").output


# --- the baseline

SIZELESS = '{"tables": [{"name": "a", "rows": 1, "size_mb": 0}]}'


def test_a_baseline_that_the_file_names_is_the_runs(project):
    project(m_json=SIZELESS, stowplan_yaml="fail_on: warning\nbaseline: lists/ok.json\n")
    line = "stowplan.yaml:2:11: error[Y611] the baseline: no such file; hint: check the path, "
    line += "or make one: stowplan lint --write-baseline lists/ok.json\n"
    assert stowplan("lint", "m.json") == (2, line, "")
    assert stowplan("lint", "m.json", "--no-baseline").status == 1
    assert stowplan("lint", "m.json", "--write-baseline", "lists/ok.json").status == 0
    assert stowplan("lint", "m.json").status == 0
    assert stowplan("lint", "m.json", "--no-baseline").status == 1
    assert settings("m.json")["m.json"]["baseline"] == "lists/ok.json (stowplan.yaml:2:1)"
    named = settings("m.json", "--baseline", "other.json")
    assert named["m.json"]["baseline"] == "other.json (--baseline)"


@pytest.mark.parametrize("name", ["stowplan.yaml", "ok.json", "m.json"])
def test_no_format_is_written_over_what_the_run_has_read(name, project):
    folder = project(m_json=WARNED, stowplan_yaml="baseline: ok.json\n")
    stowplan("lint", "m.json", "--write-baseline", "ok.json")
    before = (folder / name).read_text()
    outcome = stowplan("lint", "m.json", "--output", f"json={name}")
    assert (outcome.status, outcome.output) == (2, "")
    assert (folder / name).read_text() == before


# --- a file that is there and cannot be read


def unreadable(outcome, reason):
    assert (outcome.status, outcome.errors) == (2, "")
    line = f"stowplan.yaml:1:1: error[Y611] stowplan.yaml: {reason}"
    assert without_hints(outcome.output) == [line]


@pytest.mark.parametrize("command", ["lint", "plan"])
def test_a_folder_of_that_name_is_a_fault(command, project):
    folder = project(m_json=FINE)
    (folder / "stowplan.yaml").mkdir()
    unreadable(stowplan(command, "m.json"), "is a directory, not a file")


@pytest.mark.parametrize("command", ["lint", "plan"])
def test_a_link_to_nowhere_is_a_fault(command, project):
    folder = project(m_json=FINE)
    (folder / "stowplan.yaml").symlink_to("nowhere")
    unreadable(stowplan(command, "m.json"), "no such file")


def linked(path, target):
    """A link instead of a file."""
    path.symlink_to(target)


NO_POLICIES = {
    "policies that lead nowhere": ("policies", linked, "nowhere", "no such file"),
    "policies that lead to themselves": (
        "policies", linked, "policies", "cannot be read: too many levels of symbolic links"
    ),
    "policies that are a pipe": (
        "policies", lambda path, _: os.mkfifo(path), "", "cannot be read: it is no ordinary file"
    ),
    "a constraints.md that leads nowhere": ("constraints.md", linked, "nowhere", "no such file"),
    "a constraints.md that is a pipe": (
        "constraints.md",
        lambda path, _: os.mkfifo(path),
        "",
        "cannot be read: it is no ordinary file",
    ),
}  # fmt: skip


@pytest.mark.skipif(os.name == "nt", reason="no such links and pipes")
@pytest.mark.parametrize(
    ("name", "make", "target", "reason"), NO_POLICIES.values(), ids=NO_POLICIES.keys()
)
@pytest.mark.parametrize(
    "command", [("lint", "m.json"), ("plan", "m.json"), ("policies",), ("explain", "some-rule")]
)
def test_what_has_the_name_of_the_policies_beside_is_never_passed_over(
    command, name, make, target, reason, project
):
    """No policy would be found, and nothing be checked, without a word."""
    make(project(m_json=FINE) / name, target)
    outcome = stowplan(*command)
    line = f"{name}:1:1: error[Y611] {name}: {reason}"
    assert (outcome.status, without_hints(outcome.output)) == (2, [line])


def test_a_folder_called_constraints_md_is_no_empty_policy(project):
    (project(m_json=FINE) / "constraints.md").mkdir()
    outcome = stowplan("lint", "m.json")
    line = "constraints.md:1:1: error[Y611] constraints.md has no policies (*.yaml, *.yml)"
    assert (outcome.status, without_hints(outcome.output)) == (2, [line])


def test_a_file_without_permission_is_a_fault(project):
    folder = project(m_json=FINE, stowplan_yaml="fail_on: info\n")
    (folder / "stowplan.yaml").chmod(0)
    unreadable(privileges.stowplan("lint", "m.json"), "cannot be read: permission denied")


# --- --show-config


def test_show_config_does_nothing_else(project):
    """Nothing is checked, and a policy that is not there does not matter."""
    folder = project(m_json='{"tables": 7}', stowplan_yaml="policies: [nowhere.yaml]\n")
    shown = "m.json: policies: nowhere.yaml (stowplan.yaml:1:1)\nm.json: fail_on: error (default)\n"
    assert stowplan("lint", "m.json", "--show-config") == (0, shown, "")
    assert stowplan("plan", "m.json", "--show-config", "-o", "out") == (0, shown, "")
    assert not (folder / "out").exists()


def test_show_config_for_programs(project):
    project(m_json=FINE, policies__p_yaml=POLICY)
    expected = {
        "policies": {"value": ["policies"], "origin": "policies/ beside the manifest"},
        "fail_on": {"value": "warning", "origin": "--fail-on"},
    }
    for command in ("lint", "plan"):
        outcome = stowplan(
            command, "m.json", "--show-config", "--format", "json", "--fail-on", "warning"
        )
        assert outcome.status == 0
        assert json.loads(outcome.output) == {
            "manifests": [{"path": "m.json", "settings": expected}]
        }


def test_show_config_speaks_of_a_manifest_that_cannot_be_read(project):
    project(stowplan_yaml="fail_on: info\n")
    assert settings("gone.json")["gone.json"]["fail_on"] == "info (stowplan.yaml:1:1)"


def test_show_config_needs_a_manifest(project):
    project(other_json="{}")
    outcome = stowplan("lint", "--show-config")
    assert (outcome.status, outcome.output) == (2, "")
    assert outcome.errors.startswith("stowplan: nothing to show: ")


def test_show_config_shows_names_on_one_line(project):
    project(m_json=FINE, stowplan_yaml='policies: ["a\\nb\\e"]\n')
    assert settings("m.json")["m.json"]["policies"] == "a\\nb\\x1b (stowplan.yaml:1:1)"


# --- the page

EXAMPLE = re.search(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[1]


def test_the_example_of_the_page_gives_what_the_page_shows(project):
    project(stowplan_yaml=EXAMPLE, db__orders_yaml=FINE, db__legacy__billing_yaml=FINE)
    command, *shown = re.search(r"```console\n\$ (.*?)```", PAGE, re.DOTALL)[1].splitlines()
    outcome = stowplan(*command.split()[1:])
    assert outcome == (0, "".join(f"{line}\n" for line in shown), "")


def test_every_key_is_on_the_page():
    assert all(f"`{key}`" in PAGE for key in (*CONFIGURATION, *OVERRIDE))
