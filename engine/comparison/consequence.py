"""What a change comes to, in two or three sentences; every word of it is calculated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from stowplan.model import Severity, Violation
from stowplan.units import count_text, duration_text

from .changes import Comparison
from .differences import Change, Kind
from .movements import Named, movements
from .phrases import ABSENT, exact_time, figure_text, names_text, rule_consequence
from .sides import Figure, RuleFact, TableState

_RULES = 3
_FEASIBLE = {"NO": 0, "TIGHT": 1, "YES": 2}
_NO_DIFFERENCE = "No difference in effect"


def consequence(found: Comparison, named: Named) -> list[str]:
    """The sentences, the gravest first; `named` makes texts of the inputs printable."""
    if not found.differs:
        return [_without_effect(found)]
    sentences = (_plan(found, named), _policy(found, named), _findings(found, named))
    return [_sentence(parts) for parts in map(list, sentences) if parts]


def _sentence(parts: list[str]) -> str:
    text = "; ".join(parts)
    return f"{text[:1].upper()}{text[1:]}."


def _without_effect(found: Comparison) -> str:
    changed = [*found.rules, *found.waivers]
    if not changed:
        return f"{_NO_DIFFERENCE}."
    return (
        f"{_NO_DIFFERENCE}; {_plural(len(changed), 'rule or waiver', 'rules or waivers')} changed."
    )


def _plural(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def _plan(found: Comparison, named: Named) -> Iterator[str]:
    figures = {change.one.key: change for change in found.figures}
    yield from _feasibility(figures.get("feasibility"))
    yield from movements(found.tables, named)
    yield from _ends(figures.get("required_finish_s"), "the required tables end", always=True)
    yield from _ends(figures.get("makespan_s"), "the main window's tables end", always=False)


def _feasibility(change: Change[Figure] | None) -> Iterator[str]:
    if change is None:
        return
    before, after = figure_text(change.old), figure_text(change.new)
    if before == after:
        yield f"feasibility stays {after}"
    elif ABSENT in (before, after):
        made = "a plan can be made now" if before == ABSENT else "no plan can be made any more"
        yield f"{made}, feasibility {before} → {after}"
    else:
        worse = _FEASIBLE.get(after, 0) < _FEASIBLE.get(before, 0)
        yield f"feasibility {'falls' if worse else 'rises'} from {before} to {after}"


def _ends(change: Change[Figure] | None, who: str, *, always: bool) -> Iterator[str]:
    if change is None or change.old is None or change.new is None:
        return
    old, new = change.old.value, change.new.value
    if not isinstance(old, int) or not isinstance(new, int):
        return
    if old == new:
        if always and new:
            yield f"{who} as before, at {exact_time(new)}"
        return
    by = duration_text(abs(new - old))
    yield f"{who} {by} {'later' if new > old else 'earlier'}, {_times(old, new)}"


def _times(old: int, new: int) -> str:
    shown = duration_text(old), duration_text(new)
    before, after = shown if shown[0] != shown[1] else (exact_time(old), exact_time(new))
    return f"{before} → {after}"


# --- rules and waivers ------------------------------------------------------------------------


def _policy(found: Comparison, named: Named) -> Iterator[str]:
    yield from _ignored(found, named)
    told = [c for c in found.rules if c.counts and not (_taken(c.old) or _taken(c.new))]
    stated = [change for change in told if change.kind is not Kind.SAME_TEXT]
    if stated:
        first = ", ".join(_rule(change, named) for change in stated[:_RULES])
        more = f" and {len(stated) - _RULES} more" if len(stated) > _RULES else ""
        verb = "has" if len(stated) == 1 else "have"
        yield f"{count_text(len(stated), 'rule')} {verb} another effect: {first}{more}"
    shifted = len(told) - len(stated)
    if shifted:
        yield f"{_plural(shifted, 'rule decides', 'rules decide')} otherwise with the same text"
    same = sum(change.kind is Kind.SAME_EFFECT for change in found.rules)
    if same:
        yield f"{_plural(same, 'rule is', 'rules are')} changed with the same effect"
    waivers = Counter(change.kind for change in found.waivers)
    for kind in (Kind.ADDED, Kind.REMOVED, Kind.EXTENDED, Kind.SHORTENED):
        if waivers[kind]:
            yield f"{_plural(waivers[kind], 'waiver is', 'waivers are')} {kind}"


def _ignored(found: Comparison, named: Named) -> Iterator[str]:
    """The dependencies that `not_after` rules take away now, and those they do no longer."""
    for change in found.rules:
        if not change.counts:
            continue
        before, after = _taken(change.old), _taken(change.new)
        other = before == after
        rule = f"(not_after, {named(change.one.id)})"
        if after > before or (other and after):
            edge = change.new.ignores if change.new and (other or not before) else None
            does = f": {_waiting(edge, 'does not wait for', named)}" if edge else ""
            yield f"{_dependencies(after - before or after)} ignored{does} {rule}"
        if before > after or (other and before):
            edge = change.old.ignores if change.old and (other or not after) else None
            holds = edge is not None and _waits(found.new.tables, edge)
            does = f": {_waiting(edge, 'waits for', named)}" if edge and holds else ""
            yield f"{_dependencies(before - after or before)} ignored no longer{does} {rule}"


def _taken(rule: RuleFact | None) -> int:
    return 0 if rule is None else rule.takes_away


def _dependencies(count: int) -> str:
    return _plural(count, "dependency is", "dependencies are")


def _waiting(edge: tuple[str, str], verb: str, named: Named) -> str:
    child, parent = edge
    return f"{named(child)} {verb} {named(parent)}"


def _waits(tables: Mapping[str, TableState] | None, edge: tuple[str, str]) -> bool:
    child = (tables or {}).get(edge[0])
    return child is not None and edge[1] in (child.depends_on or ())


def _rule(change: Change[RuleFact], named: Named) -> str:
    old, new, name = change.old, change.new, named(change.one.id)
    told = ", ".join(named(part) for part in rule_consequence(change))
    verb = f" {change.kind}" if old is None or new is None else ""
    return f"{name}{verb} ({told})"


# --- findings ---------------------------------------------------------------------------------


def _findings(found: Comparison, named: Named) -> Iterator[str]:
    kinds = {kind: [c.one for c in found.findings if c.kind is kind] for kind in Kind}
    added = [v for v in kinds[Kind.ADDED] if v.suppressed is None]
    at_once = found.waived_at_once
    covered = {id(violation) for violation in added} | {id(violation) for violation, _ in at_once}
    waived = [violation for violation in kinds[Kind.ADDED] if id(violation) not in covered]
    yield from _group(added, "appears", "appear", named)
    yield from _group(kinds[Kind.REMOVED], "disappears", "disappear", named)
    yield from _group(kinds[Kind.WAIVED], "is waived now", "are waived now", named)
    yield from _group(kinds[Kind.UNWAIVED], "is waived no longer", "are waived no longer", named)
    yield from _group(kinds[Kind.CHANGED], "says something else", "say something else", named)
    yield from _group(waived, "appears already waived", "appear already waived", named)
    if at_once:
        told = names_text((_about(violation, named) for violation, _ in at_once), str)
        verb = "appears" if len(at_once) == 1 else "appear"
        findings = count_text(len(at_once), "finding")
        yield f"{findings} {verb} already waived, by a waiver of the same change: {told}"


def _group(found: list[Violation], verb: str, verbs: str, named: Named) -> Iterator[str]:
    if not found:
        return
    counted = Counter(violation.severity for violation in found)
    words = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
    counts = [count_text(counted[s], word) for s, word in words.items() if counted[s]]
    worst = sorted(found, key=lambda violation: list(Severity).index(violation.severity))
    told = names_text((_about(violation, named) for violation in worst), str)
    yield f"{', '.join(counts)} {verb if len(found) == 1 else verbs}: {told}"


def _about(violation: Violation, named: Named) -> str:
    tables = names_text(violation.tables, named) if len(violation.tables) <= 3 else ""
    return f"{named(violation.code)}{f' ({tables})' if tables else ''}"
