"""The risk of a plan, as `migration_plan.json` has it."""

from __future__ import annotations

from stowplan.model import Basis

from .fields import amount, count, listed, one_of, record, text, typed

_QUANTILES = record(
    "Finishes that half, 80 % and 90 % of the draws do not pass.",
    {"p50_s": amount("Half."), "p80_s": amount("80 %."), "p90_s": amount("90 %.")},
)
_SHARE = {"minimum": 0, "maximum": 1}

DRIVER = record(
    "A table whose own lateness moves the end.",
    {
        "name": text("The table's name."),
        "basis": one_of([basis.value for basis in Basis], "What its estimate rests on."),
        "spread": amount("How far the estimate may be off: P90 over the median, less one."),
        "late_required_s": amount("How much later the required tables end if it alone is so late."),
        "late_all_s": amount("The same for all tables of the window."),
    },
)
RISK = record(
    "How likely the main window is kept: the schedule timed again in each draw.",
    {
        "draws": typed("integer", "How many.", minimum=1),
        "seed": count("What they were drawn with."),
        "limit_s": amount("What a draw must keep: duration less rollback."),
        "p_required_fits": typed("number", "Draws in which the required tables do.", **_SHARE),
        "p_all_fits": typed("number", "Draws in which all tables do.", **_SHARE),
        "finish": record("Finishes.", {"required": _QUANTILES, "all": _QUANTILES}),
        "drivers": listed("Where the risk comes from, the most first.", "driver"),
    },
)
