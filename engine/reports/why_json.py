"""Why a table is where it is, as JSON: `stowplan why --format json`."""

from __future__ import annotations

from datetime import date
from typing import Any

from stowplan.explanation import Explanation
from stowplan.explanation.checks import CheckRow
from stowplan.explanation.classes import ClassRule, Selecting, TableClass
from stowplan.explanation.costs import CostRule, Figure, TableCost, Value
from stowplan.explanation.edges import Circle, EdgeRuleRow, Edges, Neighbour
from stowplan.explanation.traces import Part, Reading, Trace
from stowplan.model import Rule, Span, Verify
from stowplan.policy_view.phrases import kind_of, phrase
from stowplan.units import megabytes, seconds

from .json_layout import document
from .violations_json import violation_record
from .why_outcome_json import outcome_record, place_record

_MEGABYTES = ("rate", "index_rate", "verify_rate", "chunk")
_SECONDS = ("overhead", "per_chunk")


def why_json(explanation: Explanation, manifest: str, as_of: date) -> str:
    """Everything that is known of one table: the same facts as the text."""
    table = explanation.table
    return document(
        {
            "stowplan_why": 1,
            "as_of": as_of.isoformat(),
            "manifest": manifest,
            "table": table.name,
            **place_record(explanation.span),
            "rows": table.rows,
            "size_mb": megabytes(table.size),
            "class": _class(explanation.classed),
            "dependencies": _edges(explanation.edges),
            "cost": _cost(explanation.cost),
            "checks": [_check(row) for row in explanation.checks],
            "findings": [violation_record(found) for found in explanation.findings],
            **outcome_record(explanation.outcome),
        }
    )


def _rule(rule: Rule, span: Span) -> dict[str, Any]:
    return {"rule": rule.id, "kind": kind_of(rule), "says": phrase(rule), **place_record(span)}


def _selecting(rule: Rule, how: Selecting) -> dict[str, Any]:
    return {
        "tables": [pattern.text for pattern in rule.tables],
        "matching": None if how.patterns is None else list(how.patterns),
        "where": _trace(how.where),
        "selected": how.selected,
        "failure": how.failure,
    }


def _trace(trace: Trace | None) -> dict[str, Any] | None:
    if trace is None:
        return None
    parts = [_part(part) for part in trace.parts]
    return {"text": trace.text, "value": trace.value, "failure": trace.failure, "parts": parts}


def _part(part: Part) -> dict[str, Any]:
    reads = [_reading(reading) for reading in part.readings]
    return {"text": part.text, "value": part.value, "failure": part.failure, "reads": reads}


def _reading(reading: Reading) -> dict[str, Any]:
    return {
        "field": reading.path,
        "value": reading.value,
        "absent": reading.absent,
        "entries": reading.entries,
    }


def _class(classed: TableClass) -> dict[str, Any]:
    return {
        "class": classed.own,
        "rule": classed.rule,
        "priority": classed.stated,
        "effective_class": classed.effective,
        "placement": None if classed.placement is None else classed.placement.value,
        "promotion": [lift._asdict() for lift in classed.lifts],
        "rules": [_class_rule(row) for row in classed.rules],
    }


def _class_rule(row: ClassRule) -> dict[str, Any]:
    how = _selecting(row.rule, row.selecting)
    return {**_rule(row.rule, row.span), "outcome": row.outcome, "after": row.earlier, **how}


def _edges(edges: Edges) -> dict[str, Any]:
    return {
        "phase": edges.phase,
        "parents": [_neighbour(each) for each in edges.parents],
        "children": [_neighbour(each) for each in edges.children],
        "rules": [_edge_rule(row) for row in edges.rules],
        "cycle": _cycle(edges.cycle),
    }


def _neighbour(each: Neighbour) -> dict[str, Any]:
    return {
        "name": each.name,
        "origin": each.origin,
        "state": each.state,
        **place_record(each.span),
    }


def _edge_rule(row: EdgeRuleRow) -> dict[str, Any]:
    return {
        **_rule(row.rule, row.span),
        "made": [_edge(*pair) for pair in row.made],
        "restated": [_edge(*pair) for pair in row.restated],
        "removed": [removed._asdict() for removed in row.removed],
    }


def _edge(child: str, parent: str) -> dict[str, str]:
    return {"child": child, "parent": parent}


def _cycle(cycle: Circle | None) -> dict[str, Any] | None:
    if cycle is None:
        return None
    edges = [{**_edge(child, parent), "origin": origin} for child, parent, origin in cycle.edges]
    return {"tables": cycle.group, "edges": edges, "open": cycle.open}


def _cost(cost: TableCost) -> dict[str, Any]:
    own = cost.cost
    ceiling, cap = cost.chunk_ceiling, own.demand.cap
    return {
        "figures": [_figure(figure) for figure in cost.figures],
        "rules": [_cost_rule(row) for row in cost.rules],
        "basis": own.basis.value,
        "assumed": list(own.assumed),
        "cap_mb_s": None if cap is None else megabytes(cap),
        "overhead_s": seconds(own.demand.overhead_us),
        "post_load_s": seconds(own.demand.post_us),
        "chunk_mb": megabytes(own.chunk),
        "chunk_memory_mb": None if ceiling is None else megabytes(ceiling),
        "chunks": own.chunks,
        "rows_per_chunk": own.rows_per_chunk,
    }


def _figure(figure: Figure) -> dict[str, Any]:
    unit = "_mb" if figure.key == "chunk" else "_mb_s" if figure.key in _MEGABYTES else ""
    key = f"{figure.key}{'_s' if figure.key in _SECONDS else unit}"
    value = None if figure.value is None else _value(figure.key, figure.value)
    stated = {"figure": key, "value": value, "state": figure.state, "rule": figure.rule}
    return {**stated, **place_record(figure.span)}


def _value(key: str, value: Value) -> int | float | str:
    if isinstance(value, Verify):
        return value.value
    if key in _MEGABYTES:
        return megabytes(int(value))
    if key in _SECONDS:
        return seconds(int(value))
    return int(value) if key == "rows_per_second" else float(value)


def _cost_rule(row: CostRule) -> dict[str, Any]:
    return {
        **_rule(row.rule, row.span),
        **_selecting(row.rule, row.selecting),
        "gives": list(row.gives),
        "taken": [{"figure": key, "rule": rule} for key, rule in row.taken],
    }


def _check(row: CheckRow) -> dict[str, Any]:
    return {
        **_rule(row.rule, row.span),
        "on": row.rule.subject.value,
        "severity": row.rule.severity.value,
        "tables": list(row.tables),
        "matching": None if row.patterns is None else list(row.patterns),
        "where": _trace(row.where),
        "require": _trace(row.require),
        "outcome": row.state,
        "message": row.message,
        "suppressed": row.suppressed,
    }
