"""What a check is, and the cases that checks look at.

A check is a generator of findings over one kind of case. Its docstring is its page: a first line
that says what is wrong, why it matters, how to mend it, and examples that the tests run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Generic, NamedTuple, TypeVar

from stowplan.graph import DependencyGraph
from stowplan.model import Assessment, Fault, Finding, Manifest, Plan, Policy, Severity


class Reading(NamedTuple):
    """The faults that reading a document has made."""

    faults: tuple[Fault, ...]

    def of(self, code: str) -> Iterator[Finding]:
        """The findings of one code."""
        return (fault.finding for fault in self.faults if fault.code == code)


class ManifestCase(NamedTuple):
    """A manifest by itself; not `complete` where tables with faults were left out of it."""

    manifest: Manifest
    complete: bool = True


class GraphCase(NamedTuple):
    """A manifest and its dependency graph; without a policy there are no rule-made edges."""

    manifest: Manifest
    graph: DependencyGraph


class PolicyCase(NamedTuple):
    """A manifest under a policy: before planning (`plan` is None), or with its plan.

    `planning` says that a plan was asked for, also where none could be made.
    """

    manifest: Manifest
    graph: DependencyGraph
    policy: Policy
    assessment: Assessment
    planning: bool = False
    plan: Plan | None = None


class Usage(NamedTuple):
    """What one manifest made of a policy: the names it offers, and what had an effect.

    `effective` are ids of rules, `waived` numbers of waivers that match something.
    """

    names: frozenset[str]
    missing: frozenset[str]
    effective: frozenset[str]
    waived: frozenset[int] = frozenset()


class PolicyUse(NamedTuple):
    """A policy and all manifests of a run that it was used on."""

    policy: Policy
    usages: tuple[Usage, ...]


class WaiverUse(NamedTuple):
    """A policy's waivers on a day: which match anything, and which could not be judged.

    Both by their numbers; what only a plan can find is not judged without one.
    """

    policy: Policy
    today: date
    matched: frozenset[int]
    unjudged: frozenset[int]


Case = TypeVar("Case", Reading, ManifestCase, GraphCase, PolicyCase, PolicyUse, WaiverUse)


@dataclass(frozen=True, slots=True)
class Check(Generic[Case]):
    """One thing that can be wrong. `firm` checks can be neither waived nor made milder.

    `planned` ones find something only when a plan is made.
    """

    code: str
    severity: Severity
    case: type[Case]
    find: Callable[[Case], Iterator[Finding]]
    firm: bool = False
    planned: bool = False

    @property
    def page(self) -> str:
        """The check's page, in Markdown."""
        return self.find.__doc__ or ""

    @property
    def title(self) -> str:
        """The page's first line."""
        return self.page.split("\n", 1)[0].rstrip(".")
