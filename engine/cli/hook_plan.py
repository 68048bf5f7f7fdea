"""Does a committed plan still follow from its inputs? They are planned again; the bytes tell.

A plan does not say how its policies were named. Files that were named stand in it before files
that these extend, so each way of naming them is a beginning of its list.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from stowplan.documents import Document, Unreadable, read
from stowplan.model import DocPath, Finding, Severity, Span, Violation, shown
from stowplan.planning.follow_up import window_names
from stowplan.units import count_text

from .artefacts import relative
from .configuration import FaultyConfiguration
from .formats import show
from .manifests import FaultyManifest, read_manifest
from .outcome import CANNOT, FINE, FOUND, UsageError, today
from .plan import artefacts, draws, for_window_named, planned
from .policies import PACK_PREFIX, FaultyPolicy, LoadedPolicy, shipped_packs
from .projects import Projects

PLAN = "migration_plan.json"
CODE = "S502"
_AGAIN = "make the plan again and commit it"
_MADE_OTHERWISE = f"it was edited, or made by another version of Stowplan: {_AGAIN}"


def run_check(options: argparse.Namespace) -> int:
    """Check the plans that are named, else every committed one; nothing is written."""
    if options.manifest is not None:
        raise UsageError("name either a manifest or, after --check, the plans to be checked")
    paths = options.check or _committed_plans()
    plans = [_Plan.read(path) for path in paths]
    try:
        found = [v for plan in plans for v in stale(plan, options.policy, today(options))]
    except (FaultyConfiguration, FaultyPolicy, FaultyManifest) as faulty:
        show(faulty.violations, options.format)
        return CANNOT
    show(found, options.format)
    if options.format == "text" and not found:
        print(f"{count_text(len(paths), 'plan')} checked", file=sys.stderr)
    return FOUND if found else FINE


def _committed_plans() -> list[str]:
    """Every migration_plan.json below this folder that git knows. Raises UsageError."""
    asked = ["git", "ls-files", "-z", "--", f":(glob)**/{PLAN}"]
    try:
        listed = subprocess.run(asked, capture_output=True, check=True).stdout  # noqa: S603
    except (OSError, subprocess.CalledProcessError):
        text = f"this is no git repository: name the plans, like --check OUTPUT/{PLAN}"
        raise UsageError(text) from None
    return sorted({os.fsdecode(name) for name in listed.split(b"\0") if name})


@dataclass(frozen=True, slots=True)
class _Plan:
    """A plan as it stands in its file; `inputs` are paths as it states them, with hashes.

    The first input is the manifest, the others are the files of its policy.
    """

    document: Document
    inputs: tuple[tuple[DocPath, str, str], ...]
    window: str
    as_of: date | None
    draws: int

    @classmethod
    def read(cls, path: str) -> _Plan:
        """Raises UsageError for what is no plan."""
        try:
            document = read(path, shown=Path(path).as_posix())
        except Unreadable as error:
            raise UsageError(f"{shown(path, 200)}: {error}") from None
        try:
            return cls._of(document)
        except (KeyError, IndexError, TypeError, ValueError, argparse.ArgumentTypeError):
            raise UsageError(f"{shown(path, 200)} is no plan of Stowplan: {_AGAIN}") from None

    @classmethod
    def _of(cls, document: Document) -> _Plan:
        """Raises one of the errors of `read` for what is no plan."""
        data = document.data
        if not isinstance(data, dict) or data["stowplan_plan"] != 1 or document.faults:
            raise ValueError("no plan")
        policies = enumerate(data["policies"])
        stated = [(("manifest",), data["manifest"]), *((("policies", n), p) for n, p in policies)]
        day = data.get("as_of")
        return cls(
            document,
            tuple((path, _said(entry["path"]), _said(entry["sha256"])) for path, entry in stated),
            _said(data["windows"][0]["name"]),
            None if day is None else date.fromisoformat(day),
            _drawn(data.get("risk")),
        )

    @property
    def folder(self) -> Path:
        """Where it stands; the paths in it are seen from there."""
        return Path(self.document.path).parent

    @property
    def manifest(self) -> Path:
        """Its manifest."""
        return self.at(self.inputs[0][1])

    @property
    def policies(self) -> list[str]:
        """The files of its policy, as it states them."""
        return [path for _, path, _ in self.inputs[1:]]

    def at(self, path: str) -> Path:
        """A file that it names; those of shipped packs are where Stowplan is installed."""
        if path.startswith(PACK_PREFIX):
            pack, _, name = path.removeprefix(PACK_PREFIX).partition("/")
            return shipped_packs().get(pack, Path(path)) / name
        return Path(os.path.normpath(self.folder / path))

    def wrong(self, path: DocPath, message: str, hint: str = _AGAIN) -> Violation:
        """What is wrong with it, at one of its values."""
        line, column = self.document.place(Finding(path, message))
        span = Span(self.document.path, line, column)
        return Violation(CODE, Severity.ERROR, message, span, hint=hint)


def _drawn(risk: object) -> int:
    """How many draws a plan's risk has; 0 for none. Raises TypeError, ArgumentTypeError."""
    if risk is None:
        return 0
    if not isinstance(risk, dict):
        raise TypeError("no risk")
    return draws(str(risk["draws"]))


