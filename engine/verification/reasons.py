"""Reasons: every decision names the rule that made it."""

from __future__ import annotations

from collections.abc import Iterator

from stowplan.model import DocPath, shown

from .breaches import Breach
from .case import Case
from .stated import Because

_BY_RULE = ("policy", "excluded")


def breaches(case: Case) -> Iterator[Breach]:
    """Tables without a reason, or with another rule than the one that decided."""
    facts, rules = case.facts, {rule.id for rule in case.facts.policy.rules}
    for at, move in enumerate(case.plan.tables):
        table = facts.index[move.name]
        yield from _judged(
            move.name, move.because, facts.classes.rule[table], ("tables", at, "because"), rules
        )
    for at, record in enumerate(case.plan.deferred):
        table = facts.index[record.name]
        rule = facts.classes.rule[table] if record.code in _BY_RULE else None
        yield from _judged(record.name, record.because, rule, ("deferred", at, "because"), rules)


def _judged(
    name: str, because: list[Because], rule: str | None, path: DocPath, rules: set[str]
) -> Iterator[Breach]:
    if not because or not all(reason.text for reason in because):
        yield Breach("reasons", path, f"{shown(name)} does not say why it is there", (name,))
        return
    unknown = [r.rule for r in because if r.rule is not None and r.rule not in rules]
    if unknown:
        text = f"{shown(name)} is there because of {shown(unknown[0])}, no rule of the policy"
        yield Breach("reasons", path, text, (name,))
    elif because[0].rule != rule:
        found = "no rule" if because[0].rule is None else f"rule {shown(because[0].rule)}"
        wanted = "no rule" if rule is None else f"rule {shown(rule)}"
        text = f"{shown(name)} is there because of {found}, {wanted} decided"
        yield Breach("reasons", path, text, (name,))
