"""docs/adopt.md, docs/review.md and docs/run.md are run from top to bottom: files and commands.

`ACCEPT=1 pytest tests/test_walkthroughs.py` rewrites what the commands print.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SCENARIO = ROOT / "fixtures" / "customer-data"
STEP = re.compile(
    r"<!-- file: (?P<path>\S+) -->\n```\w+\n(?P<text>.*?)```|```console\n(?P<session>.*?)```",
    re.DOTALL,
)
WHO = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.com"}
WHO |= {"GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.com"}


def legacy(folder):
    """A hundred manifests of five findings each, as of a repository that nobody has checked."""
    for number in range(1, 101):
        place = folder / "db" / f"app{number:03}"
        place.mkdir(parents=True)
        size = 9000 if number % 50 == 0 else 700
        (place / "manifest.yaml").write_text(
            f"""\
source: app{number:03}
tables:
  - {{name: customers, rows: 50000, size_mb: 120, depends_on: [regions]}}
  - {{name: orders, rows: 900000, size_mb: {size}, depends_on: [customers, refunds]}}
  - {{name: refunds, rows: 9000, size_mb: 7, depends_on: [orders]}}
  - {{name: invoices, rows: 90000, size_mb: 70, depends_on: [orders, customers]}}
  - {{name: audit_logs, rows: 0, size_mb: 80}}
  - {{name: imports, rows: 0, size_mb: 0, depends_on: [imports]}}
"""
        )


def bare(folder):
    """A folder with nothing in it."""


def slow_line(folder):
    """The scenario's manifest, and the policy for a line of 50 MB a minute."""
    shutil.copy(SCENARIO / "manifest.json", folder)
    (folder / "policies").mkdir()
    shutil.copy(ROOT / "policies" / "customer-data" / "tables.yaml", folder / "tables.yaml")
    text = (SCENARIO / "per-minute" / "per-minute.yaml").read_text(encoding="utf-8")
    (folder / "policies" / "night.yaml").write_text(
        re.sub("extends: .*", "extends: ../tables.yaml", text), encoding="utf-8"
    )


@pytest.fixture
def shell(tmp_path, monkeypatch):
    """Runs a command line in a git repository, with `stowplan` on its path."""
    shim = tmp_path / "bin" / "stowplan"
    shim.parent.mkdir()
    shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m stowplan "$@"\n')
    shim.chmod(0o755)
    work = tmp_path / "work"
    work.mkdir()
    kept = {key: text for key, text in os.environ.items() if not key.startswith("GIT_")}
    environment = kept | WHO | {"PATH": f"{shim.parent}{os.pathsep}{os.environ['PATH']}"}

    def run(line):
        done = subprocess.run(
            ["bash", "-c", line],
            cwd=work,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return done.stdout

    run("git init -q -b main .")
    return work, run


def carried_out(page, work, run):
    """The page with what its commands print here; its files are written on the way."""

    def step(match):
        if match["path"]:
            file = work / match["path"]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(match["text"])
            return match[0]
        commands = re.findall(r"^\$ (.*)$", match["session"], re.MULTILINE)
        return "".join(
            ["```console\n", *(f"$ {command}\n{run(command)}" for command in commands), "```"]
        )

    return STEP.sub(step, page)


@pytest.mark.parametrize(
    ("name", "prepare"), [("adopt", legacy), ("review", bare), ("run", slow_line)]
)
def test_every_step_of_the_page_works(name, prepare, shell):
    """The commands print what the page shows."""
    work, run = shell
    prepare(work)
    page = ROOT / "docs" / f"{name}.md"
    text = page.read_text(encoding="utf-8")
    done = carried_out(text, work, run)
    if os.environ.get("ACCEPT"):
        page.write_text(done, encoding="utf-8", newline="\n")
        return
    assert done == text
