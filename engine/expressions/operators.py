"""Checks of `!`, `-`, arithmetic, comparisons and `in`."""

from __future__ import annotations

from . import syntax, terms
from .checking import Checker, Checks, Typed, mixed
from .comparing import together
from .kinds import (
    ANY,
    BOOL,
    DOUBLE,
    INT,
    NUMBERS,
    SCALARS,
    STRING,
    Type,
    common,
    comparable,
)
from .overloads import OPERATORS, plain
from .terms import Term

_EXACT = (BOOL, INT, STRING)
"""Types whose values Python finds equal just when CEL does, also within lists and sets."""


def _unary(checker: Checker, node: syntax.Unary) -> Typed | None:
    if node.operator == "!":
        term = checker.condition(node.operand, "what '!' denies")
        return None if term is None else Typed(BOOL, _odd(term, node.times))
    operand = checker.value(node.operand)
    if operand is None or operand.type in (*NUMBERS, ANY):
        return None if operand is None else _negative(operand, node.times)
    message = f"'-' takes a number; this is {plain(operand.type)}"
    checker.fault(node.offset, message)
    return None


def _odd(term: Term, count: int) -> Term:
    return terms.Negation(term) if count % 2 else term


def _negative(operand: Typed, count: int) -> Typed:
    """Two signs are none, as CEL's parsers have it; so they never overflow."""
    if count % 2 == 0:
        return Typed(operand.type, operand.term)
    if operand.type == DOUBLE:
        # Not 0 - x: the sign of a zero counts.
        return Typed(DOUBLE, terms.Inline("*", operand.term, terms.Constant(-1.0)))
    return Typed(INT, terms.Operation("negate", (operand.term,)))


def _binary(checker: Checker, node: syntax.Binary) -> Typed | None:
    left, right = checker.value(node.left), checker.value(node.right)
    if left is None or right is None:
        return None
    if node.operator in OPERATORS:
        return _arithmetic(checker, node, left, right)
    if node.operator in {"in", "==", "!="}:
        checker.compared.note(left.sources, right.written)
        checker.compared.note(right.sources, left.written)
    if node.operator == "in":
        return _membership(checker, node, left, right)
    if node.operator in {"==", "!="}:
        return _equality(checker, node, left, right)
    return _order(checker, node, left, right)


def _arithmetic(checker: Checker, node: syntax.Binary, left: Typed, right: Typed) -> Typed | None:
    kind = common(left.type, right.type)
    if kind is not None and kind.kind == "list" and node.operator == "+":
        stems, written = together(left.sources, right.sources), (*left.written, *right.written)
        term = terms.Operation("extend", (left.term, right.term))
        return Typed(kind, term, None, stems, written)
    functions = OPERATORS[node.operator]
    kind = INT if kind == ANY else kind
    if kind is None or kind not in functions:
        _no_overload(checker, node, left.type, right.type)
        return None
    function = functions[kind]
    if function is None:
        return Typed(kind, terms.Inline(node.operator, left.term, right.term))
    return Typed(kind, terms.Operation(function, (left.term, right.term)))


def _no_overload(checker: Checker, node: syntax.Binary, left: Type, right: Type) -> None:
    names = [kind.kind for kind in OPERATORS[node.operator]]
    names += ["list"] if node.operator == "+" else []
    wanted = f"two of {', '.join(names)}" if len(names) > 1 else f"two of type {names[0]}"
    message = f"'{node.operator}' takes {wanted}; these are {plain(left)} and {plain(right)}"
    hint = mixed(left, right) or _to_text(node.operator, left, right)
    checker.fault(node.offset, message, hint)


def _to_text(operator: str, left: Type, right: Type) -> str | None:
    if operator == "+" and STRING in (left, right):
        return "string(...) makes a string of a number or bool"
    return None


