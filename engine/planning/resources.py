"""What there is to spend, and what each table costs: resource rules resolved, first match first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from stowplan.model import (
    Bandwidth,
    Capacity,
    Chunk,
    Disk,
    Memory,
    PlannedWindow,
    Policy,
    Resource,
    ResourceRule,
    Streams,
    Throughput,
    Window,
)

_R = TypeVar("_R", bound=Resource)


@dataclass(frozen=True, slots=True)
class Resources:
    """The limits in force; None where no rule states one."""

    windows: tuple[Window, ...]
    bandwidth: Bandwidth | None
    memory: Memory | None
    disk: Disk | None
    streams: int

    @property
    def usable_memory(self) -> int | None:
        """Bytes that all streams' chunks together may fill."""
        return None if self.memory is None else self.memory.usable

    def main(self) -> PlannedWindow | None:
        """The main window with its capacity; None where there is nothing to plan against."""
        return self.settled(self.windows[0]) if self.windows else None

    def settled(self, window: Window) -> PlannedWindow | None:
        """A window with its bandwidth and streams; None where any of them is missing or zero."""
        target = self.bandwidth.target if self.bandwidth else 0
        rate = target if window.bandwidth is None else window.bandwidth
        streams = self.streams if window.streams is None else window.streams
        if not (rate and streams and window.duration_us):
            return None
        return PlannedWindow(window, Capacity(rate, streams))


def resources(policy: Policy) -> Resources:
    """The policy's limits: for each resource the first rule in load order.

    Windows come only from files that were named, never from what they extend; of two with one name
    the first holds.
    """
    windows: dict[str, Window] = {}
    for rule in policy.rules:
        if isinstance(rule, ResourceRule) and isinstance(rule.resource, Window) and not rule.packed:
            windows.setdefault(rule.resource.name, rule.resource)
    streams = _first(policy, Streams)
    return Resources(
        windows=tuple(windows.values()),
        bandwidth=_first(policy, Bandwidth),
        memory=_first(policy, Memory),
        disk=_first(policy, Disk),
        streams=1 if streams is None else streams.limit,
    )


def leaves_nothing(policy: Policy) -> bool:
    """Whether a rule sets the size of a chunk, or a rate of throughput, to zero (R404 says so)."""
    stated = (rule.resource for rule in policy.rules if isinstance(rule, ResourceRule))
    return any(
        0 in (resource.rate, resource.rows_per_second, resource.index_rate, resource.verify_rate)
        if isinstance(resource, Throughput)
        else isinstance(resource, Chunk) and resource.size == 0
        for resource in stated
    )


def _first(policy: Policy, kind: type[_R]) -> _R | None:
    found = (r.resource for r in policy.rules if isinstance(r, ResourceRule))
    return next((resource for resource in found if isinstance(resource, kind)), None)
