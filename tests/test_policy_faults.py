"""A policy with a fault stops the command: all faults at their places, and nothing else.

The cases are in fixtures/policy-faults.yaml.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml
from command import stowplan

from stowplan.rules import CHECKS

FILE = Path(__file__).parent.parent / "fixtures" / "policy-faults.yaml"
CASES = yaml.safe_load(FILE.read_text(encoding="utf-8"))
AS_OF = ("--as-of", "2026-12-01")


class Fault(NamedTuple):
    """One fault as it is to be reported."""

    place: str
    code: str
    message: str
    hint: str | None


def content(case) -> str:
    """The policy of a case."""
    return case["file"] if "file" in case else f"policy: p\nrules:\n  - {case['rule']}\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder to work in, with a manifest that has a finding of its own (M107)."""
    monkeypatch.chdir(tmp_path)
    manifest = '{"tables": [{"name": "customers", "rows": 0, "size_mb": 0}]}'
    (tmp_path / "m.json").write_text(manifest)
    return tmp_path


def write(folder, **files) -> None:
    """Write policies, by their names without the ending."""
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8", newline="\n")


def lint(*policies) -> list[str]:
    """The lines of lint under policies with faults, without hints; plan must say the same."""
    named = [part for policy in policies or ["policy.yaml"] for part in ("--policy", policy)]
    outcome = stowplan("lint", "m.json", *named, *AS_OF)
    assert (outcome.status, outcome.errors) == (2, "")
    assert stowplan("plan", "m.json", *named, *AS_OF, "-o", "out") == outcome
    assert not Path("out").exists()
    return [line.split("; hint: ")[0] for line in outcome.output.splitlines()]


@pytest.mark.parametrize("case", CASES, ids=[content(case)[-60:] for case in CASES])
def test_a_faulty_policy_stops_the_command_and_shows_all_its_faults(case, folder):
    write(folder, policy=content(case))
    faults = [Fault(*fault) for fault in case["faults"]]
    assert lint() == [
        f"policy.yaml:{place}: error[{code}] {message}" for place, code, message, _ in faults
    ]
    outcome = stowplan("lint", "m.json", "--policy", "policy.yaml", "--format", "json", *AS_OF)
    assert (outcome.status, outcome.errors) == (2, "")
    found = json.loads(outcome.output)
    assert [
        Fault(f"{v['line']}:{v['column']}", v["code"], v["message"], v["hint"])
        for v in found["violations"]
    ] == faults
    assert {(v["path"], v["severity"]) for v in found["violations"]} == {("policy.yaml", "error")}
    assert found["counts"]["error"] == len(faults)


def test_the_cases_cover_every_code_of_faults_in_one_file():
    codes = {fault[1] for case in CASES for fault in case["faults"]}
    firm = {check.code for check in CHECKS if check.firm and check.code.startswith("Y")}
    assert codes == firm - {"Y611"}
    assert len(CASES) >= 120


def test_the_faults_of_all_files_are_shown_at_once(folder):
    write(
        folder,
        a="rules:\n  - {id: a, kind: resource, disk: {limit: 1}}\n",
        b="rules: 7\nseverities: {D999: off}\n",
        c="rules:\n  - {id: a, kind: resource, disk: {limit: 1GB}}\nextends: none.yaml\n",
        d="- not a policy\n",
    )
    assert lint("d.yaml", "c.yaml", "b.yaml", "a.yaml") == [
        "a.yaml:2:10: error[Y603] the id a is taken by a rule of c.yaml",
        "a.yaml:2:43: error[Y606] limit: a size must be text with a unit, is 1",
        "b.yaml:1:8: error[Y601] `rules` must be a list, is 7",
        "b.yaml:2:14: error[Y602] unknown code D999",
        "c.yaml:3:10: error[Y611] none.yaml: no such file",
        "d.yaml:1:1: error[Y601] a policy must be a mapping",
    ]


def test_a_faulty_policy_hides_even_the_faults_of_the_manifest(folder):
    write(folder, policy="rules: 7\n")
    (folder / "m.json").write_text("{")
    assert lint() == ["policy.yaml:1:8: error[Y601] `rules` must be a list, is 7"]


