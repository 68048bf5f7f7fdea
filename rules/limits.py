"""Limits: do they contradict each other, and is there anything to plan against?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from stowplan.model import (
    Action,
    Bandwidth,
    Capacity,
    CheckpointRule,
    Chunk,
    Disk,
    Finding,
    Memory,
    Policy,
    Resource,
    ResourceRule,
    Rule,
    Severity,
    Streams,
    Throughput,
    Window,
    shown,
)
from stowplan.moments import after
from stowplan.units import duration_text, rate_text, size_text

from .check import Check, PolicyCase

_WORDS: dict[type[Resource], str] = {
    Window: "window",
    Memory: "memory",
    Disk: "disk",
    Bandwidth: "bandwidth",
    Streams: "streams",
    Chunk: "chunk",
    Throughput: "throughput",
}
_FIGURES = ("rate", "rows_per_second", "overhead_us", "per_chunk_us", "index_rate", "verify_rate")


def contradictory_limits(case: PolicyCase) -> Iterator[Finding]:
    """Limits that contradict each other, or that are missing.

    **Why.** A target (or a checkpoint's raise) above the limit, a limit of zero, a rollback that
    takes the whole window, a reserve that does, a window that starts before the one before it ends,
    or two limits for one thing in one file: only one of them can be meant. A checkpoint at the
    start, one that comes when it is too late to go back, and an action that brings nothing are
    warnings: no more bandwidth or streams than there are, or chunks beyond the memory.
    Without a window or a bandwidth nothing can be timed: that is a warning for `lint` and an error
    for `plan`, which then makes no plan.

    **Mend.** The message names the two values, or what is missing. Across files the first in load
    order wins, and what a file `extends` is overridden silently.

    **Passes**

    ```yaml
    manifest:
      tables:
        - {name: customers, rows: 10, size_mb: 1}
    policy:
      policy: example
      rules:
        - {id: all, kind: priority, tables: "*", class: CRITICAL}
        - {id: night, kind: resource, window: {duration: 4h}}
        - {id: net, kind: resource, bandwidth: {limit: 100MB/s, target: 50MB/s}}
    ```

    **Fails**

    ```yaml
    manifest:
      tables:
        - {name: customers, rows: 10, size_mb: 1}
    policy:
      policy: example
      rules:
        - {id: all, kind: priority, tables: "*", class: CRITICAL}
        - {id: night, kind: resource, window: {duration: 4h}}
        - {id: net, kind: resource, bandwidth: {limit: 50MB/s, target: 100MB/s}}
    ```
    """
    rules = [rule for rule in case.policy.rules if isinstance(rule, ResourceRule)]
    for rule in rules:
        yield from _value_faults(rule, case.policy)
    yield from _raised_too_far(case.policy)
    yield from _untimely_looks(case.policy)
    yield from _vain_actions(case)
    yield from _doubled(rules)
    yield from _overlapping(rules)
    yield from _missing(rules, case)


def _at(rule: ResourceRule, text: str, hint: str, *keys: str) -> Finding:
    path = (*rule.place.path, _WORDS[type(rule.resource)], *keys)
    return Finding(path, text, hint=hint, source=rule.place.source, rule=rule.id)


def _value_faults(rule: ResourceRule, policy: Policy) -> Iterator[Finding]:
    """A target above its limit, a rollback that takes all, and limits of zero."""
    limit = _bandwidth_limit(policy)
    resource = rule.resource
    if isinstance(resource, Window) and resource.duration_us and not resource.limit_us:
        text = f"rollback leaves nothing of window {shown(resource.name)}"
        yield _at(rule, text, "keep it below the duration", "rollback")
    elif isinstance(resource, Window) and resource.duration_us and not resource.usable_us:
        text = f"reserve leaves nothing of window {shown(resource.name)}"
        yield _at(rule, text, "keep a smaller share", "reserve")
    if isinstance(resource, Memory) and resource.limit and not resource.usable:
        yield _at(rule, "reserve leaves nothing of the memory", "keep a smaller share", "reserve")
    if isinstance(resource, Bandwidth) and resource.target > (resource.limit or resource.target):
        over = f"{rate_text(resource.target)} is above its limit {rate_text(resource.limit or 0)}"
        yield _at(rule, f"the bandwidth target {over}", "lower the target", "target")
    if isinstance(resource, Window) and limit is not None and (resource.bandwidth or 0) > limit:
        text = f"window {shown(resource.name)} takes {rate_text(resource.bandwidth or 0)}"
        yield _at(rule, f"{text}, above the limit {rate_text(limit)}", "lower it", "bandwidth")
    for key, value in _limits(resource):
        if value == 0:
            text = f"rule {rule.id} leaves no {_WORDS[type(resource)]}: {key} is zero"
            yield _at(rule, text, "state what there is to spend, or drop the rule", key)


def _overlapping(rules: Sequence[ResourceRule]) -> Iterator[Finding]:
    """A window that starts before one that comes before it has ended."""
    windows = [(rule, rule.resource) for rule in rules if isinstance(rule.resource, Window)]
    timed = [(rule, window, window.starts) for rule, window in windows if window.starts is not None]
    for (_, earlier, began), (rule, window, starts) in pairwise(timed):
        if starts < after(began, earlier.duration_us):
            text = (
                f"window {shown(window.name)} starts at {starts.isoformat(' ')}, before window "
                f"{shown(earlier.name)} ends at {after(began, earlier.duration_us).isoformat(' ')}"
            )
            yield _at(rule, text, "what is deferred moves after the window before it", "starts")


def _bandwidth_limit(policy: Policy) -> int | None:
    """What the bandwidth may never pass, by the rule in force."""
    found = (rule.resource for rule in policy.rules if isinstance(rule, ResourceRule))
    return next((limits.limit for limits in found if isinstance(limits, Bandwidth)), None)


def _raised_too_far(policy: Policy) -> Iterator[Finding]:
    """A checkpoint may not raise the bandwidth above its limit."""
    limit = _bandwidth_limit(policy)
    for rule in policy.rules:
        for i, action in enumerate(rule.if_behind if isinstance(rule, CheckpointRule) else ()):
            raised = action.value or 0
            if limit is not None and action.kind == "raise_bandwidth" and raised > limit:
                text = f"rule {rule.id} raises the bandwidth to {rate_text(raised)}"
                text = f"{text}, above its limit {rate_text(limit)}"
                hint = "raise it up to the limit at most"
                yield _of_checkpoint(rule, text, hint, "if_behind", i, action.kind)


def _untimely_looks(policy: Policy) -> Iterator[Finding]:
    """A checkpoint at the start, or within the time that going back takes."""
    stated = (r for r in policy.rules if isinstance(r, ResourceRule) and not r.packed)
    window = next((r.resource for r in stated if isinstance(r.resource, Window)), None)
    for rule in policy.rules:
        if isinstance(rule, CheckpointRule) and window is not None:
            why = _untimely(rule.moment_us(window.duration_us), window)
            if why:
                text, hint = f"rule {rule.id} is at {why}", "set another time, such as 50%"
                yield _of_checkpoint(rule, text, hint, "at", severity=Severity.WARNING)


def _untimely(moment: int | None, window: Window) -> str | None:
    """What is wrong with the time of a checkpoint that comes in the window."""
    if moment == 0:
        return "the start: nothing can be late yet"
    if moment is not None and 0 < window.limit_us < moment <= window.duration_us:
        last = f"{duration_text(window.limit_us)} of window {shown(window.name)}"
        return f"{duration_text(moment)}: going back must start by {last}"
    return None


def _vain_actions(case: PolicyCase) -> Iterator[Finding]:
    """Actions that bring nothing; skips add up, and smaller chunks spare memory."""
    assessment = case.assessment
    for rule in case.policy.rules:
        if assessment.main is None or not isinstance(rule, CheckpointRule):
            continue
        capacity, memory = assessment.main.capacity, assessment.usable_memory
        found = [*_no_raise(rule.if_behind, capacity), *_no_room(rule.if_behind, capacity, memory)]
        for i, text, hint in sorted(found):
            keys = ("if_behind", i, rule.if_behind[i].kind)
            said, mend = f"rule {rule.id}: {text}", f"{hint}, or take the action out"
            yield _of_checkpoint(rule, said, mend, *keys, severity=Severity.WARNING)


_Vain = tuple[int, str, str]  # which action, what is wrong with it, what to state instead


def _no_raise(actions: Sequence[Action], there: Capacity) -> Iterator[_Vain]:
    """No more bandwidth or streams than the policy or an action before it has."""
    for kind, has in (("raise_bandwidth", there.rate), ("streams", there.streams)):
        said = rate_text if kind == "raise_bandwidth" else str
        most = 0
        for i, value in ((i, act.value or 0) for i, act in enumerate(actions) if act.kind == kind):
            if value <= has:
                yield i, f"{kind} {said(value)}, where the policy has {said(has)}", "state more"
            elif value <= most:
                text = f"{kind} {said(value)}, where an action before it has {said(most)}"
                yield i, text, "state more"
            most = max(most, value)


def _no_room(actions: Sequence[Action], there: Capacity, memory: int | None) -> Iterator[_Vain]:
    """Chunks of which two for each stream do not fit the memory."""
    streams = there.streams
    for i, action in enumerate(actions):
        value = action.value or 0
        if action.kind == "streams":
            streams = max(1, min(streams, value))
        room = (memory or 0) // (2 * streams)
        if action.kind == "chunk" and 0 < room < value:
            text = f"chunk {size_text(value)}, where the memory has room for {size_text(room)}"
            yield i, text, "state no more than that"


def _of_checkpoint(
    rule: Rule, text: str, hint: str, *keys: str | int, severity: Severity | None = None
) -> Finding:
    path = (*rule.place.path, *keys)
    source = rule.place.source
    return Finding(path, text, hint=hint, source=source, rule=rule.id, severity=severity)


def _limits(resource: Resource) -> Iterator[tuple[str, int | None]]:
    """Every key of a resource that limits, with its value."""
    if isinstance(resource, Window):
        yield "duration", resource.duration_us
        yield "bandwidth", resource.bandwidth
        yield "streams", resource.streams
    elif isinstance(resource, Bandwidth):
        yield "limit", resource.limit
        if resource.target != resource.limit:
            yield "target", resource.target
    elif isinstance(resource, Chunk):
        yield "size", resource.size
    elif isinstance(resource, Throughput):
        for key in ("rate", "rows_per_second", "index_rate", "verify_rate"):
            yield key, getattr(resource, key)
    else:
        yield "limit", resource.limit


def _doubled(rules: Sequence[ResourceRule]) -> Iterator[Finding]:
    """Two rules of one file that give everything a value for one thing."""
    first: dict[tuple[str, str], ResourceRule] = {}
    for rule in rules:
        for what in _everything_keys(rule):
            earlier = first.setdefault((rule.place.source, what), rule)
            if earlier is not rule:
                text = f"rules {earlier.id} and {rule.id} both state the {what}"
                yield _at(rule, text, "keep one; the first in load order holds")
                break


def _everything_keys(rule: ResourceRule) -> Iterator[str]:
    """What the rule states for everything: a word for each value that can be had only once."""
    resource = rule.resource
    if rule.tables or rule.where:
        return
    if isinstance(resource, Window):
        yield f"window {resource.name}"
    elif isinstance(resource, Throughput):
        for key in (*_FIGURES, "verify"):
            if getattr(resource, key) is not None:
                yield f"throughput's {key.removesuffix('_us')}"
    else:
        yield _WORDS[type(resource)]


def _missing(rules: Sequence[ResourceRule], case: PolicyCase) -> Iterator[Finding]:
    """No window, no bandwidth: nothing can be timed."""
    severity = Severity.ERROR if case.planning else Severity.WARNING
    own = [rule.resource for rule in rules if not rule.packed]
    brought = next((r for r in rules if r.packed and isinstance(r.resource, Window)), None)
    windows = [resource for resource in own if isinstance(resource, Window)]
    rates = [rule.resource for rule in rules if isinstance(rule.resource, Bandwidth)]
    source = case.policy.files[0].path if case.policy.files else None
    for absent, what, example in (
        (not windows, "window", "window: {duration: 4h}"),
        (
            not rates and not (windows and all(w.bandwidth for w in windows)),
            "bandwidth",
            "bandwidth: {limit: …}",
        ),
    ):
        if absent:
            text = f"the policy states no {what}: nothing can be timed"
            hint = f"add a rule of kind resource with {example}"
            if what == "window" and brought is not None:
                where = shown(brought.place.source)
                hint = f"windows never come through extends: name {where} with --policy"
            yield Finding((), text, hint=hint, source=source, severity=severity)


CHECKS = (Check("R404", Severity.ERROR, PolicyCase, contradictory_limits),)
