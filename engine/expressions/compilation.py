"""Expressions: texts that were found good, ready to be evaluated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial

from . import calls, checking, emission, operators, syntax
from .checking import Checker, Typed
from .comparing import Comparison
from .faults import Budget, BudgetExceeded, EvaluationError, ExpressionError
from .kinds import BOOL, Type, common
from .overloads import plain
from .parsing import parse
from .syntax import Node
from .terms import Term

_CHECKS = {**checking.CHECKS, **operators.CHECKS, **calls.CHECKS}


@dataclass(frozen=True, slots=True)
class Part:
    """One operand of an expression's `&&`, with its place in the whole text."""

    offset: int
    text: str
    expression: Expression


@dataclass(frozen=True, slots=True, eq=False)
class Expression:
    """A compiled text of type `type`; `reads` are the paths that it may look at, and `compared`
    the strings that are written out and held against such paths alone.

    `function` takes a budget and the values in the order of `names`; `bind` leaves the values.
    A record's value is a mapping, whose missing keys are absent fields; a list's is any container.
    """

    text: str
    type: Type
    reads: frozenset[str]
    names: Mapping[str, Type]
    compared: tuple[Comparison, ...]
    function: Callable[..., object]
    _variables: tuple[str, ...]
    _spans: tuple[tuple[int, int], ...]

    def evaluate(self, values: Mapping[str, object], budget: Budget) -> object:
        """The value for these variables; raises EvaluationError and BudgetExceeded."""
        for name in self._variables:
            if name not in values:
                raise EvaluationError(f"no value is given for {name}")
        return self.function(budget, *map(values.get, self.names))

    __call__ = evaluate

    def bind(self, budget: Budget) -> Callable[..., object]:
        """The function of the values alone, in the order of the names; the quickest way."""
        return partial(self.function, budget)

    def parts(self) -> tuple[Part, ...]:
        """The operands of the outermost `&&`; the whole, if there is none."""
        texts = [(start, self.text[start:end]) for start, end in self._spans]
        return tuple(
            Part(start, text, compile_expression(text, self.names, None)) for start, text in texts
        )


def compile_expression(
    text: str, names: Mapping[str, Type], expected: Type | None = BOOL
) -> Expression:
    """The expression of a text over these variables; raises ExpressionError with its faults."""
    tree = parse(text)
    checker = Checker(names, _CHECKS)
    typed = checker.value(tree)
    if typed is not None and expected is not None and common(typed.type, expected) is None:
        what = "a condition" if expected == BOOL else "this"
        checker.fault(0, f"{what} must be {expected}; this is {plain(typed.type)}")
    if typed is None or checker.faults:
        raise ExpressionError(checker.faults)
    return _expression(text, tree, typed, checker, names)


def _expression(
    text: str, tree: Node, typed: Typed, checker: Checker, names: Mapping[str, Type]
) -> Expression:
    return Expression(
        text,
        typed.type,
        frozenset(checker.reads),
        dict(names),
        checker.compared.found(),
        _function(typed.term, len(names)),
        tuple(sorted(checker.variables)),
        tuple(_spans(tree, (0, len(text)))),
    )


def _function(term: Term, variables: int) -> Callable[..., object]:
    @cache
    def exact() -> Callable[..., object]:
        return emission.function(term, variables, instead=None)

    def instead(budget: Budget, *values: object) -> object:
        try:
            return exact()(budget, *values)
        except (BudgetExceeded, EvaluationError):
            raise
        except Exception as wrong:
            message = f"a value is not of the type that it was said to have ({wrong})"
            raise EvaluationError(message) from wrong

    return emission.function(term, variables, instead=instead)


def _spans(tree: Node, span: tuple[int, int]) -> list[tuple[int, int]]:
    """The places of what `&&` joins, also within parentheses."""
    if not isinstance(tree, syntax.Chain) or tree.operator != "&&":
        return [span]
    pairs = zip(tree.operands, tree.spans, strict=True)
    return [found for operand, place in pairs for found in _spans(operand, place)]
