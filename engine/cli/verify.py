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
from .outcome import CANNOT, UsageError, add_as_of, add_policy, complain, status, today
from .plan_inputs import AGAIN, PlanFile, committed_plans
from .policies import FaultyPolicy, LoadedPolicy
from .processes import apart_if_large
from .projects import Projects
from .recorded import recorded

_FOR_PEOPLE = ("text", "full", "github")
_NOT_OF_TABLES = frozenset({"listing", "contingencies"})
"""Promises without which checks can look at a plan all the same."""

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
    run = _Run(options.policy, today(options))
    options.kept.append(run)
    for path in options.plans or committed_plans():
        run.take(path)
    if run.unread and not run.texts:
        return CANNOT
    found = ordered(run.found)
    ended = CANNOT if run.unread or run.unjudged else status(found, Severity.ERROR)
    write(LintRun(found, (*run.texts,), status=ended, text_of=text_of(run.texts)), options)
    if chosen(options) in _FOR_PEOPLE:
        _summarize(run, found)
    return ended


class _Run:
    """The plans of one run: what was found so far; what is no plan is told and hides no other."""

    def __init__(self, named: list[str], day: date) -> None:
        self.found: list[Violation] = []
        self.texts: dict[str, str] = {}
        self.unread = self.unjudged = 0
        self._named, self._day = named, day
        self._last: PlanFile | None = None

    def take(self, path: str) -> None:
        """Read a plan and judge it."""
        try:
            plan = PlanFile.read(path)
        except UsageError as error:
            complain(error)
            self.unread += 1
            return
        self.texts[plan.document.path] = plan.document.text
        self._last = plan  # a command is about to end: taking a large plan apart takes time
        try:
            self.found += broken(plan, self._named, self._day)
        except (FaultyConfiguration, FaultyPolicy, FaultyManifest) as faulty:
            self.found += faulty.violations
            self.unjudged += 1


def _summarize(run: _Run, found: tuple[Violation, ...]) -> None:
    judged, errors = len(run.texts) - run.unjudged, counts(found)["error"]
    if judged or run.unread:
        kept = count_text(errors, "error") if errors else "every promise kept"
        cannot = run.unread + run.unjudged
        more = f"; {cannot} could not be" if cannot else ""
        print(f"{count_text(judged, 'plan')} verified: {kept}{more}", file=sys.stderr)


def broken(plan: PlanFile, named: list[str], day: date) -> list[Violation]:
    """What is wrong with a plan; empty where it follows from its inputs and keeps every promise.

    `named` are the policies of the command line; `day` is for a plan that records none. Promises
    are judged only where the inputs are the plan's. Raises FaultyConfiguration, FaultyPolicy,
    FaultyManifest.
    """
    return judged(plan, named, day)[0]


def judged(
    plan: PlanFile, named: list[str], day: date
) -> tuple[list[Violation], LoadedPolicy | None]:
    """What is wrong with a plan, and the policy by which it holds best; see `broken`."""
    as_of = plan.as_of or day
    changed = [*plan.changed_inputs()] or [*plan.overlooked(Projects(named, as_of))]
    if changed:
        return changed, None
    if plan.stated is None:
        return [*_violations(plan, plan.misshapen)], None
    document = read_manifest(plan.manifest.as_posix())
    manifest = manifest_of(document.data)[0] if document.readable else None
    if manifest is None or document.faults:
        text = "its manifest has faults and gives no plan: lint it"
        return [plan.wrong(("manifest", "path"), text, promise="inputs")], None
    least: tuple[list[Breach], LoadedPolicy] | None = None
    for policy, _ in plan.policies_in(named, as_of):
        where, apart = _where(manifest, policy), apart_if_large(len(manifest.tables))
        breaches = verify(plan.stated, manifest, policy.policy, where, apart)
        broken_ones = {breach.promise for breach in breaches}
        if "form" not in broken_ones:
            names, kept = [name for _, name, _ in plan.inputs], broken_ones <= _NOT_OF_TABLES
            breaches += recorded(plan.stated, document, policy, names, kept=kept)
        if least is None or len(breaches) < len(least[0]):
            least = breaches, policy
        if not breaches:
            break
    if least is None:
        text = "no way of naming the policies gives these files in this order"
        return [plan.wrong(("policies",), text, promise="inputs")], None
    return [*_violations(plan, least[0])], least[1]


def _where(manifest: Manifest, loaded: LoadedPolicy) -> dict[str, frozenset[str]]:
    """What the rules with a condition select; nothing of it comes from the planner."""
    if all(rule.where is None for rule in loaded.policy.rules):
        return {}
    choices = Selections(manifest, loaded.policy).choices
    return {rule: choice.tables for rule, choice in choices.items()}


def _violations(plan: PlanFile, breaches: Iterable[Breach]) -> Iterator[Violation]:
    for promise, path, message, tables in breaches:
        yield plan.wrong(path, message, promise=promise, tables=tables, hint=_EDITED)
