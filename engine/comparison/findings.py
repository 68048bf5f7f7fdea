"""Which findings appear, disappear, become waived or unwaived, or say something else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from stowplan.model import Violation

from .differences import Change, Kind


def finding_changes(
    old: Sequence[Violation] | None, new: Sequence[Violation] | None
) -> Iterator[Change[Violation]]:
    """Alike ones pair first; then those of a code on the same tables, whose facts changed."""
    if old is None or new is None:
        return
    left, right = list(old), list(new)
    for key in (_everything, _facts, _subject):
        pairs, left, right = _paired(left, right, key)
        yield from filter(None, (_found(one, other) for one, other in pairs))
    yield from (Change(Kind.REMOVED, violation, None) for violation in left)
    yield from (Change(Kind.ADDED, None, violation) for violation in right)


def _subject(violation: Violation) -> object:
    return violation.code, violation.rule, violation.tables


def _facts(violation: Violation) -> object:
    """What makes it the same finding; its place and its waiver do not."""
    return _subject(violation), _frozen(violation.details)


def _everything(violation: Violation) -> object:
    return _facts(violation), violation.message, violation.severity


def _frozen(value: object) -> object:
    if isinstance(value, Mapping):
        return frozenset((key, _frozen(below)) for key, below in value.items())
    if isinstance(value, list | tuple):
        return tuple(map(_frozen, value))
    return value


def _paired(
    old: Iterable[Violation], new: Iterable[Violation], key: Callable[[Violation], object]
) -> tuple[list[tuple[Violation, Violation]], list[Violation], list[Violation]]:
    """What both have under a key, one by one; and what is left of each."""
    waiting: dict[object, list[Violation]] = {}
    for violation in old:
        waiting.setdefault(key(violation), []).append(violation)
    pairs, rest = [], []
    for violation in new:
        alike = waiting.get(key(violation))
        if alike:
            pairs.append((alike.pop(0), violation))
        else:
            rest.append(violation)
    return pairs, [v for left in waiting.values() for v in left], rest


def _found(old: Violation, new: Violation) -> Change[Violation] | None:
    if (old.suppressed is None) != (new.suppressed is None):
        kind = Kind.UNWAIVED if new.suppressed is None else Kind.WAIVED
        return Change(kind, old, new)
    keys = ("severity", "message") if _facts(old) == _facts(new) else ("severity", "facts")
    differ = (
        old.severity != new.severity,
        (old.message, _facts(old)) != (new.message, _facts(new)),
    )
    told = tuple(key for key, differs in zip(keys, differ, strict=True) if differs)
    return Change(Kind.CHANGED, old, new, told) if told else None
