"""Tests of policies (`*_test.yaml`): their shape, and what each test says is to be found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple, TypeAlias

from stowplan.model import DocPath, Fault, Finding, Placement, Severity, shown
from stowplan.units import plain_date

from .shape import Check, Complaint, Kind, Schema, Shape

Entries: TypeAlias = Mapping[str, str | None]
"""For each table its placement or its window; None: it has none."""


def _key(types: str | list[str], description: str, **rules: Any) -> dict[str, Any]:  # noqa: ANN401 (Cerberus' own rules)
    return {"type": types, "meta": {"description": description}, **rules}


def _date(text: str) -> date | None:
    try:
        return plain_date(text)
    except ValueError:
        return None


def _wrong_date(text: str) -> Complaint | None:
    if _date(text) is not None:
        return None
    dashed = f"{text[:4]}-{text[4:6]}-{text[6:]}"  # how others write it without
    like = dashed if _date(dashed) is not None else "2026-12-01"
    return Complaint(Kind.OTHER, f"must be a date, is {shown(text)}", f"write {like}")


_ITEMS = {"type": "string"}

_GIVEN: Schema = {
    "policies": _key(
        "list", "Files, folders or packs, from this file's folder.", schema=_ITEMS, empty=False
    ),
    "manifest": _key(
        ["string", "dict"], "A path from this file's folder, or a manifest.", empty=False
    ),
    "as_of": {
        "type": "string",
        "check_with": Check(_wrong_date),
        "meta": {
            "description": "The day on which waivers are judged.",
            "hint": "write a date like 2026-12-01",
            "json_schema": {"format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
        },
    },
}

VIOLATION: Schema = {
    "code": _key("string", "A check's code or a rule's id.", required=True, empty=False),
    "tables": _key(["string", "list"], "The tables that it speaks of, all.", schema=_ITEMS),
    "waived": _key("boolean", "Whether a waiver accepts it."),
    "severity": _key(
        "string",
        "Its severity; any if left out.",
        allowed=tuple(severity.value for severity in Severity),
    ),
    "message": _key("string", "Text that its message contains.", empty=False),
}

TEST: Schema = {
    "name": _key("string", "What the test shows, unique in its file.", required=True, empty=False),
    **_GIVEN,
    "plan": _key("boolean", "Whether the manifest is planned too."),
    "violations": _key(
        "list",
        "Exactly what is to be found; nothing if left out.",
        schema={"type": "dict", "schema": VIOLATION},
    ),
    "placements": _key(
        "dict",
        "The placement of every table.",
        valuesrules={
            "type": "string",
            "nullable": True,
            "allowed": tuple(placement.value for placement in Placement),
        },
    ),
    "windows": _key(
        "dict",
        "The window of every table; null for those that no window takes.",
        valuesrules={"type": "string", "nullable": True},
    ),
}

POLICY_TESTS: Schema = {
    **_GIVEN,
    "tests": _key(
        "list",
        "The tests, in order.",
        required=True,
        empty=False,
        schema={"type": "dict", "schema": TEST},
    ),
}

_SHAPE = Shape(POLICY_TESTS)
_CODES = {Kind.UNKNOWN: "Y602"}


class ExpectedViolation(NamedTuple):
    """A violation that is to be found; `severity` and `message` only where they matter."""

    code: str
    tables: tuple[str, ...]
    waived: bool
    severity: Severity | None
    message: str | None
    path: DocPath


class PolicyTest(NamedTuple):
    """One test; `manifest` is a path, or a manifest that stands at `manifest_path`.

    `policies` is None where neither the test nor its file names any; `policies_path` then leads to
    the test.
    """

    name: str
    path: DocPath
    policies: tuple[str, ...] | None
    policies_path: DocPath
    manifest: object
    manifest_path: DocPath
    as_of: date | None
    plan: bool
    violations: tuple[ExpectedViolation, ...]
    placements: Entries | None
    windows: Entries | None
    unread: frozenset[str] = frozenset()
    """Keys that have a fault: what they say is not known, and nothing follows from it."""


def read_policy_tests(data: object) -> tuple[tuple[PolicyTest, ...], tuple[Fault, ...]]:
    """The tests of one file, as far as they can be read, and all its faults (Y601, Y602, Y603)."""
    found = _SHAPE.faults(data)
    faults = [fault.coded(_CODES.get(fault.kind, "Y601")) for fault in found]
    bad = frozenset(fault.path for fault in found if fault.kind is not Kind.MISSING)
    file = _less(data, (), bad)
    if not isinstance(file, dict):
        return (), tuple(faults)
    listed = [(n, test) for n, test in enumerate(file.get("tests") or ()) if test is not None]
    tests = tuple(_test(file, test, ("tests", n), bad) for n, test in listed)
    return tests, (*faults, *_repeated_names(tests), *_contradictions(tests))


def _less(value: Any, path: DocPath, bad: frozenset[DocPath]) -> Any:  # noqa: ANN401 (any document)
    """A value with None for each part that has a fault."""
    if path in bad:
        return None
    if path[-1:] == ("manifest",):
        return value  # a manifest's own faults are what a test may be about
    if isinstance(value, dict):
        return {key: _less(entry, (*path, key), bad) for key, entry in value.items()}
    if isinstance(value, list):
        return [_less(entry, (*path, number), bad) for number, entry in enumerate(value)]
    return value


def _test(
    file: dict[str, Any], test: dict[str, Any], path: DocPath, bad: frozenset[DocPath]
) -> PolicyTest:
    given = {**{key: file[key] for key in _GIVEN if key in file}, **test}
    policies = given.get("policies")
    places = {key: _stated(key, test, path) if key in _GIVEN else (*path, key) for key in TEST}
    return PolicyTest(
        name=test.get("name") or "",
        path=path,
        policies=None if policies is None else tuple(name for name in policies if name is not None),
        policies_path=path if policies is None else _stated("policies", test, path),
        manifest=given.get("manifest"),
        manifest_path=_stated("manifest", test, path),
        as_of=_date(given.get("as_of") or ""),
        plan=bool(test.get("plan")),
        violations=tuple(_violations(test.get("violations") or (), (*path, "violations"))),
        placements=test.get("placements"),
        windows=test.get("windows"),
        unread=frozenset(key for key, place in places.items() if _touched(place, bad)),
    )


def _touched(place: DocPath, bad: frozenset[DocPath]) -> bool:
    """Whether a value or a part of it has a fault."""
    return any(path[: len(place)] == place for path in bad)


def _stated(key: str, test: dict[str, Any], path: DocPath) -> DocPath:
    """Where a key is stated: in the test, else at the top of its file."""
    return (*path, key) if key in test else (key,)


def _violations(
    listed: Iterable[dict[str, Any] | None], path: DocPath
) -> Iterator[ExpectedViolation]:
    for number, entry in enumerate(listed):
        if entry is None:
            continue
        tables, severity = entry.get("tables") or (), entry.get("severity")
        names = [tables] if isinstance(tables, str) else (t for t in tables if t is not None)
        yield ExpectedViolation(
            code=entry.get("code") or "",
            tables=tuple(sorted(names)),
            waived=bool(entry.get("waived")),
            severity=None if severity is None else Severity(severity),
            message=(entry.get("message") or "").rstrip("\n") or None,
            path=(*path, number),
        )


def _repeated_names(tests: tuple[PolicyTest, ...]) -> Iterator[Fault]:
    seen: set[str] = set()
    for test in tests:
        if test.name in seen and test.name:
            text = f'another test is called "{shown(test.name)}"'
            yield _fault("Y603", (*test.path, "name"), text, "give each test a name of its own")
        seen.add(test.name)


def _contradictions(tests: tuple[PolicyTest, ...]) -> Iterator[Fault]:
    for test in tests:
        if test.manifest is None and "manifest" not in test.unread:
            hint = "give the test or the whole file a `manifest`"
            yield _fault("Y601", test.path, "the test has no manifest", hint)
        if test.windows is not None and not test.plan and "plan" not in test.unread:
            text = "only a plan has windows"
            yield _fault("Y601", (*test.path, "windows"), text, "add `plan: true`", on_key=True)


def _fault(code: str, path: DocPath, text: str, hint: str, *, on_key: bool = False) -> Fault:
    return Fault(code, Finding(path, text, hint=hint, on_key=on_key))
