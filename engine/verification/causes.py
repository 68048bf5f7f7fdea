"""Why a table cannot be planned, in the words of a plan: the cause that struck it first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from stowplan.model import shown

from .cycles import knots
from .facts import Facts


class Cause(NamedTuple):
    """What stands in the way, and the tables that it strikes first, in the order of their names."""

    text: str
    roots: list[int]


def cause_texts(facts: Facts) -> dict[int, str]:
    """By table that cannot be planned: its own first cause, else the first of those above it.

    Causes count in the order cycles, missing parents, rows over memory, no class.
    """
    known = [cause for cause in _all_causes(facts) if cause.roots]
    texts: dict[int, str] = {}
    for cause in known:
        for table in cause.roots:
            texts.setdefault(table, cause.text)
    struck = set(texts)
    for cause in known:
        first = facts.names[cause.roots[0]]
        for table in _below(facts, cause.roots, struck, texts, cause.text):
            texts[table] = f"downstream of {shown(first)}: {cause.text}"
    return texts


def _below(
    facts: Facts, roots: list[int], struck: set[int], texts: dict[int, str], text: str
) -> Iterator[int]:
    """What a cause reaches and none before it has, `struck` growing."""
    excluded, size = facts.excluded, facts.edges.tables
    todo = [table for table in roots if texts[table] == text]
    while todo:
        for child in facts.edges.children[todo.pop()]:
            if child not in struck and child not in excluded:
                struck.add(child)
                todo.append(child)
                if child < size:
                    yield child


def _all_causes(facts: Facts) -> Iterator[Cause]:
    """Every cause with the tables that are to move and that it strikes."""
    moving = [table for table in range(len(facts.names)) if table not in facts.excluded]
    for members in _cycles(facts):
        text = f"in a dependency cycle of {len(members)} tables (D203)"
        yield Cause(text, [table for table in members if table not in facts.excluded])
    lacking: dict[str, list[int]] = {}
    for table in moving:
        for parent in facts.edges.missing.get(table, ()):
            lacking.setdefault(parent, []).append(table)
    for parent in sorted(lacking):
        yield Cause(f"parent {shown(parent)} is not in the manifest (D201)", lacking[parent])
    for table in moving:
        if facts.memory is not None and not facts.fits_memory(table, facts.main.streams):
            yield Cause("two of its largest rows do not fit a stream's memory (R403)", [table])
    for table in moving:
        if facts.classes.placement[table] is None:
            yield Cause("no class (P301)", [table])


def _cycles(facts: Facts) -> list[list[int]]:
    """The tables of each cycle, by name; the cycles by their first table."""
    edges = facts.edges
    found = (sorted(n for n in k if n < edges.tables) for k in knots(edges.cyclic, edges.children))
    return sorted(members for members in found if members)
