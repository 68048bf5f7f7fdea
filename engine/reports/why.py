"""Why a table is where it is, for people at a terminal: short lines, in groups."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from stowplan.explanation import Explanation
from stowplan.explanation.classes import LATER, ClassRule, Selecting, TableClass
from stowplan.explanation.costs import CostRule, Figure, TableCost
from stowplan.explanation.edges import Circle, EdgeRuleRow, Neighbour
from stowplan.model import MANIFEST_ORIGIN, Basis, Rule, Span, Verify, Violation, shown
from stowplan.policy_view.phrases import phrase
from stowplan.units import count_text, decimal_text, duration_text, rate_text, size_text

from .text import printable, violation_line
from .why_checks import checks_lines, trace_lines
from .why_outcome import outcome_lines, outcome_phrase

FIRST = 10
"""How many entries a list gives."""

_RESTS_ON = {
    Basis.ASSUMED: "the bandwidth alone",
    Basis.DECLARED: "a rate that a rule states",
    Basis.MEASURED: "a rate from a run",
}
_RATES = ("rate", "index_rate", "verify_rate")


def why_text(explanation: Explanation) -> str:
    """Everything that is known of one table."""
    sections = (
        ("Class", _class(explanation.classed)),
        ("Dependencies", _edges(explanation)),
        ("Cost", _cost(explanation.cost)),
        ("Checks", checks_lines(explanation.checks)),
        ("Findings", _findings(explanation.findings)),
        ("Plan", outcome_lines(explanation.outcome)),
    )
    parts = [_lines(_head(explanation))]
    for title, lines in sections:
        own = [f"  {line}" for line in lines]
        parts += [_lines([title, *own])] if own else []
    return "\n\n".join(parts) + "\n"


def _lines(lines: Iterable[str]) -> str:
    return "\n".join(map(printable, lines))


def _head(explanation: Explanation) -> Iterator[str]:
    table = explanation.table
    yield f"{shown(table.name)}: {outcome_phrase(explanation.outcome)}"
    rows = f"{decimal_text(table.rows * 1_000_000)} row{'' if table.rows == 1 else 's'}"
    yield f"  {rows}, {size_text(table.size)}  {place(explanation.span)}"


def _findings(found: Sequence[Violation]) -> Iterator[str]:
    yield from (violation_line(violation) for violation in found[:FIRST])
    if len(found) > FIRST:
        yield f"and {len(found) - FIRST} more: --format json has all"


def place(span: Span) -> str:
    """`path:line:column`."""
    return f"{span.path}:{span.line}:{span.column}"


def _class(classed: TableClass) -> Iterator[str]:
    yield _decision(classed)
    yield from _promotion(classed)
    for row in classed.rules:
        yield from _class_rule(row)


def _decision(classed: TableClass) -> str:
    if classed.own is None:
        unknown = f"; its own priority {shown(classed.stated)} is no class"
        return f"no rule classifies it{unknown if classed.stated else ''}"
    if classed.rule is None:
        return f"{shown(classed.own)}, by the manifest's own priority: no rule selects it"
    stated = f" (the manifest's own priority: {shown(classed.stated)})" if classed.stated else ""
    return f"{shown(classed.own)}, by rule {classed.rule}{stated}"


def _promotion(classed: TableClass) -> Iterator[str]:
    if not classed.lifts:
        return
    yield f"promoted to {shown(classed.effective)} ({classed.placement}):"
    for child, parent, origin in classed.lifts:
        yield f"  {shown(child)} depends on {shown(parent)} ({_by(origin)})"
    yield f"  {shown(classed.lifts[-1].child)} is {shown(classed.effective)} itself"


def _by(origin: str) -> str:
    return "manifest" if origin == MANIFEST_ORIGIN else f"rule {origin}"


def _class_rule(row: ClassRule) -> Iterator[str]:
    came = f" (after {row.earlier})" if row.outcome == LATER else ""
    yield f"{row.rule.id}: {row.outcome}{came}  {place(row.span)}"
    yield f"  {phrase(row.rule)}"
    yield from _selecting(row.rule, row.selecting)


def _selecting(rule: Rule, how: Selecting) -> Iterator[str]:
    """Which pattern matched, and what the condition came to."""
    if how.patterns:
        yield f"  tables {_names(how.patterns)}"
    elif how.patterns is not None:
        yield f"  tables {_names(pattern.text for pattern in rule.tables)}: none matches"
    if how.where is not None:
        yield from (f"  {line}" for line in trace_lines("where", how.where))
    if how.failure is not None:
        yield "  counts as selected, since the condition fails"
    if how.patterns is None and how.where is None:
        yield "  every table"


def _names(names: Iterable[str]) -> str:
    listed = list(names)
    more = f" and {len(listed) - FIRST} more" if len(listed) > FIRST else ""
    return ", ".join(map(shown, listed[:FIRST])) + more


def _edges(explanation: Explanation) -> Iterator[str]:
    edges = explanation.edges
    yield f"phase {edges.phase}"
    yield from _neighbours("parent", edges.parents)
    yield from _neighbours("child", edges.children)
    for row in edges.rules:
        yield from _edge_rule(row)
    if edges.cycle is not None:
        yield from _cycle(edges.cycle)


def _neighbours(what: str, neighbours: Sequence[Neighbour]) -> Iterator[str]:
    if not neighbours:
        yield f"no {'parents' if what == 'parent' else 'children'}"
    for each in islice(neighbours, FIRST):
        state = "" if each.state == "listed" else f", {_STATES[each.state]}"
        yield f"{what} {shown(each.name)} ({_by(each.origin)}{state})  {place(each.span)}"
    if len(neighbours) > FIRST:
        yield f"and {len(neighbours) - FIRST} more: --format json has all"


_STATES = {"present": "at the destination already", "missing": "neither listed nor present"}


def _edge_rule(row: EdgeRuleRow) -> Iterator[str]:
    yield f"{row.rule.id}: {phrase(row.rule)}  {place(row.span)}"
    for verb, pairs in (("makes", row.made), ("restates", row.restated)):
        yield from (f"  {verb} {line}" for line in _pairs(pairs))
    for child, parent, origin in row.removed[:FIRST]:
        yield f"  removes {_pair(child, parent)} ({_by(origin)})"
    if len(row.removed) > FIRST:
        yield f"  and {len(row.removed) - FIRST} more"


def _pairs(pairs: Sequence[tuple[str, str]]) -> Iterator[str]:
    yield from (_pair(child, parent) for child, parent in pairs[:FIRST])
    if len(pairs) > FIRST:
        yield f"{len(pairs) - FIRST} more"


def _pair(child: str, parent: str) -> str:
    return f"{shown(child)} → {shown(parent)}"


def _cycle(cycle: Circle) -> Iterator[str]:
    yield f"in a cycle of {count_text(len(cycle.group), 'table')}: {_names(cycle.group)}"
    for child, parent, origin in cycle.edges[:FIRST]:
        yield f"  {_pair(child, parent)} ({_by(origin)})"
    if len(cycle.edges) > FIRST:
        yield f"  and {len(cycle.edges) - FIRST} more"
    if cycle.open:
        yield f"  opened by removing {', '.join(_pair(*pair) for pair in cycle.open[:FIRST])}"


def _cost(cost: TableCost) -> Iterator[str]:
    yield from (_figure(figure) for figure in cost.figures if figure.state != "assumed")
    if cost.cost.assumed:
        yield f"assumed to cost nothing, since no rule says: {', '.join(cost.cost.assumed)}"
    yield f"basis: {cost.cost.basis}, {_RESTS_ON[cost.cost.basis]}"
    if cost.cost.demand.cap is not None:
        yield f"own highest rate {rate_text(cost.cost.demand.cap)}"
    yield _chunks(cost)
    for row in cost.rules:
        if row.selecting.selected or row.selecting.where is not None:
            yield from _cost_rule(row)


def _figure(figure: Figure) -> str:
    by = "the default" if figure.rule is None else f"rule {figure.rule}"
    where = "" if figure.span is None else f"  {place(figure.span)}"
    return f"{figure.key}: {_value(figure)}, {by}{where}"


def _value(figure: Figure) -> str:
    if figure.value is None or isinstance(figure.value, Verify):
        return "none" if figure.value is None else figure.value.value
    if figure.key == "spread":
        return f"{decimal_text(round(figure.value * 100_000_000))} %"
    whole = int(figure.value)
    if figure.key in _RATES:
        return rate_text(whole)
    if figure.key == "rows_per_second":
        return f"{decimal_text(whole * 1_000_000)} rows/s"
    return size_text(whole) if figure.key == "chunk" else duration_text(whole)


def _chunks(cost: TableCost) -> str:
    own = cost.cost
    cut = cost.chunk_ceiling is not None and own.chunk < cost.chunk_stated
    by = ", all that memory allows" if cut else ""
    rows = decimal_text(own.rows_per_chunk * 1_000_000)
    return f"{count_text(own.chunks, 'chunk')} of {size_text(own.chunk)}{by}: up to {rows} rows"


def _cost_rule(row: CostRule) -> Iterator[str]:
    yield f"{row.rule.id}: {phrase(row.rule)}  {place(row.span)}"
    if row.gives:
        yield f"  gives {', '.join(row.gives)}"
    for key, earlier in row.taken:
        yield f"  {key} came from {earlier} already"
    yield from _selecting(row.rule, row.selecting)
