"""One manifest under its policy: read, built, checked. What `lint` and `plan` have in common."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stowplan.conditions.selection import Selections, Situation
from stowplan.documents import Document
from stowplan.evaluation import evaluate, ordered, rule_violations
from stowplan.model import PLANNED_SUBJECTS, Manifest, Plan, Policy, Severity, Violation
from stowplan.planning.edges import dependency_graph
from stowplan.planning.groundwork import Groundwork, effective_rules, lay_groundwork
from stowplan.rules import CHECKS
from stowplan.rules.check import (
    GraphCase,
    ManifestCase,
    PolicyCase,
    PolicyUse,
    Reading,
    Usage,
    WaiverUse,
)
from stowplan.rules.custom import broken_checks, failed_conditions, judged
from stowplan.schemas.manifest import read_manifest
from stowplan.waiving import waive

from .places import locator
from .policies import LoadedPolicy
from .processes import apart_if_large

if TYPE_CHECKING:
    from stowplan.conditions.judging import Judgement

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
    judgements: Sequence[Judgement] = ()
    ground: Groundwork | None = None

    @property
    def errors(self) -> tuple[Violation, ...]:
        """The violations that are errors."""
        return tuple(v for v in self.violations if v.severity is Severity.ERROR)

    @property
    def blocked(self) -> bool:
        """Whether an error of the manifest itself keeps it from being planned."""
        return any(v.code in _BLOCKING for v in self.errors)


def inspect(
    document: Document, loaded: LoadedPolicy | None, *, planning: bool, draws: int = 0
) -> Inspection:
    """Check one manifest; with `planning`, plan it too where that is possible.

    `draws` tell the plan's risk; with 0 there are some where a check of the policy reads it.
    """
    found = _inspected(document, loaded, planning=planning, draws=draws)
    if loaded is None:
        return found
    violations, matched = waive(found.violations, loaded.policy.waivers, loaded.today)
    usage = None if found.usage is None else found.usage._replace(waived=matched)
    return replace(found, violations=violations, usage=usage)


def _inspected(
    document: Document, loaded: LoadedPolicy | None, *, planning: bool, draws: int
) -> Inspection:
    policies = {} if loaded is None else loaded.documents
    severities = {} if loaded is None else loaded.policy.severities
    locate = locator(document, policies)
    manifest, faults = (None, ()) if not document.readable else read_manifest(document.data)
    found = list(evaluate(Reading((*document.faults, *faults)), locate))
    if manifest is not None:
        complete = not any(fault.code in _UNGRAPHED for fault in faults)
        told = _less(severities, "M109") if planning else severities
        found += evaluate(ManifestCase(manifest, complete), locate, told)
    if manifest is None or any(v.code in _UNGRAPHED for v in found):
        return Inspection(document, ordered(found), manifest)
    policy = None if loaded is None else loaded.policy
    selections = Selections(manifest, policy)
    graph = dependency_graph(manifest, policy, selections)
    edges = apart_if_large(len(manifest.tables) if planning else 0)(
        lambda: [*evaluate(GraphCase(manifest, graph), locate, severities)]
    )
    if policy is None:
        return Inspection(document, ordered([*found, *edges()]), manifest)
    ground = lay_groundwork(manifest, policy, graph, selections)
    found += edges()
    blocked = Inspection(document, tuple(found)).blocked
    plan = _planned(ground, draws) if planning and not blocked else None
    case = PolicyCase(manifest, graph, policy, ground.assessment, planning, plan)
    told = _less(severities, "R404") if planning and plan is None else severities
    found += evaluate(case, locate, told)
    judgements = judged(policy, situation_of(ground, plan))
    own = (*broken_checks(policy, judgements), *failed_conditions(policy, manifest, selections))
    found += rule_violations(own, locate)
    usage = _usage(ground, judgements)
    return Inspection(document, ordered(found), manifest, usage, plan, judgements, ground)


def _less(severities: Mapping[str, Severity | None], code: str) -> Mapping[str, Severity | None]:
    """The changed severities less that of a check: it says why there is no plan, at full strength.

    A policy may make it milder for `lint`; but what cannot be planned is not, however it is called.
    """
    return {other: severity for other, severity in severities.items() if other != code}


def _planned(ground: Groundwork, draws: int) -> Plan | None:
    # Only `plan` needs the planner: `lint` starts on every commit.
    from stowplan.planning.planner import NothingToPlanAgainstError, make_plan  # noqa: PLC0415
    from stowplan.planning.risk import draws_of_checks  # noqa: PLC0415

    try:
        asked = draws or draws_of_checks(ground.policy, len(ground.tables))
        return make_plan(ground, asked, apart_if_large(len(ground.tables)))
    except NothingToPlanAgainstError:
        return None


def situation_of(ground: Groundwork, plan: Plan | None) -> Situation:
    """What a policy's own checks may look at."""
    return Situation(
        ground.manifest,
        ground.tables,
        ground.graph,
        ground.classification.tables,
        {entry.name: entry.placement for entry in ground.policy.classes},
        ground.selections.listed,
        plan,
    )


def _usage(ground: Groundwork, judgements: Sequence[Judgement]) -> Usage:
    """A check that could not be judged without a plan passes for one that has an effect."""
    missing = (parent for _, parent, _ in ground.manifest.dependencies)
    names = frozenset((*ground.graph.names, *ground.manifest.present))
    idle = {judgement.rule.id for judgement in judgements if not judgement.selected}
    checks = {rule.id for rule in ground.policy.checks} - idle
    return Usage(names, frozenset(missing) - names, effective_rules(ground) | checks)


def unused(loaded: LoadedPolicy, usages: Sequence[Usage], *, planning: bool) -> Iterator[Violation]:
    """What a policy says in vain, over all the manifests that it was used on."""
    if not usages:
        return
    policy, locate = loaded.policy, locator(None, loaded.documents)
    found = evaluate(PolicyUse(policy, tuple(usages)), locate, policy.severities)
    violations, matched = waive(found, policy.waivers, loaded.today)
    yield from violations
    matched = matched.union(*(usage.waived for usage in usages))
    unjudged = frozenset() if planning else _unjudged(policy)
    use = WaiverUse(policy, loaded.today, matched, unjudged)
    yield from evaluate(use, locate, policy.severities)


def _unjudged(policy: Policy) -> frozenset[int]:
    """The waivers, by number, of what only a plan can find."""
    planned = {check.code for check in CHECKS if check.planned}
    planned |= {rule.id for rule in policy.checks if rule.subject in PLANNED_SUBJECTS}
    return frozenset(n for n, waiver in enumerate(policy.waivers) if waiver.code in planned)
