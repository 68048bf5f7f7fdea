"""Violations as SARIF 2.1.0, as code-scanning services read it.

The format: OASIS, «Static Analysis Results Interchange Format (SARIF) Version 2.1.0». Its shapes
are plain JSON, written here as such: of the libraries for them one has been left alone since 2019,
and the other brings pydantic.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from stowplan import __version__
from stowplan.baseline import fingerprints
from stowplan.model import CheckRule, Rule, Severity, Violation
from stowplan.rules import BY_CODE
from stowplan.rules.check import Check

from .json_layout import document
from .lint_run import LintRun, Stale
from .text import justification, printable

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_FINGERPRINT = "stowplanContent/v1"
_STALE = {
    "id": "stale-baseline",
    "name": "StaleBaseline",
    "shortDescription": {"text": "A stale entry of a baseline."},
    "fullDescription": {"text": "A stale entry of a baseline: what it accepts is not found."},
    "help": {"text": "Write the baseline again with --write-baseline, or delete the entry."},
}
_ROOT = "%SRCROOT%"
_PACK = "stowplan:"
_WORD = re.compile(r"[^\W_]+")
_SECTION = re.compile(r"^\*\*(\w+)\.\*\*\s+(.*?)(?:\n\n|\Z)", re.MULTILINE | re.DOTALL)
_MARKS = re.compile(r"\*\*|`")


def sarif(run: LintRun) -> str:
    """One log with one run; its columns count Unicode code points, as all of ours do."""
    codes = sorted({violation.code for violation in run.violations})
    rules = [_rule(code, run) for code in codes]
    record = {
        "tool": {"driver": _driver(rules, run)},
        "invocations": [_invocation(run)],
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "Where stowplan was run."}}},
        "results": _results(run, {code: number for number, code in enumerate(codes)}),
    }
    return f'{{"$schema": "{_SCHEMA}",\n"version": "2.1.0",\n"runs": [\n{document(record)}]}}\n'


def _driver(rules: list[dict[str, Any]], run: LintRun) -> dict[str, Any]:
    driver: dict[str, Any] = {"name": "Stowplan", "semanticVersion": __version__, "rules": rules}
    if run.stale:
        driver["notifications"] = [_STALE]
    return driver


def _invocation(run: LintRun) -> dict[str, Any]:
    """Whether the command could do its work; what it found says nothing of that."""
    invocation: dict[str, Any] = {"executionSuccessful": run.status != 2, "exitCode": run.status}
    if run.stale:
        notes = [_notification(stale, run.folder) for stale in run.stale]
        invocation["toolConfigurationNotifications"] = notes
    return invocation


def _notification(stale: Stale, folder: str) -> dict[str, Any]:
    entry, span = stale.entry, stale.span
    text = f"{entry.path}: {entry.code} is no longer found: {entry.message}"
    return {
        "descriptor": {"id": _STALE["id"], "index": 0},
        "level": "note",
        "message": {"text": printable(text)},
        "locations": [_location(span.path, span.line, span.column, folder)],
    }


# --- rules


def _rule(code: str, run: LintRun) -> dict[str, Any]:
    check = BY_CODE.get(code)
    described = _policy_rule(code, run.rules.get(code)) if check is None else _built_in(check)
    if run.docs_url is not None:
        described["helpUri"] = run.docs_url.replace("{code}", quote(code, safe=""))
    return described


def _built_in(check: Check[Any]) -> dict[str, Any]:
    page = inspect.cleandoc(check.page)
    sections = {title: " ".join(text.split()) for title, text in _SECTION.findall(page)}
    parts = [_sentence(check.title), sections.get("Why", "")]
    text = " ".join(part for part in (*parts, sections.get("Mend", "")) if part)
    return {
        "id": check.code,
        "name": _pascal(check.find.__name__),
        "shortDescription": {"text": _sentence(_plain(check.title))},
        "fullDescription": {"text": _plain(" ".join(part for part in parts if part))},
        "help": {"text": _plain(text), "markdown": page},
        "defaultConfiguration": {"level": _LEVELS[check.severity]},
    }


def _policy_rule(code: str, rule: Rule | None) -> dict[str, Any]:
    """A rule of a policy, in its own words: they are text, never Markdown."""
    said = [" ".join(part.split()) for part in _words(rule) if part]
    short = said[0] if said else f"Rule {code} of the policy"
    whole = " ".join(_sentence(part) for part in said) or _sentence(short)
    severity = rule.severity if isinstance(rule, CheckRule) else Severity.ERROR
    return {
        "id": code,
        "name": _pascal(code) or "Rule",
        "shortDescription": {"text": printable(_sentence(short))},
        "fullDescription": {"text": printable(whole)},
        "help": {"text": printable(whole), "markdown": _literal(printable(whole))},
        "defaultConfiguration": {"level": _LEVELS[severity]},
    }


def _words(rule: Rule | None) -> tuple[str, ...]:
    return () if rule is None else (rule.description or "", rule.reason or "")


def _pascal(text: str) -> str:
    return "".join(word[:1].upper() + word[1:] for word in _WORD.findall(text))


def _plain(text: str) -> str:
    return _MARKS.sub("", text)


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _literal(text: str) -> str:
    """Markdown that shows the text as it stands."""
    return re.sub(r"([\\`*_{}\[\]()<>#+\-!|~&])", r"\\\1", text)


# --- results


def _results(run: LintRun, indices: Mapping[str, int]) -> list[dict[str, Any]]:
    named = fingerprints(run.violations)
    pairs = zip(run.violations, named, strict=True)
    return [_result(violation, name, indices, run.folder) for violation, name in pairs]


def _result(
    violation: Violation, fingerprint: str, indices: Mapping[str, int], folder: str
) -> dict[str, Any]:
    span = violation.span
    return {
        "ruleId": violation.code,
        "ruleIndex": indices[violation.code],
        "level": _LEVELS[violation.severity],
        "message": {"text": _message(violation)},
        "locations": [_location(span.path, span.line, span.column, folder)],
        "partialFingerprints": {_FINGERPRINT: fingerprint},
        "suppressions": _suppressions(violation),
        "properties": _properties(violation),
    }


def _message(violation: Violation) -> str:
    """One sentence, and the whole hint below it. Brackets make links in it, so they are escaped."""
    lines = [_sentence(violation.message)]
    if violation.hint:
        lines += f"hint: {violation.hint}".split("\n")
    text = "\n".join(printable(line) for line in lines)
    return re.sub(r"([\\\[\]])", r"\\\1", text)


def _suppressions(violation: Violation) -> Sequence[dict[str, str]]:
    """Empty where nobody has accepted it: all results of a run say so, or none."""
    said = justification(violation)
    if not said:
        return []
    return [{"kind": "external", "status": "accepted", "justification": printable(said)}]


def _properties(violation: Violation) -> dict[str, Any]:
    stated = {
        "tables": list(violation.tables),
        "rule": violation.rule,
        "details": violation.details,
    }
    return {key: value for key, value in stated.items() if value}


def _location(path: str, line: int, column: int, folder: str) -> dict[str, Any]:
    region = {"startLine": line, "startColumn": column}
    artifact = _artifact(path, folder)
    return {"physicalLocation": {"artifactLocation": artifact, "region": region}}


def _artifact(path: str, folder: str) -> dict[str, str]:
    """Relative to where the command was run, for all that lies below; a pack's file by its name."""
    if path.startswith(_PACK):
        return {"uri": _PACK + _encoded(path.removeprefix(_PACK))}
    given = PurePosixPath(path)
    if given.is_absolute() and folder and given.is_relative_to(folder):
        given = given.relative_to(folder)
    if given.is_absolute():
        return {"uri": f"file://{_encoded(given.as_posix())}"}
    uri = _encoded(given.as_posix())
    return {"uri": uri} if ".." in given.parts else {"uri": uri, "uriBaseId": _ROOT}


def _encoded(path: str) -> str:
    return quote(path, safe="/", errors="surrogateescape")
