"""The lines of a policy's overview, as values."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from heapq import nsmallest
from typing import NamedTuple

from stowplan.model import PolicyFile, PriorityClass, Rule, Severity, Span, Waiver

FIRST = 5
"""How many names an overview gives of those that are selected."""


class State(enum.StrEnum):
    """What has become of a rule."""

    IN_FORCE = "in force"
    SHADOWED = "shadowed"
    SELECTS_NOTHING = "selects nothing"
    DEAD = "dead"
    NEEDS_PLAN = "needs a plan"
    NOT_JUDGED = "not judged"


@dataclass(frozen=True, slots=True)
class Selected:
    """How many of how many, and the first few by name; `of` is None where it was not counted."""

    count: int
    of: int | None = None
    first: tuple[str, ...] = ()


def selected(names: Iterable[str], of: int | None = None) -> Selected:
    """How many names there are, and the first few of them."""
    listed = frozenset(names)
    return Selected(len(listed), of, tuple(nsmallest(FIRST, listed)))


class Taken(NamedTuple):
    """An earlier rule, and how many tables it took from a later one; None: what it says at all."""

    rule: str
    tables: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What a rule comes to.

    `wins` counts the tables of `selects` that the rule decides on, `taken_by` has the earlier rules
    that decide on the others. `pairs` are a dependency rule's, `broken` a check's. `why` says what
    makes a rule dead.
    """

    state: State
    selects: Selected | None = None
    wins: int | None = None
    taken_by: tuple[Taken, ...] = ()
    pairs: int | None = None
    broken: Selected | None = None
    why: str = ""


class RuleRow(NamedTuple):
    """One rule: its kind, its place, what it says, and what it comes to."""

    rule: Rule
    kind: str
    span: Span
    says: str
    standing: Standing


class ClassRow(NamedTuple):
    """One class; `span` is None for the built-in ones."""

    entry: PriorityClass
    span: Span | None


class SeverityRow(NamedTuple):
    """A check whose severity the policy changes; None switches it off."""

    code: str
    usual: Severity
    changed: Severity | None
    span: Span | None


class WaiverRow(NamedTuple):
    """A waiver, its days left (negative once it has expired), and what it matches.

    `matches` is None where that was not judged: without a manifest, and, where `needs_plan` says
    so, for what only a plan can find.
    """

    waiver: Waiver
    span: Span
    days_left: int
    needs_plan: bool
    matches: int | None


@dataclass(frozen=True, slots=True)
class PolicyView:
    """A policy as it is in force on a day, for one manifest or for none.

    `origin` says which setting named the policy's files.
    """

    as_of: date
    manifest: str | None
    origin: str
    files: tuple[PolicyFile, ...]
    rules: tuple[RuleRow, ...]
    classes: tuple[ClassRow, ...]
    severities: tuple[SeverityRow, ...]
    waivers: tuple[WaiverRow, ...]
