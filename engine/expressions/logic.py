"""`&&` and `||` that absorb failures: CEL specification, «Logical Operators» and «Macros».

A failing operand does not count where another one decides: `false && x` and `x && false` are
false whatever x is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any

from .faults import BudgetExceeded

Operand = Callable[[], bool]


def every(operands: Iterable[Operand]) -> bool:
    """Whether all hold; one that does not absorbs failures before and after it."""
    return not _decided(operands, False)


def either(operands: Iterable[Operand]) -> bool:
    """Whether any holds; one that does absorbs failures before and after it."""
    return _decided(operands, True)


def every_item(items: Collection[Any], condition: Callable[[Any], bool]) -> bool:
    """Whether the condition holds for all items."""
    return every(_operand(condition, item) for item in items)


def some_item(items: Collection[Any], condition: Callable[[Any], bool]) -> bool:
    """Whether the condition holds for any item."""
    return either(_operand(condition, item) for item in items)


def single(answers: Iterable[bool]) -> bool:
    """Whether exactly one is true; all are asked."""
    return sum(map(bool, answers)) == 1


def _operand(condition: Callable[[Any], bool], item: object) -> Operand:
    return lambda: condition(item)


def _decided(operands: Iterable[Operand], deciding: bool) -> bool:
    """Whether an operand has the deciding value; else the first failure is raised."""
    failure: Exception | None = None
    for operand in operands:
        try:
            if bool(operand()) is deciding:
                return True
        except BudgetExceeded:
            raise
        except Exception as raised:
            failure = failure or raised
    if failure is not None:
        raise failure
    return False
