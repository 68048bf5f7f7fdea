"""What became of the tables, in short clauses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from stowplan.units import count_text

from .differences import Change
from .phrases import ABSENT, names_text
from .plans import PLANNED, UNSCHEDULABLE
from .sides import TableState

Named = Callable[[str], str]
"""Makes a name or text of the inputs printable."""


def movements(changes: Iterable[Change[TableState]], named: Named) -> Iterator[str]:
    """Tables by the gravest thing that became of them; later ones are not said of them too."""
    groups: dict[str, list[str]] = {}
    for change in changes:
        word, detail = _moved(change)
        if word:
            name = named(change.one.name)
            groups.setdefault(word, []).append(f"{name} ({named(detail)})" if detail else name)
    for word, plural in _VERBS.items():
        names = groups.get(word, [])
        if names:
            tables = count_text(len(names), "table")
            yield f"{tables} {word if len(names) == 1 else plural}: {names_text(names, str)}"


_VERBS = {
    "can no longer be planned": "can no longer be planned",
    "can be planned now": "can be planned now",
    "leaves the main window": "leave the main window",
    "enters the main window": "enter the main window",
    "comes": "come",
    "goes": "go",
    "changes class": "change class",
    "is promoted otherwise": "are promoted otherwise",
    "changes window": "change window",
}


def _moved(change: Change[TableState]) -> tuple[str, str]:
    """What became of one table, and the reason or the values; nothing for a mere shift in time."""
    old, new = change.old, change.new
    if old is None or new is None:
        state = change.one
        return "comes" if old is None else "goes", _place(state)
    if UNSCHEDULABLE in (old.outcome, new.outcome) and old.outcome != new.outcome:
        lost = new.outcome == UNSCHEDULABLE
        return "can no longer be planned" if lost else "can be planned now", ""
    if old.main != new.main:
        word = "enters the main window" if new.main else "leaves the main window"
        return word, _class(old, new) if new.main else _reason(old, new)
    if old.class_name != new.class_name:
        return "changes class", _class(old, new)
    if old.effective_class != new.effective_class:
        both = f"{old.effective_class or ABSENT} → {new.effective_class or ABSENT}"
        return "is promoted otherwise", both
    return (
        ("changes window", f"{old.window} → {new.window}") if old.window != new.window else ("", "")
    )


def _place(state: TableState) -> str:
    return state.class_name or "" if state.outcome in (PLANNED, None) else str(state.outcome)


def _reason(old: TableState, new: TableState) -> str:
    parts = (new.outcome, _class(old, new))
    return "; ".join(part for part in parts if part)


def _class(old: TableState, new: TableState) -> str:
    if old.class_name == new.class_name:
        return ""
    return f"{old.class_name or 'no class'} → {new.class_name or 'no class'}"
