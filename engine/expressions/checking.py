"""Trees into terms: names are looked up and types settled, so that nothing is left to chance.

A faulty part has no type, so that one fault is told once and the others beside it too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeAlias

from stowplan.model import shown
from stowplan.spelling import nearest

from . import syntax, terms
from .comparing import Comparisons, Written, together
from .faults import Fault
from .kinds import BOOL, INT, STRING, Type, common, list_of
from .overloads import FUNCTIONS, LEFT_OUT, METHODS, plain
from .parsing import KEYWORDS
from .syntax import Node
from .terms import Term


class Typed(NamedTuple):
    """A term, its type, and the path of what it reads, while that is nothing but a path.

    `stems`: the paths that it, or each item of a list, comes from unchanged, beside `path`.
    `written`: the strings that it, or an item, may be, where these are written out.
    """

    type: Type
    term: Term
    path: str | None = None
    stems: tuple[str, ...] = ()
    written: tuple[Written, ...] = ()

    @property
    def sources(self) -> tuple[str, ...]:
        """The paths that it comes from; none where it may come from elsewhere too."""
        return (self.path,) if self.path else self.stems


MOST_GUESSES = 50
"""Faults with a nearest name; it is slow to find, and nobody reads on."""

Checks: TypeAlias = "Mapping[type, Callable[..., Typed | None]]"
"""How each kind of node is checked."""


class Checker:
    """Checks one tree; has the faults and the paths that it reads."""

    def __init__(self, names: Mapping[str, Type], checks: Checks) -> None:
        self._checks = checks
        self.faults: list[Fault] = []
        self.reads: set[str] = set()
        self.variables: set[str] = set()
        self.compared = Comparisons()
        self.depth = 0
        self.made = 0
        self.scope: dict[str, Typed] = {
            name: Typed(kind, terms.Variable(f"v{number}"), name)
            for number, (name, kind) in enumerate(names.items())
        }
        self.given = frozenset(names)

    def fault(self, offset: int, message: str, hint: str | None = None) -> None:
        """Note what is wrong."""
        self.faults.append(Fault(offset, message, hint))

    def value(self, node: Node) -> Typed | None:
        """What a node computes, as a value that is read; None where it has a fault."""
        typed = self.part(node)
        if typed is not None and typed.path is not None:
            self.reads.add(typed.path)
        return typed

    def part(self, node: Node) -> Typed | None:
        """The same of a node of which perhaps only a field is read."""
        return self._checks[type(node)](self, node)

    def condition(self, node: Node, what: str) -> Term | None:
        """The term of a node that must be a bool."""
        typed = self.value(node)
        if typed is None or common(typed.type, BOOL) is not None:
            return None if typed is None else typed.term
        self.fault(node.offset, f"{what} must be bool; this is {plain(typed.type)}")
        return None


def guess(checker: Checker, word: str, known: Mapping[str, object], what: str) -> str | None:
    """A hint: the nearest of the known words, else some of them."""
    if len(checker.faults) >= MOST_GUESSES:
        return None
    near = nearest(word, known)
    if near is not None:
        return f"did you mean '{near}'?"
    words = sorted(known)
    more = ", …" if len(words) > 12 else ""
    return f"{what}: {', '.join(words[:12])}{more}" if words else f"there are no {what}"


def _literal(_: Checker, node: syntax.Literal) -> Typed:
    kinds = {bool: "bool", int: "int", float: "double", str: "string"}
    written = (Written(node.value, node.offset),) if isinstance(node.value, str) else ()
    kind = Type(kinds[type(node.value)])
    return Typed(kind, terms.Constant(node.value), written=written)


def _name(checker: Checker, node: syntax.Name) -> Typed | None:
    found = checker.scope.get(node.name)
    if found is None:
        checker.fault(node.offset, *_unknown(checker, node.name))
    elif found.path in checker.given:
        checker.variables.add(str(found.path))
    else:
        checker.compared.use(found.written)
    return found


def _unknown(checker: Checker, name: str) -> tuple[str, str | None]:
    if name in LEFT_OUT:
        message = f"'{name}': this profile of CEL leaves {LEFT_OUT[name]} out"
        return message, f"there are {', '.join(sorted(checker.scope))}"
    if name in FUNCTIONS or name in METHODS:
        return f"'{name}' is a function and needs its parentheses", f"write {name}(...)"
    if name.lower() in KEYWORDS:
        return f"unknown name '{name}'", f"did you mean '{name.lower()}'?"
    return f"unknown name '{shown(name)}'", guess(checker, name, checker.scope, "names")


def _member(checker: Checker, node: syntax.Member) -> Typed | None:
    operand = checker.part(node.operand)
    if operand is None:
        return None
    if operand.type.kind == "map" and operand.type.item is not None:
        note(checker, operand)
        key = terms.Constant(node.name)
        return Typed(operand.type.item, terms.Operation("value_of", (operand.term, key)))
    if not has_field(checker, node, operand.type):
        return None
    path = f"{operand.path}.{node.name}" if operand.path else None
    selection = terms.Selection(operand.term, node.name, path or node.name)
    return Typed(operand.type.fields[node.name].type, selection, path)


def note(checker: Checker, typed: Typed) -> None:
    """Count a path as read."""
    if typed.path is not None:
        checker.reads.add(typed.path)


def has_field(checker: Checker, node: syntax.Member, operand: Type) -> bool:
    """Whether a record has the field; if not there is a fault."""
    if operand.kind != "record":
        message = f"{plain(operand)} has no fields, so no '{shown(node.name)}'"
        hint = f"write .{node.name}(...)" if node.name in METHODS else None
        checker.fault(node.offset, message, hint)
        return False
    if node.name in operand.fields:
        return True
    message = f"{operand} has no field '{shown(node.name)}'"
    checker.fault(node.offset, message, guess(checker, node.name, operand.fields, "fields"))
    return False


def _index(checker: Checker, node: syntax.Index) -> Typed | None:
    operand, index = checker.part(node.operand), checker.value(node.key)
    if operand is None or index is None:
        return None
    item = operand.type.item
    if item is None:
        checker.fault(node.offset, f"{plain(operand.type)} is no list or map: no [] after it")
        return None
    is_list = operand.type.kind == "list"
    if common(index.type, INT if is_list else STRING) is None:
        kind = "a list is counted by int" if is_list else "a map is asked by string"
        checker.fault(node.key.offset, f"{kind}; this is {plain(index.type)}")
        return None
    path = item_path(checker, operand)
    function = "item_at" if is_list else "value_of"
    term = terms.Operation(function, (operand.term, index.term))
    return Typed(item, term, path, operand.sources if is_list and not path else ())


def item_path(checker: Checker, items: Typed) -> str | None:
    """The path of the items of a list or map; other items than records are read whole."""
    if items.path and items.type.item is not None and items.type.item.kind == "record":
        return f"{items.path}[]"
    note(checker, items)
    return None


def _list(checker: Checker, node: syntax.ListLiteral) -> Typed | None:
    items = [checker.value(item) for item in node.items]
    kind = Type("any")
    for item, written in zip(items, node.items, strict=True):
        if item is None:
            return None
        both = common(kind, item.type)
        if both is None:
            message = f"a list holds one type; this is {plain(item.type)} after {plain(kind)}"
            checker.fault(written.offset, message, mixed(kind, item.type))
            return None
        kind = both
    whole = [item for item in items if item is not None]
    listing = terms.Listing(tuple(item.term for item in whole))
    stems = together(*(item.sources for item in whole))
    texts = tuple(text for item in whole for text in item.written)
    return Typed(list_of(kind), listing, None, stems, texts)


def mixed(one: Type, other: Type) -> str | None:
    """The hint for an int beside a double."""
    if {one.kind, other.kind} == {"int", "double"}:
        return "double(...) makes a double of an int; 2.0 is a double, 2 an int"
    return None


def _ternary(checker: Checker, node: syntax.Ternary) -> Typed | None:
    condition = checker.condition(node.condition, "what stands before '?'")
    then, otherwise = checker.value(node.then), checker.value(node.otherwise)
    if condition is None or then is None or otherwise is None:
        return None
    kind = common(then.type, otherwise.type)
    if kind is None:
        kinds = f"{plain(then.type)} and {plain(otherwise.type)}"
        message = f"both sides of ':' must be of one type; these are {kinds}"
        checker.fault(node.offset, message, mixed(then.type, otherwise.type))
        return None
    choice = terms.Choice(condition, then.term, otherwise.term)
    return Typed(kind, choice, stems=together(then.sources, otherwise.sources))


def _chain(checker: Checker, node: syntax.Chain) -> Typed | None:
    what = f"what '{node.operator}' joins"
    operands = [checker.condition(operand, what) for operand in node.operands]
    whole = tuple(operand for operand in operands if operand is not None)
    if len(whole) < len(operands):
        return None
    return Typed(BOOL, terms.Junction(node.operator == "&&", whole))


CHECKS: Checks = {
    syntax.Literal: _literal,
    syntax.Name: _name,
    syntax.Member: _member,
    syntax.Index: _index,
    syntax.ListLiteral: _list,
    syntax.Ternary: _ternary,
    syntax.Chain: _chain,
}