def _said(value: object) -> str:
    """A text. Raises TypeError for anything else."""
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


def stale(plan: _Plan, named: list[str], day: date) -> list[Violation]:
    """Why a plan no longer follows from its inputs; empty where it does.

    `named` are the policies of the command line; `day` is for a plan that records none.
    """
    changed = list(_changed_inputs(plan))
    return changed or _made_again(plan, named, plan.as_of or day)


def _changed_inputs(plan: _Plan) -> Iterator[Violation]:
    for path, name, planned_from in plan.inputs:
        try:
            now = _hash(plan.at(name))
        except (OSError, ValueError):
            yield plan.wrong((*path, "path"), f"{shown(name, 200)} cannot be read any more")
            continue
        if now != planned_from:
            was = f"sha256 {now[:12]}, planned {shown(planned_from[:12])}"
            text = f"{shown(name, 200)} has changed since the plan was made ({was})"
            yield plan.wrong((*path, "sha256"), text)


def _hash(path: Path) -> str:
    """The hash of a file's bytes. Raises OSError, also for what would keep one waiting for ever."""
    if not path.is_file():
        raise FileNotFoundError(path)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _made_again(plan: _Plan, named: list[str], day: date) -> list[Violation]:
    """Plan the inputs again, in each way that their policies may have been named.

    Raises FaultyConfiguration, and FaultyPolicy where the policy in force has faults.
    """
    in_force = Projects(named, day)
    policy = in_force.policy(plan.manifest)
    listed = [] if policy is None else _listed(policy, plan.folder)
    if {*plan.policies} < {*listed}:
        more = next(path for path in listed if path not in plan.policies)
        text = f"{shown(more, 200)} is in force, and the plan was made without it"
        return [plan.wrong(("policies",), text)]
    texts: list[str] = []
    for projects in (in_force, *(Projects(names, day) for names in _namings(plan))):
        texts += _texts(plan, projects)
        if plan.document.text in texts:
            return []
    return [_difference(plan, texts)]


def _namings(plan: _Plan) -> Iterator[list[str]]:
    """Each way to name a plan's policies so that those that are named come first."""
    names: list[str] = []
    for path in plan.policies:
        packed = path.startswith(PACK_PREFIX)
        name = path.partition("/")[0] if packed else plan.at(path).as_posix()
        if name not in names:
            names.append(name)
            yield [*names]


def _texts(plan: _Plan, projects: Projects) -> list[str]:
    """The plan made again: with its policy's own main window, and with the plan's.

    Empty where these policies are not the plan's. Raises FaultyConfiguration.
    """
    try:
        policy = projects.policy(plan.manifest)
    except FaultyPolicy:  # a class or a rule is missing: more of the files were named
        return []
    if policy is None or _listed(policy, plan.folder) != plan.policies:
        return []
    document = read_manifest(plan.manifest.as_posix())
    named = [name for name in window_names(policy.policy) if name == plan.window]
    texts = (_text(plan, document, policy, projects, window) for window in (None, *named))
    return [text for text in texts if text is not None]


def _text(
    plan: _Plan, document: Document, policy: LoadedPolicy, projects: Projects, window: str | None
) -> str | None:
    loaded = for_window_named(policy, window)
    again = planned(document, policy, loaded, projects, plan.draws)
    texts = artefacts(again, loaded, plan.folder)
    return None if texts is None else texts[PLAN]


def _listed(policy: LoadedPolicy, folder: Path) -> list[str]:
    """The files of a policy as a plan states them."""
    labels = (file.path for file in policy.policy.files)
    return [
        label if label.startswith(PACK_PREFIX) else relative(policy.paths[label], folder)
        for label in labels
    ]


def _difference(plan: _Plan, texts: Sequence[str]) -> Violation:
    """Where the plan first differs from what its inputs give."""
    if not texts:
        return plan.wrong((), "its inputs give no plan any more", _MADE_OTHERWISE)
    lines = plan.document.text.splitlines(), texts[0].splitlines()
    pairs = enumerate(zip(*lines, strict=False), start=1)
    line = next((n for n, (old, new) in pairs if old != new), min(map(len, lines)) + 1)
    text = f"is not what its inputs give, from line {line} on"
    span = Span(plan.document.path, line, 1)
    return Violation(CODE, Severity.ERROR, text, span, hint=_MADE_OTHERWISE)
