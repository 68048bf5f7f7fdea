"""Does a committed plan still follow from its inputs? They are planned again; the bytes tell."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from datetime import date

from stowplan.documents import Document
from stowplan.model import Severity, Span, Violation
from stowplan.planning.follow_up import window_names
from stowplan.units import count_text

from .configuration import FaultyConfiguration
from .formats import show
from .manifests import FaultyManifest, read_manifest
from .outcome import CANNOT, FINE, FOUND, UsageError, today
from .plan import MOST_DRAWS, artefacts, for_window_named, planned
from .plan_inputs import AGAIN, CODE, PLAN, PlanFile, committed_plans
from .policies import FaultyPolicy, LoadedPolicy
from .projects import Projects

_MADE_OTHERWISE = f"it was edited, or made by another version of Stowplan: {AGAIN}"


def run_check(options: argparse.Namespace) -> int:
    """Check the plans that are named, else every committed one; nothing is written."""
    if options.manifest is not None:
        raise UsageError("name either a manifest or, after --check, the plans to be checked")
    paths = options.check or committed_plans()
    plans = [PlanFile.read(path) for path in paths]
    try:
        found = [v for plan in plans for v in stale(plan, options.policy, today(options))]
    except (FaultyConfiguration, FaultyPolicy, FaultyManifest) as faulty:
        show(faulty.violations, options.format)
        return CANNOT
    show(found, options.format)
    if options.format == "text" and not found:
        print(f"{count_text(len(paths), 'plan')} checked", file=sys.stderr)
    return FOUND if found else FINE


def stale(plan: PlanFile, named: list[str], day: date) -> list[Violation]:
    """Why a plan no longer follows from its inputs; empty where it does.

    `named` are the policies of the command line; `day` is for a plan that records none. Raises
    FaultyConfiguration, and FaultyPolicy where the policy in force has faults.
    """
    as_of = plan.as_of or day
    changed = [*plan.changed_inputs()] or [*plan.overlooked(Projects(named, as_of))]
    if changed:
        return changed
    texts: list[str] = []
    for policy, projects in plan.policies_in(named, as_of):
        texts += _texts(plan, policy, projects)
        if plan.document.text in texts:
            return []
    return [_difference(plan, texts)]


def _texts(plan: PlanFile, policy: LoadedPolicy, projects: Projects) -> Iterator[str]:
    """The plan made again: with its policy's own main window, and with the plan's."""
    document = read_manifest(plan.manifest.as_posix())
    named = [name for name in window_names(policy.policy) if name == plan.window]
    for window in (None, *named):
        text = _text(plan, document, policy, projects, window)
        if text is not None:
            yield text


def _text(
    plan: PlanFile, document: Document, policy: LoadedPolicy, projects: Projects, window: str | None
) -> str | None:
    loaded = for_window_named(policy, window)
    draws = plan.draws if 0 <= plan.draws <= MOST_DRAWS else 0  # an edited plan draws for ever
    again = planned(document, policy, loaded, projects, draws)
    texts = artefacts(again, loaded, plan.folder, {"json"})
    return None if texts is None else "".join(texts[PLAN])


def _difference(plan: PlanFile, texts: Sequence[str]) -> Violation:
    """Where the plan first differs from what its inputs give."""
    if not texts:
        text = "its inputs give no plan any more"
        return plan.wrong((), text, promise="inputs", hint=_MADE_OTHERWISE)
    lines = plan.document.text.splitlines(), texts[0].splitlines()
    pairs = enumerate(zip(*lines, strict=False), start=1)
    line = next((n for n, (old, new) in pairs if old != new), min(map(len, lines)) + 1)
    text = f"is not what its inputs give, from line {line} on"
    span = Span(plan.document.path, line, 1)
    return Violation(CODE, Severity.ERROR, text, span, hint=_MADE_OTHERWISE)
