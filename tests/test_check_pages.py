"""docs/checks.md, docs/checks/ and rules/README.md are what the checks' docstrings say.

`ACCEPT=1 pytest tests/test_check_pages.py` rewrites them.
"""

from __future__ import annotations

import importlib
import inspect
import os
import re
import shutil
from pathlib import Path

import pytest
from command import stowplan
from test_pages import (
    CHECKED,
    EXAMPLE,
    NOTHING_TO_MEND,
    WITHOUT_EXAMPLES,
    checked,
    examples,
    page,
)

from stowplan.rules import BY_CODE, CHECKS

ROOT = Path(__file__).resolve().parent.parent
INDEX, FOLDER, MAP = Path("docs/checks.md"), Path("docs/checks"), Path("rules/README.md")
CODES = sorted(BY_CODE)
TODAY = "2026-12-01"
"""The day on which the pages judge waivers."""

SUPPORT = {
    "__init__": "The registry: every check, in the order in which they run.",
    "check": "What a check is, and the cases that checks look at.",
    "custom": "The checks that a policy makes itself, reported under their rule's own id.",
}
"""The files of rules/ that have no codes of their own."""


# --- the pages --------------------------------------------------------------------------------


def generated(folder: Path) -> dict[Path, str]:
    """Every generated page by its path; examples are run in `folder`."""
    pages = {FOLDER / f"{code}.md": check_page(code, folder) for code in CODES}
    return {INDEX: index(), MAP: subject_map(), **pages}


def index() -> str:
    """docs/checks.md: a line for each check."""
    rows = (
        f"| [{code}](checks/{code}.md) | {BY_CODE[code].severity} | {BY_CODE[code].title} |"
        for code in CODES
    )
    firm = ", ".join(code for code in CODES if BY_CODE[code].firm)
    return "\n".join(
        [
            "# Checks",
            "",
            "Each check has a page here, which `stowplan explain CODE` prints too: why it matters,",
            "how to mend it, an example that passes, one that fails. A policy's `severities` can",
            "change how bad a check is, and `waivers` can accept its findings, but for these:",
            f"{firm}.",
            "",
            "| code | severity | what |",
            "|---|---|---|",
            *rows,
            "",
        ]
    )


def subject_map() -> str:
    """rules/README.md: which file of this folder has which codes."""
    subjects: dict[str, list[str]] = {}
    for check in CHECKS:
        subjects.setdefault(check.find.__module__.rpartition(".")[2], []).append(check.code)
    rows = []
    for name, codes in subjects.items():
        about = inspect.getdoc(importlib.import_module(f"stowplan.rules.{name}")).split("\n")[0]
        links = ", ".join(f"[{code}](../docs/checks/{code}.md)" for code in codes)
        rows.append(f"| [{name}.py]({name}.py) | {links} | {about} |")
    rows += [f"| [{name}.py]({name}.py) | | {about} |" for name, about in SUPPORT.items()]
    return "\n".join(
        [
            "# What can be wrong",
            "",
            "One file a subject, in the order in which they run. A check is a generator whose",
            "docstring is its page; [CONTRIBUTING](../CONTRIBUTING.md) says how to add one.",
            "",
            "| file | codes | about |",
            "|---|---|---|",
            *rows,
            "",
        ]
    )


def check_page(code: str, folder: Path) -> str:
    """A check's page, and after the example that fails what the command prints."""
    check = BY_CODE[code]
    title, _, rest = page(code).partition("\n")
    about = [f"Severity: {check.severity}."]
    about += ["It can be neither waived nor made milder."] if check.firm else []
    about += ["Found when a plan is made."] if check.planned else []
    head = f"# {code}: {title.rstrip('.')}\n\n{' '.join(about)}\n\n"
    return head + with_output(rest.strip(), code, folder) + "\n"


