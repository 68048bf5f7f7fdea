"""How a run of tests is told: as text, as JSON, as JUnit."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple, Protocol

from stowplan.model import Violation
from stowplan.policy_testing import UNJUDGED, Change, Differences, is_unjudged
from stowplan.reports.json_layout import document
from stowplan.reports.junit import Case, Suite, Trouble, junit
from stowplan.reports.text import printable, violation_line
from stowplan.reports.violations_json import violation_record, violations_json
from stowplan.schemas.policy_test import ExpectedViolation
from stowplan.units import count_text

from .coverage import CoveredRule, uncovered
from .running import PolicyTestResult, PolicyTestRun

_PLAIN = re.compile(r"[A-Za-z_][\w.-]*", re.ASCII)
_NO_TEXT = frozenset({"null", "true", "false"})


class Format(NamedTuple):
    """How a run is written in one format, and how faults are that kept it from being run."""

    run: RunWriter
    faults: FaultsWriter


class RunWriter(Protocol):
    """Writes a run; `required` says whether rules without a test count as failures."""

    def __call__(self, run: PolicyTestRun, *, required: bool) -> str:
        """The text of the run."""


class FaultsWriter(Protocol):
    """Writes faults."""

    def __call__(self, violations: Sequence[Violation]) -> str:
        """The text of the faults."""


def summary(run: PolicyTestRun) -> str:
    """The run in one line."""
    files = len({result.span.path for result in run.results})
    failed = sum(not result.differences.passed for result in run.results)
    total, rules = len(run.results), len(run.rules)
    covered = rules - len(uncovered(run.rules))
    tests = f"{count_text(total, 'test')} in {count_text(files, 'file')}"
    return f"{tests}: {total - failed} passed, {failed} failed; {covered} of {rules} rules covered"


# --- text


def _text(run: PolicyTestRun, *, required: bool) -> str:  # noqa: ARG001 (both are listed alike)
    failed = [result for result in run.results if not result.differences.passed]
    blocks = [[_title(result), *_lines(result)] for result in failed]
    rules = [_uncovered_line(rule) for rule in uncovered(run.rules)]
    return "\n".join("".join(f"{line}\n" for line in block) for block in [*blocks, rules] if block)


def _title(result: PolicyTestResult) -> str:
    span = result.span
    return printable(f"{span.path}:{span.line}:{span.column}: failed: {result.name}")


def _uncovered_line(rule: CoveredRule) -> str:
    place = f"{rule.span.path}:{rule.span.line}:{rule.span.column}"
    return printable(f"{place}: not covered: {rule.id} ({rule.kind}): {', '.join(rule.lacks)}")


def _lines(result: PolicyTestResult) -> Iterator[str]:
    return difference_lines(result.differences, result.span.path)


def difference_lines(found: Differences, file: str) -> Iterator[str]:
    """`-` is expected and missing, `+` is found and unexpected; both as a test would write them.

    What was found in another file than the test's has its place there.
    """
    wrong = [
        *((each.code, each.tables, f"    - {_expected(each)}") for each in found.missing),
        *((each.code, each.tables, f"    + {_found(each, file)}") for each in found.unexpected),
    ]
    if wrong:
        yield "  violations:"
        yield from (line for _, _, line in sorted(wrong, key=lambda each: each[:2]))
    yield from _change_lines("placements", found.placements)
    yield from _change_lines("windows", found.windows)


def _change_lines(title: str, changes: Sequence[Change]) -> Iterator[str]:
    if changes:
        yield f"  {title}:"
    for table, sides in changes:
        for sign, side in (("-", "expected"), ("+", "found")):
            if side in sides:
                yield f"    {sign} {_scalar(table)}: {_scalar(sides[side])}"


def _expected(expected: ExpectedViolation) -> str:
    severity = expected.severity.value if expected.severity else None
    return _entry(expected.code, expected.tables, expected.waived, severity, expected.message)


def _found(violation: Violation, file: str) -> str:
    span = violation.span
    place = f"{span.path}:{span.line}:{span.column}: " if span.path != file else ""
    waived, severity = violation.suppressed is not None, violation.severity.value
    message = UNJUDGED if is_unjudged(violation) else None
    entry = _entry(violation.code, violation.tables, waived, severity, message)
    return f"{entry}  # {printable(place + violation.message)}"


def _entry(
    code: str, tables: Iterable[str], waived: bool, severity: str | None, message: str | None
) -> str:
    names = ", ".join(_scalar(name) for name in tables)
    parts = [f"code: {_scalar(code)}", f"tables: [{names}]"]
    parts += ["waived: true"] if waived else []
    parts += [f"severity: {severity}"] if severity else []
    parts += [f"message: {_scalar(message)}"] if message else []
    return f"{{{', '.join(parts)}}}"


def _scalar(value: str | None) -> str:
    """A name as YAML, quoted where it could be read as something else."""
    if value is None:
        return "null"
    if _PLAIN.fullmatch(value) and value.casefold() not in _NO_TEXT:
        return value
    return printable(json.dumps(value, ensure_ascii=False))


# --- JSON


def _json(run: PolicyTestRun, *, required: bool) -> str:  # noqa: ARG001 (both are listed alike)
    failed = sum(not result.differences.passed for result in run.results)
    rules = [_rule_record(rule) for rule in run.rules]
    return document(
        {
            "tests": [_record(result) for result in run.results],
            "rules": rules,
            "counts": {
                "passed": len(run.results) - failed,
                "failed": failed,
                "rules": len(rules),
                "covered": len(rules) - len(uncovered(run.rules)),
            },
        }
    )


def _record(result: PolicyTestResult) -> dict[str, Any]:
    found, span = result.differences, result.span
    return {
        "name": result.name,
        "path": span.path,
        "line": span.line,
        "column": span.column,
        "passed": found.passed,
        "missing": [_expected_record(each) for each in found.missing],
        "unexpected": [violation_record(each) for each in found.unexpected],
        "placements": [{"table": table, **sides} for table, sides in found.placements],
        "windows": [{"table": table, **sides} for table, sides in found.windows],
    }


def _expected_record(expected: ExpectedViolation) -> dict[str, Any]:
    return {
        "code": expected.code,
        "tables": list(expected.tables),
        "waived": expected.waived,
        "severity": expected.severity,
        "message": expected.message,
    }


def _rule_record(rule: CoveredRule) -> dict[str, Any]:
    return {
        "rule": rule.id,
        "kind": rule.kind,
        "path": rule.span.path,
        "line": rule.span.line,
        "column": rule.span.column,
        "lacks": list(rule.lacks),
    }


# --- JUnit


def _junit(run: PolicyTestRun, *, required: bool) -> str:
    """A suite for each file; where coverage is required, one more with a case for each rule."""
    suites: dict[str, list[Case]] = {}
    for result in run.results:
        lines = "\n".join(_lines(result))
        trouble = (Trouble("failure", "the expectation does not hold", lines),) if lines else ()
        path = result.span.path
        suites.setdefault(path, []).append(Case(result.name, path, trouble))
    written = [Suite(path, tuple(cases)) for path, cases in suites.items()]
    if required:
        written.append(Suite("coverage", tuple(_rule_case(rule) for rule in run.rules)))
    return junit(written)


def _rule_case(rule: CoveredRule) -> Case:
    lacks = ", ".join(rule.lacks)
    trouble = (Trouble("failure", lacks, _uncovered_line(rule)),) if lacks else ()
    return Case(f"{rule.id} ({rule.kind})", rule.span.path, trouble)


def _junit_faults(violations: Sequence[Violation]) -> str:
    cases: dict[str, list[Case]] = {}
    for violation in violations:
        line, span = violation_line(violation), violation.span
        name = f"{span.path}:{span.line}:{span.column}: {violation.code}"
        case = Case(name, span.path, (Trouble("error", violation.message, line),))
        cases.setdefault(span.path, []).append(case)
    return junit(Suite(path, tuple(held)) for path, held in cases.items())


def _text_faults(violations: Sequence[Violation]) -> str:
    return "".join(f"{violation_line(violation)}\n" for violation in violations)


FORMATS = {
    "text": Format(_text, _text_faults),
    "json": Format(_json, violations_json),
    "junit": Format(_junit, _junit_faults),
}
