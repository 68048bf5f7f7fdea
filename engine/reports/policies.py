"""The overview of a policy as text: `stowplan policies`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from tabulate import tabulate

from stowplan.model import PolicyFile, Rule, Span, shown
from stowplan.policy_view.phrases import condition_text, names_text, patterns_text
from stowplan.policy_view.rows import (
    ClassRow,
    PolicyView,
    RuleRow,
    Selected,
    SeverityRow,
    Standing,
    State,
    Taken,
    WaiverRow,
)
from stowplan.units import count_text

from .text import printable

_RULES_NAMED = 3
_REASON = 200
_NOT_JUDGED = "No manifest was named: what the rules select, and which are dead, is not judged."

Row = Sequence[Sequence[str]]
"""The cells of a table's row, each with its lines."""


def policies_text(view: PolicyView) -> str:
    """The whole overview, ending in a line that counts the rules by their state."""
    judged = view.manifest is not None
    parts = [
        _head(view),
        _section("Files, in load order", map(_file, view.files)),
        _section("Rules, in load order", (_rule(row, judged) for row in view.rules)),
        _section("Classes, strongest first", map(_class, view.classes)),
        _section("Severities changed", map(_severity, view.severities)),
        _section("Waivers", map(_waiver, view.waivers)),
        "" if judged else _NOT_JUDGED,
        _totals(view.rules),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _head(view: PolicyView) -> str:
    about = f" for {view.manifest}" if view.manifest is not None else ""
    return printable(f"Policy{about} as of {view.as_of}, from {view.origin}")


def _section(title: str, rows: Iterable[Row]) -> str:
    """A heading and a table below it; nothing where there are no rows."""
    cells = [["\n".join(map(printable, lines)) for lines in row] for row in rows]
    if not cells:
        return ""
    table = tabulate(cells, tablefmt="plain", disable_numparse=True)
    return "\n".join([title, *(f"  {line}".rstrip() for line in table.splitlines())])


def _file(file: PolicyFile) -> Row:
    name = [shown(file.name)] if file.name else [""]
    return [file.path], name, ["through extends" if file.packed else "named"]


def _rule(row: RuleRow, judged: bool) -> Row:
    rule, standing = row.rule, row.standing
    state = [standing.state] if standing.state is not State.NOT_JUDGED else [""]
    lines = [row.says, _source(row, judged), _selection(standing), _place(row.span)]
    return [shown(rule.id)], [row.kind], state, [line for line in lines if line]


def _source(row: RuleRow, judged: bool) -> str:
    """The patterns and the condition; not where these say no more than the names selected do."""
    rule = row.rule
    where = "" if rule.where is None else f"where {condition_text(rule.where.text)}"
    tables = patterns_text(rule.tables)
    told = judged and not where and _are_the_selected(rule, row.standing.selects)
    said = " ".join(part for part in (tables, where) if part)
    return f"selects {said}" if said and not told else ""


def _are_the_selected(rule: Rule, selects: Selected | None) -> bool:
    """Whether a rule names each table that it selects, and no other."""
    literals = {pattern.literal for pattern in rule.tables}
    return None not in literals and selects is not None and selects.count == len(literals)


def _selection(standing: Standing) -> str:
    """How many are selected, and what has become of them."""
    parts = [
        _selected(standing.selects),
        _won(standing),
        _taken(standing),
        _pairs(standing.pairs),
        _broken(standing),
        standing.why,
    ]
    return "; ".join(part for part in parts if part)


def _selected(selects: Selected | None) -> str:
    if selects is None:
        return ""
    of = "selected" if selects.of is None else f"of {selects.of}"
    count = f"{selects.count} {of}"
    return f"{count}{_names(selects)}"


def _names(names: Selected) -> str:
    listed = names_text(names.first, more=bool(names.first) and names.count > len(names.first))
    return f": {listed}" if listed else ""


def _won(standing: Standing) -> str:
    if not standing.taken_by or not standing.wins:
        return ""
    return f"decides on {standing.wins}"


def _taken(standing: Standing) -> str:
    if not standing.taken_by:
        return ""
    named = [_taker(taken) for taken in standing.taken_by[:_RULES_NAMED]]
    more = ["…"] if len(standing.taken_by) > _RULES_NAMED else []
    return f"{'the others' if standing.wins else 'shadowed'} by {', '.join([*named, *more])}"


def _taker(taken: Taken) -> str:
    tables = "" if taken.tables is None else f" ({taken.tables})"
    return f"{shown(taken.rule)}{tables}"


def _pairs(pairs: int | None) -> str:
    return count_text(pairs, "pair") if pairs else ""


def _broken(standing: Standing) -> str:
    broken = standing.broken
    if broken is None or standing.state is State.SELECTS_NOTHING:
        return ""
    return f"{broken.count} broken{_names(broken)}" if broken.count else "none broken"


def _place(span: Span | None) -> str:
    return "built in" if span is None else f"{span.path}:{span.line}:{span.column}"


def _class(row: ClassRow) -> Row:
    return [shown(row.entry.name)], [row.entry.placement], [_place(row.span)]


def _severity(row: SeverityRow) -> Row:
    changed = "off" if row.changed is None else row.changed.value
    place = _place(row.span) if row.span else ""
    return [row.code], [f"{changed} instead of {row.usual}"], [place]


def _waiver(row: WaiverRow) -> Row:
    waiver = row.waiver
    tables = patterns_text(waiver.tables) or "findings without tables"
    ends = f"{waiver.expires}, {_days(row.days_left)}"
    told = [tables, f"{shown(waiver.owner)}: {shown(waiver.reason, _REASON)}", _place(row.span)]
    return [shown(waiver.code)], [ends, _matches(row)], told


def _days(left: int) -> str:
    if left < 0:
        return f"expired {count_text(-left, 'day')} ago"
    return f"{count_text(left, 'day')} left" if left else "last day"


def _matches(row: WaiverRow) -> str:
    if row.needs_plan:
        return "needs a plan"
    return "" if row.matches is None else f"matches {count_text(row.matches, 'finding')}"


def _totals(rows: Iterable[RuleRow]) -> str:
    """`13 rules: 12 in force, 1 shadowed`."""
    states = Counter(row.standing.state for row in rows)
    known = [f"{states[state]} {state}" for state in State if states[state]]
    return f"{count_text(states.total(), 'rule')}: {', '.join(known)}".removesuffix(": ")
