"""The follow-up night: the same policy with another window as the main one."""

from __future__ import annotations

from dataclasses import replace

from stowplan.model import Placement, Policy, PriorityClass, ResourceRule, Rule, Window


def window_names(policy: Policy) -> tuple[str, ...]:
    """The windows of a policy, the main one first."""
    return tuple(window.name for rule in policy.rules if (window := _window(rule)) is not None)


def for_window(policy: Policy, name: str) -> Policy:
    """The policy with the window of that name as the main one.

    Windows before it are over. Tables whose class says follow-up may come into it now: that
    placement counts as preferred. Raises KeyError for a name that no window has.
    """
    names = window_names(policy)
    if name not in names:
        raise KeyError(name)
    over = frozenset(names[: names.index(name)])
    kept = [rule for rule in policy.rules if (w := _window(rule)) is None or w.name not in over]
    strength = {placement: rank for rank, placement in enumerate(Placement)}
    classes = sorted(map(_promoted, policy.classes), key=lambda entry: strength[entry.placement])
    return replace(policy, rules=tuple(kept), classes=tuple(classes))


def _window(rule: Rule) -> Window | None:
    if isinstance(rule, ResourceRule) and isinstance(rule.resource, Window) and not rule.packed:
        return rule.resource
    return None


def _promoted(entry: PriorityClass) -> PriorityClass:
    later = entry.placement is Placement.FOLLOW_UP
    return entry._replace(placement=Placement.PREFERRED) if later else entry
