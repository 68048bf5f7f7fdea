"""The tables of a plan, as `migration_plan.json` has them."""

from __future__ import annotations

from stowplan.model import Basis, Placement, Verify

from .fields import amount, count, moment, names, one_of, or_null, record, text, typed

_BECAUSE = typed(
    "array",
    "Why: which rule decided what.",
    items=record(
        "One reason.",
        {"rule": or_null(text("The rule's id.")), "text": text("What it decided.")},
    ),
)
_PLACEMENT = one_of([p.value for p in Placement], "What the rules say of its effective class.")
_COST = {
    "effective_class": text("Its class after promotion."),
    "placement": _PLACEMENT,
    "phase": typed("integer", "Its level in the dependency graph.", minimum=1),
    "start_s": amount("When it starts, from the window's start."),
    "finish_s": amount("When it is done, indexes and verification with it."),
    "segments": typed(
        "array",
        "Who had which share of the bandwidth when: from, to, MB/s. Rate 0 is overhead.",
        items={
            "type": "array",
            "items": {"type": "number", "minimum": 0},
            "minItems": 3,
            "maxItems": 3,
        },
    ),
    "slack_s": typed("number", "How much later it may finish; negative where it is late."),
    "overhead_s": amount("What it costs before and between its bytes."),
    "post_load_s": amount("What it costs after its last byte."),
    "cap_mb_s": or_null(amount("The highest rate at which it can move; null: the bandwidth.")),
    "basis": one_of(
        [basis.value for basis in Basis], "What its time rests on: the bandwidth, a rule, a run."
    ),
    "verify": one_of(
        [way.value for way in Verify], "How the copy is compared with its source after the load."
    ),
    "assumed": names("The figures that no rule gave."),
    "chunk_mb": amount("The most that one step moves."),
    "chunks": count("How many steps."),
    "rows_per_chunk": count("The rows of each step but the last."),
    "depends_on": names("The tables that it waits for."),
}
_RULES = {
    "depends_on_rules": names("The rules whose pairs stand under `rule_edges`."),
    "starts_at": moment("When it starts, where the policy says when the window does."),
    "done_at": moment("When it is done, on the wall."),
}
_SIZE = {
    "rows": count("How many rows it has."),
    "size_mb": amount("Its size, indexes apart."),
}
TABLE = record(
    "A table of the main window.",
    {
        "name": text("The table's name."),
        "class": or_null(text("Its class as the rules say.")),
        "window": text("The main window's name."),
        **_COST,
        **_SIZE,
        "because": _BECAUSE,
    },
    _RULES,
)
DEFERRED = {
    **record(
        "A table that is not in the main window; its times are there where a window takes it.",
        {
            "name": text("The table's name."),
            "class": or_null(text("Its class as the rules say.")),
            "window": or_null(text("The window that takes it; null: none does.")),
            "code": one_of(
                ["policy", "capacity", "dependency", "oversized", "excluded"], "Why it is deferred."
            ),
            **_SIZE,
            "needs_s": amount("What it would take."),
            "would_fit": typed("boolean", "Whether the main window had room for it."),
            "short_s": amount("By how much it would not fit."),
            "because": _BECAUSE,
        },
        {**_COST, **_RULES},
    ),
    "if": {"properties": {"window": {"type": "string"}}},
    "then": {"required": list(_COST)},
}
