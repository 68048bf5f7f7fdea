"""Values of a comparison as people read them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from stowplan.model import shown
from stowplan.units import count_text, decimal_text, duration_text, rate_text, size_text

from .differences import Change, Kind
from .sides import Effect, Figure, RuleFact, TableState, Unit, Value

NAMED = 5
"""How many names a sentence gives."""

ABSENT = "none"
_MINUTE = 60_000_000


def exact_time(time: int) -> str:
    """A time that hides no difference, whatever its length."""
    if abs(time) < 10 * _MINUTE:
        return f"{decimal_text(time)} s"
    whole, rest = divmod(abs(time), _MINUTE)
    text = f"{duration_text(whole * _MINUTE)} {decimal_text(rest)} s".removesuffix(" 0 s")
    return f"-{text}" if time < 0 else text


_WORDS: dict[Unit, Callable[[int], str]] = {
    Unit.TIME: exact_time,
    Unit.SIZE: size_text,
    Unit.RATE: rate_text,
    Unit.RATIO: lambda value: f"{decimal_text(value * 100)} %",
    Unit.COUNT: str,
}


def value_text(unit: Unit, value: Value) -> str:
    """A figure's value; a dash where there is none."""
    if value is None:
        return ABSENT
    return shown(value, 200) if isinstance(value, str) else _WORDS[unit](value)


def figure_text(figure: Figure | None) -> str:
    """The same of a figure that one side may lack."""
    return ABSENT if figure is None else value_text(figure.unit, figure.value)


_TABLE_WORDS = {
    "class_name": ("class", Unit.TEXT),
    "effective_class": ("effective class", Unit.TEXT),
    "placement": ("placement", Unit.TEXT),
    "outcome": ("outcome", Unit.TEXT),
    "window": ("window", Unit.TEXT),
    "phase": ("phase", Unit.COUNT),
    "start_us": ("start", Unit.TIME),
    "finish_us": ("finish", Unit.TIME),
    "rows": ("rows", Unit.COUNT),
    "size": ("size", Unit.SIZE),
    "cause": ("cause", Unit.TEXT),
}


def table_changes(change: Change[TableState]) -> list[str]:
    """What differs of a table, each on a line: `class IMPORTANT → CRITICAL`."""
    if change.old is None or change.new is None:
        return [where(change.one)]
    old, new = change.old, change.new
    lines = []
    for key in change.keys:
        if key in _TABLE_WORDS:
            word, unit = _TABLE_WORDS[key]
            before, after = (value_text(unit, getattr(side, key)) for side in (old, new))
            lines.append(f"{word} {before} → {after}")
    if "depends_on" in change.keys:
        lines += _parents(old.depends_on or (), new.depends_on or ())
    return lines or [f"main window: {'yes' if new.main else 'no'}"]


def _parents(old: Iterable[str], new: Iterable[str]) -> list[str]:
    gone, come = sorted(set(old) - set(new)), sorted(set(new) - set(old))
    lost = [f"waits no longer for {names_text(gone)}"] if gone else []
    return [*lost, *([f"waits for {names_text(come)}"] if come else [])]


def where(state: TableState) -> str:
    """Where one table is, in a few words."""
    parts = [state.class_name, state.outcome if state.outcome != "planned" else None]
    if state.window is not None and state.start_us is not None and state.finish_us is not None:
        times = f"{exact_time(state.start_us)} to {exact_time(state.finish_us)}"
        parts.append(f"{shown(state.window)} {times}")
    if state.size is not None:
        parts.append(size_text(state.size))
    return ", ".join(shown(part) for part in parts if part) or "listed"


def names_text(names: Iterable[str], named: Callable[[str], str] = shown) -> str:
    """The first few names; then how many more there are."""
    listed = list(names)
    more = [f"{len(listed) - NAMED} more"] if len(listed) > NAMED else []
    return ", ".join([*map(named, listed[:NAMED]), *more])


def rule_kind(change: Change[RuleFact]) -> str:
    """What became of a rule; one that is added or removed in vain says so."""
    told = change.counts or change.kind is Kind.SAME_EFFECT
    return change.kind.value if told else f"{change.kind}, without effect"


def rule_changes(change: Change[RuleFact]) -> list[str]:
    """What differs of a rule: what it says, then what it comes to."""
    old, new = change.old, change.new
    if old is None or new is None:
        return [change.one.says, *_selection(change.one.effect)]
    stated = [_key(key, old, new) for key in change.keys]
    return [*stated, *effect_changes(old.effect, new.effect)]


def _key(key: str, old: RuleFact, new: RuleFact) -> str:
    before, after = (side.stated.get(key, ABSENT) for side in (old, new))
    return f"{shown(key)} {shown(before, 100)} → {shown(after, 100)}"


def rule_consequence(change: Change[RuleFact]) -> list[str]:
    """The same in few words: without lists of tables, and what a rule says of itself to people."""
    old, new = change.old, change.new
    if old is None or new is None:
        return [change.one.says]
    keys = [key for key in change.keys if key not in _TOLD_OTHERWISE]
    moved = effect_changes(old.effect, new.effect)
    return [*(_key(key, old, new) for key in keys), *moved] or rule_changes(change)


_TOLD_OTHERWISE = ("tables", "reason", "description")


def _selection(effect: Effect | None) -> list[str]:
    """What a rule that only one side has comes to there."""
    if effect is None or not effect.tables:
        return []
    if effect.pairs is not None:
        return [_pairs(effect)]
    return [f"decides on {names_text(sorted(effect.tables))}"]


def effect_changes(old: Effect | None, new: Effect | None) -> list[str]:
    """What a rule decides now that it did not, and the reverse."""
    if old is None or new is None:
        if old is new:
            return []
        return ["now has an effect" if old is None else "has no effect any more"]
    lines = _moved("decides on", old.tables, new.tables)
    lines += _moved("names", old.others, new.others)
    if old.pairs != new.pairs:
        lines.append(f"{_pairs(old)} → {_pairs(new)}")
    if old.broken != new.broken:
        before, after = len(old.broken), len(new.broken)
        lines.append(f"broken by {before} → {after}")
    return lines


def _pairs(effect: Effect) -> str:
    return count_text(effect.pairs or 0, "pair")


def _moved(verb: str, old: frozenset[str], new: frozenset[str]) -> list[str]:
    lost, won = sorted(old - new), sorted(new - old)
    gone = [f"no longer {verb} {names_text(lost)}"] if lost else []
    return [*gone, *([f"now {verb} {names_text(won)}"] if won else [])]
