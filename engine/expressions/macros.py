"""Checks of `has` and of the macros that go through a list: CEL specification, «Macros»."""

from __future__ import annotations

from . import syntax, terms
from .checking import Checker, Typed, has_field, item_path, note
from .comparing import MOST_NAMED
from .kinds import ANY, BOOL, STRING, list_of
from .overloads import MACROS, plain
from .syntax import Node

DEEPEST_MACRO = 4
"""Macros within each other."""


def check_presence(checker: Checker, node: syntax.Call) -> Typed | None:
    """`has(e.f)`: whether a record or map has it."""
    asked = node.arguments[0] if len(node.arguments) == 1 else None
    if not isinstance(asked, syntax.Member):
        checker.fault(node.offset, "has() takes one field", "write has(record.field)")
        return None
    operand = checker.part(asked.operand)
    if operand is None:
        return None
    if operand.type.kind == "map":
        note(checker, operand)
    elif not has_field(checker, asked, operand.type):
        return None
    elif operand.path:
        checker.reads.add(f"{operand.path}.{asked.name}")
    return Typed(BOOL, terms.Presence(operand.term, asked.name))


def check_macro(checker: Checker, node: syntax.Call, target: Node) -> Typed | None:
    """A macro over a list's items or a map's keys."""
    over, direct = checker.part(target), _membership(node, target)
    if over is not None and over.type == list_of(STRING) and direct is not None:
        return checker.value(direct)
    name = _variable(checker, node)
    if over is None or name is None:
        # Without a type for the variable, whatever is said of it would be a fault that follows.
        return None
    if over.type.item is not None:
        return _folded(checker, node, over, name)
    message = f"{node.function}() goes through a list or map; this is {plain(over.type)}"
    checker.fault(node.offset, message)
    return None


def _membership(node: syntax.Call, target: Node) -> Node | None:
    """`"text" in list` for `list.exists(v, v == "text")`; its `!` for `list.all(v, v != "text")`.

    A list may answer that without being gone through.
    """
    wanted = _SAME.get(node.function)
    name, test = node.arguments if len(node.arguments) == 2 else (None, None)
    if not (isinstance(name, syntax.Name) and isinstance(test, syntax.Binary)):
        return None
    for one, other in ((test.left, test.right), (test.right, test.left)):
        same = isinstance(one, syntax.Name) and one.name == name.name
        text = isinstance(other, syntax.Literal) and isinstance(other.value, str)
        if test.operator == wanted and same and text:
            found = syntax.Binary(test.offset, test.height, "in", other, target)
            negated = syntax.Unary(test.offset, test.height, "!", 1, found)
            return found if wanted == "==" else negated
    return None


def _variable(checker: Checker, node: syntax.Call) -> str | None:
    """The name that a macro gives to each item; None with a fault when it is not well-formed."""
    counts, given = MACROS[node.function], len(node.arguments)
    if given not in counts:
        wanted = " or ".join(map(str, counts))
        message = f"{node.function}() takes {wanted} arguments; {given} given"
        checker.fault(node.offset, message, f"write list.{node.function}(item, ...item...)")
        return None
    name = node.arguments[0]
    if not isinstance(name, syntax.Name):
        checker.fault(name.offset, f"{node.function}() takes a name for the item first")
        return None
    if checker.depth >= DEEPEST_MACRO:
        checker.fault(node.offset, f"macros are nested more than {DEEPEST_MACRO} deep")
        return None
    return name.name


def _folded(checker: Checker, node: syntax.Call, over: Typed, name: str) -> Typed | None:
    """The macro with its variable in scope; another of that name is hidden meanwhile."""
    hidden = checker.scope.get(name)
    checker.made += 1
    checker.depth += 1
    variable = terms.Variable(f"m{checker.made}")
    checker.scope[name] = _item(checker, node.function, over, variable)
    path = checker.scope[name].path
    found = _body(checker, node, over, variable.name)
    checker.depth -= 1
    _restore(checker, name, hidden)
    if path and not any(read.startswith(path) for read in checker.reads):
        note(checker, over)
    return found


def _item(checker: Checker, macro: str, over: Typed, variable: terms.Variable) -> Typed:
    if over.type.kind == "map":
        note(checker, over)
        return Typed(STRING, variable)
    path = item_path(checker, over)
    # What filter and map leave goes on to be used in other ways.
    asks = macro not in {"filter", "map"} and len(over.written) <= MOST_NAMED
    stems, written = () if path else over.sources, over.written if asks else ()
    return Typed(over.type.item or ANY, variable, path, stems, written)


def _restore(checker: Checker, name: str, hidden: Typed | None) -> None:
    del checker.scope[name]
    if hidden is not None:
        checker.scope[name] = hidden


def _body(checker: Checker, node: syntax.Call, over: Typed, variable: str) -> Typed | None:
    if node.function == "map":
        return _mapped(checker, node, over, variable)
    condition = checker.condition(node.arguments[1], f"the condition of {node.function}()")
    if condition is None:
        return None
    same = _same(node.function, variable, over, condition)
    if same is not None:
        return Typed(BOOL, same)
    texts = over.type == list_of(STRING)
    fold = terms.Fold(node.function, variable, over.term, condition, texts=texts)
    if node.function != "filter":
        return Typed(BOOL, fold)
    kept = list_of(STRING) if over.type.kind == "map" else over.type
    is_map = over.type.kind == "map"
    return Typed(kept, fold, None if is_map else over.path, () if is_map else over.stems)


def _same(macro: str, variable: str, over: Typed, condition: terms.Term) -> terms.Term | None:
    """`list.exists(v, v == other)` and `list.all(v, v != other)`, where other reads no v."""
    if over.type != list_of(STRING) or not isinstance(condition, terms.Inline):
        return None
    if condition.operator != _SAME.get(macro):
        return None
    item = terms.Variable(variable)
    for one, other in ((condition.left, condition.right), (condition.right, condition.left)):
        if one == item and variable not in terms.reads(other):
            found = terms.Same(over.term, other)
            return found if macro == "exists" else terms.Negation(found)
    return None


_SAME = {"exists": "==", "all": "!="}


def _mapped(checker: Checker, node: syntax.Call, over: Typed, variable: str) -> Typed | None:
    asked = node.arguments[1] if len(node.arguments) == 3 else None
    condition = None if asked is None else checker.condition(asked, "the condition of map()")
    result = checker.value(node.arguments[-1])
    if result is None or (asked is not None and condition is None):
        return None
    fold = terms.Fold("map", variable, over.term, condition, result.term)
    return Typed(list_of(result.type), fold, stems=result.sources)
