"""The tables of a comparison: titles, headers and rows, for text and Markdown alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple, TypeAlias

from stowplan.model import Violation, Waiver, shown

from .changes import Comparison
from .differences import Change, Kind
from .phrases import figure_text, names_text, rule_changes, rule_kind, table_changes
from .sides import Figure, RuleFact, TableState

Cell: TypeAlias = tuple[str, ...]
"""The lines of a cell, of names and texts that are not yet fit for any format."""

_MESSAGE = 300
_WAIVED_AT_ONCE = "by a waiver of the same change"


class Section(NamedTuple):
    """One table of what differs."""

    title: str
    headers: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def sections(found: Comparison) -> list[Section]:
    """What differs, the longest table first; of two alike the summary's, then as here."""
    at_once = {id(violation) for violation, _ in found.waived_at_once}
    told = [change for change in found.figures if change.counts]
    every = [
        Section("Numbers", ("", "before", "after"), tuple(map(_figure, told))),
        Section("Tables", ("table", "", "what"), tuple(map(_table, found.tables))),
        Section(
            "Findings",
            ("", "code", "tables", "what"),
            tuple(_finding(change, at_once) for change in found.findings),
        ),
        Section("Rules", ("rule", "kind", "", "what"), tuple(map(_rule, found.rules))),
        Section("Waivers", ("waiver", "", "what"), tuple(_waivers(found))),
    ]
    return sorted((s for s in every if s.rows), key=lambda section: -len(section.rows))


def _figure(change: Change[Figure]) -> tuple[Cell, ...]:
    label = shown(change.one.label)
    return (label,), (figure_text(change.old),), (figure_text(change.new),)


def _table(change: Change[TableState]) -> tuple[Cell, ...]:
    return (shown(change.one.name),), (change.kind,), tuple(table_changes(change))


def _finding(change: Change[Violation], at_once: set[int]) -> tuple[Cell, ...]:
    old, new, one = change.old, change.new, change.one
    word = change.kind.value
    if change.kind is Kind.ADDED and one.suppressed is not None:
        word = f"{word}, waived {_WAIVED_AT_ONCE if id(one) in at_once else 'already'}"
    told = [f"{one.severity}: {shown(one.message, _MESSAGE)}"]
    if change.kind is Kind.CHANGED and old is not None and new is not None:
        told = [f"before: {old.severity}: {shown(old.message, _MESSAGE)}", f"now: {told[0]}"]
    if change.kind in (Kind.WAIVED, Kind.ADDED) and one.suppressed is not None:
        told.append(_suppression(one.suppressed))
    return (word,), (shown(one.code),), (names_text(one.tables),), tuple(told)


def _suppression(by: Mapping[str, str]) -> str:
    if by["by"] != "waiver":
        return f"by the {shown(by['by'])}"
    return f"until {by['expires']} by {shown(by['owner'])}: {shown(by['reason'], 200)}"


def _rule(change: Change[RuleFact]) -> tuple[Cell, ...]:
    one = change.one
    return (shown(one.id),), (one.kind,), (rule_kind(change),), tuple(rule_changes(change))


def _waivers(found: Comparison) -> Iterator[tuple[Cell, ...]]:
    for change in found.waivers:
        one = change.one
        tables = names_text(pattern.text for pattern in one.tables)
        about = f"{shown(one.code)} of {tables}" if tables else shown(one.code)
        accepts = [v for v, waiver in found.waived_at_once if waiver is one]
        yield (about,), (change.kind.value,), tuple(_waiver(change, accepts))


def _waiver(change: Change[Waiver], accepts: list[Violation]) -> Iterator[str]:
    old, new = change.old, change.new
    if old is None or new is None:
        one = change.one
        yield f"until {one.expires} by {shown(one.owner)}: {shown(one.reason, 200)}"
    else:
        for key in change.keys:
            before, after = (shown(str(getattr(side, key)), 100) for side in (old, new))
            yield f"{key} {before} → {after}"
    if accepts:
        names = names_text(sorted({name for v in accepts for name in v.tables}))
        yield f"accepts what appears in the same change: {shown(accepts[0].code)} ({names})"
