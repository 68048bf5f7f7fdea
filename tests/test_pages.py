"""Every check has a page, and its examples do what they say."""

from __future__ import annotations

import inspect
import json
import re
import textwrap
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml
from command import Outcome, stowplan

from stowplan.rules import BY_CODE, CHECKS

WITHOUT_EXAMPLES = {"M101", "Y611"}
"""What they find is a file that is not there."""

NOTHING_TO_MEND = {"D202"}

EXAMPLE = re.compile(
    r"^\*\*(Passes|Fails)\*\*[^\n]*\n+```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL
)
CHECKED = "plan --check"
"""The command that checks a plan that was made before."""

TWO_TABLES = """\
tables:
  - {name: customers, rows: 10, size_mb: 1}
  - {name: orders, rows: 10, size_mb: 1}
"""
"""The manifest of an example that shows only a policy."""


class Example(NamedTuple):
    """A manifest, a policy (or none), and the command that shows what it is an example of.

    `later` is the manifest as it is when a plan of it is checked, where it has changed.
    """

    manifest: str
    policy: str | None
    command: str
    later: str | None = None


def page(code: str) -> str:
    return inspect.cleandoc(BY_CODE[code].page)


def parts(text: str) -> dict[str, str]:
    """The parts of an example as they are written: a value's own lines, or its text block."""
    root = yaml.compose(text)
    found = {}
    for key, value in root.value:
        start, end = value.start_mark, value.end_mark
        own = textwrap.dedent(" " * start.column + text[start.index : end.index])
        found[key.value] = value.value if isinstance(value, yaml.ScalarNode) else own
    return found


def examples(code: str) -> list[tuple[str, Example]]:
    """Each example of a page with what it is to show: Passes or Fails."""
    found = []
    for word, text in EXAMPLE.findall(page(code)):
        given = parts(text)
        assert given.keys() <= {"manifest", "policy", "command", "later"}
        example = Example(
            given.get("manifest", TWO_TABLES),
            given.get("policy"),
            given.get("command", "lint"),
            given.get("later"),
        )
        found.append((word, example))
    return found


def codes_of(example: Example, folder) -> set[str]:
    """The codes that the command finds in an example."""
    ending = "json" if example.manifest.lstrip().startswith("{") else "yaml"
    manifest = folder / f"manifest.{ending}"
    manifest.write_text(example.manifest, encoding="utf-8")
    policies = []
    if example.policy is not None:
        (folder / "policy.yaml").write_text(example.policy, encoding="utf-8")
        policies = ["--policy", folder / "policy.yaml"]
    if example.command == CHECKED:
        outcome = checked(example, manifest, folder / "out")
    else:
        output = ["-o", folder / "out"] if example.command == "plan" else []
        outcome = stowplan(example.command, manifest, "--format", "json", *policies, *output)
    assert outcome.status in (0, 1, 2)
    return {violation["code"] for violation in json.loads(outcome.output)["violations"]}


def checked(example: Example, manifest: Path, out: Path, form: str = "json") -> Outcome:
    """What is found in a plan of an example, after the manifest has changed; in `out`."""
    policies = ["--policy", manifest.parent / "policy.yaml"]
    assert stowplan("plan", manifest, *policies, "-o", out).status == 0
    if example.later is not None:
        manifest.write_text(example.later, encoding="utf-8")
    plan = out / "migration_plan.json"
    return stowplan("plan", "--check", plan, "--format", form, *policies)


CASES = [(check.code, word, example) for check in CHECKS for word, example in examples(check.code)]


@pytest.mark.parametrize(
    ("code", "word", "example"),
    CASES,
    ids=[f"{code}-{word}-{i}" for i, (code, word, _) in enumerate(CASES)],
)
def test_an_example_that_fails_shows_the_code_and_one_that_passes_does_not(
    code, word, example, tmp_path
):
    assert (code in codes_of(example, tmp_path)) is (word == "Fails")


@pytest.mark.parametrize("code", BY_CODE)
def test_a_page_has_a_title_a_reason_a_remedy_and_examples(code):
    text = page(code)
    title, blank, rest = text.split("\n", 2)
    assert title.endswith(".")
    assert not blank
    assert rest.startswith("**Why.** ")
    assert ("**Mend.** " in text) is (code not in NOTHING_TO_MEND)
    words = [word for word, _ in examples(code)]
    assert words == ([] if code in WITHOUT_EXAMPLES else ["Passes", "Fails"])
    assert text.count("```yaml") == len(words)


@pytest.mark.parametrize("code", BY_CODE)
def test_explain_prints_the_page(code):
    outcome = stowplan("explain", code.lower())
    assert outcome == (0, f"# {code} ({BY_CODE[code].severity})\n\n{page(code)}\n", "")


def test_explain_lists_every_code_with_its_title():
    outcome = stowplan("explain", "--list")
    listed = [line.split(maxsplit=2) for line in outcome.output.splitlines()]
    known = [[check.code, check.severity, check.title] for check in CHECKS]
    assert sorted(listed) == sorted(known)
    assert outcome.status == 0


def test_explain_of_an_unknown_code_names_the_nearest():
    status, output, errors = stowplan("explain", "D2O3")
    assert (status, output) == (2, "")
    assert errors == "stowplan: there is no check 'D2O3': did you mean D203?\n"
