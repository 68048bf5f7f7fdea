"""Waivers held against findings: one matcher for every command."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from stowplan.model import Violation, Waiver
from stowplan.patterns import Names

EXPIRED = "its waiver expired on"
"""What the hint of a finding ends in, before the day, whose waiver has expired."""


class Waived(NamedTuple):
    """Violations with their waivers, and which waivers (by number) match any of them."""

    violations: tuple[Violation, ...]
    matched: frozenset[int]


def waive(violations: Iterable[Violation], waivers: Sequence[Waiver], today: date) -> Waived:
    """Suppress what a waiver accepts that has not expired.

    A waiver matches a violation if its code is the violation's and each of the violation's tables
    is named; one without tables matches what speaks of none. What an expired one matches stays,
    and says so. What is `firm` is never waived.
    """
    found = tuple(violations)
    if not waivers:
        return Waived(found, frozenset())
    by_code: dict[str, list[int]] = {}
    for number, waiver in enumerate(waivers):
        by_code.setdefault(waiver.code, []).append(number)
    selected = _selected(found, waivers, by_code)
    matched: set[int] = set()
    changed: list[Violation] = []
    for violation in found:
        numbers = [
            number
            for number in by_code.get(violation.code, ())
            if bool(waivers[number].tables) == bool(violation.tables)
            and selected[number].issuperset(violation.tables)
            and not violation.firm
        ]
        matched.update(numbers)
        changed.append(_answered(violation, [waivers[number] for number in numbers], today))
    return Waived(tuple(changed), frozenset(matched))


def _selected(
    violations: Iterable[Violation],
    waivers: Sequence[Waiver],
    by_code: Mapping[str, Iterable[int]],
) -> Mapping[int, frozenset[str]]:
    """For each waiver the tables, among those of its code's violations, that it names."""
    tables: dict[str, set[str]] = {code: set() for code in by_code}
    for violation in violations:
        if violation.code in tables:
            tables[violation.code].update(violation.tables)
    names = {code: Names(found) for code, found in tables.items()}
    return {
        number: names[code].selected(waivers[number].tables)
        for code, numbers in by_code.items()
        for number in numbers
    }


def _answered(violation: Violation, waivers: Sequence[Waiver], today: date) -> Violation:
    """The violation as the waivers that match it leave it."""
    for waiver in waivers:
        if today <= waiver.expires:
            return replace(violation, suppressed=_suppression(waiver))
    if waivers:
        last = max(waivers, key=lambda waiver: waiver.expires)
        said = f"{EXPIRED} {last.expires}"
        return replace(violation, hint=_added(violation.hint, said))
    return violation


def _added(hint: str | None, said: str) -> str:
    """A hint with more said; one of several lines is YAML to be pasted, so there as a comment."""
    if not hint:
        return said
    return f"{hint.rstrip()}\n# {said}" if "\n" in hint else f"{hint}; {said}"


def _suppression(waiver: Waiver) -> Mapping[str, str]:
    return {
        "by": "waiver",
        "reason": waiver.reason,
        "owner": waiver.owner,
        "expires": waiver.expires.isoformat(),
    }
