"""Contingencies: a line for each action, and what can be told of it without timing it again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .action_figures import wrong_figures
from .actions import action_record, listed, told
from .breaches import Breach
from .case import Case
from .usual_actions import Expected, Options
from .values import WrongError, number


def breaches(case: Case) -> Iterator[Breach]:
    """Actions without a line, verdicts that their delays do not give, figures that cannot be."""
    for at, record in enumerate(case.plan.contingencies):
        expected = _verdict(record)
        if record.get("verdict") != expected:
            text = f"the verdict of contingency {at + 1} does not follow from the delay it covers"
            yield Breach("contingencies", ("contingencies", at, "verdict"), text)
    options = Options(case)
    lines = options.lines()
    wrong = [*_lines(case, lines)]
    yield from wrong
    if not wrong:
        for at, line in enumerate(lines):
            record = case.plan.contingencies[at]
            yield from wrong_figures(case, options, record, line.action, at)


def _lines(case: Case, lines: list[Expected]) -> Iterator[Breach]:
    """By rule, in the policy's order; last what every plan says."""
    found: dict[str | None, list[Any]] = {}
    for record in case.plan.contingencies:
        found.setdefault(record["rule"], []).append((record["action"], record["against"]))
    expected: dict[str | None, list[Any]] = {}
    for rule, action, against in lines:
        expected.setdefault(rule, []).append((action_record(action), against))
    for name in dict.fromkeys((*expected, *found)):
        stated, permitted = found.get(name, []), expected.get(name, [])
        if stated != permitted:
            yield _other(name, stated, permitted)
            return
    if [record["rule"] for record in case.plan.contingencies] != [line.rule for line in lines]:
        text = "contingencies are not listed by rule, those without one last"
        yield Breach("listing", ("contingencies",), text)


def _other(name: str | None, stated: list[Any], permitted: list[Any]) -> Breach:
    text = f"rule {name} has" if name else "without a rule there are"
    actions, wanted = [action for action, _ in stated], [action for action, _ in permitted]
    text += f" lines for {listed(actions)}, {'permits' if name else 'should be'} {listed(wanted)}"
    for one, other in zip(stated, permitted, strict=False):
        if one != other:
            text += f": {told(*one)} in place of {told(*other)}"
            break
    return Breach("contingencies", ("contingencies",), text)


def _verdict(record: Mapping[str, Any]) -> str | None:
    """SUFFICIENT where a delay is covered and the plan then holds; None where that is not known."""
    try:
        covers, bears = number(record.get("covers_delay_s")), number(record.get("bears_delay_s"))
    except WrongError:
        return None
    if record.get("against") != "delay":
        return None
    return "SUFFICIENT" if covers > 0 and bears >= 0 else "INSUFFICIENT"
