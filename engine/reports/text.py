"""Violations as text: one line each, as compilers print them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from stowplan.model import Severity, Violation


def violation_line(violation: Violation) -> str:
    """`path:line:column: severity[code] message`, all on one line whatever names hold."""
    span = violation.span
    place = f"{span.path}:{span.line}:{span.column}"
    return printable(f"{place}: {violation.severity}[{violation.code}] {violation.message}")


def printable(text: str) -> str:
    """The text with every character that does not print, line ends too, as its escape."""
    if text.isprintable():
        return text
    escaped = (c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return "".join(escaped)


def counts(violations: Iterable[Violation]) -> dict[str, int]:
    """How many of each severity; suppressed ones count only as such."""
    totals = {**{severity.value: 0 for severity in Severity}, "waived": 0, "baselined": 0}
    for violation in violations:
        suppressed = violation.suppressed
        if suppressed is None:
            totals[violation.severity.value] += 1
        else:
            totals["waived" if suppressed["by"] == "waiver" else "baselined"] += 1
    return totals


def summary(totals: Mapping[str, int], files: int, skipped: int) -> str:
    """What a run has seen, in one line."""
    found = ", ".join(
        f"{count} {word if count == 1 or word == 'info' else word + 's'}"
        for word, count in totals.items()
        if count or word == "error"
    )
    manifests = f"{files} manifest{'' if files == 1 else 's'}"
    passed_over = f", {skipped} other file{'' if skipped == 1 else 's'} skipped" if skipped else ""
    return f"{manifests}{passed_over}: {found}"