def with_output(text: str, code: str, folder: Path) -> str:
    """The page's text with the output of its failing example below it."""
    run = dict(examples(code))
    for match in EXAMPLE.finditer(text):
        if match[1] == "Fails":
            return f"{text[: match.end()]}\n\n{output(run['Fails'], folder)}{text[match.end() :]}"
    return text


def output(example, folder: Path) -> str:
    """The command that shows an example, with what it prints on standard output.

    Of a plan only the findings are shown.
    """
    ending = "json" if example.manifest.lstrip().startswith("{") else "yaml"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / f"manifest.{ending}").write_text(example.manifest, encoding="utf-8")
    words = [example.command, f"manifest.{ending}", "--format", "text"]
    if example.policy is not None:
        (folder / "policy.yaml").write_text(example.policy, encoding="utf-8")
        words += ["--policy", "policy.yaml"]
        words += ["--as-of", TODAY] if "waivers:" in example.policy else []
    here = Path.cwd()
    os.chdir(folder)
    try:
        if example.command == CHECKED:
            words = [*CHECKED.split(), "OUTPUT/migration_plan.json", *words[4:]]
            found = checked(example, Path(f"manifest.{ending}"), Path("OUTPUT"), "text").output
        else:
            found = stowplan(*words).output
    finally:
        os.chdir(here)
    findings = found.partition("\n\n")[0] if example.command == "plan" else found.rstrip("\n")
    shown = " ".join(words).replace(" --format text", "")
    return f"```console\n$ stowplan {shown}\n{findings}\n```"


def test_the_generated_pages_are_what_the_docstrings_say(tmp_path):
    wanted = generated(tmp_path / "example")
    if os.environ.get("ACCEPT"):
        shutil.rmtree(ROOT / FOLDER, ignore_errors=True)
        (ROOT / FOLDER).mkdir()
        for path, text in wanted.items():
            (ROOT / path).write_text(text, encoding="utf-8")
    stale = [
        str(path)
        for path, text in wanted.items()
        if not (ROOT / path).is_file() or (ROOT / path).read_text(encoding="utf-8") != text
    ]
    assert stale == [], "ACCEPT=1 pytest tests/test_check_pages.py rewrites them"


def test_no_page_is_left_over():
    found = {path.relative_to(ROOT) for path in (ROOT / FOLDER).iterdir()}
    assert found == {FOLDER / f"{code}.md" for code in CODES}


# --- their parts ------------------------------------------------------------------------------


@pytest.mark.parametrize("code", CODES)
def test_a_page_has_its_parts_in_order(code):
    text = (ROOT / FOLDER / f"{code}.md").read_text(encoding="utf-8")
    assert text.startswith(f"# {code}: {BY_CODE[code].title}\n")
    parts = re.findall(r"^\*\*(Why\.|Mend\.|Passes|Fails)\*\*|^```(console)$", text, re.MULTILINE)
    found = [one or other for one, other in parts]
    mend = [] if code in NOTHING_TO_MEND else ["Mend."]
    shown = [] if code in WITHOUT_EXAMPLES else ["Passes", "Fails", "console"]
    assert found == ["Why.", *mend, *shown]


@pytest.mark.parametrize("code", [code for code in CODES if code not in WITHOUT_EXAMPLES])
def test_the_output_of_a_failing_example_shows_the_code(code):
    text = (ROOT / FOLDER / f"{code}.md").read_text(encoding="utf-8")
    block = re.search(r"```console\n(.*?)```", text, re.DOTALL)[1]
    assert f"[{code}]" in block


def test_the_map_names_every_file_of_the_folder():
    text = (ROOT / MAP).read_text(encoding="utf-8")
    named = set(re.findall(r"\[(\w+\.py)\]", text))
    assert named == {path.name for path in (ROOT / "rules").glob("*.py")}


def test_every_link_of_the_generated_pages_leads_somewhere():
    for path in (INDEX, MAP, *sorted(FOLDER / f"{code}.md" for code in CODES)):
        text = (ROOT / path).read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", text):
            assert (ROOT / path).parent.joinpath(target).exists(), (path, target)
