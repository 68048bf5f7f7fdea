"""The manifests of a git revision held against those of the working tree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import chdir
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import NamedTuple

from stowplan.comparison import Comparison, Side, compare
from stowplan.comparison.judged_sides import absent_side
from stowplan.documents import Document
from stowplan.model import Fault, Violation, shown
from stowplan.reports.diff_text import SideFaults

from .diff_sides import FAULTY, BoundedProjects, FaultySides, manifest_sides
from .manifests import find_manifests
from .outcome import UsageError
from .places import violations_of
from .policies import PACK_PREFIX
from .revisions import Repository, repository
from .usages import listed_manifests


class _Asked(NamedTuple):
    """What is compared: manifests and policies as seen from the current folder."""

    paths: Sequence[str]
    policies: list[str]
    day: date


@dataclass(frozen=True, slots=True)
class _Tree:
    """The manifests of one side by path; what could not be read; the faults that spoil it."""

    sides: Mapping[str, Side] = field(default_factory=dict)
    unreadable: tuple[tuple[str, Fault], ...] = ()
    faults: tuple[Violation, ...] = ()


def trees_compared(
    base: str, paths: Sequence[str], policies: Sequence[str], day: date
) -> list[Comparison]:
    """A comparison for each manifest of either side. Raises FaultySides, UsageError."""
    around = repository()
    named = [_inside(around, path) for path in paths]
    asked = _Asked(named, [_policy(around, name) for name in policies], day)
    with around.exported(base, [*named, *asked.policies]) as folder, chdir(folder):
        before = _tree(asked, _top(folder, around), None)
    after = _tree(asked, around.top, None if named else around.known_files())
    _refuse(
        SideFaults("OLD", f"revision {base}", _faults(before, after)),
        SideFaults("NEW", "the working tree", _faults(after, before)),
    )
    labels = sorted(before.sides.keys() | after.sides.keys())
    if not labels:
        raise UsageError("nothing to compare: no manifest here nor in the revision; name one")
    return [compare(_of(before, label), _of(after, label)) for label in labels]


def _refuse(*sides: SideFaults) -> None:
    faulty = [side for side in sides if side.violations]
    if faulty:
        raise FaultySides(faulty)


def _of(tree: _Tree, label: str) -> Side:
    return tree.sides.get(label) or absent_side(label)


def _inside(around: Repository, path: str) -> str:
    found = around.inside(path) if path else None
    if found is None:
        raise UsageError(f"--git: {shown(path) or 'an empty path'} is not inside the repository")
    return found


def _policy(around: Repository, name: str) -> str:
    """A policy as both sides have it; one from outside the repository is the same for both."""
    if name.startswith(PACK_PREFIX):
        return name
    return around.inside(name) or str(Path(name).absolute())


def _top(folder: Path, around: Repository) -> Path:
    """The folder that stands for the repository's top."""
    depth = len(around.here.parts)
    return folder.parents[depth - 1] if depth else folder


def _tree(asked: _Asked, top: Path, known: frozenset[str] | None) -> _Tree:
    """The manifests below the current folder, of which only `known` files count where given."""
    projects = BoundedProjects(asked.policies, asked.day, top)
    try:
        listed = listed_manifests(projects.configuration(Path()))
        found = find_manifests(asked.paths or listed or ["."])
        documents = [d for d in found.documents if known is None or d.path in known]
        return _Tree(manifest_sides(documents, projects), found.unreadable)
    except FAULTY as faulty:
        return _Tree(faults=faulty.violations)


def _faults(tree: _Tree, other: _Tree) -> tuple[Violation, ...]:
    """What spoils a side; a named manifest that only the other side has was added or removed."""
    missing = [
        violation
        for path, fault in tree.unreadable
        if not ((path in other.sides or other.faults) and "no such file" in fault.finding.message)
        for violation in violations_of((fault,), Document(path, None, "", ""))
    ]
    return (*tree.faults, *missing)
