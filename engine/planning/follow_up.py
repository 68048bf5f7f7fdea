"""The follow-up night: the same policy with another window as the main one."""

from __future__ import annotations

from dataclasses import replace

from stowplan.model import (
    CheckpointRule,
    Placement,
    Policy,
    PriorityClass,
    ResourceRule,
    Rule,
    Window,
)


def window_names(policy: Policy) -> tuple[str, ...]:
    """The windows of a policy, the main one first."""
    return tuple(window.name for rule in policy.rules if (window := _window(rule)) is not None)


def for_window(policy: Policy, name: str) -> Policy:
    """The policy with the window of that name as the main one.

    Windows before it are over, and checkpoints after its end are not for it. Tables whose class
    says follow-up may come into it now: that placement counts as preferred. Raises KeyError for a
    name that no window has.
    """
    windows = {w.name: w for rule in policy.rules if (w := _window(rule)) is not None}
    names = list(windows)
    main, over = windows[name], frozenset(names[: names.index(name)])
    kept = [rule for rule in policy.rules if _concerns(rule, main, over)]
    strength = {placement: rank for rank, placement in enumerate(Placement)}
    classes = sorted(map(_promoted, policy.classes), key=lambda entry: strength[entry.placement])
    return replace(policy, rules=tuple(kept), classes=tuple(classes))


def _concerns(rule: Rule, main: Window, over: frozenset[str]) -> bool:
    """Whether a rule has a say where that window is the main one, and others are over."""
    if isinstance(rule, CheckpointRule):
        return (rule.moment_us(main.duration_us) or 0) <= main.duration_us
    window = _window(rule)
    return window is None or window.name not in over


def _window(rule: Rule) -> Window | None:
    if isinstance(rule, ResourceRule) and isinstance(rule.resource, Window) and not rule.packed:
        return rule.resource
    return None


def _promoted(entry: PriorityClass) -> PriorityClass:
    later = entry.placement is Placement.FOLLOW_UP
    return entry._replace(placement=Placement.PREFERRED) if later else entry
