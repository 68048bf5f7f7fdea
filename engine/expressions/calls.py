"""Checks of functions, methods and macros."""

from __future__ import annotations

from stowplan.model import shown

from . import syntax, terms
from .automata import automaton
from .checking import Checker, Checks, Typed, guess, mixed
from .kinds import BOOL, STRING, Type, common, list_of
from .literals import place_in
from .macros import check_macro, check_presence
from .overloads import (
    EXTREMES,
    FUNCTIONS,
    LEFT_OUT,
    MACROS,
    METHODS,
    PRESENCE,
    Overload,
    chosen,
    plain,
)
from .patterns import PatternError
from .syntax import Node


def _call(checker: Checker, node: syntax.Call) -> Typed | None:
    if node.target is None:
        return _function(checker, node)
    if node.function in MACROS:
        return check_macro(checker, node, node.target)
    return None if _names_left_out(checker, node.target) else _method(checker, node, node.target)


def _method(checker: Checker, node: syntax.Call, receiver: Node) -> Typed | None:
    target, arguments = checker.value(receiver), _arguments(checker, node)
    if node.function not in METHODS:
        _unknown_method(checker, node)
        return None
    whole = _whole([target, *arguments])
    if whole is None:
        return None
    if node.function == "matches" and len(whole) == 2:
        return _matches(checker, node, whole)
    return _applied(checker, node, METHODS[node.function], whole)


def _arguments(checker: Checker, node: syntax.Call) -> list[Typed | None]:
    """What is given; not looked at where a macro was meant, whose variable nobody knows."""
    first = node.arguments[0] if len(node.arguments) > 1 else None
    new = isinstance(first, syntax.Name) and first.name not in checker.scope
    known = node.function in FUNCTIONS or node.function in METHODS
    if node.function in MACROS or (new and not known):
        return []
    return [checker.value(argument) for argument in node.arguments]


def _whole(arguments: list[Typed | None]) -> list[Typed] | None:
    found = [argument for argument in arguments if argument is not None]
    return found if len(found) == len(arguments) else None


def _names_left_out(checker: Checker, target: Node) -> bool:
    """Whether this is `math.` and the like, with its fault; not for a variable so called."""
    if not isinstance(target, syntax.Name) or target.name in checker.scope:
        return False
    checker.part(target)
    return True


def _function(checker: Checker, node: syntax.Call) -> Typed | None:
    if node.function == PRESENCE:
        return check_presence(checker, node)
    arguments = _whole(_arguments(checker, node))
    if node.function not in FUNCTIONS:
        _unknown_function(checker, node)
        return None
    if arguments is None:
        return None
    if node.function in EXTREMES and len(arguments) > 1:
        arguments = _gathered(checker, node, arguments)
    if arguments is None:
        return None
    return _applied(checker, node, FUNCTIONS[node.function], arguments)


def _gathered(checker: Checker, node: syntax.Call, arguments: list[Typed]) -> list[Typed] | None:
    """Several arguments of min and max as the items of one list."""
    kind = arguments[0].type
    for argument, written in zip(arguments, node.arguments, strict=True):
        both = common(kind, argument.type)
        if both is None:
            message = f"{node.function}() takes values of one type; this is "
            message += f"{plain(argument.type)} after {plain(kind)}"
            checker.fault(written.offset, message, mixed(kind, argument.type))
            return None
        kind = both
    return [Typed(list_of(kind), terms.Listing(tuple(typed.term for typed in arguments)))]


def _applied(
    checker: Checker, node: syntax.Call, overloads: tuple[Overload, ...], arguments: list[Typed]
) -> Typed | None:
    overload = chosen(overloads, tuple(argument.type for argument in arguments))
    if overload is None:
        _no_overload(checker, node, overloads, arguments)
        return None
    operands = tuple(argument.term for argument in arguments)
    term = terms.Operation(overload.function, operands) if overload.function else operands[0]
    return Typed(overload.result, term)


def _no_overload(
    checker: Checker, node: syntax.Call, overloads: tuple[Overload, ...], arguments: list[Typed]
) -> None:
    own = node.target is not None
    count = len(overloads[0].parameters) - own
    if len(arguments) - own != count:
        plural = "" if count == 1 else "s"
        given = len(arguments) - own
        message = f"{node.function}() takes {count} argument{plural}; {given} given"
        checker.fault(node.offset, message)
        return
    shapes = dict.fromkeys(_shape(overload.parameters) for overload in overloads)
    given_shape = _shape(tuple(argument.type for argument in arguments))
    message = f"{node.function}() takes {' or '.join(shapes)}; this is {given_shape}"
    checker.fault(node.offset, message)


def _shape(kinds: tuple[Type, ...]) -> str:
    return " and ".join(plain(kind) for kind in kinds)


def _unknown_function(checker: Checker, node: syntax.Call) -> None:
    hint: str | None
    if node.function in LEFT_OUT:
        message = f"{node.function}(): this profile of CEL leaves {LEFT_OUT[node.function]} out"
        hint = f"functions: {', '.join(sorted(FUNCTIONS))}"
    elif node.function in METHODS or node.function in MACROS:
        message = f"{node.function}() comes after a value"
        hint = f"write value.{node.function}(...)"
    else:
        message = f"unknown function '{shown(node.function)}'"
        hint = guess(checker, node.function, {**FUNCTIONS, PRESENCE: ()}, "functions")
    checker.fault(node.offset, message, hint)


def _unknown_method(checker: Checker, node: syntax.Call) -> None:
    if node.function in FUNCTIONS or node.function == PRESENCE:
        message = f"{node.function}() takes all it needs in its parentheses"
        checker.fault(node.offset, message, f"write {node.function}(...)")
        return
    message = f"unknown function '{shown(node.function)}' after a value"
    checker.fault(
        node.offset, message, guess(checker, node.function, {**METHODS, **MACROS}, "functions")
    )


def _matches(checker: Checker, node: syntax.Call, arguments: list[Typed]) -> Typed | None:
    text, pattern = arguments
    if STRING not in (text.type, pattern.type) or not isinstance(pattern.term, terms.Constant):
        message = "matches() takes a string, and its pattern written out as a string"
        checker.fault(node.arguments[0].offset, message)
        return None
    if common(text.type, STRING) is None or pattern.type != STRING:
        return _applied(checker, node, METHODS["matches"], arguments)
    try:
        held = terms.Held(automaton(str(pattern.term.value)))
    except PatternError as wrong:
        message = f"matches() cannot take this pattern: {wrong}"
        checker.fault(_place_of(node.arguments[0], wrong), message)
        return None
    return Typed(BOOL, terms.Operation("matches", (text.term, held)))


def _place_of(pattern: Node, wrong: PatternError) -> int:
    """The character that is wrong in a pattern; its start, where that is not known."""
    if wrong.offset is None or not isinstance(pattern, syntax.Literal) or not pattern.source:
        return pattern.offset
    return pattern.offset + place_in(pattern.source, wrong.offset)


CHECKS: Checks = {syntax.Call: _call}
