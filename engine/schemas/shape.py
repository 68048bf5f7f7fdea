"""What is wrong with a document's shape: Cerberus finds it, this module says it in plain words.

The home of Cerberus, which is imported only when a document is not well-formed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cache, cached_property
from typing import Any, NamedTuple, TypeAlias

from stowplan.model import DocPath, Fault, Finding, shown
from stowplan.spelling import nearest

from .acceptance import (
    EXTENSION,
    Check,
    Complaint,
    Kind,
    Rules,
    Schema,
    acceptor,
    is_above,
    is_below,
    value_acceptor,
)

__all__ = ["Check", "Complaint", "Kind", "Schema", "Shape", "ShapeFault", "acceptor", "faults"]

_NOUNS = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "dict": "a mapping",
    "list": "a list",
}
_INNER = ("schema", "keysrules", "valuesrules")
_ITEM = "item"

NO_MERGING = "YAML's merge keys are not read: write the keys out"
"""What to do about a key `<<`."""

_At: TypeAlias = Callable[[str], DocPath]


class ShapeFault(NamedTuple):
    """One thing that is wrong, at `path`; a missing key's path is that of its mapping."""

    path: DocPath
    kind: Kind
    message: str
    hint: str | None = None
    on_key: bool = False

    def coded(self, code: str, tables: tuple[str, ...] = ()) -> Fault:
        """The same as a finding under a check's code."""
        finding = Finding(self.path, self.message, tables, self.hint, on_key=self.on_key)
        return Fault(code, finding)


class Shape:
    """A Cerberus schema, compiled once for many documents.

    Documents hold dict, list, str, bool, None, int and Decimal. Beside the rules of Cerberus,
    `meta` may have `description`, `noun` ("a whole number": what the value must be), `hint`, and
    `mapping_hint` for where a mapping stands instead.
    With `extensions`, keys that start with `x-` may stand anywhere.
    """

    def __init__(self, schema: Schema, *, extensions: bool = False) -> None:
        self.schema = schema
        self.extensions = extensions
        self.accepts = acceptor(schema, extensions=extensions)

    def faults(self, document: object, path: DocPath = ()) -> list[ShapeFault]:
        """All that is wrong with a document that stands at `path`; empty where nothing is."""
        if type(document) is not dict:
            return [_wrong_type(path, "a mapping", document, None)]
        if self.accepts(document):
            return []
        return list(self._found(document, lambda field: (*path, field)))

    def item_faults(self, value: object, path: DocPath) -> Iterator[ShapeFault]:
        """What is wrong with one value, for a shape that stands for the rules of one value."""
        return self._found({_ITEM: value}, lambda _: path)

    def _found(self, document: dict[str, Any], at: _At) -> Iterator[ShapeFault]:
        self._validator.validate(document, normalize=False)
        errors = sorted(self._validator.errors, key=lambda error: (error.field, error.code))
        for error in errors:
            if not (error.rule is None and self._is_extension(error.field)):
                yield _explained(error, self.schema, at(error.field))
        for field, inner in self._inner.items():
            if field in document:
                yield from inner(document[field], at(field))

    def _is_extension(self, field: str) -> bool:
        return self.extensions and field.startswith(EXTENSION)

    @cached_property
    def _validator(self) -> Any:  # noqa: ANN401 (Cerberus ships no types)
        flat = {
            field: {rule: value for rule, value in rules.items() if rule not in _INNER}
            for field, rules in self.schema.items()
        }
        return _validator_class()(flat, error_handler=_error_handler())

    @cached_property
    def _inner(self) -> Mapping[str, Callable[[object, DocPath], Iterable[ShapeFault]]]:
        """For each key that holds a list or mapping: what looks into it."""
        return {
            field: _Inside(rules, self.extensions).faults
            for field, rules in self.schema.items()
            if any(rule in rules for rule in _INNER)
        }


