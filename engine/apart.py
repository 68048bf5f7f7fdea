"""Work that may be done apart: what begins it decides where, what asks for it waits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

T = TypeVar("T")


class Apart(Protocol):
    """Begins a piece of work, perhaps in another process; what it gives waits for the result."""

    def __call__(self, work: Callable[[], T], /) -> Callable[[], T]:
        """The work, begun."""


def here(work: Callable[[], T]) -> Callable[[], T]:
    """Work that is done where it is asked for, when it is asked for."""
    return work
