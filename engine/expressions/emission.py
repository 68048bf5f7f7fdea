"""Terms into Python: a syntax tree is built, never a text, so that nothing of a text gets into it.

An expression becomes two functions of the budget and the variables' values. The quick one leaves
`&&`, `||` and failures to Python; when anything fails in it, the exact one is asked, in which
failing operands are absorbed and failures have their messages.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from . import terms
from .runtime import PLAIN, SPENDING
from .terms import Term

_AT: dict[str, Any] = {"lineno": 1, "col_offset": 0, "end_lineno": 1, "end_col_offset": 0}
_ARITHMETIC: dict[str, ast.operator] = {"+": ast.Add(), "-": ast.Sub(), "*": ast.Mult()}
_COMPARISONS: dict[str, ast.cmpop] = {
    "==": ast.Eq(),
    "!=": ast.NotEq(),
    "<": ast.Lt(),
    "<=": ast.LtE(),
    ">": ast.Gt(),
    ">=": ast.GtE(),
    "in": ast.In(),
}
TERMS_A_STEP = 8
"""Of a macro's body, each time; of a whole expression, if it has more than MANY_TERMS."""
MANY_TERMS = 100
STEPS_FOR_ROOM = 3
"""For each item of a list that a macro makes: so is memory bounded too."""

_NAMES: dict[str, Any] = {**PLAIN, **SPENDING, "__builtins__": {}}
_QUICK = {"exists": "any_of", "all": "all_of", "exists_one": "single"}
_EXACT = {"exists": "some_item", "all": "every_item"}