@pytest.mark.parametrize(
    ("content", "line", "hint"),
    [
        ("extends: none.yaml\n", "1:10: error[Y611] none.yaml: no such file", "check the path"),
        (
            "extends:\n  - stowplan:customer_data\n",
            "2:5: error[Y611] there is no pack stowplan:customer_data",
            "did you mean stowplan:customer-data?",
        ),
        (
            'extends: "stowplan:../checks"\n',
            "1:10: error[Y611] there is no pack stowplan:../checks",
            None,
        ),
        (
            "extends: policy.yaml\n",
            "1:10: error[Y611] policy.yaml extends itself in a circle",
            "take one `extends` of the circle away",
        ),
        (
            "extends: .\n",
            "1:10: error[Y611] policy.yaml extends itself in a circle",
            "take one `extends` of the circle away",
        ),
        (
            "extends: empty\n",
            "1:10: error[Y611] empty has no policies (*.yaml, *.yml)",
            "check the path",
        ),
        (
            "extends: c.md\n",
            "1:10: error[Y611] c.md: no such file",
            "check the path",
        ),
        (
            'extends: "nul\\0.yaml"\n',
            "1:10: error[Y611] nul\\x00.yaml is no path",
            "check the path",
        ),
        (
            'extends: "no\\nsuch\\e[31m.yaml"\n',
            "1:10: error[Y611] no\\x0asuch\\x1b[31m.yaml: no such file",
            "check the path",
        ),
        ("extends: 7\n", "1:10: error[Y601] `extends` must be text or a list, is 7", None),
    ],
)  # fmt: skip
def test_what_a_policy_extends_must_be_there(content, line, hint, folder):
    (folder / "empty").mkdir()
    write(folder, policy=content)
    assert lint() == [f"policy.yaml:{line}"]
    outcome = stowplan("lint", "m.json", "--policy", "policy.yaml", "--format", "json")
    (violation,) = json.loads(outcome.output)["violations"]
    if hint is not None:
        assert violation["hint"] == hint


def test_a_path_that_is_too_long_is_told_at_its_place(folder):
    write(folder, policy=f"extends: {'x' * 5000}\n")
    (line,) = lint()
    assert line.startswith("policy.yaml:1:10: error[Y611] xxx")
    assert line.endswith("…: cannot be read: file name too long")
    assert len(line) < 200


def test_files_that_extend_each_other_are_told_where_the_circle_closes(folder):
    write(folder, a="extends: b.yaml\n", b="extends: [c.yaml]\n", c="extends: a.yaml\n")
    assert lint("a.yaml") == ["c.yaml:1:10: error[Y611] a.yaml extends itself in a circle"]


def test_a_file_that_two_files_extend_is_no_circle(folder):
    write(
        folder,
        a="extends: [b.yaml, c.yaml]\n",
        b="extends: c.yaml\n",
        c='rules: [{id: all, kind: priority, tables: "*", class: CRITICAL}]\n',
    )
    assert stowplan("lint", "m.json", "--policy", "a.yaml").status == 0


def test_the_faults_of_an_extended_file_point_into_it(folder):
    write(folder, policy="extends: other.yaml\n", other="rules:\n  - {id: a}\n")
    assert lint() == ["other.yaml:2:5: error[Y601] `kind` is missing"]


@pytest.mark.parametrize(
    ("named", "line"),
    [
        ("none.yaml", "none.yaml:1:1: error[Y611] none.yaml: no such file"),
        ("empty", "empty:1:1: error[Y611] empty has no policies (*.yaml, *.yml)"),
        ("stowplan:none", "stowplan:none:1:1: error[Y611] there is no pack stowplan:none"),
        ("no\nsuch", "no\\nsuch:1:1: error[Y611] no\\x0asuch: no such file"),
    ],
)
def test_a_policy_that_is_named_must_be_there(named, line, folder):
    (folder / "empty").mkdir()
    (folder / "empty" / "only_test.yaml").write_text("[]")
    assert lint(named) == [line]


