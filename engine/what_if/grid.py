"""The plans of a grid: one for every combination of the values that were asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any

from .changes import Change, Skip

MOST_PLANS = 1000
"""So many plans a grid may have."""

MOST_TABLES = 1_000_000
"""And so many tables all plans of it together."""


class TooLargeError(ValueError):
    """A grid that would take too long; the message says by how much."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The values of every option; None among them is the policy's own."""

    rates: Sequence[int | None] = (None,)
    durations: Sequence[int | None] = (None,)
    streams: Sequence[int | None] = (None,)
    reserves: Sequence[Fraction | None] = (None,)
    rollbacks: Sequence[int | None] = (None,)
    skips: Sequence[Skip | None] = (None,)

    @property
    def size(self) -> int:
        """How many plans it is."""
        return prod(len(axis) for axis in self._axes)

    @property
    def _axes(self) -> list[list[Any]]:
        """The values of every option, each once."""
        axes = (self.rates, self.durations, self.streams, self.reserves, self.rollbacks, self.skips)
        return [[*dict.fromkeys(axis)] for axis in axes]

    def changes(self, tables: int) -> list[Change]:
        """Every combination, the last option changing first; nothing where none was asked for.

        Raises TooLargeError.
        """
        allowed = min(MOST_PLANS, max(1, MOST_TABLES // max(1, tables)))
        if self.size > allowed:
            raise TooLargeError(
                f"{self.size} plans of {tables} tables are too many at once: {allowed} are the "
                "most; ask for fewer values"
            )
        changes = [Change(*values) for values in product(*self._axes)]
        return [] if changes == [Change()] else changes