def function(
    term: Term, variables: int, *, instead: Callable[..., object] | None
) -> Callable[..., object]:
    """A function of a budget and that many values; `instead` is asked when it fails."""
    emission = _Emission(exact=instead is None)
    body = emission.emit(term)
    names: dict[str, Any] = {**_NAMES, **emission.held, "instead": instead}
    statement = _returned(body) if instead is None else _attempt(body, variables)
    price = [] if emission.terms <= MANY_TERMS else [_paid(emission.terms // TERMS_A_STEP)]
    code = compile(_module([*price, statement], variables), "<expression>", "exec")
    exec(code, names)  # noqa: S102 - the tree is ours alone
    made: Callable[..., object] = names["function"]
    return made


def _module(statements: list[ast.stmt], variables: int) -> ast.Module:
    parameters = ["budget", *(f"v{number}" for number in range(variables))]
    defined = ast.parse(f"def function({', '.join(parameters)}): pass")
    made = defined.body[0]
    assert isinstance(made, ast.FunctionDef)
    made.body = statements
    return defined


def _paid(steps: int) -> ast.stmt:
    return ast.Expr(_call("spend", _name("budget"), _constant(steps)), **_AT)


def _returned(value: ast.expr) -> ast.stmt:
    return ast.Return(value, **_AT)


def _attempt(body: ast.expr, variables: int) -> ast.stmt:
    again = _call("instead", _name("budget"), *(_name(f"v{n}") for n in range(variables)))
    spent = ast.ExceptHandler(_name("spent"), None, [ast.Raise(None, None, **_AT)], **_AT)
    failed = ast.ExceptHandler(_name("failed"), None, [_returned(again)], **_AT)
    return ast.Try([_returned(body)], [spent, failed], [], [], **_AT)


def _name(name: str) -> ast.expr:
    return ast.Name(name, ast.Load(), **_AT)


def _constant(value: Any) -> ast.expr:  # noqa: ANN401 - so does ast
    return ast.Constant(value, **_AT)


def _call(function: str, *arguments: ast.expr) -> ast.expr:
    return ast.Call(_name(function), list(arguments), [], **_AT)


def _lambda(body: ast.expr, *parameters: str) -> ast.expr:
    named = [ast.arg(parameter, **_AT) for parameter in parameters]
    return ast.Lambda(ast.arguments([], named, None, [], [], None, []), body, **_AT)


class _Emission:
    """Makes Python of terms; `held` are the objects that it names, `terms` counts them."""

    def __init__(self, *, exact: bool) -> None:
        self.exact = exact
        self.held: dict[str, object] = {}
        self.terms = 0

    def emit(self, term: Term) -> ast.expr:
        """The Python expression of a term."""
        self.terms += 1
        return _EMIT[type(term)](self, term)

    def constant(self, term: terms.Constant) -> ast.expr:
        return _constant(term.value)

    def variable(self, term: terms.Variable) -> ast.expr:
        return _name(term.name)

    def hold(self, term: terms.Held) -> ast.expr:
        name = f"h{len(self.held)}"
        self.held[name] = term.value
        return _name(name)

    def selection(self, term: terms.Selection) -> ast.expr:
        record, name = self.emit(term.record), _constant(term.name)
        if self.exact:
            return _call("select", record, name, _constant(term.path))
        return ast.Subscript(record, name, ast.Load(), **_AT)

    def presence(self, term: terms.Presence) -> ast.expr:
        operand = self.emit(term.operand)
        return ast.Compare(_constant(term.name), [ast.In()], [operand], **_AT)

    def operation(self, term: terms.Operation) -> ast.expr:
        arguments = [self.emit(argument) for argument in term.arguments]
        budget = [_name("budget")] if term.function in SPENDING else []
        return _call(term.function, *budget, *arguments)

    def inline(self, term: terms.Inline) -> ast.expr:
        left, right = self.emit(term.left), self.emit(term.right)
        if term.operator in _COMPARISONS:
            return ast.Compare(left, [_COMPARISONS[term.operator]], [right], **_AT)
        return ast.BinOp(left, _ARITHMETIC[term.operator], right, **_AT)

    def negation(self, term: terms.Negation) -> ast.expr:
        return ast.UnaryOp(ast.Not(), self.emit(term.operand), **_AT)

    def junction(self, term: terms.Junction) -> ast.expr:
        operands = [self.emit(operand) for operand in term.operands]
        if self.exact:
            lazy = ast.Tuple([_lambda(operand) for operand in operands], ast.Load(), **_AT)
            return _call("every" if term.every else "either", lazy)
        return ast.BoolOp(ast.And() if term.every else ast.Or(), operands, **_AT)

    def choice(self, term: terms.Choice) -> ast.expr:
        parts = (self.emit(part) for part in (term.condition, term.then, term.otherwise))
        return ast.IfExp(*parts, **_AT)

    def listing(self, term: terms.Listing) -> ast.expr:
        values = [item.value for item in term.items if isinstance(item, terms.Constant)]
        if len(values) == len(term.items):
            return _constant(tuple(values))
        self.terms += TERMS_A_STEP
        return ast.List([self.emit(item) for item in term.items], ast.Load(), **_AT)

    def fold(self, term: terms.Fold) -> ast.expr:
        over, before = self.emit(term.range), self.terms
        condition = None if term.condition is None else self.emit(term.condition)
        result = _name(term.variable) if term.result is None else self.emit(term.result)
        weight = 1 + (self.terms - before) // TERMS_A_STEP
        weight += 0 if term.macro in _QUICK else STEPS_FOR_ROOM
        if term.texts and condition is not None:
            return self._shared(term, over, condition, weight)
        items = _call("walk", _name("budget"), over, _constant(weight))
        if self.exact and condition is not None and term.macro in _EXACT:
            return _call(_EXACT[term.macro], items, _lambda(condition, term.variable))
        if term.macro in _QUICK and condition is not None:
            every = ast.GeneratorExp(condition, [_loop(term.variable, items, [])], **_AT)
            return _call(_QUICK[term.macro], every)
        asked = [] if condition is None else [condition]
        return ast.ListComp(result, [_loop(term.variable, items, asked)], **_AT)

    def _shared(
        self, term: terms.Fold, over: ast.expr, condition: ast.expr, weight: int
    ) -> ast.expr:
        """A macro over strings; what its condition reads beside its item is told apart."""
        read = terms.reads(term.condition) - {term.variable} if term.condition else ()
        given = ast.Tuple([_name(name) for name in sorted(read)], ast.Load(), **_AT)
        return _call(
            "exact_fold" if self.exact else "quick_fold",
            _name("budget"),
            _constant(term.macro),
            over,
            _constant(weight),
            self.hold(terms.Held(object())),
            _lambda(condition, term.variable),
            given,
        )

    def same(self, term: terms.Same) -> ast.expr:
        over, text = self.emit(term.range), self.emit(term.text)
        return _call("same_as", _name("budget"), over, _lambda(text))


def _loop(variable: str, items: ast.expr, conditions: list[ast.expr]) -> ast.comprehension:
    return ast.comprehension(ast.Name(variable, ast.Store(), **_AT), items, conditions, 0)


_EMIT: dict[type, Callable[..., ast.expr]] = {
    terms.Constant: _Emission.constant,
    terms.Variable: _Emission.variable,
    terms.Held: _Emission.hold,
    terms.Selection: _Emission.selection,
    terms.Presence: _Emission.presence,
    terms.Operation: _Emission.operation,
    terms.Inline: _Emission.inline,
    terms.Negation: _Emission.negation,
    terms.Junction: _Emission.junction,
    terms.Choice: _Emission.choice,
    terms.Listing: _Emission.listing,
    terms.Fold: _Emission.fold,
    terms.Same: _Emission.same,
}
