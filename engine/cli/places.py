"""Findings into places: which document a finding speaks of, and where in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from stowplan.documents import Document, PlacedFinding
from stowplan.evaluation import Locate, evaluate, ordered
from stowplan.model import Fault, Finding, Span, Violation
from stowplan.rules.check import Reading


def locator(manifest: Document | None, policies: Mapping[str, Document]) -> Locate:
    """How to find a finding's place: in the policy file it names, else in the manifest."""

    def locate(finding: Finding) -> Span:
        document = manifest if finding.source is None else policies.get(finding.source)
        if document is None:
            if isinstance(finding, PlacedFinding):
                return Span(finding.source or "", finding.line, finding.column)
            return Span(finding.source or "", 1, 1)
        return Span(document.path, *document.place(finding))

    return locate


def violations_of(faults: Iterable[Fault], document: Document) -> tuple[Violation, ...]:
    """The faults of reading one document, as violations."""
    reading = Reading(tuple(faults))
    return ordered(evaluate(reading, locator(document, {document.path: document})))
