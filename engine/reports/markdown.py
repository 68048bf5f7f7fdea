"""`migration_plan.md`: the plan for people. Every figure is the plan's; every name is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from tabulate import tabulate

from stowplan.model import (
    DeferredTable,
    Manifest,
    Placement,
    Plan,
    PlannedCheckpoint,
    PlannedTable,
    Severity,
)
from stowplan.rules.schedule import bound_text
from stowplan.units import (
    MICROSECONDS,
    decimal_text,
    duration_text,
    rate_text,
    share_text,
    size_text,
)

from .text import counts, printable

LISTED = 1000
"""How many tables a list or table of the page has at the most; the JSON has all."""

_ESTIMATE_COLUMNS = ("left", "right", "right", "left")
_CHUNK_COLUMNS = ("left", "right", "right", "right")

_PLAIN_NAME = re.compile(r"(?!www\.)[A-Za-z0-9]+(?:[._ -][A-Za-z0-9]+)*")


def escaped(name: str) -> str:
    """A name as Markdown text: nothing in it is markup, HTML, a link or a table's border."""
    if _PLAIN_NAME.fullmatch(name):
        return name
    marked = "".join(f"\\{c}" if c.isascii() and c in _MARKUP else c for c in printable(name))
    return marked.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


_MARKUP = "\\`*_{}[]()#+-.!|~:@\"'="


def plan_markdown(plan: Plan, manifest: Manifest) -> str:
    """The page: what it costs, in what order, what stays behind, what to do when it goes wrong."""
    sections = (
        _head(plan, manifest),
        _estimates(plan),
        _critical_path(plan),
        _memory(plan),
        _feasibility(plan),
        _order(plan),
        _deferred(plan),
        _unschedulable(plan),
        _falling_behind(plan),
        _memory_issues(plan),
        _checkpoints(plan),
        _findings(plan),
    )
    lines = [line for section in sections for line in section]
    return "\n".join(lines).rstrip("\n") + "\n"


def _head(plan: Plan, manifest: Manifest) -> Iterator[str]:
    yield "# Migration Plan"
    yield ""
    if manifest.source or manifest.destination:
        yield f"From {escaped(manifest.source or '?')} to {escaped(manifest.destination or '?')}."
        yield ""
    main = plan.windows[0]
    finish = duration_text(plan.required.finish_us)
    yield (
        f"**Feasibility: {plan.feasibility}.** The required tables end at {finish} of "
        f"{duration_text(main.window.usable_us)} usable in window {escaped(main.window.name)}."
    )
    yield ""
    yield "## Resource Calculations"
    yield ""


def _table(
    headers: Sequence[str], rows: Sequence[Sequence[str]], aligned: Sequence[str]
) -> Iterator[str]:
    yield from tabulate(
        rows[:LISTED], headers, tablefmt="pipe", disable_numparse=True, colalign=aligned
    ).splitlines()
    yield from _more(len(rows))
    yield ""


def _more(count: int) -> Iterator[str]:
    if count > LISTED:
        yield ""
        yield f"… and {count - LISTED} more: `migration_plan.json` has all of them."


def _estimates(plan: Plan) -> Iterator[str]:
    rate = plan.windows[0].capacity.rate
    yield f"### Time Estimates (at {rate_text(rate)})"
    yield ""
    planned = [_estimate(table, table.alone_us, table.effective_class) for table in plan.planned]
    deferred = [_estimate(table, table.needs_us, table.class_name or "") for table in plan.deferred]
    yield from _table(
        ("Table", "Size (MB)", "Est. Time", "Priority"), planned + deferred, _ESTIMATE_COLUMNS
    )
    yield f"Each by itself at its full rate. {_assumptions(plan)}"
    yield ""


def _estimate(table: PlannedTable | DeferredTable, time_us: int, priority: str) -> list[str]:
    return [escaped(table.name), _mb(table.size), _seconds(time_us), escaped(priority)]


def _assumptions(plan: Plan) -> str:
    assumed = sorted({figure for table in plan.planned for figure in table.assumed})
    if not assumed:
        return "All throughput figures come from rules."
    return (
        f"Assumed to cost nothing, since no rule states them for every table: {', '.join(assumed)}."
    )


def _mb(size: int) -> str:
    return size_text(size).removesuffix(" MB")


def _seconds(microseconds: int) -> str:
    return f"{decimal_text(microseconds, 3 if microseconds >= MICROSECONDS else 6)} sec"


def _critical_path(plan: Plan) -> Iterator[str]:
    yield "### Total Critical Path Time"
    yield ""
    chain = [escaped(name) for name in plan.critical_path[:LISTED]]
    if chain:
        yield f"- Longest chain: {' → '.join(chain)}"
    yield (
        f"- Required tables: done at {duration_text(plan.required.finish_us)}; proven lower bound "
        f"{duration_text(plan.required.lower_us)} ({escaped_bound(plan)})"
    )
    yield (
        f"- Everything in the window: done at {duration_text(plan.everything.finish_us)}; "
        f"lower bound {duration_text(plan.everything.lower_us)}"
    )
    yield ""


def escaped_bound(plan: Plan) -> str:
    """The words of the required tables' bound; a chain's names are escaped."""
    witness = plan.required.witness
    return bound_text(witness._replace(path=tuple(escaped(name) for name in witness.path)))


