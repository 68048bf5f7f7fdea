"""The page of a plan: its policy looked at once more, for what each rule came to."""

from __future__ import annotations

from collections.abc import Mapping

from stowplan.model import Plan
from stowplan.policy_view import Judged, view_policy
from stowplan.reports.html import Evidence, plan_page, relocated

from .inspection import situation_of
from .policies import LoadedPolicy


def page_of(plan: Plan, judged: Judged, loaded: LoadedPolicy, shown: Mapping[str, str]) -> str:
    """The text of `migration_plan.html`; `shown` leads from a path to how the artefacts show it."""
    view = view_policy(
        loaded.policy,
        loaded.today,
        "",
        locate=loaded.span,
        declared=lambda _: None,
        manifest="",
        judged=judged,
        violations=plan.violations,
    )
    evidence = Evidence(judged.ground, situation_of(judged.ground, plan), judged.judgements)
    return plan_page(plan, evidence, relocated(view, shown))
