"""Lists of strings that many lists share, such as ancestors: they answer for all of them at once.

A macro's condition that reads nothing but its item has one answer for each string, whichever list
it stands in. Such a list asks it once for each string and counts what its own strings answered.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Collection
from typing import NamedTuple

from .faults import Budget

Condition = Callable[[str], bool]


class Sieve(NamedTuple):
    """A macro's condition; `key` is the macro's own, `given` is what it reads beside its item.

    Asking it takes `weight` steps and what its functions spend.
    """

    key: object
    condition: Condition
    given: tuple[object, ...]
    weight: int


class Sifted(NamedTuple):
    """What a list's strings answered: how many yes and no, and the first on which it fails."""

    yes: int
    no: int
    failing: str | None
    kept: Collection[str]


class Shared(Collection[str]):
    """A list whose strings stand in many lists."""

    __slots__ = ()

    @abstractmethod
    def holds(self, budget: Budget, text: str) -> bool:
        """Whether the list has a string."""

    @abstractmethod
    def walked(self, budget: Budget) -> Collection[str]:
        """Its strings, in their order; spends what finding them takes."""

    @abstractmethod
    def sifted(self, budget: Budget, sieve: Sieve) -> Sifted | None:
        """What its strings answer; None where each list must ask for itself."""
