"""Which tables a word of `--skip` leaves out: what it names, and all that depends on that."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from stowplan.graph import DependencyGraph
from stowplan.model import Pattern, Place, Placement, shown
from stowplan.patterns import PatternError, literal_name
from stowplan.planning.groundwork import Groundwork
from stowplan.spelling import nearest

from .changes import Skip


class UnknownTableError(ValueError):
    """A word that means no table and no class of the policy; the message says what is near."""


def skipped(ground: Groundwork, label: str, words: Sequence[str]) -> Skip:
    """The tables that some words leave out. Raises UnknownTableError.

    A word is a class (the tables whose effective class it is), a name or a glob. What depends on a
    table that is left out cannot move either. Excluded tables are no matter.
    """
    named = {table for word in words for table in _meant(ground, word)}
    return skip_of(ground, label, named)


def skip_of(ground: Groundwork, label: str, tables: Iterable[int]) -> Skip:
    """Tables, by the graph's numbers, with all that depends on them."""
    placement = ground.classification.placement
    reached = [
        table
        for table in sorted(descendants(ground.graph, tables))
        if placement(table) is not Placement.EXCLUDED
    ]
    required = (table for table in reached if placement(table) is Placement.REQUIRED)
    names = ground.graph.names
    return Skip(label, tuple(names[i] for i in reached), tuple(names[i] for i in required))


def descendants(graph: DependencyGraph, tables: Iterable[int]) -> set[int]:
    """The tables and everything below them."""
    seen = set(tables)
    queue = sorted(seen)
    for node in queue:  # grows by what is reached
        for child in graph.children[node]:
            if child not in seen:
                seen.add(child)
                queue.append(child)
    return {node for node in seen if node < graph.size}


def _meant(ground: Groundwork, word: str) -> set[int]:
    """The tables that one word names. Raises UnknownTableError."""
    classes = {entry.name for entry in ground.policy.classes}
    position = ground.graph.position
    if word in classes:
        if word in position:
            text = f"{shown(word)} is a class and a table: write \\{shown(word)} for the table"
            raise UnknownTableError(text)
        classed = ground.classification.tables
        return {table for table, entry in enumerate(classed) if entry.effective == word}
    try:
        pattern = Pattern(word, literal_name(word), Place("", ()))
    except PatternError as error:
        raise UnknownTableError(str(error)) from None
    found = {position[name] for name in ground.selections.listed.matching(pattern)}
    if not found:
        raise UnknownTableError(_unknown(ground, word, sorted(classes)))
    return found


def _unknown(ground: Groundwork, word: str, classes: Sequence[str]) -> str:
    if word in ground.manifest.present:
        return f"table {shown(word)} is at the destination already: nothing is planned for it"
    near = nearest(word, [*classes, *ground.graph.names])
    hint = f"did you mean {shown(near)}?" if near else f"classes are {', '.join(classes)}"
    return f"{shown(word)} is no table and no class here: {hint}"
