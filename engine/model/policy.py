"""What the rules say: priority, dependency, resource, checkpoint and check rules, as read."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from typing import Any, NamedTuple, Protocol, TypeAlias

from .findings import DocPath, Severity


class Placement(enum.StrEnum):
    """What the rules say of a class, strongest first."""

    REQUIRED = "required"
    PREFERRED = "preferred"
    OPTIONAL = "optional"
    FOLLOW_UP = "follow-up"
    EXCLUDED = "excluded"


class PriorityClass(NamedTuple):
    """A priority class; the order of a policy's classes is by placement, then as declared."""

    name: str
    placement: Placement


BUILT_IN_CLASSES = (
    PriorityClass("CRITICAL", Placement.REQUIRED),
    PriorityClass("IMPORTANT", Placement.PREFERRED),
    PriorityClass("DEFERRABLE", Placement.FOLLOW_UP),
    PriorityClass("EXCLUDED", Placement.EXCLUDED),
)


class Place(NamedTuple):
    """A value inside a policy file."""

    source: str
    path: DocPath


@dataclass(frozen=True, slots=True)
class Pattern:
    """A table's name, or a glob in which only `*` and `?` are wild.

    `literal` is the name with its escapes resolved, None for a glob.
    """

    text: str
    literal: str | None
    place: Place


class Condition(Protocol):
    """A compiled expression; a `budget` counts the steps that evaluations take together."""

    @property
    def text(self) -> str:
        """As it was written."""

    @property
    def reads(self) -> frozenset[str]:
        """What it reads, such as `table.size_mb`."""

    @property
    def compared(self) -> Sequence[tuple[tuple[str, ...], str, int]]:
        """Strings that are written out: the paths that each is held against, and where it is."""

    def evaluate(self, values: Mapping[str, object], budget: Any) -> object:  # noqa: ANN401
        """Its value over named values."""

    def bind(self, budget: Any) -> Callable[..., object]:  # noqa: ANN401
        """The same as a function of the values, in the order of the names that it may use."""


class MessageTemplate(Protocol):
    """A compiled message with expressions in braces."""

    @property
    def reads(self) -> frozenset[str]:
        """What its braces read."""

    @property
    def compared(self) -> Sequence[tuple[tuple[str, ...], str, int]]:
        """Strings in its braces, as those of a condition."""

    def render(self, values: Mapping[str, object], budget: Any) -> str:  # noqa: ANN401
        """The message over named values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What every rule has. `tables` is empty where the rule speaks of everything.

    A rule with `tables` and `where` selects what both mean. `packed` rules came through `extends`:
    they are never reported as unused.
    """

    id: str
    place: Place
    tables: tuple[Pattern, ...] = ()
    where: Condition | None = None
    reason: str | None = None
    description: str | None = None
    packed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorityRule(Rule):
    """Puts its tables into a class; `value` is the worth of having one in the window."""

    class_name: str
    value: Fraction = Fraction(1)


class Direction(enum.StrEnum):
    """What a dependency rule says of its tables and the others."""

    BEFORE = "before"
    AFTER = "after"
    NOT_AFTER = "not_after"


@dataclass(frozen=True, slots=True, kw_only=True)
class DependencyRule(Rule):
    """Adds edges that the manifest does not state, or takes away edges that need not hold."""

    direction: Direction
    others: tuple[Pattern, ...]


@dataclass(frozen=True, slots=True)
class Window:
    """A span of time in which tables may move; None means: as for all windows."""

    name: str
    duration_us: int
    rollback_us: int = 0
    reserve: Fraction = Fraction(0)
    starts: datetime | None = None
    accepts: tuple[str, ...] | None = None
    bandwidth: int | None = None
    streams: int | None = None

    @property
    def limit_us(self) -> int:
        """The latest end of copying: what is left after the time that going back would take."""
        return max(0, self.duration_us - self.rollback_us)

    @property
    def usable_us(self) -> int:
        """The time that a plan may use: `(duration - rollback) * (1 - reserve)`."""
        return int(self.limit_us * (1 - self.reserve))

    def takes(self, *classes: str | None) -> bool:
        """Whether it accepts a table of one of these classes: its own, or the promoted one."""
        return self.accepts is None or any(name in self.accepts for name in classes)


@dataclass(frozen=True, slots=True)
class Memory:
    """What the migration process may hold at once."""

    limit: int
    reserve: Fraction = Fraction(0)

    @property
    def usable(self) -> int:
        """Bytes that chunks may fill, all streams together."""
        return int(self.limit * (1 - self.reserve))


