"""The functions that a compiled expression may call, by the names it calls them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from . import arithmetic, containers, folding, logic
from .automata import Automaton
from .faults import Budget, BudgetExceeded


def matches(budget: Budget, text: str, automaton: Automaton) -> bool:
    """Whether a pattern matches anywhere in a text."""
    return automaton.found_in(budget, text)


def bool_text(value: bool) -> str:
    """How CEL writes a bool."""
    return "true" if value else "false"


PLAIN: Mapping[str, Callable[..., Any]] = {
    "add": arithmetic.add,
    "subtract": arithmetic.subtract,
    "multiply": arithmetic.multiply,
    "negate": arithmetic.negate,
    "divide": arithmetic.divide,
    "remainder": arithmetic.remainder,
    "ratio": arithmetic.ratio,
    "int_of_double": arithmetic.int_of_double,
    "int_of_string": arithmetic.int_of_string,
    "double_of_int": float,
    "double_of_string": arithmetic.double_of_string,
    "double_text": arithmetic.double_text,
    "int_text": str,
    "bool_text": bool_text,
    "length": len,
    "select": containers.select,
    "any_of": any,
    "all_of": all,
    "single": logic.single,
    "every": logic.every,
    "either": logic.either,
    "every_item": logic.every_item,
    "some_item": logic.some_item,
    "spent": BudgetExceeded,
    "failed": Exception,
}
SPENDING: Mapping[str, Callable[..., Any]] = {
    "spend": Budget.spend,
    "value_of": containers.value_of,
    "item_at": containers.item_at,
    "walk": containers.walk,
    "among": containers.among,
    "among_equal": containers.among_equal,
    "equal": containers.equal,
    "extend": containers.extend,
    "join": containers.join,
    "starts_with": containers.starts_with,
    "ends_with": containers.ends_with,
    "contains": containers.contains,
    "sum_ints": containers.sum_ints,
    "sum_doubles": containers.sum_doubles,
    "least": containers.least,
    "greatest": containers.greatest,
    "matches": matches,
    "quick_fold": folding.quick,
    "exact_fold": folding.exact,
    "same_as": folding.same_as,
}
"""These take the budget as their first argument."""
