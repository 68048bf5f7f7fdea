"""The sides that `stowplan diff` compares, made from files with the code that `plan` runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from stowplan.comparison import Side
from stowplan.comparison.judged_sides import manifest_side, policy_side
from stowplan.comparison.plan_documents import plan_side
from stowplan.comparison.plan_nodes import NotAPlanError
from stowplan.comparison.statements import Sources
from stowplan.documents import Document
from stowplan.evaluation import ordered
from stowplan.model import Place, Violation
from stowplan.policy_view import Judged
from stowplan.reports.diff_text import SideFaults
from stowplan.rules.check import Usage

from .configuration import Configuration, FaultyConfiguration
from .inspection import Inspection, inspect, unused
from .manifests import FaultyManifest, read_manifest
from .outcome import UsageError
from .places import violations_of
from .policies import FaultyPolicy, LoadedPolicy, load_policies
from .projects import Projects
from .usages import listed_manifests, other_manifests, with_policies

FAULTY = (FaultyConfiguration, FaultyPolicy, FaultyManifest)
"""What reading a side may raise."""


class FaultySides(Exception):  # noqa: N818 (it is no error of the program's)
    """One side or both have faults, so that nothing was compared."""

    def __init__(self, faults: Sequence[SideFaults]) -> None:
        super().__init__("faulty sides")
        self.faults = tuple(faults)


class BoundedProjects(Projects):
    """Projects that know no configuration outside a folder: a revision has none either."""

    def __init__(self, named: list[str], today: date, top: Path) -> None:
        super().__init__(named, today)
        self._top = top

    def configuration(self, folder: Path) -> Configuration | None:
        """The nearest configuration that lies inside. Raises FaultyConfiguration."""
        found = super().configuration(folder)
        return found if found is None or found.folder.is_relative_to(self._top) else None


def manifest_sides(documents: Sequence[Document], projects: Projects) -> dict[str, Side]:
    """A side for each manifest by its path. Raises FaultyPolicy, FaultyManifest."""
    pairs = with_policies(documents, projects)
    found = [(inspect(document, loaded, planning=True), loaded) for document, loaded in pairs]
    blocked = [inspection for inspection, _ in found if inspection.blocked]
    if blocked:
        raise FaultyManifest(ordered(v for inspection in blocked for v in inspection.errors))
    usages = _usages(found, projects)
    vain: dict[int, tuple[Violation, ...]] = {}
    sides = {}
    for inspection, loaded in found:
        if loaded is not None and id(loaded) not in vain:
            own = usages.get(id(loaded), [])
            vain[id(loaded)] = tuple(unused(loaded, own, planning=True))
        sides[inspection.document.path] = _side(inspection, loaded, vain.get(id(loaded), ()))
    return sides


def _usages(
    found: Sequence[tuple[Inspection, LoadedPolicy | None]], projects: Projects
) -> Mapping[int, list[Usage]]:
    """What each policy is used for, also on the manifests that only the configuration lists."""
    usages: dict[int, list[Usage]] = {}
    documents = [inspection.document for inspection, _ in found]
    folders = {Path(document.path).parent for document in documents}
    configurations = map(projects.configuration, sorted(folders))
    listed = [path for each in configurations for path in listed_manifests(each)]
    others = other_manifests(list(dict.fromkeys(listed)), documents, projects)
    loaded_ids = {id(loaded) for _, loaded in found}
    more = ((inspect(d, p, planning=False), p) for d, p in others if id(p) in loaded_ids)
    for inspection, loaded in (*found, *more):
        if loaded is not None and inspection.usage is not None:
            usages.setdefault(id(loaded), []).append(inspection.usage)
    return usages


def _side(inspection: Inspection, loaded: LoadedPolicy | None, vain: tuple[Violation, ...]) -> Side:
    ground = inspection.ground
    return manifest_side(
        inspection.document.path,
        inspection.manifest,
        ordered((*inspection.violations, *vain)),
        policy=None if loaded is None else (loaded.policy, _sources(loaded)),
        judged=None if ground is None else Judged(ground, inspection.judgements),
        plan=inspection.plan,
    )


def _sources(loaded: LoadedPolicy) -> Sources:
    found = _Files(loaded)
    return Sources(found.stated, found.place)


@dataclass(frozen=True, slots=True)
class _Files:
    """The files of a policy, which know what stands where."""

    loaded: LoadedPolicy

    def stated(self, place: Place) -> object:
        """What the file has at a path."""
        value: Any = self.loaded.documents[place.source].data
        for key in place.path:
            value = value[key]
        return value

    def place(self, place: Place) -> str:
        """`path:line:column`."""
        span = self.loaded.span(place)
        return f"{span.path}:{span.line}:{span.column}"


def side_of_manifest(path: str, projects: Projects) -> Side:
    """One manifest, or a folder with one. Raises what reading them raises."""
    document = read_manifest(path)
    return manifest_sides([document], projects)[document.path]


def side_of_policy(path: str, manifest: str | None, day: date) -> Side:
    """A policy, judged on a manifest where one is named."""
    if manifest is None:
        loaded = load_policies([path], day)
        return policy_side(path, loaded.policy, _sources(loaded))
    document = read_manifest(manifest)
    side = manifest_sides([document], Projects([path], day))[document.path]
    return replace(side, label=path)


def side_of_plan(path: str) -> Side:
    """A `migration_plan.json`. Raises FaultyManifest, UsageError."""
    document = read_manifest(path)
    if document.faults:
        raise FaultyManifest(violations_of(document.faults, document))
    try:
        return plan_side(document.path, document.data)
    except NotAPlanError as error:
        raise UsageError(f"{document.path}: {error}") from None
