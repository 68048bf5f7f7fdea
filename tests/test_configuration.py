"""stowplan.yaml: what it says for which manifest, who wins, and how its faults are told."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

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


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_a_fault(project):
    folder = project(m_json=FINE, stowplan_yaml="fail_on: info\n")
    (folder / "stowplan.yaml").chmod(0)
    unreadable(stowplan("lint", "m.json"), "cannot be read: permission denied")


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