@dataclass(frozen=True, slots=True)
class Disk:
    """What the target can store."""

    limit: int


@dataclass(frozen=True, slots=True)
class Bandwidth:
    """`target` is what the plan uses; `limit` is what may never be passed, None if not stated."""

    target: int
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Streams:
    """How many tables may be copied side by side."""

    limit: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """How much of a table moves in one step."""

    size: int


class Verify(enum.StrEnum):
    """How a copy is compared with its source after the load."""

    NONE = "none"
    COUNTS = "counts"
    CHECKSUM = "checksum"


class Basis(enum.StrEnum):
    """What a time rests on: the bandwidth alone, figures that were stated, or those of a run."""

    ASSUMED = "assumed"
    DECLARED = "declared"
    MEASURED = "measured"


@dataclass(frozen=True, slots=True)
class Throughput:
    """What moving a table costs beside its share of the bandwidth; None: this rule does not say.

    `basis`, declared or measured, says where the figures of this rule come from.
    """

    rate: int | None = None
    rows_per_second: int | None = None
    overhead_us: int | None = None
    per_chunk_us: int | None = None
    index_rate: int | None = None
    verify_rate: int | None = None
    spread: Fraction | None = None
    verify: Verify | None = None
    basis: Basis = Basis.DECLARED


Resource: TypeAlias = Window | Memory | Disk | Bandwidth | Streams | Chunk | Throughput


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceRule(Rule):
    """What there is to spend."""

    resource: Resource


@dataclass(frozen=True, slots=True)
class Action:
    """Something a checkpoint may do about being late: its kind and that kind's argument.

    `kind` is one of skip, raise_bandwidth, streams, chunk, extend_window, stop; `value` is in
    bytes, bytes/s, microseconds or streams; `class_name` and `tables` belong to skip.
    """

    kind: str
    value: int | None = None
    class_name: str | None = None
    tables: tuple[Pattern, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointRule(Rule):
    """A moment at which the run is held against the plan: a time, a share of it, or tables done."""

    at_us: int | None = None
    at_share: Fraction | None = None
    after: tuple[Pattern, ...] = ()
    decider: str | None = None
    if_behind: tuple[Action, ...] = ()

    def moment_us(self, duration_us: int) -> int | None:
        """When it is in a window of that length; None where it waits for tables."""
        return self.at_us if self.at_share is None else int(duration_us * self.at_share)


class Subject(enum.StrEnum):
    """What a check looks at, one after the other."""

    TABLE = "table"
    DEPENDENCY = "dependency"
    MANIFEST = "manifest"
    STEP = "step"
    WINDOW = "window"
    PLAN = "plan"


PLANNED_SUBJECTS = frozenset({Subject.STEP, Subject.WINDOW, Subject.PLAN})
"""These are there only once a plan is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRule(Rule):
    """Anything else that must hold: `require`, of every subject that is selected.

    `max_days` is how many days ahead a waiver may end, None for any number.
    """

    subject: Subject
    require: Condition
    message: MessageTemplate | None = None
    severity: Severity = Severity.ERROR
    waivable: bool = True
    max_days: int | None = None


@dataclass(frozen=True, slots=True)
class Waiver:
    """A finding that is known and accepted until a day, which still counts (UTC).

    `code` is a check's code or the id of a check rule. `tables` is empty for findings that speak of
    no table.
    """

    code: str
    tables: tuple[Pattern, ...]
    reason: str
    owner: str
    expires: date
    place: Place


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """One file that a policy was read from.

    `packed`: it came through `extends`. `in_pack`: as part of a folder or a shipped pack.
    """

    path: str
    sha256: str
    name: str | None = None
    packed: bool = False
    in_pack: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """All rules in force, in load order, and the classes they speak of, strongest first."""

    files: tuple[PolicyFile, ...]
    rules: tuple[Rule, ...]
    classes: tuple[PriorityClass, ...] = BUILT_IN_CLASSES
    severities: Mapping[str, Severity | None] = field(default_factory=dict)
    waivers: tuple[Waiver, ...] = ()

    @property
    def packs(self) -> frozenset[str]:
        """The paths of the files that belong to packs."""
        return frozenset(file.path for file in self.files if file.in_pack)

    @property
    def checks(self) -> tuple[CheckRule, ...]:
        """The rules of kind check, in load order."""
        return tuple(rule for rule in self.rules if isinstance(rule, CheckRule))
