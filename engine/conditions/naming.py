"""What the texts are names of that a condition holds against strings which are written out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from stowplan.model import (
    CheckpointRule,
    CheckRule,
    DependencyRule,
    Policy,
    ResourceRule,
    Rule,
    Window,
)

from .manifests import EDGE, MANIFEST
from .plans import PLAN, STEP, WINDOW
from .tables import TABLE
from .words import Record

_RECORDS = {
    "table": TABLE,
    "edge": EDGE,
    "manifest": MANIFEST,
    "step": STEP,
    "window": WINDOW,
    "plan": PLAN,
}


class Named(NamedTuple):
    """A string in a condition that can only be the name of a `what`: its rule's key and place.

    `paths` are what it is held against.
    """

    key: str
    what: str
    paths: tuple[str, ...]
    text: str
    offset: int


def named_in(rule: Rule) -> Iterator[Named]:
    """The names that a rule's conditions write out; what may be names of several kinds is none."""
    for key, compared in _compared(rule):
        for paths, text, offset in compared:
            what = _of_all(paths)
            if what and text:
                yield Named(key, what, paths, text, offset)


def unknown_names(
    policy: Policy, is_table: Callable[[str], bool]
) -> Iterator[tuple[Rule, Named, Sequence[str]]]:
    """The names in a policy's own conditions that nothing has, with those that there are.

    Of tables these are not told. A policy without windows or checkpoints leaves their names to
    another one.
    """
    known = _names_of(policy)
    for rule in policy.rules:
        for named in named_in(rule) if rule.place.source not in policy.packs else ():
            if named.what == "table":
                if not is_table(named.text):
                    yield rule, named, ()
            elif named.text not in known.get(named.what, (named.text,)):
                yield rule, named, known[named.what]


def _names_of(policy: Policy) -> Mapping[str, Sequence[str]]:
    resources = [rule.resource for rule in policy.rules if isinstance(rule, ResourceRule)]
    windows = [window.name for window in resources if isinstance(window, Window)]
    edges = [rule.id for rule in policy.rules if isinstance(rule, DependencyRule)]
    checkpoints = [rule.id for rule in policy.rules if isinstance(rule, CheckpointRule)]
    known = {"window": windows, "checkpoint": checkpoints, "origin": ["manifest", *edges]}
    return {what: names for what, names in known.items() if names}


def _compared(rule: Rule) -> Iterator[tuple[str, Sequence[tuple[tuple[str, ...], str, int]]]]:
    """What a rule's conditions and message hold against strings, by their keys."""
    if rule.where is not None:
        yield "where", rule.where.compared
    if isinstance(rule, CheckRule):
        yield "require", rule.require.compared
        if rule.message is not None:
            yield "message", rule.message.compared


def _of_all(paths: Iterable[str]) -> str:
    kinds = {_of(path) for path in paths}
    return kinds.pop() if len(kinds) == 1 else ""


def _of(path: str) -> str:
    """What a field's text names; empty where that may be anything."""
    first, *rest = path.replace("[]", "").split(".")
    record: Record | None = _RECORDS[first]
    what = ""
    for field in rest:
        word = record.words.get(field) if record else None
        if word is None:
            return ""
        record, what = word.record, word.of
    return what
