"""What each rule says, in one short phrase."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from stowplan.model import (
    Action,
    Bandwidth,
    Basis,
    CheckpointRule,
    CheckRule,
    Chunk,
    DependencyRule,
    Disk,
    Memory,
    Pattern,
    PriorityRule,
    ResourceRule,
    Rule,
    Severity,
    Streams,
    Throughput,
    Verify,
    Window,
    shown,
)
from stowplan.moments import moment_text
from stowplan.units import (
    MICROSECONDS,
    count_text,
    decimal_text,
    duration_text,
    rate_text,
    size_text,
)

from .rows import FIRST

_LONG = 100


def kind_of(rule: Rule) -> str:
    """The rule's kind, as policies write it."""
    return _KINDS[type(rule)]


def phrase(rule: Rule) -> str:
    """What a rule says, on one line."""
    return _PHRASES[type(rule)](rule)


def patterns_text(patterns: Iterable[Pattern]) -> str:
    """The first few patterns, as written."""
    return names_text(pattern.text for pattern in patterns)


def names_text(names: Iterable[str], more: bool = False) -> str:
    """The first few names; `more` says that there are others."""
    listed = list(names)
    rest = ["…"] if more or len(listed) > FIRST else []
    return ", ".join([*(shown(name) for name in listed[:FIRST]), *rest])


def condition_text(text: str) -> str:
    """A condition, on one line and not too long."""
    return shown(" ".join(text.split()), _LONG)


def _priority(rule: PriorityRule) -> str:
    value = "" if rule.value == 1 else f", value {_number(rule.value)}"
    return f"class {shown(rule.class_name)}{value}"


def _dependency(rule: DependencyRule) -> str:
    return f"{rule.direction.replace('_', ' ')} {patterns_text(rule.others)}"


def _resource(rule: ResourceRule) -> str:
    return ", ".join(_RESOURCES[type(rule.resource)](rule.resource))


def _window(window: Window) -> Iterator[str]:
    yield f"window {shown(window.name)} {duration_text(window.duration_us)}"
    if window.starts is not None:
        yield f"starts {moment_text(window.starts)}"
    if window.rollback_us:
        yield f"rollback {duration_text(window.rollback_us)}"
    yield from _reserve(window.reserve)
    if window.accepts is not None:
        yield f"accepts {names_text(window.accepts) or 'no class'}"
    if window.bandwidth is not None:
        yield rate_text(window.bandwidth)
    if window.streams is not None:
        yield count_text(window.streams, "stream")


def _memory(memory: Memory) -> Iterator[str]:
    yield f"memory {size_text(memory.limit)}"
    yield from _reserve(memory.reserve)


def _reserve(reserve: Fraction) -> Iterator[str]:
    if reserve:
        yield f"reserve {_number(reserve * 100)} %"


def _disk(disk: Disk) -> Iterator[str]:
    yield f"disk {size_text(disk.limit)}"


def _bandwidth(bandwidth: Bandwidth) -> Iterator[str]:
    yield f"bandwidth {rate_text(bandwidth.target)}"
    if bandwidth.limit is not None:
        yield f"limit {rate_text(bandwidth.limit)}"


def _streams(streams: Streams) -> Iterator[str]:
    yield count_text(streams.limit, "stream")


def _chunk(chunk: Chunk) -> Iterator[str]:
    yield f"chunk {size_text(chunk.size)}"


def _throughput(given: Throughput) -> Iterator[str]:
    stated = (
        None if given.rate is None else rate_text(given.rate),
        None if given.rows_per_second is None else f"{_grouped(given.rows_per_second)} rows/s",
        None if given.overhead_us is None else f"overhead {duration_text(given.overhead_us)}",
        None if given.per_chunk_us is None else f"each chunk {duration_text(given.per_chunk_us)}",
        None if given.index_rate is None else f"indexes {rate_text(given.index_rate)}",
        None if given.verify_rate is None else f"verification {rate_text(given.verify_rate)}",
        None if given.verify is None else _COMPARED[given.verify],
        None if given.spread is None else f"spread {_number(given.spread * 100)} %",
        "measured" if given.basis is Basis.MEASURED else None,
    )
    first, *others = [text for text in stated if text is not None] or ["nothing"]
    yield f"throughput {first}"
    yield from others


def _checkpoint(rule: CheckpointRule) -> str:
    parts = [_moment(rule)]
    if rule.decider is not None:
        parts.append(f"{shown(rule.decider)} decides")
    if rule.if_behind:
        parts.append(f"if behind: {', '.join(_action(action) for action in rule.if_behind)}")
    return "; ".join(parts)


def _moment(rule: CheckpointRule) -> str:
    if rule.at_us is not None:
        return f"at {duration_text(rule.at_us)}"
    if rule.at_share is not None:
        return f"at {_number(rule.at_share * 100)} % of the duration"
    return f"after {patterns_text(rule.after)}"


def _action(action: Action) -> str:
    if action.kind == "skip":
        skipped = shown(action.class_name) if action.class_name else patterns_text(action.tables)
        return f"skip {skipped}"
    word = action.kind.replace("_", " ")
    return word if action.value is None else f"{word} {_ACTION_UNITS[action.kind](action.value)}"


def _check(rule: CheckRule) -> str:
    parts = [f"on {rule.subject}: require {condition_text(rule.require.text)}"]
    if rule.severity is not Severity.ERROR:
        parts.append(rule.severity.value)
    if not rule.waivable:
        parts.append("cannot be waived")
    if rule.max_days is not None:
        parts.append(f"waived for {count_text(rule.max_days, 'day')} at most")
    return "; ".join(parts)


def _number(value: Fraction) -> str:
    return decimal_text(round(value * MICROSECONDS))


def _grouped(count: int) -> str:
    return decimal_text(count * MICROSECONDS)


_KINDS: Mapping[type[Rule], str] = {
    PriorityRule: "priority",
    DependencyRule: "dependency",
    ResourceRule: "resource",
    CheckpointRule: "checkpoint",
    CheckRule: "check",
}
_PHRASES: Mapping[type[Rule], Callable[[Any], str]] = {
    PriorityRule: _priority,
    DependencyRule: _dependency,
    ResourceRule: _resource,
    CheckpointRule: _checkpoint,
    CheckRule: _check,
}
_COMPARED = {
    Verify.NONE: "copies not verified",
    Verify.COUNTS: "copies verified by their counts",
    Verify.CHECKSUM: "copies verified by a checksum",
}
_RESOURCES: Mapping[type, Callable[[Any], Iterator[str]]] = {
    Window: _window,
    Memory: _memory,
    Disk: _disk,
    Bandwidth: _bandwidth,
    Streams: _streams,
    Chunk: _chunk,
    Throughput: _throughput,
}
_ACTION_UNITS: Mapping[str, Callable[[int], str]] = {
    "raise_bandwidth": lambda rate: f"to {rate_text(rate)}",
    "streams": str,
    "chunk": size_text,
    "extend_window": lambda time: f"by {duration_text(time)}",
}