class _Inside:
    """Looks into a list or mapping: only what is not well-formed costs a run of Cerberus."""

    def __init__(self, rules: Rules, extensions: bool) -> None:
        self.rules = rules
        self.extensions = extensions
        self.accepts = {
            rule: value_acceptor(rules[rule], extensions=extensions)
            for rule in _INNER
            if rule in rules and not self._is_mapping(rule)
        }

    def faults(self, value: object, path: DocPath) -> Iterator[ShapeFault]:
        if isinstance(value, dict):
            if self._is_mapping("schema"):
                yield from self._shape("schema").faults(value, path)
            for key in value:
                yield from self._each("keysrules", key, (*path, key), on_key=True)
                yield from self._each("valuesrules", value[key], (*path, key))
        elif isinstance(value, list) and not self._is_mapping("schema"):
            for index, item in enumerate(value):
                yield from self._each("schema", item, (*path, index))

    def _each(
        self, rule: str, value: object, path: DocPath, *, on_key: bool = False
    ) -> Iterator[ShapeFault]:
        if rule in self.accepts and not self.accepts[rule](value):
            for fault in self._shape(rule).item_faults(value, path):
                yield fault._replace(on_key=on_key) if on_key else fault

    def _is_mapping(self, rule: str) -> bool:
        """Is this the schema of a mapping's keys, not the rules of a list's items?"""
        return rule == "schema" and rule in self.rules and "dict" in _named(self.rules["type"])

    def _shape(self, rule: str) -> Shape:
        if rule not in self._shapes:
            inner = self.rules[rule]
            schema = inner if self._is_mapping(rule) else {_ITEM: inner}
            self._shapes[rule] = Shape(schema, extensions=self.extensions)
        return self._shapes[rule]

    @cached_property
    def _shapes(self) -> dict[str, Shape]:
        return {}


def faults(
    schema: Schema, document: object, path: DocPath = (), *, extensions: bool = False
) -> list[ShapeFault]:
    """All that is wrong with one document; keep a `Shape` where there are many."""
    return Shape(schema, extensions=extensions).faults(document, path)


@cache
def _validator_class() -> Any:  # noqa: ANN401 (Cerberus ships no types)
    """Cerberus' validator with our numbers: int and Decimal; NaN is below and above everything."""
    from cerberus import TypeDefinition, Validator, errors  # noqa: PLC0415 (costs 35 ms)

    class Validator_(Validator):  # type: ignore[misc]  # noqa: N801 (Cerberus ships no types)
        types_mapping = {  # noqa: RUF012 (as Cerberus declares it)
            **Validator.types_mapping,
            "integer": TypeDefinition("integer", (int,), (bool,)),
            "number": TypeDefinition("number", (int, Decimal), (bool,)),
        }

        # Cerberus reads the docstrings of these two as the schema of the rule's argument.
        def _validate_min(self, limit: int, field: str, value: object) -> None:
            """{'nullable': False}"""
            if is_below(value, limit):
                self._error(field, errors.MIN_VALUE)
                self._drop_remaining_rules("max", "check_with")  # one fault a value is enough

        def _validate_max(self, limit: int, field: str, value: object) -> None:
            """{'nullable': False}"""
            if is_above(value, limit):
                self._error(field, errors.MAX_VALUE)

    return Validator_


@cache
def _error_handler() -> Any:  # noqa: ANN401 (Cerberus ships no types)
    from cerberus.errors import BaseErrorHandler  # noqa: PLC0415 (costs 35 ms)

    class Collector(BaseErrorHandler):  # type: ignore[misc]  # Cerberus ships no types
        """Hands the errors over as Cerberus made them, before anything turns them into English."""

        def __call__(self, errors: Iterable[object]) -> list[object]:
            return list(errors)

    return Collector