def _memory(plan: Plan) -> Iterator[str]:
    yield "### Memory Planning"
    yield ""
    if plan.memory is None:
        yield f"- Chunk size: {size_text(plan.chunk)}; no memory limit is stated"
    else:
        held = 2 * plan.chunk * plan.streams
        yield f"- Chunk size: {size_text(plan.chunk)} to stay under {size_text(plan.memory.limit)}"
        yield (
            f"- Held at once: {plan.streams} × 2 chunks = {size_text(held)}, "
            f"{share_text(held, plan.memory.limit)} of the limit"
        )
    rows = [
        [escaped(t.name), f"{t.rows_per_chunk:,}".replace(",", " "), str(t.chunks), _mb(t.chunk)]
        for t in plan.planned
    ]
    yield "- Rows per chunk (from each table's mean row):"
    yield ""
    yield from _table(("Table", "Rows per chunk", "Chunks", "Chunk (MB)"), rows, _CHUNK_COLUMNS)


def _minutes(microseconds: int) -> str:
    return f"{decimal_text(-(-microseconds // 60), 2)} minutes"


def _feasibility(plan: Plan) -> Iterator[str]:
    main = plan.windows[0].window
    required = sum(t.size for t in plan.planned if t.placement is Placement.REQUIRED)
    yield "### Feasibility Assessment"
    yield ""
    yield f"- Required tables total: {size_text(required)}"
    needed = plan.required.finish_us
    yield f"- Time needed for required: {_minutes(needed)} ({duration_text(needed)})"
    yield f"- Time available: {_minutes(main.duration_us)}"
    yield f"- Usable: {_minutes(main.usable_us)} ({_usable_arithmetic(plan)})"
    proof = "proven" if plan.proven else "no better plan found"
    yield f"- Feasibility: {plan.feasibility} ({proof})"
    yield from _break_even(plan)
    yield ""


def _usable_arithmetic(plan: Plan) -> str:
    main = plan.windows[0].window
    rollback = f" - {duration_text(main.rollback_us)} rollback" if main.rollback_us else ""
    reserve = decimal_text(int(main.reserve * 100_000_000))
    return f"{duration_text(main.duration_us)}{rollback}, less {reserve} % reserve"


def _break_even(plan: Plan) -> Iterator[str]:
    words = (
        ("the required tables", plan.break_even.required),
        ("everything that can be moved", plan.break_even.everything),
    )
    for what, rate in words:
        if rate is None:
            yield f"- Break-even for {what}: none, since no rate alone would do"
        else:
            yield f"- Break-even for {what}: {rate_text(rate)} still just holds the window"


def _order(plan: Plan) -> Iterator[str]:
    yield "## Execution Order"
    yield ""
    by_phase = sorted(plan.planned, key=lambda t: (t.phase, t.timing.start_us, t.name))
    number = 0
    for phase, members in groupby(by_phase, key=lambda table: table.phase):
        tables = list(members)
        yield f"### Phase {phase}{': must be first' if phase == 1 else ''}"
        yield ""
        for table in tables[:LISTED]:
            number += 1
            yield f"{number}. {_step(table)}"
        number += max(0, len(tables) - LISTED)
        yield from _more(len(tables))
        yield ""


def _step(table: PlannedTable) -> str:
    when = f"{duration_text(table.timing.start_us)} to {duration_text(table.timing.finish_us)}"
    return f"{escaped(table.name)} ({size_text(table.size)}) - {_waits(table)}; {when}"


def _waits(table: PlannedTable) -> str:
    parents = [escaped(name) for name in table.depends_on[:12]]
    more = len(table.depends_on) - len(parents)
    parents += [f"{more} more"] if more else []
    parents += [f"rule {escaped(rule)}" for rule in table.depends_on_rules]
    return f"depends on {', '.join(parents)}" if parents else "no dependencies"


def _deferred(plan: Plan) -> Iterator[str]:
    yield "### Deferred to Follow-up"
    yield ""
    for table in plan.deferred[:LISTED]:
        reason = table.because[0]
        rule = f" (rule {escaped(reason.rule)})" if reason.rule else ""
        yield f"- {escaped(table.name)} ({size_text(table.size)}) - {_text(reason.text)}{rule}"
        yield f"  - {_placed(table)}; {_text(table.because[1].text)}"
    yield from _more(len(plan.deferred))
    if not plan.deferred:
        yield "Nothing is deferred."
    yield ""


def _placed(table: DeferredTable) -> str:
    if table.code == "excluded":
        return "in no window"
    if table.planned is None:
        return "no follow-up window takes it"
    timing = table.planned.timing
    when = f"{duration_text(timing.start_us)} to {duration_text(timing.finish_us)}"
    return f"in window {escaped(table.planned.window)}, {when}"


def _text(text: str) -> str:
    """A sentence of the plan's: its names are hostile, its punctuation is not."""
    return re.sub(r"([\\`*\[\]|~])", r"\\\1", text).replace("&", "&amp;").replace("<", "&lt;")


def _unschedulable(plan: Plan) -> Iterator[str]:
    if plan.unschedulable:
        yield "### Cannot Be Planned"
        yield ""
        for name, cause in plan.unschedulable[:LISTED]:
            yield f"- {escaped(name)} - {_text(cause)}"
        yield from _more(len(plan.unschedulable))
        yield ""


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
    streams = f"{plan.streams} stream{'' if plan.streams == 1 else 's'} now"
    bound = plan.everything
    if bound.finish_us <= bound.lower_us and bound.witness.kind in ("bandwidth", "path"):
        return f"{streams}; gains nothing, the plan ends at its proven bound ({bound.witness.kind})"
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
        f"tables{decider}"
    )


def _findings(plan: Plan) -> Iterator[str]:
    yield "## Findings"
    yield ""
    totals = counts(plan.violations)
    yield f"Errors: {totals['error']}, warnings: {totals['warning']}, notes: {totals['info']}."
    yield ""
    serious = [v for v in plan.violations if v.severity is not Severity.INFO]
    for violation in serious[:LISTED]:
        yield f"- {violation.severity}[{violation.code}] {_text(printable(violation.message))}"
    yield from _more(len(serious))
