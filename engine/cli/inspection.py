"""One manifest under its policy: read, built, checked. What `lint` and `plan` have in common."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from stowplan.documents import Document
from stowplan.evaluation import Locate, evaluate, ordered
from stowplan.model import Manifest, Plan, Severity, Violation
from stowplan.planning.edges import dependency_graph
from stowplan.planning.groundwork import Groundwork, effective_rules, lay_groundwork
from stowplan.rules.check import (
    GraphCase,
    ManifestCase,
    PolicyCase,
    PolicyUse,
    Reading,
    Usage,
)
from stowplan.schemas.manifest import read_manifest

from .places import locator
from .policies import LoadedPolicy

_BLOCKING = frozenset({"M102", "M103", "M104", "M105", "M106", "M109"})
"""A manifest with an error of these gives no plan: it does not say what is to be moved."""

_UNGRAPHED = frozenset({"M102", "M106", "M109"})
"""Nor is its graph checked after these: tables are missing from it."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was found on one manifest; `usage` and `plan` are None where it did not come so far."""

    document: Document
    violations: tuple[Violation, ...]
    manifest: Manifest | None = None
    usage: Usage | None = None
    plan: Plan | None = None

    @property
    def blocked(self) -> bool:
        """Whether an error of the manifest itself keeps it from being planned."""
        return any(v.code in _BLOCKING and v.severity is Severity.ERROR for v in self.violations)


def inspect(document: Document, loaded: LoadedPolicy | None, *, planning: bool) -> Inspection:
    """Check one manifest; with `planning`, plan it too where that is possible."""
    policies = {} if loaded is None else loaded.documents
    severities = {} if loaded is None else loaded.policy.severities
    locate = locator(document, policies)
    manifest, faults = (None, ()) if not document.readable else read_manifest(document.data)
    found = list(evaluate(Reading((*document.faults, *faults)), locate))
    if manifest is not None:
        complete = not any(fault.code in _UNGRAPHED for fault in faults)
        found += evaluate(ManifestCase(manifest, complete), locate, severities)
    if manifest is None or any(v.code in _UNGRAPHED for v in found):
        return Inspection(document, ordered(found), manifest)
    policy = None if loaded is None else loaded.policy
    graph = dependency_graph(manifest, policy)
    found += evaluate(GraphCase(manifest, graph), locate, severities)
    if policy is None:
        return Inspection(document, ordered(found), manifest)
    ground = lay_groundwork(manifest, policy, graph)
    blocked = Inspection(document, tuple(found)).blocked
    plan = _planned(ground) if planning and not blocked else None
    case = PolicyCase(manifest, graph, policy, ground.assessment, planning, plan)
    found += evaluate(case, locate, severities)
    return Inspection(document, ordered(found), manifest, _usage(ground), plan)


def _planned(ground: Groundwork) -> Plan | None:
    # Only `plan` needs the planner: `lint` starts on every commit.
    from stowplan.planning.planner import NothingToPlanAgainstError, make_plan  # noqa: PLC0415

    try:
        return make_plan(ground)
    except NothingToPlanAgainstError:
        return None


def _usage(ground: Groundwork) -> Usage:
    missing = (parent for _, parent, _ in ground.manifest.dependencies)
    names = frozenset((*ground.graph.names, *ground.manifest.present))
    return Usage(names, frozenset(missing) - names, effective_rules(ground))


def unused(loaded: LoadedPolicy, usages: list[Usage]) -> Iterator[Violation]:
    """What a policy says in vain, over all the manifests that it was used on."""
    if usages:
        use = PolicyUse(loaded.policy, tuple(usages))
        locate: Locate = locator(None, loaded.documents)
        yield from evaluate(use, locate, loaded.policy.severities)
