"""Violations as text: one line each, as compilers print them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from stowplan.model import Action, Severity, Violation
from stowplan.units import count_text, duration_text, rate_text, size_text
from stowplan.waiving import EXPIRED


def violation_line(violation: Violation) -> str:
    """`path:line:column: severity[code] message`, all on one line whatever names hold.

    A hint of one line follows, and what suppresses it, if anything does.
    """
    span = violation.span
    place = f"{span.path}:{span.line}:{span.column}"
    hint = violation.hint or ""
    mend = f"; hint: {hint}" if hint and "\n" not in hint else expired_text(violation)
    stated = f"{violation.severity}[{violation.code}] {violation.message}"
    return printable(f"{place}: {stated}{mend}{waiver_text(violation)}")


def waiver_text(violation: Violation) -> str:
    """How a violation is suppressed, to stand after its message; empty where it is not."""
    said = justification(violation)
    return f"; {said}" if said else ""


def expired_text(violation: Violation) -> str:
    """That its waiver has expired, to stand after its message; empty where none has."""
    found = _EXPIRED.search(violation.hint or "")
    return f"; {found[0]}" if found else ""


_EXPIRED = re.compile(rf"{EXPIRED} \d{{4}}-\d\d-\d\d$")


def justification(violation: Violation) -> str:
    """Who has accepted a violation until when, and why; empty where nobody has."""
    waived = violation.suppressed
    if waived is None:
        return ""
    if waived["by"] == "baseline":
        return "in the baseline"
    return f"waived until {waived['expires']} by {waived['owner']}: {waived['reason']}"


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
        f"{count} {word if count == 1 or word not in ('error', 'warning') else word + 's'}"
        for word, count in totals.items()
        if count or word == "error"
    )
    manifests = f"{files} manifest{'' if files == 1 else 's'}"
    passed_over = f", {skipped} other file{'' if skipped == 1 else 's'} skipped" if skipped else ""
    return f"{manifests}{passed_over}: {found}"


def action_text(action: Action, named: Callable[[str], str], held_to: int | None = None) -> str:
    """An action in words; `named` makes a name fit for where they stand.

    `held_to` is what is had of it where it asks for more than a limit allows.
    """
    value = action.value or 0
    tables = ", ".join(named(pattern.text) for pattern in action.tables)
    if held_to is not None:
        allowed = {
            "raise_bandwidth": f"the policy allows {rate_text(held_to)}",
            "chunk": f"the memory allows {size_text(held_to)}",
        }[action.kind]
        return f"{action_text(action, named)}, of which {allowed}"
    return {
        "skip": f"skip {named(action.class_name or '') or tables}",
        "raise_bandwidth": f"raise the bandwidth to {rate_text(value)}",
        "streams": count_text(value, "stream"),
        "chunk": f"chunks of {size_text(value)}",
        "extend_window": f"extend the window by {duration_text(value)}",
        "stop": "stop",
    }[action.kind]
