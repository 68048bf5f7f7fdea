"""What became of a table, as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stowplan.explanation.blocking import Blocked
from stowplan.explanation.outcome import Deferral, Mark, Outcome, Planned, Slack
from stowplan.model import Span
from stowplan.units import megabytes, seconds


def place_record(span: Span | None) -> dict[str, Any]:
    """Where something stands; null where nothing does."""
    if span is None:
        return {"path": None, "line": None, "column": None}
    return {"path": span.path, "line": span.line, "column": span.column}


def outcome_record(outcome: Outcome) -> dict[str, Any]:
    """What became of the table, with its arithmetic."""
    return {
        "outcome": outcome.state,
        "no_plan": outcome.no_plan,
        "checkpoints": [_mark(mark) for mark in outcome.marks],
        "planned": None if outcome.planned is None else _planned(outcome.planned),
        "deferred": None if outcome.deferral is None else _deferral(outcome.deferral),
        "unschedulable": None if outcome.blocked is None else _blocked(outcome.blocked),
    }


def _mark(mark: Mark) -> dict[str, Any]:
    moment = {"rule": mark.checkpoint.rule, "at_s": seconds(mark.checkpoint.at_us)}
    return {**moment, "done": mark.done, "awaited": mark.awaited, **place_record(mark.span)}


def _planned(planned: Planned) -> dict[str, Any]:
    record, timing = planned.record, planned.record.timing
    return {
        "window": record.window,
        "main": planned.main,
        "phase": record.phase,
        "start_s": seconds(timing.start_us),
        "finish_s": seconds(timing.finish_us),
        "alone_s": seconds(record.alone_us),
        "bandwidth_mb_s": megabytes(planned.window.capacity.rate),
        "chunk_mb": megabytes(record.chunk),
        "chunks": record.chunks,
        "rows_per_chunk": record.rows_per_chunk,
        "segments": [[seconds(a), seconds(b), megabytes(rate)] for a, b, rate in timing.segments],
        "waits_for": [{"name": n, "finish_s": seconds(end)} for n, end in planned.waits_for],
        "slack": _slack(planned.slack),
    }


def _slack(slack: Slack) -> Mapping[str, Any]:
    return {
        "usable_s": seconds(slack.usable_us),
        "finish_s": seconds(slack.finish_us),
        "below_s": seconds(slack.below_us),
        "slack_s": seconds(slack.slack_us),
        "chain": list(slack.chain),
    }


def _deferral(deferral: Deferral) -> Mapping[str, Any]:
    record = deferral.record
    return {
        "code": record.code,
        "window": deferral.window.window.name,
        "needs_s": seconds(record.needs_us),
        "with_parents_s": seconds(deferral.with_parents_us),
        "parents": list(deferral.parents),
        "planned_s": seconds(deferral.makespan_us),
        "usable_s": seconds(deferral.window.window.usable_us),
        "would_fit": record.would_fit,
        "short_s": seconds(record.short_us),
        "because": [reason._asdict() for reason in deferral.reasons],
    }


def _blocked(blocked: Blocked) -> Mapping[str, Any]:
    way = list(blocked.path)
    return {"kind": blocked.kind, "cause": blocked.cause, **place_record(blocked.span), "way": way}
