"""What may go wrong: faults when an expression is compiled, failures when it is evaluated."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

STEPS = 50_000_000
"""What a run may spend: looked-at elements, rounds of macros, pieces of text; some seconds."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a text: `offset` counts its characters from 0."""

    offset: int
    message: str
    hint: str | None = None


class ExpressionError(Exception):
    """A text that is no expression of the profile; has at least one fault, by offset."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(faults, key=lambda fault: fault.offset))
        super().__init__("; ".join(fault.message for fault in self.faults))


class EvaluationError(Exception):
    """An expression that has no value for what it was given; the message says why."""


class BudgetExceeded(Exception):  # noqa: N818 - it is no error of the expression
    """A run that has spent its steps."""

    def __init__(self) -> None:
        super().__init__("the expressions of this run take too many steps")


class Budget:
    """The steps that are left to all evaluations of a run together."""

    __slots__ = ("left",)

    def __init__(self, steps: int = STEPS) -> None:
        self.left = steps

    def spend(self, steps: int) -> None:
        """Take steps away; raises BudgetExceeded when there are not enough."""
        self.left -= steps
        if self.left < 0:
            raise BudgetExceeded


def refused(offset: int, message: str, hint: str | None = None) -> ExpressionError:
    """The error of a text with one fault that leaves no sense in looking for more."""
    return ExpressionError((Fault(offset, message, hint),))
