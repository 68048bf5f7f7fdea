"""Two sides held against each other: tables, findings, numbers, rules, waivers."""

from .changes import Comparison, compare
from .differences import Change, Kind
from .sides import Figure, RuleFact, Side, TableState, Unit

__all__ = [
    "Change",
    "Comparison",
    "Figure",
    "Kind",
    "RuleFact",
    "Side",
    "TableState",
    "Unit",
    "compare",
]
