"""Which other manifests a policy is for: a rule may have its effect there, a waiver its finding."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from stowplan.documents import Document
from stowplan.evaluation import ordered
from stowplan.model import Violation

from .configuration import Configuration, nearby
from .manifests import find_manifests
from .policies import FaultyPolicy, LoadedPolicy
from .projects import Projects


def listed_manifests(configuration: Configuration | None) -> list[str]:
    """The manifests that a configuration lists."""
    if configuration is None:
        return []
    globs = configuration.manifests
    found = {path for glob in globs for path in configuration.folder.glob(glob)}
    return [nearby(path).as_posix() for path in sorted(found)]


def with_policies(
    documents: Iterable[Document], projects: Projects
) -> list[tuple[Document, LoadedPolicy | None]]:
    """Each manifest with its policy. Raises FaultyPolicy with the faults of all policies."""
    pairs: list[tuple[Document, LoadedPolicy | None]] = []
    faults: list[Violation] = []
    for document in documents:
        try:
            pairs.append((document, projects.policy(Path(document.path))))
        except FaultyPolicy as faulty:
            faults.extend(faulty.violations)
    if faults:
        raise FaultyPolicy(ordered(faults))
    return pairs


def other_manifests(
    listed: list[str], documents: Iterable[Document], projects: Projects
) -> list[tuple[Document, LoadedPolicy | None]]:
    """The listed manifests that are not among these. Raises FaultyPolicy."""
    seen = {Path(document.path).resolve() for document in documents}
    rest = [path for path in listed if Path(path).resolve() not in seen]
    return with_policies(find_manifests(rest).documents, projects)
