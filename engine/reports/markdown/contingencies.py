"""What to do when it goes wrong, and when to look."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stowplan.model import Action, Placement, Plan, PlannedCheckpoint, PlannedTable
from stowplan.units import count_text, duration_text, rate_text, size_text

from .layout import escaped


def contingencies(plan: Plan) -> Iterator[str]:
    """The section Contingency Plans."""
    yield from _falling_behind(plan)
    yield from _memory_issues(plan)
    yield from _checkpoints(plan)


def _falling_behind(plan: Plan) -> Iterator[str]:
    yield "## Contingency Plans"
    yield ""
    yield "### If falling behind schedule"
    yield ""
    yield f"- [ ] Increase chunk size: {_chunk_room(plan)} (risk: memory pressure)"
    for name, tables in _weaker_classes(plan):
        yield f"- [ ] Skip {escaped(name)} ({_named(tables)}): {_skip_gain(plan, tables)}"
    yield f"- [ ] Parallel process independent tables: {_stream_gain(plan)}"
    limit, target = plan.bandwidth.limit, plan.windows[0].capacity.rate
    if limit is not None and limit > target:
        yield f"- [ ] Raise the bandwidth from {rate_text(target)} up to {rate_text(limit)}"
    yield ""
    yield (
        "Not calculated yet: what each permitted action would gain in this plan when it is timed "
        "again, and how large a delay it would cover."
    )
    yield ""


def _chunk_room(plan: Plan) -> str:
    now = f"{size_text(plan.chunk)} now"
    gain = _chunk_gain(plan)
    if plan.memory is None:
        return f"{now}, no memory limit is stated; {gain}"
    most = plan.memory.usable // (2 * plan.streams)
    return f"{now}, memory would allow {size_text(most)}; {gain}"


def _chunk_gain(plan: Plan) -> str:
    if all("per_chunk" in table.assumed for table in plan.planned):
        return "gains nothing, as no rule gives a chunk a cost of its own"
    return "saves the time that rules give to each chunk"


def _weaker_classes(plan: Plan) -> Iterator[tuple[str, list[PlannedTable]]]:
    weaker = [t for t in plan.planned if t.placement is not Placement.REQUIRED]
    for name in sorted({table.effective_class for table in weaker}):
        yield name, [table for table in weaker if table.effective_class == name]


def _named(tables: Sequence[PlannedTable]) -> str:
    names = [escaped(table.name) for table in sorted(tables, key=lambda t: t.name)]
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return f"{', '.join(names[:5])}{more}; {size_text(sum(table.size for table in tables))}"


def _skip_gain(plan: Plan, tables: Sequence[PlannedTable]) -> str:
    """Classes are isolated, so skipping a weaker one gains the required tables nothing."""
    skipped = {table.name for table in tables}
    rest = [t.timing.finish_us for t in plan.planned if t.name not in skipped]
    saved = plan.everything.finish_us - max(rest, default=0)
    return (
        "saves 0 s for the required tables, which never wait for a weaker class; "
        f"{duration_text(saved)} at the end of the window's plan"
    )


def _stream_gain(plan: Plan) -> str:
    streams = f"{count_text(plan.streams, 'stream')} now"
    bound = plan.everything
    gained = (bound.finish_us - bound.lower_us) // 1000
    if not gained and bound.witness.kind in ("bandwidth", "path"):
        return f"{streams}; gains nothing, the plan ends at its proven bound ({bound.witness.kind})"
    if bound.witness.kind == "streams":
        return f"{streams}; streams are what binds, so more of them would shorten the plan"
    return f"{streams}; could gain at most {duration_text(bound.finish_us - bound.lower_us)}"


def _memory_issues(plan: Plan) -> Iterator[str]:
    yield "### If memory issues"
    yield ""
    held = 2 * plan.chunk * plan.streams
    yield f"- [ ] Reduce chunk size: {size_text(plan.chunk // 2)} would hold {size_text(held // 2)}"
    yield f"- [ ] Add explicit garbage collection: {size_text(held)} of chunks are held at once"
    if plan.streams > 1:
        one = size_text(2 * plan.chunk)
        yield f"- [ ] Process one table at a time (slower but safer): would hold {one}"
    else:
        yield "- [ ] Process one table at a time: the plan does so already"
    yield ""


def _checkpoints(plan: Plan) -> Iterator[str]:
    yield "### Go/No-Go Checkpoints"
    yield ""
    for checkpoint in plan.checkpoints:
        yield f"- {_checkpoint(checkpoint, plan)}"
    if not plan.checkpoints:
        yield "No rule of kind checkpoint is stated, so there is nothing to decide by."
    yield ""


def _checkpoint(checkpoint: PlannedCheckpoint, plan: Plan) -> str:
    at = duration_text(checkpoint.at_us)
    when = f"After {escaped(checkpoint.after)}" if checkpoint.after else f"At {at}"
    done = len(checkpoint.tables)
    latest = duration_text(checkpoint.latest_us or 0)
    no_go = size_text(checkpoint.no_go_below)
    decider = f"; {escaped(checkpoint.decider)} decides" if checkpoint.decider else ""
    return (
        f"{when}: expected at {duration_text(checkpoint.expected_us)}, at the latest {latest}; "
        f"done by then: {done} of {len(plan.planned)} tables, {size_text(checkpoint.size)} "
        f"({size_text(checkpoint.required_size)} required); NO-GO below {no_go} of required "
        f"tables{decider}{_permitted(checkpoint)}"
    )


def _permitted(checkpoint: PlannedCheckpoint) -> str:
    """What may be done about being late, in the policy's order."""
    words = [_action(action) for action in checkpoint.if_behind]
    return f"; if behind, in this order: {', '.join(words)}" if words else ""


def _action(action: Action) -> str:
    value = action.value or 0
    tables = ", ".join(escaped(pattern.text) for pattern in action.tables)
    return {
        "skip": f"skip {escaped(action.class_name or '') or tables}",
        "raise_bandwidth": f"raise the bandwidth to {rate_text(value)}",
        "streams": f"{count_text(value, 'stream')}",
        "chunk": f"chunks of {size_text(value)}",
        "extend_window": f"extend the window by {duration_text(value)}",
        "stop": "stop",
    }[action.kind]
