"""The JSON Schema of `migration_report.json`: what a run has done, for programs."""

from __future__ import annotations

from .fields import amount, count, listed, moment, names, one_of, or_null, record, text, typed
from .report_tables import LEFT, MEASURED, TABLE
from .translation import JsonSchema, titled

VERSION = 1

_PACES = ["ON_TRACK", "AT_RISK", "BEHIND"]
_RUN = record(
    "Which run it was.",
    {
        "settings": text("What the mover was told."),
        "plan_sha256": text("The hash of the plan."),
        "window": text("The window of the plan."),
        "simulated": typed("boolean", "Whether no data were moved."),
        "started_at": or_null(moment("The window's start; null where it is not known.")),
        "last_at": or_null(moment("The last entry of the run's journal.")),
        "resumed_s": typed("array", "When it was taken up again.", items={"type": "number"}),
    },
    {
        "id": text("Its name."),
        "plan": text("The plan's path, as seen from the journal."),
        "mover": text("What moved the data."),
    },
)
_ENDING = record(
    "How it ended; null while it runs.",
    {
        "kind": one_of(["done", "no-go", "window", "interrupted", "broken"], "Why it ended."),
        "text": text("What there is to say of it."),
    },
)
_SUMMARY = record(
    "The run in a few figures.",
    {
        "used_s": amount("How much of the window was used."),
        "window_s": amount("The window's length, extended or not."),
        "tables": count("All tables of the manifest."),
        "tables_in_window": count("Those that the run was to move."),
        "tables_moved": count("Those that it moved."),
        "required": count("Those without which the window is lost."),
        "required_moved": count("How many of them were moved."),
        "rows": count("The rows that were moved."),
        "mb": amount("What was moved."),
    },
)
_LIMITS = record(
    "What may be spent.",
    {
        "bandwidth_mb_s": amount("The most that is moved in a second."),
        "streams": count("How many tables move side by side."),
        "duration_s": amount("The window's length."),
        "limit_s": amount("When copying stops."),
        "usable_s": amount("When the required tables are to be done."),
    },
)
_MEMORY = record(
    "What the process held.",
    {
        "peak_mb": or_null(amount("The most; null: not measured.")),
        "limit_mb": or_null(amount("What it may hold; null: no limit is stated.")),
        "smallest_chunk_mb": amount("The smallest size of chunks that was used."),
        "largest_chunk_mb": amount("The largest."),
        "pressure": typed(
            "array",
            "Each time that memory came near its limit, and a table's chunks were halved.",
            items=record(
                "One time.",
                {
                    "table": text("The table."),
                    "at_s": amount("When."),
                    "held_mb": amount("What was held."),
                    "limit_mb": amount("What may be held."),
                },
            ),
        ),
    },
)
_NETWORK = record(
    "How fast data moved.",
    {
        "average_mb_s": amount("Over the window used."),
        "moving_mb_s": amount("Over the seconds in which data moved."),
        "peak_mb_s": amount("In the best second."),
        "throttled": count("How often a chunk waited for the bandwidth."),
    },
)
_PHASE = record(
    "A phase: the times of its tables, added up.",
    {
        "phase": count("Its level in the dependency graph."),
        "tables": count("How many tables it has."),
        "done": count("How many of them are moved."),
        "planned_s": amount("The time of all by plan."),
        "actual_s": amount("The time of those that are moved."),
        "variance_s": typed("number", "How much longer than planned those took."),
        "planned_end_s": amount("When the last is done by plan."),
        "end_s": or_null(amount("When the last was done; null where not all are.")),
    },
)
_ACTION: JsonSchema = {"description": "An action, as in the policy.", "type": ["string", "object"]}
_OPTION = record(
    "What some actions would have come to.",
    {
        "actions": typed("array", "The actions, together.", items=_ACTION),
        "saves_required_s": typed("number", "For the required tables; negative: costs."),
        "saves_all_s": typed("number", "For all of the window."),
        "required_end_s": or_null(amount("When the required tables would end; null: never.")),
        "limit_s": amount("When copying would stop."),
        "verdict": one_of(["SUFFICIENT", "INSUFFICIENT"], "Whether that is in time."),
    },
)
_CHECKPOINT = record(
    "The run held against its plan.",
    {
        "title": text("Its rule, and what it comes after."),
        "rule": or_null(text("The rule; null for those that every plan has.")),
        "at_s": amount("When it was judged."),
        "at": or_null(moment("The same on the wall.")),
        "planned_s": amount("When it was to be."),
        "late": typed("boolean", "Whether what it waits for had not come by its latest moment."),
        "decider": or_null(text("Who answers for the decision.")),
        "status": one_of(_PACES, "How the run stood."),
        "required_end_s": or_null(amount("When the required tables were to end; null: never.")),
        "all_end_s": or_null(amount("When all of the window were to end.")),
        "usable_s": amount("When the required tables are to be done."),
        "limit_s": amount("When copying stops."),
        "slowness": amount("How many times longer than planned recent chunks took."),
        "mb": amount("What was moved by then."),
        "required_mb": amount("How much of it of required tables."),
        "required_left_mb": amount("What was left of these."),
        "required_left": names("The required tables that were not done, by planned start."),
        "options": typed("array", "What was weighed, in the policy's order.", items=_OPTION),
        "taken": typed("array", "What was done.", items=_ACTION),
        "vetoed": or_null(text("Who said no, beside the arithmetic.")),
        "no_go": typed("boolean", "Whether the run stopped here."),
        "skipped": names("The tables that were left out."),
        "limits": {"$ref": "#/$defs/limits"},
    },
)
_FAILURE = record(
    "Something that was not carried out.",
    {
        "table": text("The table."),
        "chunk": or_null(count("The chunk; null when opening or closing.")),
        "at_s": amount("When."),
        "scope": one_of(["chunk", "table", "run"], "What could not go on."),
        "reason": text("Why."),
    },
)
_DEFINITIONS = {
    "limits": _LIMITS,
    "measured": MEASURED,
    "table": TABLE,
    "left": LEFT,
    "phase": _PHASE,
    "checkpoint": _CHECKPOINT,
    "failure": _FAILURE,
}


def report_schema() -> JsonSchema:
    """`migration_report.json`."""
    limits = {"planned": {"$ref": "#/$defs/limits"}, "last": {"$ref": "#/$defs/limits"}}
    statuses = ["IN_PROGRESS", "COMPLETE", "PARTIAL", "FAILED"]
    keys: dict[str, JsonSchema] = {
        "stowplan_report": {"description": "The version of this format.", "const": VERSION},
        "run": _RUN,
        "status": one_of(statuses, "What is there of the window's tables."),
        "ending": or_null(_ENDING),
        "summary": _SUMMARY,
        "limits": record("By plan, and after all decisions.", limits),
        "memory": _MEMORY,
        "network": _NETWORK,
        "measured": {"$ref": "#/$defs/measured"},
        "tables": listed("The tables of the window, by name.", "table"),
        "left": listed("Tables that the plan leaves out of it.", "left"),
        "phases": listed("The phases of the window.", "phase"),
        "checkpoints": listed("When the run was held against its plan.", "checkpoint"),
        "failures": listed("What was not carried out.", "failure"),
    }
    what = "A run of a data migration: times in seconds, sizes in MB, rates in MB/s."
    report = {**record(what, keys), "$defs": _DEFINITIONS}
    return titled("report:1", "Stowplan report", what, report)
