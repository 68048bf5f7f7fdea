"""`lint --fix` and `lint --diff`: what has one safe mend is mended, or shown."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from stowplan.documents import Document, Unreadable, read
from stowplan.fixing import (
    Mended,
    Want,
    manifest_keys,
    mended,
    policy_keys,
    repeated_edges,
    respelled,
    right_total,
)
from stowplan.model import Violation
from stowplan.reports.text import printable, violation_line
from stowplan.units import count_text

from .manifests import Found
from .mended_files import unified_diff, written
from .outcome import CANNOT, FINE, FOUND
from .places import violations_of
from .policies import PACK_PREFIX, FaultyPolicy
from .projects import Projects
from .usages import with_policies

Judge = Callable[[Found], Sequence[Violation]]
"""What gives the violations of a run, those that are waived or in a baseline marked as such."""


class _Change(NamedTuple):
    """A document as it was read, and what its mends made of it."""

    before: Document
    mends: Mended


class _Written(NamedTuple):
    """The documents after their mends were written, and whether all could be."""

    documents: tuple[Document, ...]
    status: int


class Fixed(NamedTuple):
    """What is left to lint after the mends; the status is 2 where a file could not be written."""

    found: Found
    status: int


def fix(found: Found, projects: Projects, judge: Judge) -> Fixed:
    """Mend the manifests, and before them their policies. Raises FaultyPolicy.

    While a policy has faults, the manifests are left alone.
    """
    policies = _write(_policy_changes(found, projects))
    with_policies(found.documents, projects)
    manifests = _write(_manifest_changes(found, judge))
    status = max(policies.status, manifests.status)
    return Fixed(replace(found, documents=manifests.documents), status)


def show_fixes(found: Found, projects: Projects, judge: Judge) -> int:
    """Print what `fix` would change; the exit status is 1 if it would change something.

    It is 2, and the reasons are on standard error, where files cannot be read or policies have
    faults; of the latter only the mends are shown then. Raises FaultyPolicy where they have none.
    """
    changes = [change for change in _policy_changes(found, projects) if change.mends.made]
    status = CANNOT if changes else FINE
    if changes:
        print("note: the manifests are looked at once the policy has no faults", file=sys.stderr)
    else:
        with_policies(found.documents, projects)
        changes = _manifest_changes(found, judge)
    _tell_unreadable(found)
    for before, mends in changes:
        sys.stdout.write(unified_diff(before, mends.document))
        _tell(before, "not mended", mends.refused)
    made = any(mends.made for _, mends in changes)
    return CANNOT if found.unreadable else max(status, FOUND if made else FINE)


def _manifest_changes(found: Found, judge: Judge) -> list[_Change]:
    """The mends of all manifests: keys first, since a total and edges may hang on them."""
    spelled = [respelled(document, manifest_keys) for document in found.documents]
    documents = tuple(mends.document for mends in spelled)
    totals = _wrong_totals(replace(found, documents=documents), judge)
    return [
        _Change(before, _joined(mends, mended(mends.document, _wishes(before.path in totals))))
        for before, mends in zip(found.documents, spelled, strict=True)
    ]


def _wrong_totals(found: Found, judge: Judge) -> frozenset[str]:
    """The manifests whose total is to be mended: not where a policy or baseline accepts it."""
    readable = (document for document in found.documents if document.readable)
    if not any(any(right_total(document.data)) for document in readable):
        return frozenset()
    wrong = (v for v in judge(found) if v.code == "M108" and v.suppressed is None)
    return frozenset(violation.span.path for violation in wrong)


def _wishes(total: bool) -> Callable[[object], Iterable[Want]]:
    return lambda data: (*repeated_edges(data), *(right_total(data) if total else ()))


def _joined(first: Mended, then: Mended) -> Mended:
    made, refused = first.made + then.made, first.refused + then.refused
    return Mended(then.document, tuple(sorted(made)), tuple(sorted(refused)))


def _policy_changes(found: Found, projects: Projects) -> list[_Change]:
    """The mends of policy files that have an unknown key; shipped packs are left alone."""
    try:
        with_policies(found.documents, projects)
    except FaultyPolicy as faulty:
        paths = sorted({v.span.path for v in faulty.violations if v.code == "Y602"})
        own = (path for path in paths if not path.startswith(PACK_PREFIX))
        return [change for path in own for change in _policy_change(path)]
    return []


def _policy_change(path: str) -> list[_Change]:
    if Path(path).suffix.lower() == ".md":  # a constraints.md has no keys
        return []
    try:
        document = read(path, shown=path, kind="policy")
    except Unreadable:  # it has gone since it was found to be faulty
        return []
    return [_Change(document, respelled(document, policy_keys, "policy"))]


def _write(changes: Iterable[_Change]) -> _Written:
    """Write what was mended and tell it; of what cannot be written the old document stays."""
    documents, status, files, count = [], FINE, 0, 0
    for before, mends in changes:
        reason = written(before, mends.document) if mends.made else None
        _tell(before, "not mended", mends.refused)
        if reason is not None:
            print(printable(f"note: {before.path}: not mended: {reason}"), file=sys.stderr)
            status = CANNOT
        else:
            _tell(before, "mended", mends.made)
            files, count = files + bool(mends.made), count + len(mends.made)
        documents.append(before if reason is not None else mends.document)
    if count:
        print(f"{count_text(count, 'mend')} in {count_text(files, 'file')}", file=sys.stderr)
    return _Written(tuple(documents), status)


def _tell(document: Document, what: str, told: Iterable[tuple[int, int, str]]) -> None:
    for line, column, text in told:
        place = f"{document.path}:{line}:{column}"
        print(printable(f"note: {place}: {what}: {text}"), file=sys.stderr)


def _tell_unreadable(found: Found) -> None:
    for path, fault in found.unreadable:
        for violation in violations_of((fault,), Document(path, None, "", "")):
            print(violation_line(violation), file=sys.stderr)