def _explained(error: Any, schema: Schema, path: DocPath) -> ShapeFault:  # noqa: ANN401
    """One error of Cerberus in our words; `path` leads to the field."""
    rule, wanted = error.rule, error.constraint
    if rule is None:
        return _unknown(path, str(error.field), schema)
    if rule == "required":
        return ShapeFault(path[:-1], Kind.MISSING, f"`{shown(error.field)}` is missing")
    rules = schema[error.field]
    hint = rules.get("meta", {}).get("hint")
    if rule in ("type", "nullable"):
        meta = rules.get("meta", {})
        noun = meta.get("noun") or _noun(rules["type"])
        own = meta.get("mapping_hint") if isinstance(error.value, dict) else None
        return _wrong_type(path, noun, error.value, own or hint)
    if rule == "check_with":
        kind, text, own_hint = error.info[0]
        return ShapeFault(path, kind, f"{_subject(path)} {text}", own_hint or hint)
    if rule == "allowed":
        return _not_allowed(path, error.value, wanted, hint)
    return ShapeFault(path, _KINDS[rule], f"{_subject(path)} {_demand(rule, error)}", hint)


_KINDS = {
    "min": Kind.MINIMUM,
    "max": Kind.QUANTITY,
    "empty": Kind.OTHER,
    "minlength": Kind.OTHER,
    "maxlength": Kind.OTHER,
    "regex": Kind.OTHER,
}


def _demand(rule: str, error: Any) -> str:  # noqa: ANN401
    wanted, value = error.constraint, shown(error.value)
    return {
        "min": f"must be at least {wanted}, is {value}",
        "max": f"must be at most {wanted}, is {value}",
        "empty": "must not be empty",
        "minlength": f"must have a length of at least {wanted}",
        "maxlength": f"must have a length of at most {wanted}",
        "regex": f'has not the right form: "{value}"',
    }[rule]


def _unknown(path: DocPath, key: str, schema: Schema) -> ShapeFault:
    near = nearest(key, schema)
    if key == "<<":
        return ShapeFault(path, Kind.UNKNOWN, "unknown key `<<`", NO_MERGING, on_key=True)
    hint = f"did you mean `{near}`?" if near else f"known here: {', '.join(sorted(schema))}"
    return ShapeFault(path, Kind.UNKNOWN, f"unknown key `{shown(key)}`", hint, on_key=True)


def _not_allowed(
    path: DocPath, value: object, wanted: Iterable[object], hint: str | None
) -> ShapeFault:
    names = [str(name) for name in wanted]
    message = f"{_subject(path)} must be one of {', '.join(names)}; is {_described(value)}"
    near = nearest(value, names) if isinstance(value, str) else None
    return ShapeFault(path, Kind.ALLOWED, message, hint or (near and f"did you mean {near}?"))


def _wrong_type(path: DocPath, noun: str, value: object, hint: str | None) -> ShapeFault:
    message = f"{_subject(path)} must be {noun}, is {_described(value)}"
    hint = NO_MERGING if path[-1:] == ("<<",) else hint or _type_hint(noun, value)
    return ShapeFault(path, Kind.TYPE, message, hint)


def _type_hint(noun: str, value: object) -> str | None:
    if value is None:
        return "give it a value or leave the key out"
    if noun == "text" and isinstance(value, int | Decimal):
        return "put it in quotes to make it text"
    if "list" in noun and isinstance(value, str):
        return f"write a list: [{shown(value)}]"
    if "number" in noun and isinstance(value, str):
        return "write a plain number, without quotes, unit or separators"
    return None


def _described(value: object) -> str:
    if value is None:
        return "empty (null)"
    return f'text "{shown(value)}"' if isinstance(value, str) else shown(value)


def _noun(types: str | list[str]) -> str:
    return " or ".join(_NOUNS[name] for name in _named(types))


def _named(types: str | list[str]) -> list[str]:
    return [types] if isinstance(types, str) else types


def _subject(path: DocPath) -> str:
    """What a message calls the value at a path: its key, or which item of which list."""
    if not path:
        return "the document"
    last = path[-1]
    if isinstance(last, str):
        return f"`{shown(last)}`"
    owner = next((part for part in reversed(path) if isinstance(part, str)), None)
    return f"item {last + 1} of `{shown(owner)}`" if owner else f"item {last + 1}"
