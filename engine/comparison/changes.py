"""What differs between two sides, and whether it makes a difference in effect."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from stowplan.model import Violation, Waiver

from .differences import Change, Kind
from .findings import finding_changes
from .sides import Figure, RuleFact, Side, TableState
from .waivers import waived_at_once, waiver_changes


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two sides and all that differs. `figures` has every number, also those that do not differ.

    `waived_at_once` are the findings that appear together with a waiver that accepts them. `notes`
    say what could not be compared.
    """

    old: Side
    new: Side
    tables: tuple[Change[TableState], ...]
    findings: tuple[Change[Violation], ...]
    figures: tuple[Change[Figure], ...]
    rules: tuple[Change[RuleFact], ...]
    waivers: tuple[Change[Waiver], ...]
    waived_at_once: tuple[tuple[Violation, Waiver], ...]
    notes: tuple[str, ...]

    @property
    def differs(self) -> bool:
        """Whether there is a difference in effect."""
        parts = (self.tables, self.findings, self.figures, self.rules, self.waivers)
        return any(change.counts for part in parts for change in part)

    @property
    def silent(self) -> bool:
        """Whether there is nothing to tell, not even a change without effect."""
        moved = any(change.counts for change in self.figures)
        return not (self.tables or self.findings or moved or self.rules or self.waivers)


def compare(old: Side, new: Side) -> Comparison:
    """Hold one side against the other; what one of them does not know is not compared."""
    findings = tuple(finding_changes(old.violations, new.violations))
    known = old.rules is not None and new.rules is not None
    waivers = tuple(waiver_changes(old.waivers, new.waivers)) if known else ()
    return Comparison(
        old,
        new,
        tuple(_tables(old, new)),
        findings,
        tuple(_figures(old.figures, new.figures)),
        tuple(_rules(old.rules, new.rules)),
        waivers,
        tuple(waived_at_once(findings, waivers)),
        tuple(_notes(old, new)),
    )


def _notes(old: Side, new: Side) -> Iterator[str]:
    for word, side in (("OLD", old), ("NEW", new)):
        if side.note:
            yield f"{word}: {side.note}"


def _tables(old: Side, new: Side) -> Iterator[Change[TableState]]:
    if old.tables is None or new.tables is None:
        return
    # Of a table that cannot be planned a plan's document says little.
    partial = old.rules is None or new.rules is None
    for name in sorted(old.tables.keys() | new.tables.keys()):
        before, after = old.tables.get(name), new.tables.get(name)
        if before is None or after is None:
            yield Change(Kind.ADDED if before is None else Kind.REMOVED, before, after)
        elif before != after:
            keys = tuple(_differing(before, after, partial=partial))
            if keys:
                yield Change(Kind.CHANGED, before, after, keys)


def _differing(old: TableState, new: TableState, *, partial: bool) -> Iterator[str]:
    """The keys that differ; not those that one side cannot know."""
    for key, before, after in zip(TableState._fields, old, new, strict=True):
        unknown = before is None or after is None
        if before != after and not (unknown and (partial or key in _MEASURED)):
            yield key


_MEASURED = ("rows", "size", "depends_on")


def _figures(old: Sequence[Figure], new: Sequence[Figure]) -> Iterator[Change[Figure]]:
    """Every figure of both sides, those that only the old one has at the end."""
    before = {figure.key: figure for figure in old}
    after = {figure.key: figure for figure in new}
    for key in dict.fromkeys((*after, *before)):
        one, other = before.get(key), after.get(key)
        same = one is not None and other is not None and one.value == other.value
        yield Change(Kind.CHANGED, one, other, counts=not same)


def _rules(
    old: Sequence[RuleFact] | None, new: Sequence[RuleFact] | None
) -> Iterator[Change[RuleFact]]:
    """In the order of the new side, then those that it lacks."""
    if old is None or new is None:
        return
    before = {rule.id: rule for rule in old}
    after = {rule.id: rule for rule in new}
    for key in dict.fromkeys((*after, *before)):
        found = _rule(before.get(key), after.get(key))
        if found is not None:
            yield found


def _rule(old: RuleFact | None, new: RuleFact | None) -> Change[RuleFact] | None:
    if old is None or new is None:
        change = Change(Kind.ADDED if old is None else Kind.REMOVED, old, new)
        return replace(change, counts=change.one.effect is not None)
    stated = {**old.stated, **new.stated}
    keys = tuple(key for key in stated if old.stated.get(key) != new.stated.get(key))
    if old.effect != new.effect:
        return Change(Kind.CHANGED if keys else Kind.SAME_TEXT, old, new, keys)
    return Change(Kind.SAME_EFFECT, old, new, keys, counts=False) if keys else None
