"""What may stand in a policy: one schema for the file, for each kind of rule, for each resource.

Quantities are left as they are written here; `stowplan.units` reads them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stowplan.model import Basis, Placement, Severity, Subject, Verify
from stowplan.schemas.shape import Schema, Shape


def _key(types: str | list[str], description: str, **rules: Any) -> dict[str, Any]:  # noqa: ANN401 (Cerberus' own rules)
    return {"type": types, "meta": {"description": description}, **rules}


def _quantity(description: str, **rules: Any) -> dict[str, Any]:  # noqa: ANN401 (Cerberus' own rules)
    """Text, or a number that then lacks its unit: `stowplan.units` says so."""
    return _key(["string", "number"], description, **rules)


_NAMES = ["string", "list"]
_ITEMS = {"type": "string"}

FILE: Schema = {
    "policy": _key("string", "The policy's name."),
    "description": _key("string", "What the policy is for."),
    "extends": _key(
        _NAMES, "Files, folders or shipped packs whose rules come after.", schema=_ITEMS
    ),
    "rules": _key("list", "The rules, in order.", schema={"type": "dict"}),
    "classes": _key(
        "dict",
        "Priority classes beside the built-in ones.",
        keysrules={"type": "string", "empty": False},
        valuesrules={
            "type": "dict",
            "schema": {
                "placement": _key(
                    "string",
                    "What the rules say of the class.",
                    required=True,
                    allowed=tuple(placement.value for placement in Placement),
                )
            },
        },
    ),
    "waivers": _key(
        "list", "Findings that are known and accepted for a while.", schema={"type": "dict"}
    ),
    "severities": _key(
        "dict",
        "Built-in checks made stricter, milder or silent.",
        valuesrules={"type": "string", "allowed": ("error", "warning", "info", "off")},
    ),
}

_COMMON: Schema = {
    "id": _key("string", "The rule's name, unique over all loaded policies.", empty=False),
    "kind": _key("string", "What the rule speaks of."),
    "reason": _key("string", "Why the rule is there."),
    "description": _key("string", "What the rule does."),
    "tables": _key(_NAMES, "Names and globs.", schema=_ITEMS, empty=False),
    "where": _key("string", "A condition that narrows the tables down.", empty=False),
}

KINDS: Mapping[str, Schema] = {
    "priority": {
        **_COMMON,
        "class": _key("string", "The class of the tables.", required=True),
        "value": _key("number", "The worth of having one in the window.", min=0, max=10**9),
    },
    "dependency": {
        **_COMMON,
        "before": _key(_NAMES, "Tables that wait for these.", schema=_ITEMS, empty=False),
        "after": _key(_NAMES, "Tables that these wait for.", schema=_ITEMS, empty=False),
        "not_after": _key(_NAMES, "Tables they need not wait for.", schema=_ITEMS, empty=False),
    },
    "resource": {
        **_COMMON,
        "window": _key("dict", "A span of time in which tables may move."),
        "memory": _key("dict", "What the migration process may hold."),
        "disk": _key("dict", "What the target can store."),
        "bandwidth": _key("dict", "Bytes per second over all streams.", empty=False),
        "streams": _key("dict", "Tables copied side by side."),
        "chunk": _key("dict", "How much of a table moves in one step."),
        "throughput": _key("dict", "What moving a table costs beside the bandwidth.", empty=False),
    },
    "checkpoint": {
        **_COMMON,
        "at": _quantity("A time, or a percentage of the window's duration."),
        "after": _key(_NAMES, "Tables that are to be done.", schema=_ITEMS, empty=False),
        "decider": _key("string", "Who decides."),
        "if_behind": _key(
            ["string", "list"], "What may be done about being late, in this order.", empty=False
        ),
    },
    "check": {
        **_COMMON,
        "on": _key(
            "string",
            "What the check looks at, one after the other.",
            allowed=tuple(subject.value for subject in Subject),
        ),
        "require": _key("string", "The condition that must hold.", required=True, empty=False),
        "message": _key("string", "What to say where it does not; braces hold expressions."),
        "severity": _key(
            "string", "How bad that is.", allowed=tuple(severity.value for severity in Severity)
        ),
        "waivable": _key("boolean", "Whether a waiver may accept it."),
        "max_days": _key("integer", "How many days ahead a waiver may end.", min=1, max=36_500),
    },
}

WAIVER: Schema = {
    "code": _key("string", "A check's code or a rule's id.", required=True, empty=False),
    "tables": _key(_NAMES, "Names and globs of the finding's tables.", schema=_ITEMS, empty=False),
    "reason": _key("string", "Why it is accepted.", required=True, empty=False),
    "owner": _key("string", "Who answers for it.", required=True, empty=False),
    "expires": {
        "type": "string",
        "required": True,
        "meta": {
            "description": "The last day that counts, like 2027-01-31.",
            "hint": "write 2027-01-31",
        },
    },
}

RESOURCES: Mapping[str, Schema] = {
    "window": {
        "name": _key("string", "The window's name; the rule's id if left out.", empty=False),
        "duration": _quantity("From start to end.", required=True),
        "starts": _key("string", "Date and time, with an offset or a time zone."),
        "rollback": _quantity("The time that going back would take."),
        "reserve": _quantity("The share kept for what nobody foresaw."),
        "accepts": _key(_NAMES, "The classes that may move in it.", schema=_ITEMS, empty=False),
        "bandwidth": _quantity("Its own bandwidth target."),
        "streams": _key("integer", "Its own number of streams.", min=0, max=10_000),
    },
    "memory": {
        "limit": _quantity("The most that may be held.", required=True),
        "reserve": _quantity("The share kept free."),
    },
    "disk": {"limit": _quantity("The most that may be stored.", required=True)},
    "bandwidth": {
        "limit": _quantity("What may never be passed."),
        "target": _quantity("What the plan uses; the limit if left out."),
    },
    "streams": {"limit": _key("integer", "How many.", required=True, min=0, max=10_000)},
    "chunk": {"size": _quantity("The most that one step moves.", required=True)},
    "throughput": {
        "rate": _quantity("The highest rate of one table."),
        "rows_per_second": _key("integer", "The most rows of one table.", min=0, max=10**15),
        "overhead": _quantity("Time before a table's first byte."),
        "per_chunk": _quantity("Time for each chunk."),
        "index_rate": _quantity("The rate at which indexes are built after the load."),
        "verify_rate": _quantity("The rate at which a table is verified after the load."),
        "verify": {
            "type": "string",
            "allowed": tuple(way.value for way in Verify),
            "meta": {
                "description": "How a copy is compared with its source; checksum if left out.",
                "mapping_hint": "write `verify: checksum`, and its rate beside it, such as"
                " `verify_rate: 200MB/s`",
            },
        },
        "spread": _quantity("How far an estimate may be off: P90 over the median, less one."),
        "basis": _key(
            "string",
            "Where these figures come from: a run, or somebody's word; declared if left out.",
            allowed=(Basis.DECLARED.value, Basis.MEASURED.value),
        ),
    },
}

ACTIONS: Schema = {
    "skip": _key("dict", "Leave out a class or tables."),
    "raise_bandwidth": _quantity("A higher bandwidth."),
    "streams": _key("integer", "More streams.", min=1, max=10_000),
    "chunk": _quantity("Another chunk size."),
    "extend_window": _quantity("More time."),
}

SKIP: Schema = {
    "class": _key("string", "The class to leave out."),
    "tables": _key(_NAMES, "The tables to leave out.", schema=_ITEMS, empty=False),
}

SHAPES = {
    name: Shape(schema)
    for name, schema in {
        "file": FILE,
        "action": ACTIONS,
        "skip": SKIP,
        "waiver": WAIVER,
        **{f"kind {kind}": schema for kind, schema in KINDS.items()},
        **{f"resource {what}": schema for what, schema in RESOURCES.items()},
    }.items()
}
