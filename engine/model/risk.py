"""How sure a plan is: what its many draws came to."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple


class Quantiles(NamedTuple):
    """Finishes that half, four in five and nine in ten of the draws do not pass."""

    p50_us: int
    p80_us: int
    p90_us: int


class RiskDriver(NamedTuple):
    """How much later the plan ends if one table alone is late, by its spread.

    `basis` says what its estimate rests on: assumed, declared or measured.
    """

    name: str
    basis: str
    spread: Fraction
    late_required_us: int
    late_all_us: int


@dataclass(frozen=True, slots=True)
class Risk:
    """Many draws of the main window, every one the whole schedule timed again.

    `required_fit` and `all_fit` count the draws in which the required tables, and all, end within
    `limit_us`. The same `seed` and `draws` give the same figures. `blocked` counts the required
    tables that cannot be planned: with any there is no chance, and the finishes are of the others.
    """

    draws: int
    seed: int
    limit_us: int
    required_fit: int
    all_fit: int
    required: Quantiles
    everything: Quantiles
    drivers: tuple[RiskDriver, ...]
    blocked: int = 0

    @property
    def p_required_fits(self) -> float:
        """The share of the draws in which the required tables keep the window."""
        return self.required_fit / self.draws

    @property
    def p_all_fits(self) -> float:
        """The share of the draws in which all tables of the main window keep it."""
        return self.all_fit / self.draws
