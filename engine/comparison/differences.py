"""What became of something that both sides may have."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


class Kind(enum.StrEnum):
    """What became of something."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    SAME_EFFECT = "changed, same effect"
    SAME_TEXT = "same text, other effect"
    WAIVED = "waived"
    UNWAIVED = "unwaived"
    EXTENDED = "extended"
    SHORTENED = "shortened"


@dataclass(frozen=True, slots=True)
class Change(Generic[T]):
    """Something on both sides, one of which may lack it.

    `keys` are its parts that differ. `counts` is false where nothing decided differs by it.
    """

    kind: Kind
    old: T | None
    new: T | None
    keys: tuple[str, ...] = ()
    counts: bool = True

    @property
    def one(self) -> T:
        """The newer of what there is."""
        found = self.old if self.new is None else self.new
        assert found is not None
        return found
