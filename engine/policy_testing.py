"""A test of a policy held against what was found: what is missing, and what is too much."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from stowplan.model import DocPath, Fault, Finding, Violation, shown
from stowplan.schemas.policy_test import Entries, ExpectedViolation, PolicyTest
from stowplan.spelling import nearest


class Change(NamedTuple):
    """A table whose entry is another one: what was `expected` and `found`, as far as it is there.

    A side that does not list the table is absent; None stands for no placement, or no window.
    """

    table: str
    sides: Mapping[str, str | None]


class Differences(NamedTuple):
    """Where a test and what was found are apart; empty where the test passes."""

    missing: tuple[ExpectedViolation, ...] = ()
    unexpected: tuple[Violation, ...] = ()
    placements: tuple[Change, ...] = ()
    windows: tuple[Change, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether there are none."""
        return not any(self)


def differences(
    test: PolicyTest, violations: Sequence[Violation], placements: Entries, windows: Entries
) -> Differences:
    """What was found on a test's manifest, held against what the test expects."""
    missing, unexpected = _unmatched(test.violations, violations)
    return Differences(
        tuple(sorted(missing, key=lambda each: each[:2])),
        tuple(sorted(unexpected, key=lambda each: (each.code, each.tables))),
        tuple(_changes(test.placements, placements)),
        tuple(_changes(test.windows, windows)),
    )


def _changes(expected: Entries | None, found: Entries) -> Iterator[Change]:
    if expected is None:
        return
    for table in sorted({*expected, *found}):
        pairs = (("expected", expected), ("found", found))
        sides = {side: entries[table] for side, entries in pairs if table in entries}
        if len(sides) < len(pairs) or sides["expected"] != sides["found"]:
            yield Change(table, sides)


# --- violations


def _unmatched(
    expected: Sequence[ExpectedViolation], found: Sequence[Violation]
) -> tuple[list[ExpectedViolation], list[Violation]]:
    """What is left when as many as possible are paired: each counts once."""
    by_kind: dict[tuple[str, tuple[str, ...], bool], list[int]] = {}
    for number, violation in enumerate(found):
        kind = (violation.code, violation.tables, violation.suppressed is not None)
        by_kind.setdefault(kind, []).append(number)
    wanted = [
        [n for n in by_kind.get((e.code, e.tables, e.waived), ()) if _meets(found[n], e)]
        for e in expected
    ]
    holder = _paired(wanted)
    satisfied = set(holder.values())
    missing = [each for number, each in enumerate(expected) if number not in satisfied]
    return missing, [each for number, each in enumerate(found) if number not in holder]


UNJUDGED = "cannot be evaluated"
"""What the message of a check says that fails on a subject: it says nothing of the rule."""


def is_unjudged(violation: Violation) -> bool:
    """Whether a check has failed where it was to be judged; an expectation must say so."""
    return violation.rule is not None and f"{UNJUDGED}: " in violation.message


def _meets(violation: Violation, expected: ExpectedViolation) -> bool:
    if expected.message is None and is_unjudged(violation):
        return False
    return expected.severity in (None, violation.severity) and (
        expected.message is None or expected.message in violation.message
    )


def _paired(wanted: Sequence[Sequence[int]]) -> dict[int, int]:
    """Who gets which: as many as possible get one of those they want; by what is gotten.

    Whoever finds all taken sets off a chain of exchanges, found breadth first.
    """
    holder: dict[int, int] = {}
    for seeker in range(len(wanted)):
        came_by: dict[int, int] = {}
        queue = [seeker]
        for asking in queue:
            new = [n for n in wanted[asking] if n not in came_by]
            came_by.update(dict.fromkeys(new, asking))
            free = next((n for n in new if n not in holder), None)
            if free is not None:
                _exchange(free, seeker, came_by, holder)
                break
            queue.extend(holder[n] for n in new)
    return holder


def _exchange(free: int, seeker: int, came_by: Mapping[int, int], holder: dict[int, int]) -> None:
    """Who asked for the free one takes it and hands over the one held so far, up to the seeker."""
    held = {owner: n for n, owner in holder.items()}
    asking = came_by[free]
    while asking != seeker:
        holder[free] = asking
        free = held[asking]
        asking = came_by[free]
    holder[free] = seeker


# --- names that do not exist


class Codes(NamedTuple):
    """What a violation may be called under one policy, its rules' ids among it.

    Those `of_policies` speak of the policy itself, the `planned` ones of a plan.
    """

    known: frozenset[str]
    of_policies: frozenset[str]
    planned: frozenset[str]


def unknown_tables(test: PolicyTest, data: object) -> Iterator[Fault]:
    """The tables of a test that its manifest never mentions."""
    mentioned = frozenset(_mentioned(data))
    for each in test.violations:
        for table in each.tables:
            if table not in mentioned:
                yield _unknown("table", table, (*each.path, "tables"), mentioned)
    for key, entries in (("placements", test.placements), ("windows", test.windows)):
        for table in entries or ():
            if table not in mentioned:
                yield _unknown("table", table, (*test.path, key, table), mentioned, on_key=True)


def unfit_codes(test: PolicyTest, codes: Codes) -> Iterator[Fault]:
    """The codes of a test that nothing has, and those that it can never find."""
    for each in test.violations:
        path, code = (*each.path, "code"), each.code
        if code in codes.of_policies:
            hint = "the coverage at the end of `stowplan test` lists rules without an effect"
            yield _fault("Y601", path, f"{code} speaks of a policy and is not compared", hint)
        elif code and code not in codes.known:
            yield _unknown("code", code, path, codes.known)
        elif code in codes.planned and not test.plan and "plan" not in test.unread:
            text = f"only a plan can find {shown(code)}"
            yield _fault("Y601", path, text, "add `plan: true` to the test")


def unknown_windows(test: PolicyTest, known: Collection[str]) -> Iterator[Fault]:
    """The windows of a test that its policy does not have."""
    for table, window in (test.windows or {}).items():
        if window is not None and window not in known:
            yield _unknown("window", window, (*test.path, "windows", table), known)


def _mentioned(data: object) -> Iterator[str]:
    """Every name that a manifest mentions, however faulty it may be."""
    if not isinstance(data, dict):
        return
    tables = data.get("tables")
    for table in tables if isinstance(tables, list) else ():
        if isinstance(table, dict):
            yield from _texts([table.get("name")])
            yield from _texts(table.get("depends_on"))
    yield from _texts(data.get("present"))
    dependencies = data.get("dependencies")
    for child, parents in dependencies.items() if isinstance(dependencies, dict) else ():
        yield from _texts([child])
        yield from _texts(parents)


def _texts(value: object) -> Iterable[str]:
    listed = value if isinstance(value, list) else [value]
    return (text for text in listed if isinstance(text, str))


def _unknown(
    what: str,
    name: str,
    path: DocPath,
    known: Collection[str],
    *,
    on_key: bool = False,
) -> Fault:
    near = nearest(name, known)
    hints = {
        "table": "the test's manifest does not mention it",
        "code": "write a check's code or the id of a rule of the test's policies",
        "window": f"windows are {', '.join(map(shown, known)) or 'none'}",
    }
    hint = f"did you mean {shown(near)}?" if near else hints[what]
    return _fault("Y602", path, f"unknown {what} {shown(name)}", hint, on_key=on_key)


def _fault(code: str, path: DocPath, text: str, hint: str, *, on_key: bool = False) -> Fault:
    return Fault(code, Finding(path, text, hint=hint, on_key=on_key))
