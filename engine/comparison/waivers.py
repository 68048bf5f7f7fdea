"""Which waivers come and go, last longer or shorter, and which come with what they accept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from stowplan.model import Violation, Waiver
from stowplan.waiving import waive

from .differences import Change, Kind


def waiver_changes(old: Iterable[Waiver], new: Iterable[Waiver]) -> Iterator[Change[Waiver]]:
    """A waiver is the same where its code and its patterns are; alike ones pair in order."""
    waiting: dict[object, list[Waiver]] = {}
    for waiver in old:
        waiting.setdefault(_waived(waiver), []).append(waiver)
    for waiver in new:
        alike = waiting.get(_waived(waiver))
        found = _waiver(alike.pop(0), waiver) if alike else Change(Kind.ADDED, None, waiver)
        if found is not None:
            yield found
    yield from (Change(Kind.REMOVED, each, None) for left in waiting.values() for each in left)


def _waived(waiver: Waiver) -> object:
    return waiver.code, frozenset(pattern.text for pattern in waiver.tables)


def _waiver(old: Waiver, new: Waiver) -> Change[Waiver] | None:
    keys = tuple(k for k in ("expires", "owner", "reason") if getattr(old, k) != getattr(new, k))
    if "expires" in keys:
        later = new.expires > old.expires
        return Change(Kind.EXTENDED if later else Kind.SHORTENED, old, new, keys)
    return Change(Kind.SAME_EFFECT, old, new, keys, counts=False) if keys else None


def waived_at_once(
    findings: Iterable[Change[Violation]], waivers: Iterable[Change[Waiver]]
) -> Iterator[tuple[Violation, Waiver]]:
    """The findings that appear, each with the added waiver that accepts it."""
    new = [c.one for c in findings if c.kind is Kind.ADDED and c.one.suppressed is not None]
    added = [change.one for change in waivers if change.kind is Kind.ADDED]
    for violation in new:
        bare = (replace(violation, suppressed=None),)
        for waiver in added:
            if waive(bare, (waiver,), waiver.expires).violations[0].suppressed is not None:
                yield violation, waiver
                break
