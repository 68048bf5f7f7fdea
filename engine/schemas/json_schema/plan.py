"""The JSON Schema of `migration_plan.json`. Times in seconds, sizes in MB, rates in MB/s.

Written by hand: a plan is written by the program, never read through a Cerberus schema. It is
open: a later version may add keys.
"""

from __future__ import annotations

from stowplan.model import Severity

from .checkpoints import CHECKPOINT, CONTINGENCY
from .fields import amount, count, listed, moment, names, one_of, or_null, record, text, typed
from .plan_tables import DEFERRED, TABLE
from .risk import DRIVER, RISK
from .translation import JsonSchema, titled

VERSION = 1
"""The `stowplan_plan` that is described."""

_SHA256 = typed("string", "SHA-256 of its bytes, in hexadecimal.", pattern="^[0-9a-f]{64}$")
_INPUT = record(
    "A file that the plan was made from.",
    {
        "path": text("Seen from the plan's folder; a shipped pack's file by its name."),
        "sha256": _SHA256,
    },
)
_WITNESS = typed(
    "object",
    "What proves the bound.",
    properties={"kind": text("path, bandwidth, streams or none.")},
    required=["kind"],
)
_BOUND = record(
    "A proven lower bound of a finish, and the plan's.",
    {
        "lower_s": amount("No plan can end earlier."),
        "finish_s": amount("When this plan ends."),
        "gap": amount("Finish over bound, less one."),
        "witness": _WITNESS,
    },
)
_WINDOW = record(
    "A window.",
    {
        "name": text("Its name."),
        "duration_s": amount("From start to end."),
        "rollback_s": amount("What going back would take."),
        "reserve": typed("number", "The share that is kept.", minimum=0, maximum=1),
        "usable_s": amount("What the plan may use."),
        "bandwidth_mb_s": amount("Its bandwidth."),
        "streams": count("How many tables move side by side."),
    },
    {
        "starts": text("When it starts, as the policy says; with the zone's name."),
        "starts_at": moment("When it starts."),
        "usable_until": moment("When what the plan may use of it ends."),
        "back_by": moment("The latest moment to decide to go back."),
        "ends_at": moment("When it ends."),
    },
)
_VIOLATION = record(
    "A violation, as in lint's JSON.",
    {
        "code": text("A check's code, or a rule's id."),
        "rule": or_null(text("The rule that it speaks of.")),
        "severity": one_of([s.value for s in Severity], "How bad it is."),
        "message": text("What is wrong."),
        "path": text("The file, seen from the plan's folder."),
        "line": typed("integer", "The line, from 1.", minimum=1),
        "column": typed("integer", "The column, from 1.", minimum=1),
        "tables": names("The tables that it speaks of."),
        "hint": or_null(text("How to mend it.")),
        "suppressed": typed(["object", "null"], "Why it does not count: a waiver."),
        "details": typed(["object", "null"], "What programs may want to know."),
    },
)
_UNSCHEDULABLE = record(
    "A table that cannot be planned.",
    {
        "name": text("The table's name."),
        "code": text("The violation's code."),
        "cause": text("Why."),
    },
)
_RESOURCES = record(
    "What there is to spend in the main window.",
    {
        "bandwidth": record(
            "Over all streams.",
            {
                "target_mb_s": amount("What the plan uses."),
                "limit_mb_s": or_null(amount("What may never be passed.")),
            },
        ),
        "streams": count("How many tables move side by side."),
        "memory": or_null(
            record(
                "What the process may hold; null: no rule says.",
                {
                    "limit_mb": amount("The most that may be held."),
                    "reserve": typed("number", "The share kept free.", minimum=0, maximum=1),
                },
            )
        ),
    },
)
_BREAK_EVEN = record(
    "The bandwidth below which the window is missed.",
    {
        "required": or_null(amount("For the required tables.")),
        "all": or_null(amount("For all that can be planned.")),
    },
)
_SUMMARY = record(
    "The plan in a few figures.",
    {
        "tables": count("All tables of the manifest."),
        "required_mb": amount("The required tables of the main window."),
        "planned_mb": amount("All tables of the main window."),
        "makespan_s": amount("When the last of them is done."),
        "lower_bound_s": amount("No plan can end earlier."),
        "gap": amount("Makespan over bound, less one."),
        "window_s": amount("The main window's duration."),
        "break_even_mb_s": _BREAK_EVEN,
    },
)
_RULE_EDGES = record(
    "The tables of a rule with very many pairs: all `after` wait for all `before`.",
    {"before": names("The parents."), "after": names("The children.")},
)
_BOUNDS = {"required": {"$ref": "#/$defs/bound"}, "all": {"$ref": "#/$defs/bound"}}

_DEFINITIONS = {
    "input": _INPUT,
    "table": TABLE,
    "deferred": DEFERRED,
    "unschedulable": _UNSCHEDULABLE,
    "bound": _BOUND,
    "window": _WINDOW,
    "checkpoint": CHECKPOINT,
    "contingency": CONTINGENCY,
    "driver": DRIVER,
    "violation": _VIOLATION,
}


def plan_schema() -> JsonSchema:
    """`migration_plan.json`."""
    version: JsonSchema = {"description": "The version of this format.", "const": VERSION}
    keys: dict[str, JsonSchema] = {
        "stowplan_plan": version,
        "manifest": {"$ref": "#/$defs/input"},
        "policies": listed("The policy's files, in load order.", "input"),
        "feasibility": one_of(
            ["YES", "TIGHT", "NO"], "Whether the required tables fit the main window."
        ),
        "proven": typed("boolean", "Whether it is proven that no other plan does better."),
        "resources": _RESOURCES,
        "summary": _SUMMARY,
        "bounds": record("What is proven.", _BOUNDS),
        "windows": listed("The main window, then the others.", "window") | {"minItems": 1},
        "tables": listed("The tables of the main window, by start and name.", "table"),
        "deferred": listed("All other tables that have a place or none by policy.", "deferred"),
        "unschedulable": listed("The rest, by name.", "unschedulable"),
        "rule_edges": typed(
            "object", "Rules with very many pairs, by id.", additionalProperties=_RULE_EDGES
        ),
        "critical_path": names("The chain of tables that decides when the plan ends."),
        "checkpoints": listed("When to look.", "checkpoint"),
        "contingencies": listed("What each action would be worth.", "contingency"),
        "risk": or_null(RISK),
        "violations": listed("What was found.", "violation"),
    }
    optional = {
        "as_of": typed("string", "The day on which waivers were judged.", format="date"),
        "phases_left_out": count("Phases without a checkpoint, where there are very many."),
    }
    what = "A plan of a data migration: times in seconds, sizes in MB, rates in MB/s."
    plan = {**record(what, keys, optional), "$defs": _DEFINITIONS}
    return titled("plan:1", "Stowplan plan", what, plan)
