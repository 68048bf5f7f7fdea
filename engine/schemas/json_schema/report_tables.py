"""The tables of a run, as `migration_report.json` has them."""

from __future__ import annotations

from .fields import amount, count, moment, one_of, or_null, record, text, typed

_SEGMENTS = typed(
    "array",
    "From, to, MB/s. Rate 0 is what comes before and after the bytes.",
    items={
        "type": "array",
        "items": {"type": "number", "minimum": 0},
        "minItems": 3,
        "maxItems": 3,
    },
)
MEASURED = or_null(
    record(
        "Exact sums over chunks, of microseconds, bytes and rows; null without any chunk.",
        {
            "own_time": typed("boolean", "Whether times are without waits for the bandwidth."),
            "chunks": count("How many."),
            "us": count("Σ microseconds."),
            "size": count("Σ bytes."),
            "rows": count("Σ rows."),
            "size_size": count("Σ bytes²."),
            "size_rows": count("Σ bytes · rows."),
            "rows_rows": count("Σ rows²."),
            "us_size": count("Σ microseconds · bytes."),
            "us_rows": count("Σ microseconds · rows."),
            "us_us": count("Σ microseconds²."),
        },
    )
)
_PLANNED = record(
    "The plan's times.",
    {
        "start_s": amount("When it starts."),
        "finish_s": amount("When it is done."),
        "segments": _SEGMENTS,
    },
)
_ACTUAL = or_null(
    record(
        "The run's times; null where it has not begun.",
        {
            "start_s": amount("When it was begun."),
            "loaded_s": or_null(amount("When its last row was there.")),
            "finish_s": or_null(amount("When it was done.")),
            "opening_s": amount("How long until its first byte could move."),
            "closing_s": or_null(amount("How long indexes and verification took.")),
            "segments": _SEGMENTS,
        },
    )
)
_VERIFIED = or_null(
    record(
        "How the copy was compared; null where it was not closed.",
        {
            "level": one_of(["none", "counts", "checksum", "simulated"], "How closely."),
            "at_s": amount("When."),
            "at": or_null(moment("The same on the wall.")),
            "source_rows": or_null(count("The rows of the source.")),
            "target_rows": or_null(count("The rows of the target.")),
            "checksum": or_null(text("That of both sides.")),
            "differences": typed("array", "Where they differ.", items={"type": "string"}),
            "notes": typed("array", "What else is to be known.", items={"type": "string"}),
        },
    )
)
_STATES = ["WAITING", "IN_PROGRESS", "LOADED", "COMPLETE", "FAILED", "SKIPPED"]
TABLE = record(
    "A table of the window.",
    {
        "name": text("The table's name."),
        "class": text("Its effective class."),
        "required": typed("boolean", "Whether the window is lost without it."),
        "phase": typed("integer", "Its level in the dependency graph.", minimum=1),
        "status": one_of(_STATES, "Where it stands."),
        "rows": count("The rows that were moved."),
        "planned_rows": count("The rows that the plan has."),
        "mb": amount("What was moved."),
        "planned_mb": amount("What the plan has."),
        "chunks": count("In how many steps."),
        "chunk_mb": amount("What a step may hold in the end."),
        "throttled": count("How often it waited for the bandwidth."),
        "pressed": count("How often its chunks were halved."),
        "note": text("Why it is not there, or what was noticed."),
        "planned": _PLANNED,
        "actual": _ACTUAL,
        "verified": _VERIFIED,
        "measured": {"$ref": "#/$defs/measured"},
    },
)
LEFT = record(
    "A table that the plan leaves out of this window.",
    {
        "name": text("The table's name."),
        "code": text("Why: policy, excluded, S501 and others."),
        "window": or_null(text("The window that takes it.")),
        "rows": count("How many rows it has."),
        "mb": amount("Its size."),
        "text": text("The plan's reasons."),
    },
)