def test_an_id_that_stands_in_two_files_is_a_fault_of_the_later(folder):
    rule = "rules:\n  - {id: disk, kind: resource, disk: {limit: 1GB}}\n"
    write(folder, a=rule, b=rule)
    (message,) = lint("b.yaml", "a.yaml")
    assert message == "a.yaml:2:10: error[Y603] the id disk is taken by a rule of b.yaml"


def test_a_class_may_be_declared_in_another_file(folder):
    write(
        folder,
        a='rules: [{id: all, kind: priority, tables: "*", class: NICE}]\n',
        b="classes: {NICE: {placement: optional}}\n",
    )
    assert lint("a.yaml") == ["a.yaml:1:55: error[Y604] unknown class NICE"]
    assert stowplan("lint", "m.json", "--policy", "a.yaml", "--policy", "b.yaml").status == 0


def test_hostile_names_in_a_policy_are_shown_on_one_line(folder):
    write(folder, policy='rules:\n  - {id: a, kind: "x\\n\\e[31m\\u202e", "k\\ney": 1}\n')
    assert lint() == ["policy.yaml:2:19: error[Y602] unknown kind x\\x0a\\x1b[31m\\u202e"]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("polices: [a]\n", "1:1: error[Y602] unknown key `polices`"),
        ("policies: a\n", '1:11: error[Y601] `policies` must be a list, is text "a"'),
        ("- a\n", "1:1: error[Y601] the document must be a mapping, is a list"),
        ("policies: [\n", "2:1: error[Y601] not YAML: a value is expected here"),
        (
            "fail_on: never\n",
            "1:10: error[Y601] `fail_on` must be one of error, warning, info; "
            'is text "never"',
        ),
    ],
)  # fmt: skip
def test_a_faulty_configuration_stops_the_command_too(content, line, folder):
    write(folder, stowplan=content)
    outcome = stowplan("lint", "m.json")
    assert outcome.status == 2
    (shown,) = outcome.output.splitlines()
    assert shown.split("; hint: ")[0].endswith(f"stowplan.yaml:{line}")


SEVERAL = [
    (
        "rules:\n  - {id: a, kind: checkpoint, at: 3h, if_behind: [{raise_bandwidth: 75}]}\n",
        ["2:69: Y606 raise_bandwidth: a rate must be text like 50MB/s, is 75"],
    ),
    (
        "rules:\n  - {id: a, kind: checkpoint, at: 3h, if_behind: [{chunk: 75}]}\n",
        ["2:59: Y606 chunk: a size must be text with a unit, is 75"],
    ),
    (
        "rules:\n  - {id: a, kind: checkpoint, at: 3h, if_behind: [{extend_window: 75}]}\n",
        ["2:67: Y606 extend_window: a duration must be text with a unit, is 75"],
    ),
    ("severities: {D204: [off]}\n", ["1:20: Y601 `D204` must be text, is a list"]),
    ("severities: {D204: {a: b}}\n", ["1:20: Y601 `D204` must be text, is a mapping"]),
    ("classes: {A: {placement: [x]}}\n", ["1:26: Y601 `placement` must be text, is a list"]),
    (
        "rules:\n  - {id: a, kind: resource, window: {duration: 4 hourz, reserv: 10%}}\n",
        [
            '2:48: Y606 duration: "4 hourz" has the unknown unit "hourz"',
            "2:57: Y602 unknown key `reserv`",
        ],
    ),
    (
        "rules:\n  - {id: a, kind: priority, tables: x, class: CRITCAL, weight: 1}\n",
        ["2:47: Y604 unknown class CRITCAL", "2:56: Y602 unknown key `weight`"],
    ),
]


@pytest.mark.parametrize(("content", "faults"), SEVERAL, ids=range(len(SEVERAL)))
def test_one_fault_of_a_rule_hides_no_other(content, faults, folder):
    write(folder, policy=content)
    outcome = stowplan("lint", "m.json", "--policy", "policy.yaml", "--format", "json")
    found = json.loads(outcome.output)["violations"]
    assert [f"{v['line']}:{v['column']}: {v['code']} {v['message']}" for v in found] == faults
