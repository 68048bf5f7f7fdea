"""Contingencies and risk: what is there, and what can be told of it without planning again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from stowplan.model import CheckpointRule

from .actions import action_record, listed
from .breaches import Breach, agree, decimal, time
from .case import Case
from .stated import Risk
from .values import WrongError, number

_PROBABILITIES = frozenset({"plan.p_required_fits", "plan.p_all_fits"})
_MICRO = 1_000_000


def breaches(case: Case) -> Iterator[Breach]:
    """Actions without a line, verdicts that their delays do not give, and risks that cannot be."""
    yield from _actions(case)
    for at, record in enumerate(case.plan.contingencies):
        expected = _verdict(record)
        if record.get("verdict") != expected:
            text = f"the verdict of contingency {at + 1} does not follow from the delay it covers"
            yield Breach("contingencies", ("contingencies", at, "verdict"), text)
    yield from _risk(case)


def _actions(case: Case) -> Iterator[Breach]:
    """One line for each action of each rule that has a checkpoint, in the policy's order."""
    there = {checkpoint.rule for checkpoint in case.plan.checkpoints}
    found: dict[Any, list[Any]] = {}
    for record in case.plan.contingencies:
        if record.get("rule") is not None:
            found.setdefault(str(record["rule"]), []).append(record.get("action"))
    for rule in case.facts.policy.rules:
        permitted = rule.if_behind if isinstance(rule, CheckpointRule) and rule.id in there else ()
        expected = [action_record(action) for action in permitted]
        stated = found.pop(rule.id, [])
        if stated != expected:
            text = f"rule {rule.id} has lines for {listed(stated)}, permits {listed(expected)}"
            yield Breach("contingencies", ("contingencies",), text)
    for name in found:
        text = "a rule that has no checkpoint in this plan has contingencies"
        yield Breach("contingencies", ("contingencies",), f"{text}: {name}")


def _verdict(record: Mapping[str, Any]) -> str | None:
    """SUFFICIENT where a delay is covered and the plan then holds; None where that is not known."""
    try:
        covers, bears = number(record.get("covers_delay_s")), number(record.get("bears_delay_s"))
    except WrongError:
        return None
    if record.get("against") != "delay":
        return None
    return "SUFFICIENT" if covers > 0 and bears >= 0 else "INSUFFICIENT"


def _risk(case: Case) -> Iterator[Breach]:
    """Shares are of whole draws, and a draw that all tables keep the required ones keep too."""
    risk, path = case.plan.risk, ("risk",)
    if risk is None:
        if _asked_for(case):
            text = "a check of the policy reads the probability, and the plan has no risk"
            yield Breach("risk", path, text)
        return
    limit = case.windows[0].window.limit_us
    if not agree(risk.limit, limit):
        text = f"limit_s is {decimal(risk.limit)}, the window's is {time(limit)}"
        yield Breach("risk", (*path, "limit_s"), text)
    for key, found in (("p_required_fits", risk.p_required), ("p_all_fits", risk.p_all)):
        if not _is_share(found, risk.draws):
            text = f"{key} is {decimal(found)}, no share of {risk.draws} draws"
            yield Breach("risk", (*path, key), text)
    if risk.p_all > risk.p_required or (case.required_blocked and risk.p_required):
        text = f"p_all_fits is {decimal(risk.p_all)} and p_required_fits {decimal(risk.p_required)}"
        yield Breach("risk", (*path, "p_all_fits"), text)
    if not case.required_blocked:
        yield from _quantiles(risk)


def _asked_for(case: Case) -> bool:
    texts = (
        t for rule in case.facts.policy.checks for t in (rule.where, rule.require, rule.message)
    )
    return any(text is not None and not _PROBABILITIES.isdisjoint(text.reads) for text in texts)


def _is_share(found: int, draws: int) -> bool:
    """Whether some count of the draws, divided by them, has these six decimals."""
    nearest = (found * draws + _MICRO // 2) // _MICRO
    return draws > 0 and abs(found * draws - nearest * _MICRO) <= draws


def _quantiles(risk: Risk) -> Iterator[Breach]:
    """Half, four in five, nine in ten of the draws fit exactly where that quantile does."""
    for key, ends, share in (
        ("required", risk.required, risk.p_required),
        ("all", risk.all, risk.p_all),
    ):
        path = ("risk", "finish", key)
        if ends != sorted(ends):
            yield Breach("risk", path, f"the finishes of {key} do not rise with their share")
        fits = (share * risk.draws + _MICRO // 2) // _MICRO
        for tenths, end in zip((5, 8, 9), ends, strict=True):
            if (end <= risk.limit) != (fits * 10 >= tenths * risk.draws):
                text = f"P{tenths}0 of {key} is {time(end)}, the limit {time(risk.limit)}; that is"
                yield Breach("risk", path, f"{text} not {fits} of {risk.draws} draws that fit")
