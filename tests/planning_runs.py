"""Runs `stowplan plan` in the test's process, on documents written to a folder of their own."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import NamedTuple

from command import stowplan


class Outcome(NamedTuple):
    """What `plan` left: its exit status, what it printed, its parsed artefacts."""

    status: int
    printed: str
    plan: dict | None
    follow_up: dict | None


def planned(manifest, policy, *options):
    """Plan a manifest under a policy: parsed documents, the policy perhaps as its text."""
    with tempfile.TemporaryDirectory() as folder:
        return planned_in(Path(folder), manifest, policy, *options)


def planned_in(folder, manifest, policy, *options):
    """The same, leaving everything in `folder`."""
    (folder / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False), "utf-8")
    text = policy if isinstance(policy, str) else json.dumps(policy, ensure_ascii=False)
    (folder / "policy.yaml").write_text(text, "utf-8")
    out = folder / "out"
    files = (folder / "manifest.json", "--policy", folder / "policy.yaml", "-o", out)
    status, printed, errors = stowplan("plan", *files, *options, "--debug")
    texts = [out / name for name in ("migration_plan.json", "follow_up.manifest.json")]
    parsed = [json.loads(path.read_text("utf-8")) if path.exists() else None for path in texts]
    return Outcome(status, printed + errors, *parsed)


def with_pasted(policy, lines):
    """The policy as YAML text, with the lines that a hint gives put under its rules."""
    rules = [f"- {json.dumps(rule, ensure_ascii=False)}" for rule in policy["rules"]]
    classes = json.dumps(policy.get("classes", {}), ensure_ascii=False)
    return "\n".join([f"classes: {classes}", "rules:", *rules, *lines, ""])
