"""What became of a table, as lines: its place in the plan, or why it has none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from stowplan.explanation.blocking import Blocked
from stowplan.explanation.outcome import Deferral, Mark, Outcome, Planned
from stowplan.model import Segment, shown
from stowplan.units import count_text, duration_text, rate_text, size_text

_FIRST = 10


def outcome_phrase(outcome: Outcome) -> str:
    """What became of it, on one line."""
    if outcome.state == "deferred" and outcome.deferral is not None:
        code = outcome.deferral.record.code
        if outcome.planned is None:
            return "excluded, never moved" if code == "excluded" else f"deferred ({code})"
        return f"deferred ({code}), {_span(outcome.planned)}"
    if outcome.planned is not None:
        record = outcome.planned.record
        return f"{shown(record.effective_class)} ({record.placement}), {_span(outcome.planned)}"
    return "cannot be planned" if outcome.state == "unschedulable" else "not planned"


def _span(planned: Planned) -> str:
    timing = planned.record.timing
    start, finish = duration_text(timing.start_us), duration_text(timing.finish_us)
    return f"in window {shown(planned.record.window)} from {start} to {finish}"


def outcome_lines(outcome: Outcome) -> Iterator[str]:
    """The whole story, with its arithmetic."""
    if outcome.no_plan is not None:
        yield f"no plan: {outcome.no_plan}"
    if outcome.blocked is not None:
        yield from _blocked(outcome.blocked)
    if outcome.deferral is not None:
        yield from _deferral(outcome.deferral)
    if outcome.planned is not None:
        yield from _planned(outcome.planned)
    yield from (_mark(mark) for mark in outcome.marks)


def _mark(mark: Mark) -> str:
    span, checkpoint = mark.span, mark.checkpoint
    done = "done by then" if mark.done else "not done by then"
    what = "waits for it" if mark.awaited else done
    at = f"{span.path}:{span.line}:{span.column}"
    return f"checkpoint {checkpoint.rule} at {duration_text(checkpoint.at_us)}: {what}  {at}"


def _blocked(blocked: Blocked) -> Iterator[str]:
    span = blocked.span
    yield f"cannot be planned: {blocked.cause}  {span.path}:{span.line}:{span.column}"
    if len(blocked.path) > 1:
        yield f"it waits for {' → '.join(_names(blocked.path[1:]))}, where that strikes"


def _deferral(deferral: Deferral) -> Iterator[str]:
    for reason in deferral.reasons:
        yield f"{f'rule {reason.rule}: ' if reason.rule else ''}{reason.text}"
    if deferral.record.code == "excluded":
        return
    if deferral.parents:
        together = duration_text(deferral.with_parents_us)
        yield f"with what it waits for, {', '.join(_names(deferral.parents))}: {together}"
    yield _fitting(deferral)


def _fitting(deferral: Deferral) -> str:
    """`window night: planned + needed 90 s + 160 s = 250 s, usable 3 h 36 min: would fit`."""
    planned, needs = deferral.makespan_us, deferral.with_parents_us
    usable, short = deferral.window.window.usable_us, deferral.record.short_us
    total = f"{duration_text(planned)} + {duration_text(needs)} = {duration_text(planned + needs)}"
    verdict = f"{duration_text(short)} too long" if short else "would fit"
    window = shown(deferral.window.window.name)
    return f"window {window}: planned + needed {total}, usable {duration_text(usable)}: {verdict}"


def _planned(planned: Planned) -> Iterator[str]:
    record, timing = planned.record, planned.record.timing
    kind = "main window" if planned.main else "follow-up window"
    yield f"{kind} {shown(record.window)}, phase {record.phase}"
    yield f"start {duration_text(timing.start_us)}, finish {duration_text(timing.finish_us)}"
    yield _alone(planned)
    if not planned.main:  # its streams may be others than those of the cost above
        yield f"{count_text(record.chunks, 'chunk')} of {size_text(record.chunk)}"
    yield from _segments(timing.segments)
    if record.demand.post_us:
        yield f"then indexes and verification: {duration_text(record.demand.post_us)}"
    yield from _waiting(planned)
    yield from _slack(planned)


def _alone(planned: Planned) -> str:
    """How long it would take by itself, and what that is made of."""
    record, rate = planned.record, planned.window.capacity.rate
    demand = record.demand
    own = rate if demand.cap is None else min(rate, demand.cap)
    parts = [
        *([f"overhead {duration_text(demand.overhead_us)}"] if demand.overhead_us else []),
        f"{size_text(demand.size)} at {rate_text(own)}",
        *([f"afterwards {duration_text(demand.post_us)}"] if demand.post_us else []),
    ]
    return f"by itself {duration_text(record.alone_us)}: {' + '.join(parts)}"


def _segments(segments: tuple[Segment, ...]) -> Iterator[str]:
    for start, end, rate in segments[:_FIRST]:
        what = rate_text(rate) if rate else "overhead"
        yield f"  from {duration_text(start)} to {duration_text(end)}: {what}"
    if len(segments) > _FIRST:
        yield f"  and {len(segments) - _FIRST} more: --format json has all"


def _waiting(planned: Planned) -> Iterator[str]:
    if not planned.waits_for:
        yield "waits for no parent in this window"
        return
    first = planned.waits_for[0]
    links = [f"{shown(name)} ({duration_text(finish)})" for name, finish in planned.waits_for]
    more = [f"{len(links) - _FIRST} more"] if len(links) > _FIRST else []
    yield f"waits for {' ← '.join([*links[:_FIRST], *more])}"
    idle = planned.record.timing.start_us - first.finish_us
    if idle > 0:
        yield f"  then {duration_text(idle)} for a stream or for bandwidth"


def _slack(planned: Planned) -> Iterator[str]:
    slack = planned.slack
    sums = " − ".join(map(duration_text, (slack.usable_us, slack.finish_us, slack.below_us)))
    yield f"slack {duration_text(slack.slack_us)} = usable − finish − below: {sums}"
    if slack.chain:
        yield f"  below it: {' → '.join(_names(slack.chain))}"


def _names(names: Iterable[str]) -> list[str]:
    listed = list(names)
    more = [f"{len(listed) - _FIRST} more"] if len(listed) > _FIRST else []
    return [*map(shown, listed[:_FIRST]), *more]
