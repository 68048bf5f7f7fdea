"""The page of a policy's rule: what `stowplan explain RULE` prints."""

from __future__ import annotations

from collections.abc import Iterator

from stowplan.model import Rule, Span
from stowplan.policy_view.phrases import condition_text, kind_of, patterns_text, phrase

from .json_layout import document
from .text import printable


def rule_page(rule: Rule, span: Span, text: str) -> str:
    """A rule's page in Markdown: what it means, why it is there, where it stands, its text."""
    parts = [f"# {printable(rule.id)} (rule, {kind_of(rule)})", "\n".join(_meaning(rule))]
    for word, said in (("Reason", rule.reason), ("Description", rule.description)):
        if said:
            parts.append(f"**{word}.** {_paragraph(said)}")
    parts.append(printable(f"{span.path}:{span.line}:{span.column}"))
    parts.append("\n".join(f"    {printable(line)}".rstrip() for line in text.splitlines()))
    return "\n\n".join(parts) + "\n"


def _paragraph(text: str) -> str:
    return printable(" ".join(text.split()))


def _meaning(rule: Rule) -> Iterator[str]:
    """What it says on one line, and what it selects on another."""
    yield printable(phrase(rule))
    where = "" if rule.where is None else f"where {condition_text(rule.where.text)}"
    selects = " ".join(part for part in (patterns_text(rule.tables), where) if part)
    if selects:
        yield printable(f"selects {selects}")


def rule_json(rule: Rule, span: Span, text: str) -> str:
    """The same as JSON."""
    return document(
        {
            "stowplan_explain": 1,
            "rule": rule.id,
            "kind": kind_of(rule),
            "says": phrase(rule),
            "tables": [pattern.text for pattern in rule.tables],
            "where": None if rule.where is None else rule.where.text,
            "reason": rule.reason,
            "description": rule.description,
            "path": span.path,
            "line": span.line,
            "column": span.column,
            "text": text,
        }
    )
