"""Runs prepared tests: each one's manifest is inspected and held against what it expects."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from stowplan.cli.inspection import Inspection, inspect
from stowplan.model import Span
from stowplan.policy_testing import Differences, differences
from stowplan.schemas.policy_test import Entries

from .coverage import Coverage, CoveredRule
from .preparing import PreparedTest


class PolicyTestResult(NamedTuple):
    """How one test went."""

    name: str
    span: Span
    differences: Differences


class PolicyTestRun(NamedTuple):
    """How all tests went, in order, and what they have seen of the policies' rules."""

    results: tuple[PolicyTestResult, ...]
    rules: tuple[CoveredRule, ...]


def run_tests(tests: Iterable[PreparedTest]) -> PolicyTestRun:
    """Run them one after the other."""
    coverage = Coverage()
    results = tuple(_result(test, coverage) for test in tests)
    return PolicyTestRun(results, coverage.rules())


def _result(prepared: PreparedTest, coverage: Coverage) -> PolicyTestResult:
    test, file, manifest, loaded = prepared
    inspection = inspect(manifest, loaded, planning=test.plan)
    coverage.add(loaded, inspection)
    found = differences(test, inspection.violations, _placements(inspection), _windows(inspection))
    return PolicyTestResult(test.name, Span(file.path, *file.locate(test.path)), found)


def _placements(inspection: Inspection) -> Entries:
    """The placement of each table's effective class; none at all where nothing was classified."""
    ground = inspection.ground
    if ground is None:
        return {}
    placed = (
        (name, ground.classification.placement(i)) for i, name in enumerate(ground.graph.names)
    )
    return {name: None if placement is None else placement.value for name, placement in placed}


def _windows(inspection: Inspection) -> Entries:
    """The window that takes each table; none at all where there is no plan."""
    plan = inspection.plan
    if plan is None:
        return {}
    later = {each.name: each.planned.window if each.planned else None for each in plan.deferred}
    unplanned: dict[str, str | None] = {each.name: None for each in plan.unschedulable}
    return {each.name: each.window for each in plan.planned} | later | unplanned
