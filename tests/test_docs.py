"""The documentation says what is so: its lists are the registry's, its examples are run.

`ACCEPT=1 pytest tests/test_docs.py` rewrites docs/fields.md.
"""

import json
import os
import re
import shlex
from pathlib import Path

import pytest
import yaml

from stowplan.cli import _COMMANDS, main
from stowplan.conditions.scopes import CHECKING
from stowplan.conditions.tables import STATED
from stowplan.schemas.manifest import TABLE
from stowplan.schemas.policy.vocabulary import ACTIONS, FILE, KINDS, RESOURCES

ROOT = Path(__file__).resolve().parent.parent
POLICIES = (ROOT / "docs" / "policies.md").read_text()
README = (ROOT / "README.md").read_text()
YAML_BLOCK = re.compile(r"^( *)```yaml\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)


def blocks(text):
    """Every YAML block of a page, without the indentation of a list that it stands in."""
    for indent, body in YAML_BLOCK.findall(text):
        yield "\n".join(line.removeprefix(indent) for line in body.splitlines()) + "\n"


def _fields(name, type_, titled):
    """A record's table, and those of the records in it that have none yet."""
    if name in titled:
        return
    titled[name] = [f"## `{name}`", "", "| field | type | |", "|---|---|---|"]
    for key, field in type_.fields.items():
        optional = "optional " if field.optional else ""
        titled[name].append(f"| `{key}` | {optional}{field.type} | {field.meaning} |")
        inner = field.type.item or field.type
        if inner.kind == "record":
            _fields(str(inner), inner, titled)


def test_the_fields_of_the_page_are_those_of_the_code():
    """docs/fields.md has every name that a condition may use, with its type."""
    titled = {}
    for scope in CHECKING.values():
        for name, record in scope.items():
            _fields(name, record.type, titled)
    stated = ", ".join(f"`{key}`" for key in STATED)
    who = "\n".join(
        f"- `on: {subject}`: {', '.join(f'`{name}`' for name in scope)}"
        for subject, scope in CHECKING.items()
    )
    tables = "\n".join("\n".join([*lines, ""]) for lines in titled.values())
    text = f"""\
# Fields

What [conditions](policies.md#conditions) may read. An optional field may be absent: ask `has()`
first. Checks see

{who}

and the conditions of other rules only `table`, of which they read what the manifest says:
{stated}.

{tables}"""
    page = ROOT / "docs" / "fields.md"
    if os.environ.get("ACCEPT"):
        page.write_text(text)
    assert page.read_text() == text


@pytest.mark.parametrize("block", [b for b in blocks(POLICIES) if "rules:" in b])
def test_every_policy_of_the_page_is_sound(block, tmp_path, capsys):
    """A policy shown in docs/policies.md loads without a fault (dead rules are another matter)."""
    (tmp_path / "m.yaml").write_text("tables:\n  - {name: a, rows: 1, size_mb: 1}\n")
    (tmp_path / "p.yaml").write_text(block)
    status = main(["lint", str(tmp_path / "m.yaml"), "--policy", str(tmp_path / "p.yaml")])
    out = capsys.readouterr().out
    assert status != 2, out
    assert not re.search(r"\[Y60[1-6]\]|\[Y611\]", out)


def test_the_manifest_of_the_page_is_sound(tmp_path, capsys):
    """The manifest shown in docs/policies.md has nothing but known keys, each used once."""
    block = next(b for b in blocks(POLICIES) if b.startswith("source:"))
    (tmp_path / "m.yaml").write_text(block)
    assert main(["lint", str(tmp_path / "m.yaml")]) == 0
    assert capsys.readouterr().out == ""
    assert all(key in block for key in TABLE)


def test_every_key_of_a_policy_is_on_the_page():
    """docs/policies.md names every key that the schemas know."""
    keys = {
        *FILE,
        *ACTIONS,
        *(key for kind in KINDS.values() for key in kind),
        *(key for resource in RESOURCES.values() for key in resource),
    }
    assert {key for key in keys if not re.search(rf"\b{key}\b", POLICIES)} == set()


def test_the_first_steps_of_the_readme_work(tmp_path, monkeypatch, capsys):
    """The README's manifest and policy, put where it says, lint and plan without an error."""
    manifest, policy = list(blocks(README))[:2]
    (tmp_path / "policies").mkdir()
    (tmp_path / "manifest.yaml").write_text(manifest)
    (tmp_path / "policies" / "night.yaml").write_text(policy)
    monkeypatch.chdir(tmp_path)
    assert main(shlex.split("lint manifest.yaml")) == 0
    assert main(shlex.split("plan manifest.yaml -o OUTPUT")) == 0
    assert "Feasibility: YES" in capsys.readouterr().out
    assert (tmp_path / "OUTPUT" / "migration_plan.md").is_file()


def test_the_picture_of_the_readme_names_what_there_is():
    """Its commands are commands, and its files are what `plan` writes."""
    picture = re.search(r"```mermaid\n(.*?)```", README, re.DOTALL)[1]
    written = re.search(r"^Written: .*", README, re.MULTILINE)[0]
    assert {*re.findall(r"stowplan (\w+)", picture)} == {"lint", "plan"}
    assert all(
        name in picture and name in written
        for name in ("migration_plan.md", "follow_up.manifest.json")
    )


def test_the_hooks_of_the_readme_are_those_that_there_are():
    """Its configuration for pre-commit names every hook."""
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    (block,) = [block for block in blocks(README) if "hooks:" in block]
    (repo,) = yaml.safe_load(block)["repos"]
    assert [hook["id"] for hook in repo["hooks"]] == [hook["id"] for hook in hooks]


def test_the_line_for_editors_works(tmp_path, monkeypatch, capsys):
    """The schema that it prints is the one that the policy's first line names."""
    (name,) = re.findall(r"stowplan schema policy > (\S+?)`", README)
    assert f"$schema=../{name}`" in README
    assert main(["schema", "policy"]) == 0
    assert json.loads(capsys.readouterr().out)["$schema"]


def test_every_command_has_its_exit_status():
    """docs/exit-status.md names each command that there is."""
    page = (ROOT / "docs" / "exit-status.md").read_text()
    shown = {
        name
        for row in re.findall(r"^\| (`.*?) \|", page, re.MULTILINE)
        for name in re.findall(r"`([\w-]+)", row)
    }
    assert shown == set(_COMMANDS)


def test_every_page_is_linked_from_the_readme():
    """Nobody has to search the folder."""
    pages = {path.name for path in (ROOT / "docs").glob("*.md")}
    assert pages == {*re.findall(r"\(docs/([\w-]+\.md)\)", README)}


def test_the_readme_shows_what_the_demo_prints(tmp_path, monkeypatch, capsys):
    """The session shown at the README's top is what the command prints today."""
    command, *shown = re.search(r"```console\n\$ (.*?)```", README, re.DOTALL)[1].splitlines()
    for folder in ("fixtures", "policies"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    monkeypatch.chdir(tmp_path)
    assert main(shlex.split(command)[1:]) == 0
    assert capsys.readouterr().out.splitlines() == shown
