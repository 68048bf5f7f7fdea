"""Every folder of fixtures/checks gives exactly the findings that it lists.

A folder has a manifest, its policies, and what is expected: `lint.txt` and `plan.txt` hold the
lines that `stowplan lint` and `stowplan plan` find, paths as seen from the folder; where no
artefacts may be written, `plan.txt` ends in `no plan`. Its name starts with the check's code.

After a change of wording rewrite them all, then read the difference:

    python tests/test_fixtures.py --accept
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from command import Outcome, stowplan

from stowplan.rules import CHECKS

CHECK_FOLDERS = Path(__file__).parent.parent / "fixtures" / "checks"
FOLDERS = sorted(path for path in CHECK_FOLDERS.iterdir() if path.is_dir())
CASES = [
    (folder, command)
    for folder in FOLDERS
    for command in ("lint", "plan")
    if (folder / f"{command}.txt").exists()
]
FINDING = re.compile(r"[^:]+(?::\d+:\d+)?: (error|warning|info)\[([A-Z]\d{3})\] .+")
ARTEFACTS = {
    "follow_up.manifest.json",
    *(f"migration_plan.{kind}" for kind in ("csv", "html", "json", "md")),
}
NO_PLAN = "no plan"
AS_OF = "2026-12-01"

FAULTS = {"M101", "Y601", "Y602", "Y603", "Y604", "Y605", "Y606", "Y611"}
"""What keeps a command from doing its work: exit status 2."""


def run(folder: Path, command: str) -> Outcome:
    """Run a command in a folder, on the manifest that it has (M101 has none)."""
    manifest = next((path.name for path in sorted(folder.glob("manifest.*"))), "manifest.json")
    here = Path.cwd()
    os.chdir(folder)
    try:
        more = ["-o", "out"] if command == "plan" else []
        return stowplan(command, manifest, "--as-of", AS_OF, *more)
    finally:
        os.chdir(here)


def told(outcome: Outcome, folder: Path, command: str) -> list[str]:
    """The findings, and whether there is no plan."""
    lines = [line for line in outcome.output.splitlines() if FINDING.fullmatch(line)]
    if command == "plan" and not (folder / "out").exists():
        lines.append(NO_PLAN)
    return lines


def wanted_status(lines: list[str]) -> int:
    """What the exit status must be by the findings alone."""
    found = [match for match in map(FINDING.fullmatch, lines) if match]
    if any(match[2] in FAULTS for match in found):
        return 2
    return int(any(match[1] == "error" for match in found))


@pytest.mark.parametrize(
    ("folder", "command"), CASES, ids=[f"{folder.name}-{command}" for folder, command in CASES]
)
def test_a_fixture_gives_exactly_the_findings_it_lists(folder, command, tmp_path):
    work = tmp_path / "work"
    shutil.copytree(folder, work)
    outcome = run(work, command)
    expected = (folder / f"{command}.txt").read_text(encoding="utf-8").splitlines()
    assert told(outcome, work, command) == expected
    assert outcome.status == wanted_status(expected)
    if command == "lint":
        assert outcome.output.splitlines() == expected
    if (work / "out").exists():
        assert {path.name for path in (work / "out").iterdir()} == ARTEFACTS


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_fixture_shows_the_code_it_is_named_after(folder):
    texts = [(folder / f"{command}.txt") for command in ("lint", "plan")]
    lines = [line for path in texts if path.exists() for line in path.read_text().splitlines()]
    found = {match[2] for match in map(FINDING.fullmatch, lines) if match}
    assert folder.name == "D203-opened" or folder.name.split("-")[0] in found


ELSEWHERE = {"S502"}
"""It is found in a plan that was made before: see test_hooks.py and the check's own page."""


def test_every_check_has_a_fixture():
    shown = {folder.name.split("-")[0] for folder in FOLDERS}
    assert {check.code for check in CHECKS} - ELSEWHERE <= shown


def test_the_faults_are_the_firm_checks_that_stop_a_command():
    firm = {check.code for check in CHECKS if check.firm and check.code.startswith("Y")}
    assert firm | {"M101"} == FAULTS


def rewrite() -> Iterator[Path]:
    """Write what the commands say now as what is expected; yields the files that changed."""
    for folder, command in CASES:
        with tempfile.TemporaryDirectory() as temporary:
            work = Path(temporary) / "work"
            shutil.copytree(folder, work)
            lines = told(run(work, command), work, command)
        text = "".join(f"{line}\n" for line in lines)
        expected = folder / f"{command}.txt"
        if expected.read_text(encoding="utf-8") != text:
            expected.write_text(text, encoding="utf-8")
            yield expected


if __name__ == "__main__":
    if sys.argv[1:] != ["--accept"]:
        sys.exit(f"usage: {sys.argv[0]} --accept")
    for changed in rewrite():
        sys.stdout.write(f"{changed.relative_to(CHECK_FOLDERS.parent.parent)}\n")
