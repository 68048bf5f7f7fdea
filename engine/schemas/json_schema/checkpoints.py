"""The checkpoints and contingencies of `migration_plan.json`."""

from __future__ import annotations

from .fields import amount, count, moment, names, one_of, or_null, record, text, typed
from .translation import JsonSchema


def _delay(meaning: str) -> JsonSchema:
    """Seconds that may be negative: where the plan itself is too late."""
    return typed("number", meaning)


_STATUS = record(
    "What being late means at this moment, in seconds of delay and in MB of the required tables.",
    {
        "ON_TRACK": record(
            "The required tables end within the usable time.",
            {
                "up_to_delay_s": _delay("The largest delay; negative: only ahead of plan."),
                "from_required_mb": amount("The least that has moved by then."),
            },
        ),
        "AT_RISK": record(
            "They end by duration less rollback, eating the reserve.",
            {
                "up_to_delay_s": _delay("The largest delay; negative: only ahead of plan."),
                "from_required_mb": amount("The least that has moved by then."),
            },
        ),
        "BEHIND": record(
            "They end later.",
            {
                "beyond_delay_s": _delay("Any larger delay."),
                "below_required_mb": amount("Less than this has moved by then."),
            },
        ),
    },
)
_LEFT = record(
    "What is left of the required tables at this moment by plan.",
    {
        "tables": count("How many."),
        "first": names("The first of them by finish, at most 20."),
        "mb": amount("What is still to be moved."),
        "needs_s": amount("How long that takes by plan."),
        "remaining_s": amount("The time until the latest moment to go back."),
        "gap_s": amount("What is missing of it."),
    },
)
CHECKPOINT = record(
    "A moment at which the run is held against the plan.",
    {
        "rule": or_null(text("The rule's id; null: the end of a phase, which every plan has.")),
        "after": or_null(text("What it comes after: tables, or a phase; null: at a time.")),
        "at_s": amount("When it is."),
        "expected_s": amount("When the last of the tables that are done by then is done."),
        "latest_s": or_null(
            amount("How late that may come true with the required tables kept; null: never.")
        ),
        "tables": names("The tables done by then; for a phase those since the phase before."),
        "tables_done": count("How many tables are done by then, all together."),
        "mb": amount("What is to be moved by then."),
        "required_mb": amount("The required part of it."),
        "no_go_below_mb": amount("With less than this of it no order keeps the window: proven."),
        "status": _STATUS,
        "required_left": _LEFT,
        "go_back_by_s": amount("The latest moment to decide to go back."),
        "decider": or_null(text("Who decides.")),
        "if_behind": typed("array", "What may be done about being late, in this order."),
    },
    {
        "at": moment("When it is."),
        "expected_at": moment("When that is expected."),
        "latest_at": or_null(moment("How late it may come true.")),
        "go_back_by": moment("The latest moment to decide to go back."),
    },
)
CONTINGENCY = record(
    "What an action is worth.",
    {
        "rule": or_null(text("The checkpoint's rule; null: what every plan says.")),
        "action": {"description": "The action, as in the policy."},
        "against": one_of(["delay", "memory"], "What it helps against."),
        "basis": one_of(
            ["timed", "exact", "bounded", "unknown"],
            "Timed again; known without; only bounded, or not known, among very many tables.",
        ),
        "saves_required_s": or_null(_delay("How much earlier the required tables end.")),
        "saves_all_s": or_null(_delay("How much earlier all of the window ends.")),
        "covers_delay_s": or_null(
            amount("The delay at its checkpoint that it covers, beyond what the plan bears.")
        ),
        "bears_delay_s": or_null(_delay("What the plan bears, and what it covers, together.")),
        "verdict": typed(
            ["string", "null"],
            "Whether it covers any delay, and the plan then holds.",
            enum=["SUFFICIENT", "INSUFFICIENT", None],
        ),
    },
    {
        "saves_required_at_most_s": or_null(amount("Proven: not more, if bounded.")),
        "saves_all_at_most_s": or_null(amount("Proven: not more, if bounded.")),
        "held_to": {
            "description": "What the figures are of, where the action asks for more than the"
            " bandwidth's limit (mb_s) or the memory (mb) allows.",
            "type": "object",
            "properties": {"mb_s": amount("MB/s."), "mb": amount("MB.")},
        },
        "holds_mb": amount("What chunks fill at once with it."),
        "skips": record(
            "What is left out.",
            {
                "tables": count("How many tables."),
                "mb": amount("Their size."),
                "brought": count("How many of them depend on those that were named."),
                "required_kept": count("Required tables that were named: they are never skipped."),
            },
        ),
        "obstacle": text("Why it is not possible."),
    },
)
