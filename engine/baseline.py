"""A baseline: the findings that were there when checking began, and are accepted as they are.

An entry speaks of a finding's content, not of its place: it survives moved lines, and lapses when
the facts change.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from stowplan.model import Violation

_PLACES = re.compile(r"\b(first on line|first as number|item) \d+\b")
_PLACED = frozenset({"M102", "M104", "M105", "Y601"})
"""The codes whose messages name places of the document."""


class Entry(NamedTuple):
    """One accepted finding; its `path` is as seen from the baseline's folder."""

    path: str
    code: str
    tables: tuple[str, ...]
    fingerprint: str
    message: str


class Baselined(NamedTuple):
    """Violations as a baseline leaves them, and the numbers of the entries that it used."""

    violations: tuple[Violation, ...]
    used: frozenset[int]


def fingerprints(violations: Iterable[Violation]) -> tuple[str, ...]:
    """For each violation a name made of its content: 32 hexadecimal digits, `:`, and its ordinal.

    Code, rule, tables, message and details count; places, severity, hint and path do not. Equal
    ones in a file are numbered from 1 in the order given.
    """
    seen: Counter[tuple[str, str]] = Counter()
    named: list[str] = []
    for violation in violations:
        digest = _digest(violation)
        key = (violation.span.path, digest)
        seen[key] += 1
        named.append(f"{digest}:{seen[key]}")
    return tuple(named)


def entries(
    violations: Sequence[Violation], firm: frozenset[str], seen_from: Callable[[str], str]
) -> tuple[Entry, ...]:
    """An entry for each violation that may be accepted and is not suppressed, sorted.

    `firm` are the codes that cannot be accepted; `seen_from` makes a path the baseline's own.
    """
    pairs = zip(violations, fingerprints(violations), strict=True)
    kept = ((v, name) for v, name in pairs if _may_be_accepted(v, firm))
    return tuple(sorted(_entry(v, name, seen_from(v.span.path)) for v, name in kept))


def accept(
    violations: Sequence[Violation],
    accepted: Sequence[Entry],
    firm: frozenset[str],
    seen_from: Callable[[str], str],
) -> Baselined:
    """Suppress what an entry speaks of. What is waived stays waived, and uses no entry."""
    known = {(entry.path, entry.fingerprint) for entry in accepted}
    used: set[tuple[str, str]] = set()
    changed: list[Violation] = []
    for violation, name in zip(violations, fingerprints(violations), strict=True):
        key = (seen_from(violation.span.path), name)
        if key in known and _may_be_accepted(violation, firm):
            used.add(key)
            changed.append(replace(violation, suppressed={"by": "baseline"}))
        else:
            changed.append(violation)
    numbers = (n for n, entry in enumerate(accepted) if (entry.path, entry.fingerprint) in used)
    return Baselined(tuple(changed), frozenset(numbers))


def _may_be_accepted(violation: Violation, firm: frozenset[str]) -> bool:
    return violation.suppressed is None and not violation.firm and violation.code not in firm


def _entry(violation: Violation, fingerprint: str, path: str) -> Entry:
    return Entry(path, violation.code, violation.tables, fingerprint, violation.message)


def _digest(violation: Violation) -> str:
    message = violation.message
    if violation.code in _PLACED:
        message = _PLACES.sub(r"\1", message)
    facts = [violation.code, violation.rule, violation.tables, message, violation.details]
    text = json.dumps(facts, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]
