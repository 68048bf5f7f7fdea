"""What to do when it goes wrong, what it is worth, and when to look."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from stowplan.model import Action, Contingency, Plan, PlannedTable
from stowplan.reports.checkpoints_json import verdict
from stowplan.reports.clock import rounded_down
from stowplan.reports.text import action_text
from stowplan.units import count_text, duration_text, rate_text, size_text

from .checkpoints import checkpoints
from .layout import escaped


def contingencies(plan: Plan) -> Iterator[str]:
    """The section Contingency Plans."""
    yield from _falling_behind(plan)
    yield from _memory_issues(plan)
    yield from checkpoints(plan)


def _usual(plan: Plan, against: str) -> list[Contingency]:
    """What every plan says, whatever its rules."""
    return [e for e in plan.contingencies if e.rule is None and e.against == against]


def _falling_behind(plan: Plan) -> Iterator[str]:
    yield "## Contingency Plans"
    yield ""
    yield "### If falling behind schedule"
    yield ""
    usual = _usual(plan, "delay")
    by_kind = {entry.action.kind: entry for entry in usual}
    chunk = by_kind.get("chunk")
    yield f"- [ ] Increase chunk size: {_chunk_room(plan, chunk)} (risk: memory pressure)"
    for entry in usual:
        if entry.action.kind == "skip":
            yield f"- [ ] Skip {_skipped(plan, entry)}: {worth(entry)}"
    yield f"- [ ] Parallel process independent tables: {_streams(plan, by_kind.get('streams'))}"
    target = plan.windows[0].capacity.rate
    if "raise_bandwidth" in by_kind:
        entry = by_kind["raise_bandwidth"]
        raised = f"from {rate_text(target)} up to {rate_text(entry.action.value or 0)}"
        yield f"- [ ] Raise the bandwidth {raised} (risk: impact on other systems): {worth(entry)}"
    yield ""
    yield from _rules(plan)


def _rules(plan: Plan) -> Iterator[str]:
    """What the checkpoints' rules permit, in their order."""
    stated = [entry for entry in plan.contingencies if entry.rule is not None]
    for rule in dict.fromkeys(entry.rule for entry in stated):
        yield f"Rule {escaped(rule or '')} permits, in this order:"
        yield ""
        options = (entry for entry in stated if entry.rule == rule)
        for number, entry in enumerate(options, start=1):
            yield f"{number}. {_action(entry)}: {worth(entry, plan)}"
        yield ""
    if plan.contingencies:
        yield (
            "What an action saves is this plan timed again in the same order, with the action in "
            "force from the start; the delay that it covers is seen from its checkpoint."
        )
        yield ""


def _action(entry: Contingency) -> str:
    return action_text(entry.action, escaped, entry.held_to)


def _chunk_room(plan: Plan, entry: Contingency | None) -> str:
    now = f"{size_text(plan.chunk)} now"
    if entry is None:
        return f"{now}, memory allows no more"
    most = size_text(entry.action.value or 0)
    room = f"memory would allow {most}" if plan.memory else f"no memory limit is stated; {most}"
    if entry.basis == "exact":
        return f"{now}, {room}; gains nothing, as no rule gives a chunk a cost of its own"
    return f"{now}, {room}; {worth(entry)}"


def _skipped(plan: Plan, entry: Contingency) -> str:
    name = entry.action.class_name
    tables = [table for table in plan.planned if table.effective_class == name]
    return f"{escaped(name or '')} ({_named(tables)})"


def _named(tables: Iterable[PlannedTable]) -> str:
    by_name = sorted(tables, key=lambda table: table.name)
    names = [escaped(table.name) for table in by_name]
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return f"{', '.join(names[:5])}{more}; {size_text(sum(table.size for table in by_name))}"


def _streams(plan: Plan, entry: Contingency | None) -> str:
    now = f"{count_text(plan.streams, 'stream')} now"
    if entry is None:
        return f"{now}; gains nothing, there are no more tables than that"
    bound = plan.everything
    streams = f"{now}; with {count_text(entry.action.value or 0, 'stream')}: {worth(entry)}"
    if bound.finish_us - bound.lower_us < 1000 and bound.witness.kind in ("bandwidth", "path"):
        return f"{streams}; the plan ends at its proven bound ({bound.witness.kind})"
    return streams


def worth(entry: Contingency, plan: Plan | None = None) -> str:
    """What an action saves, which delay it covers, and the verdict."""
    if entry.action.kind == "stop":
        return _going_back(plan) if plan else ""
    if entry.obstacle is not None:
        return f"not possible: {entry.obstacle}"
    if plan and _no_more(entry.action, plan):
        return "no more than the plan has: INSUFFICIENT"
    held = _holds(entry, plan) if plan else ""
    if entry.basis == "unknown":
        return f"{held}not timed again among so many tables, and nothing is proven without"
    if entry.basis == "bounded":
        return f"{held}{_bounded(entry)}"
    return f"{held}{_saves(entry)}{_covers(entry)}"


