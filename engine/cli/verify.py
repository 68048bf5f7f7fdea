"""Verify plans: inputs unchanged, and every promise kept, judged without the planner."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from datetime import date

from stowplan.conditions.selection import Selections
from stowplan.evaluation import ordered
from stowplan.model import Manifest, Severity, Violation
from stowplan.reports.lint_run import LintRun
from stowplan.reports.text import counts
from stowplan.schemas.manifest import read_manifest as manifest_of
from stowplan.units import count_text
from stowplan.verification import Breach, verify

from .configuration import FaultyConfiguration
from .formats import add_formats, chosen, text_of, write
from .manifests import FaultyManifest, read_manifest
from .outcome import CANNOT, FINE, add_as_of, add_policy, status, today
from .plan_inputs import AGAIN, PlanFile, committed_plans
from .policies import FaultyPolicy, LoadedPolicy
from .projects import Projects

_FOR_PEOPLE = ("text", "full", "github")
_EDITED = f"it was edited, or made by another version of Stowplan: {AGAIN}"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    parser.add_argument(
        "plans",
        nargs="*",
        metavar="PLAN.json",
        help="plans to verify (default: every migration_plan.json that git knows below here)",
    )
    add_policy(parser)
    add_as_of(parser)
    add_formats(parser)


def run(options: argparse.Namespace) -> int:
    """Verify; broken promises go to standard output, a summary for people to standard error."""
    paths = list(options.plans or committed_plans())
    plans = [PlanFile.read(path) for path in paths]
    texts = {plan.document.path: plan.document.text for plan in plans}
    day = today(options)
    try:
        found = ordered([v for plan in plans for v in broken(plan, options.policy, day)])
    except (FaultyConfiguration, FaultyPolicy, FaultyManifest) as faulty:
        write(LintRun(faulty.violations, status=CANNOT, text_of=text_of(texts)), options)
        return CANNOT
    ended = status(found, Severity.ERROR)
    files = tuple(plan.document.path for plan in plans)
    write(LintRun(found, files, status=ended, text_of=text_of(texts)), options)
    if chosen(options) in _FOR_PEOPLE:
        _summarize(len(plans), found, ended)
    return ended


def _summarize(plans: int, found: tuple[Violation, ...], ended: int) -> None:
    kept = "every promise kept" if ended == FINE else count_text(counts(found)["error"], "error")
    print(f"{count_text(plans, 'plan')} verified: {kept}", file=sys.stderr)


def broken(plan: PlanFile, named: list[str], day: date) -> list[Violation]:
    """What is wrong with a plan; empty where it follows from its inputs and keeps every promise.

    `named` are the policies of the command line; `day` is for a plan that records none. Promises
    are judged only where the inputs are the plan's. Raises FaultyConfiguration, FaultyPolicy,
    FaultyManifest.
    """
    as_of = plan.as_of or day
    changed = [*plan.changed_inputs()] or [*plan.overlooked(Projects(named, as_of))]
    if changed:
        return changed
    if plan.stated is None:
        return [*_violations(plan, plan.misshapen)]
    document = read_manifest(plan.manifest.as_posix())
    manifest = manifest_of(document.data)[0] if document.readable else None
    if manifest is None or document.faults:
        text = "its manifest has faults and gives no plan: lint it"
        return [plan.wrong(("manifest", "path"), text, promise="inputs")]
    least: list[Breach] | None = None
    for policy, _ in plan.policies_in(named, as_of):
        breaches = verify(plan.stated, manifest, policy.policy, _where(manifest, policy))
        least = breaches if least is None or len(breaches) < len(least) else least
        if not least:
            return []
    if least is None:
        text = "no way of naming the policies gives these files in this order"
        return [plan.wrong(("policies",), text, promise="inputs")]
    return [*_violations(plan, least)]


def _where(manifest: Manifest, loaded: LoadedPolicy) -> dict[str, frozenset[str]]:
    """What the rules with a condition select; nothing of it comes from the planner."""
    choices = Selections(manifest, loaded.policy).choices
    return {rule: choice.tables for rule, choice in choices.items()}


def _violations(plan: PlanFile, breaches: Iterable[Breach]) -> Iterator[Violation]:
    for promise, path, message, tables in breaches:
        yield plan.wrong(path, message, promise=promise, tables=tables, hint=_EDITED)
