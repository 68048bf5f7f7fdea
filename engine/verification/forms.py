"""The form of a plan's records: each key with what reads its value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from .values import (
    action,
    because,
    count,
    flag,
    list_of,
    mapping,
    number,
    one_of,
    or_null,
    segments,
    share,
    text,
    texts,
)

TEXT, NUMBER = text, number
TEXTS = texts
REASONS = list_of(because)
Spec: TypeAlias = tuple[tuple[str, Callable[[object], Any]], ...]
MOVE: Spec = (
    ("name", text),
    ("class", or_null(text)),
    ("effective_class", text),
    ("placement", text),
    ("window", text),
    ("phase", count),
    ("start_s", number),
    ("finish_s", number),
    ("segments", segments),
    ("slack_s", number),
    ("rows", count),
    ("size_mb", number),
    ("overhead_s", number),
    ("post_load_s", number),
    ("cap_mb_s", or_null(number)),
    ("assumed", TEXTS),
    ("chunk_mb", number),
    ("chunks", count),
    ("rows_per_chunk", count),
    ("depends_on", TEXTS),
    ("because", REASONS),
    ("basis", text),
    ("verify", text),
)
DEFERRED: Spec = (
    ("name", text),
    ("class", or_null(text)),
    ("window", or_null(text)),
    ("code", text),
    ("rows", count),
    ("size_mb", number),
    ("needs_s", number),
    ("would_fit", flag),
    ("short_s", number),
    ("because", REASONS),
)
UNSCHEDULABLE: Spec = (("name", text), ("code", text), ("cause", text))
WINDOW: Spec = (
    ("name", text),
    ("duration_s", number),
    ("rollback_s", number),
    ("reserve", number),
    ("usable_s", number),
    ("bandwidth_mb_s", number),
    ("streams", count),
)
BOUND: Spec = (
    ("lower_s", number),
    ("finish_s", number),
    ("gap", number),
    ("witness", mapping),
)
CHECKPOINT: Spec = (
    ("rule", or_null(text)),
    ("after", or_null(text)),
    ("at_s", number),
    ("expected_s", number),
    ("latest_s", or_null(number)),
    ("tables", TEXTS),
    ("mb", number),
    ("required_mb", number),
    ("no_go_below_mb", number),
    ("decider", or_null(text)),
    ("tables_done", count),
    ("go_back_by_s", number),
    ("if_behind", list_of(action)),
    ("status", mapping),
    ("required_left", mapping),
)
STATUS: Spec = (("ON_TRACK", mapping), ("AT_RISK", mapping), ("BEHIND", mapping))
PACE: Spec = (("up_to_delay_s", number), ("from_required_mb", number))
BEHIND: Spec = (("beyond_delay_s", number), ("below_required_mb", number))
LEFT: Spec = (
    ("tables", count),
    ("first", TEXTS),
    ("mb", number),
    ("needs_s", number),
    ("remaining_s", number),
    ("gap_s", number),
)
CONTINGENCY: Spec = (
    ("rule", or_null(text)),
    ("action", action),
    ("against", one_of("delay", "memory")),
    ("basis", one_of("exact", "timed", "bounded", "unknown")),
    ("saves_required_s", or_null(number)),
    ("saves_all_s", or_null(number)),
    ("covers_delay_s", or_null(number)),
    ("bears_delay_s", or_null(number)),
    ("verdict", or_null(one_of("SUFFICIENT", "INSUFFICIENT"))),
)
AT_MOST: Spec = (
    ("saves_required_at_most_s", or_null(number)),
    ("saves_all_at_most_s", or_null(number)),
)
SKIPS: Spec = (("tables", count), ("mb", number), ("brought", count), ("required_kept", count))
DRIVER: Spec = (
    ("name", text),
    ("basis", one_of("assumed", "declared", "measured")),
    ("spread", number),
    ("late_required_s", number),
    ("late_all_s", number),
)
BANDWIDTH: Spec = (("target_mb_s", number), ("limit_mb_s", or_null(number)))
MEMORY: Spec = (("limit_mb", number), ("reserve", number))
BREAK_EVEN: Spec = (("required", or_null(number)), ("all", or_null(number)))
SUMMARY: Spec = (
    ("tables", count),
    ("required_mb", number),
    ("planned_mb", number),
    ("makespan_s", number),
    ("lower_bound_s", number),
    ("gap", number),
    ("window_s", number),
)
FINDING: Spec = (
    ("code", text),
    ("tables", TEXTS),
    ("rule", or_null(text)),
    ("severity", one_of("error", "warning", "info")),
    ("message", text),
    ("path", text),
    ("line", count),
    ("column", count),
    ("hint", or_null(text)),
    ("suppressed", or_null(mapping)),
    ("details", or_null(mapping)),
)
RISK: Spec = (
    ("draws", count),
    ("seed", count),
    ("limit_s", number),
    ("p_required_fits", share),
    ("p_all_fits", share),
    ("drivers", list_of(mapping)),
)
QUANTILES: Spec = (("p50_s", number), ("p80_s", number), ("p90_s", number))
EDGES: Spec = (("before", TEXTS), ("after", TEXTS))
NO_RULES: list[str] = []
