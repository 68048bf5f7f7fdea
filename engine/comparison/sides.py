"""One side of a comparison, as values: what is there to be held against the other side."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from stowplan.model import Violation, Waiver


class Unit(enum.StrEnum):
    """What a figure counts: microseconds, bytes, bytes/s, millionths, things; or it is text."""

    TIME = "s"
    SIZE = "mb"
    RATE = "mb_s"
    RATIO = "ratio"
    COUNT = "count"
    TEXT = "text"


Value: TypeAlias = int | str | None


class Figure(NamedTuple):
    """One number of the summary: its key in JSON, what people call it, its value."""

    key: str
    label: str
    unit: Unit
    value: Value


class TableState(NamedTuple):
    """Where one table is; times count from the start of its window.

    `outcome` is planned, the code of a deferral, or unschedulable; None where no plan was made.
    `main` says whether it is in the main window. `depends_on` has its direct parents, and each rule
    that stands for very many as `rule ID`. What a side does not know of a table is None.
    """

    name: str
    class_name: str | None = None
    effective_class: str | None = None
    placement: str | None = None
    outcome: str | None = None
    window: str | None = None
    main: bool = False
    phase: int | None = None
    start_us: int | None = None
    finish_us: int | None = None
    rows: int | None = None
    size: int | None = None
    depends_on: tuple[str, ...] | None = None
    cause: str | None = None


@dataclass(frozen=True, slots=True)
class Effect:
    """What a rule comes to: `said` are the values it gives, `tables` those that it decides on.

    `others` are the tables that a dependency rule names, `broken` the subjects that a check found
    wanting. A rule that decides nothing has no effect at all.
    """

    said: object
    tables: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()
    pairs: int | None = None
    broken: frozenset[object] = frozenset()


@dataclass(frozen=True, slots=True)
class RuleFact:
    """One rule, class or changed severity of a policy.

    `says` is it in a phrase, `stated` its keys and values as written, without the layout; `effect`
    is None where it decides nothing. `ignores` has the (child, parent) of the only dependency that
    a `not_after` rule takes away, where it is one.
    """

    id: str
    kind: str
    says: str
    place: str
    stated: Mapping[str, str]
    effect: Effect | None
    takes_away: int = 0
    ignores: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Side:
    """One side: a manifest under its policy, a policy by itself, or a plan.

    `tables`, `violations` and `rules` are None where this side cannot know them; `note` says why.
    """

    label: str
    tables: Mapping[str, TableState] | None = None
    figures: tuple[Figure, ...] = ()
    violations: tuple[Violation, ...] | None = None
    rules: tuple[RuleFact, ...] | None = None
    waivers: tuple[Waiver, ...] = field(default=())
    note: str = ""
