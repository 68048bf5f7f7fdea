"""A second opinion on a plan: does it keep every promise, judged from the artefact and its inputs?

Nothing here comes from the planner. What a plan states is read (`reading`), what the manifest and
the policy mean is worked out again (`facts`), and each promise has a module that compares the two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from stowplan.apart import Apart, here
from stowplan.model import Manifest, Policy

from . import (
    bandwidth,
    bounds,
    break_even,
    chains,
    checkpoints,
    classes,
    contingencies,
    costs,
    deferral,
    dependencies,
    feasibility,
    findings,
    membership,
    order,
    reasons,
    risk,
    segments,
    totals,
    wall_clock,
    windows,
)
from .breaches import Breach, first_of
from .case import Case
from .facts import Facts, NothingToPlanAgainstError
from .reading import MisshapenError, read_plan
from .stated import Stated

__all__ = ["PROMISES", "Breach", "MisshapenError", "Stated", "read_plan", "verify"]

_Check = Callable[[Case], Iterable[Breach]]

_OF_TABLES: tuple[_Check, ...] = (
    membership.breaches,
    windows.breaches,
    classes.breaches,
    reasons.breaches,
    costs.breaches,
    dependencies.breaches,
    order.breaches,
)
"""What each table is, where and in which order: about as long to judge as when it moves."""

_OF_TIME: tuple[_Check, ...] = (
    segments.breaches,
    bandwidth.breaches,
    feasibility.breaches,
    chains.breaches,
    deferral.breaches,
    totals.breaches,
    bounds.breaches,
    break_even.breaches,
    checkpoints.breaches,
    contingencies.breaches,
    risk.breaches,
    wall_clock.breaches,
    findings.breaches,
)

PROMISES = (
    *("form", "inputs", "membership", "listing", "windows", "memory", "class", "placement"),
    *("reasons", "costs", "dependencies", "order", "bytes", "bandwidth", "streams"),
    *("feasibility", "phase", "slack", "critical path", "deferral", "totals", "bounds"),
    *("break-even", "checkpoints", "contingencies", "risk", "wall clock", "findings"),
)
"""What a plan promises, by the names that breaches carry."""


def verify(
    stated: Stated,
    manifest: Manifest,
    policy: Policy,
    where: Mapping[str, frozenset[str]],
    apart: Apart = here,
) -> list[Breach]:
    """What is wrong with a plan; empty where it keeps everything.

    `where` has the tables that each rule with a condition selects, by the rule's id. A plan does
    not say whether its main window was asked for by name: it is read in both ways, and the one
    that holds, or breaks less, counts. What nothing else waits for is judged `apart`.
    """
    least: list[Breach] | None = None
    for night in (None, stated.windows[0].name):
        found = _judged(stated, manifest, policy, where, night, apart)
        if least is None or len(found) < len(least):
            least = found
        if not least:
            break
    return least or []


def _judged(
    stated: Stated,
    manifest: Manifest,
    policy: Policy,
    where: Mapping[str, frozenset[str]],
    night: str | None,
    apart: Apart,
) -> list[Breach]:
    try:
        case = Case(stated, Facts(manifest, policy, where, night))
    except NothingToPlanAgainstError as error:
        return [Breach("inputs", (), f"its inputs give no plan: {error}")]
    if bool(policy.waivers) != (stated.as_of is not None):
        text = "has no as_of, and its policy has waivers"
        return [Breach("form", (), text if policy.waivers else "has as_of, and no waivers need it")]
    known = [*first_of(membership.unknown(case))]
    if known:
        return known
    of_tables = apart(lambda: _broken(_OF_TABLES, case))
    of_time = _broken(_OF_TIME, case)
    return [*first_of((*of_tables(), *of_time))]


def _broken(checks: Iterable[_Check], case: Case) -> list[Breach]:
    return [breach for check in checks for breach in check(case)]