def _holds(entry: Contingency, plan: Plan) -> str:
    """What a rule's chunks would fill of the memory; empty for another action."""
    if entry.action.kind != "chunk" or entry.holds is None:
        return ""
    return f"would hold {size_text(entry.holds)} at once ({size_text(_held(plan))} now); "


def _held(plan: Plan) -> int:
    """The bytes that chunks fill at once by plan: two for each stream."""
    return 2 * plan.chunk * plan.streams


def _no_more(action: Action, plan: Plan) -> bool:
    rate = plan.windows[0].capacity.rate
    return action.kind == "raise_bandwidth" and (action.value or 0) <= rate


def _saves(entry: Contingency) -> str:
    required, everything = entry.saves_required_us or 0, entry.saves_all_us or 0
    if entry.against == "memory" and not required and not everything:
        return "costs no time"
    if entry.action.kind == "skip":
        why = ", which never wait for a weaker class"
        return f"saves 0 s for the required tables{why}; {_gain(everything)} for all{_kept(entry)}"
    return f"{_gain(required)} for the required tables, {_gain(everything)} for all"


def _kept(entry: Contingency) -> str:
    """What comes with a skip, and what does not."""
    skipped = entry.skipped
    if skipped is None:
        return ""
    brought = f" (with {count_text(skipped.brought, 'table')} below)" if skipped.brought else ""
    kept = count_text(skipped.required, "required table")
    stay = "stays" if skipped.required == 1 else "stay"
    told = f"; {kept} {stay}: required ones are never skipped"
    return brought + (told if skipped.required else "")


def _gain(saved_us: int) -> str:
    return f"{'saves' if saved_us >= 0 else 'costs'} {duration_text(abs(saved_us))}"


def _covers(entry: Contingency) -> str:
    """The delay that an action covers, and the verdict on that."""
    if entry.against != "delay":
        return "; covers no delay" if entry.rule is not None and not entry.covers_us else ""
    if entry.covers_us is None or entry.bears_us is None:
        return "; which delay that covers was not timed among so many tables"
    if not entry.covers_us:
        return f"; covers no delay: {verdict(entry)}"
    covered, bears_us = rounded_down(entry.covers_us), rounded_down(entry.bears_us)
    told = f"; covers {duration_text(covered)} more delay: {verdict(entry)}"
    if bears_us < 0:
        return f"{told}, {duration_text(-bears_us)} too little for this plan"
    return f"{told} up to {duration_text(bears_us)} late"


def _bounded(entry: Contingency) -> str:
    """Proven from the plan's bounds: there are too many tables to time it again."""
    if entry.action.kind == "skip":
        most = duration_text(entry.most_all_us or 0)
        return f"saves 0 s for the required tables, at most {most} for all (not timed again)"
    required = duration_text(entry.most_required_us or 0)
    everything = duration_text(entry.most_all_us or 0)
    return (
        f"saves at most {required} for the required tables, at most {everything} for all "
        "(proven by the plan's bounds; not timed again among so many tables)"
    )


def _going_back(plan: Plan) -> str:
    window = plan.windows[0].window
    rollback = f", as going back takes {duration_text(window.rollback_us)}"
    latest = f"decided at {duration_text(rounded_down(window.limit_us))} at the latest"
    return f"accept what is done, or go back: {latest}{rollback if window.rollback_us else ''}"


def _memory_issues(plan: Plan) -> Iterator[str]:
    """What holds less, and what that costs."""
    yield "### If memory issues"
    yield ""
    by_kind = {entry.action.kind: entry for entry in _usual(plan, "memory")}
    half = by_kind.get("chunk")
    if half:
        size, holds = size_text(half.action.value or 0), size_text(half.holds or 0)
        yield f"- [ ] Reduce chunk size: {size} would hold {holds}; {worth(half)}"
    else:
        yield "- [ ] Reduce chunk size: there is nothing to reduce"
    for entry in plan.contingencies:
        if entry.rule is not None and entry.against == "memory":
            told = f"{_action(entry)}: {worth(entry, plan)}"
            yield f"- [ ] Rule {escaped(entry.rule)} permits {told}"
    held = size_text(_held(plan))
    yield f"- [ ] Add explicit garbage collection: {held} of chunks are held at once"
    one = by_kind.get("streams")
    if one:
        holds = f"would hold {size_text(one.holds or 0)}; {worth(one)}"
        yield f"- [ ] Process one table at a time (slower but safer): {holds}"
    else:
        yield "- [ ] Process one table at a time: the plan does so already"
    yield ""