def _order(checker: Checker, node: syntax.Binary, left: Typed, right: Typed) -> Typed | None:
    kinds = {left.type, right.type} - {ANY}
    if kinds <= set(NUMBERS) or (len(kinds) == 1 and kinds <= set(SCALARS)):
        return Typed(BOOL, terms.Inline(node.operator, *_same_number(left, right)))
    these = f"{plain(left.type)} and {plain(right.type)}"
    message = f"'{node.operator}' orders numbers, strings or bools; these are {these}"
    checker.fault(node.offset, message, _conversion(left.type, right.type))
    return None


def _conversion(left: Type, right: Type) -> str | None:
    kinds = {left, right}
    if STRING in kinds and kinds & set(NUMBERS):
        other = next(kind for kind in (left, right) if kind != STRING)
        return f"{other}(...) makes {'an' if other == INT else 'a'} {other} of a string"
    return None


def _same_number(left: Typed, right: Typed) -> tuple[Term, Term]:
    """An int beside a double as the nearest double: so does CEL compare, also huge ones."""
    if {left.type, right.type} != set(NUMBERS):
        return left.term, right.term
    return _as_double(left), _as_double(right)


def _as_double(typed: Typed) -> Term:
    if typed.type == DOUBLE:
        return typed.term
    if isinstance(typed.term, terms.Constant) and isinstance(typed.term.value, int):
        return terms.Constant(float(typed.term.value))
    return terms.Operation("double_of_int", (typed.term,))


def _equality(checker: Checker, node: syntax.Binary, left: Typed, right: Typed) -> Typed | None:
    if not comparable(left.type, right.type):
        _never_equal(checker, node, left.type, right.type)
        return None
    if left.type in SCALARS and right.type in SCALARS:
        return Typed(BOOL, terms.Inline(node.operator, *_same_number(left, right)))
    equal = terms.Operation("equal", (left.term, right.term))
    return Typed(BOOL, equal if node.operator == "==" else terms.Negation(equal))


def _never_equal(checker: Checker, node: syntax.Binary, left: Type, right: Type) -> None:
    these = f"{plain(left)} and {plain(right)}"
    if "record" in (left.kind, right.kind):
        hint = "compare a field of theirs"
        checker.fault(node.offset, f"records cannot be compared; these are {these}", hint)
        return
    message = f"these can never be equal: {these}"
    checker.fault(node.offset, message, _conversion(left, right))


def _membership(checker: Checker, node: syntax.Binary, left: Typed, right: Typed) -> Typed | None:
    item = right.type.item
    if right.type.kind == "map" and left.type == STRING:
        return Typed(BOOL, terms.Inline("in", left.term, right.term))
    if right.type.kind == "map" or item is None:
        _no_container(checker, node, left.type, right.type)
        return None
    if comparable(left.type, item):
        return Typed(BOOL, _contained(left, right, item))
    these = f"{plain(left.type)} and {plain(right.type)}"
    checker.fault(node.offset, f"this can never be in the list: {these}")
    return None


def _no_container(checker: Checker, node: syntax.Binary, left: Type, right: Type) -> None:
    hint = 'a string has a part: text.contains("part")' if right == STRING else None
    these = f"{plain(left)} and {plain(right)}"
    message = f"'in' looks in a list, or for a string in a map; these are {these}"
    checker.fault(node.offset, message, hint)


def _contained(left: Typed, right: Typed, item: Type) -> Term:
    if left.type not in _EXACT or item not in (left.type, ANY):
        return terms.Operation("among_equal", (right.term, left.term))
    constants = _constants(right.term)
    if constants is None or item == ANY:
        return terms.Operation("among", (right.term, left.term))
    return terms.Inline("in", left.term, terms.Constant(frozenset(constants)))


def _constants(term: Term) -> list[object] | None:
    """The items of a list that is written out."""
    items = term.items if isinstance(term, terms.Listing) else ()
    values = [item.value for item in items if isinstance(item, terms.Constant)]
    return values if values and len(values) == len(items) else None


CHECKS: Checks = {syntax.Unary: _unary, syntax.Binary: _binary}
