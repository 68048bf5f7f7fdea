"""What a run writes down beside what its mover says: checkpoints, decisions, beginnings, ends."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple, TypeAlias

from stowplan.model import Action

from .mover import Happening


class Pace(StrEnum):
    """How a run stands against its window at a checkpoint."""

    ON_TRACK = "ON_TRACK"
    AT_RISK = "AT_RISK"
    BEHIND = "BEHIND"


class Ending(StrEnum):
    """Why a run came to its end."""

    DONE = "done"
    """Nothing is left that could be done."""
    NO_GO = "no-go"
    WINDOW = "window"
    """The window's end: copying stops hard."""
    INTERRUPTED = "interrupted"
    BROKEN = "broken"
    """Source or target can no longer be used."""


class Began(NamedTuple):
    """A run was started; `started` is the moment of the window's start on the wall, ISO 8601.

    `plan` is the plan's path as seen from the journal, `key` its hash, `mover` what moves the data
    and `settings` what it was told, for people and to know the same run again.
    """

    run: str
    plan: str
    key: str
    window: str
    mover: str
    settings: str
    started: str
    at_us: int = 0


class Resumed(NamedTuple):
    """A run goes on after it was killed or interrupted."""

    at_us: int


class Passed(NamedTuple):
    """A table that this run does not load: vetoed, or downstream of one that does not come.

    `decided` is for what a checkpoint left out: a resumed run leaves it out too.
    """

    table: str
    at_us: int
    reason: str
    decided: bool = False


class Outlook(NamedTuple):
    """When the required tables and all of the window end, as far as can be told at `at_us`.

    None where a table that cannot be loaded any more is among them. `slowness` is how many times
    longer than planned the recent chunks took, in thousandths. `moved`, `required_moved` and
    `required_left` are bytes; `left` are the required tables that are not done, by planned start.
    """

    at_us: int
    required_us: int | None
    all_us: int | None
    slowness: int
    moved: int
    required_moved: int
    required_left: int
    left: tuple[str, ...]
    usable_us: int
    limit_us: int

    @property
    def pace(self) -> Pace:
        """Held against the usable time and the window."""
        if self.required_us is None or self.required_us > self.limit_us:
            return Pace.BEHIND
        return Pace.ON_TRACK if self.required_us <= self.usable_us else Pace.AT_RISK


class Option(NamedTuple):
    """What an action, or the first few together, would come to from the checkpoint on.

    Negative savings are costs. `limit_us` is the window's end with it.
    """

    actions: tuple[Action, ...]
    saves_required_us: int
    saves_all_us: int
    required_us: int | None
    limit_us: int
    sufficient: bool


class Judgement(NamedTuple):
    """A run held against its plan at a checkpoint, and what was decided.

    `late` says that what the checkpoint waits for had not come by its latest moment. `taken` are
    the actions that hold from now on; `("stop",)` is a NO-GO. `vetoed` is who said no, beside the
    arithmetic.
    """

    title: str
    rule: str | None
    at_us: int
    planned_us: int
    late: bool
    decider: str | None
    outlook: Outlook
    options: tuple[Option, ...]
    taken: tuple[Action, ...]
    vetoed: str | None = None

    @property
    def no_go(self) -> bool:
        """Whether the run stops here."""
        return self.vetoed is not None or any(action.kind == "stop" for action in self.taken)


class Ended(NamedTuple):
    """A run came to its end. `text` is what there is to say of it, in one line."""

    at_us: int
    ending: Ending
    text: str


Entry: TypeAlias = Began | Resumed | Passed | Judgement | Ended | Happening
