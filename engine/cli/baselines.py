"""The options of baselines: reading one, writing one, and the paths that its entries have."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from stowplan.model import CheckRule, Policy, Severity, Span, Violation

from .faulty import Faulty
from .outcome import UsageError
from .policies import PACK_PREFIX
from .settings import Setting

if TYPE_CHECKING:
    from stowplan.baseline import Entry
    from stowplan.documents import Document
    from stowplan.reports.lint_run import Stale

    from .configuration import Configuration

_UNREAD = frozenset({"M101", "M102", "M106", "M109"})
"""After these a manifest is not checked further: nothing about it is known to be gone."""


_START = 4096
"""In how many bytes from its start a file says that it is a baseline."""


class FaultyBaseline(Faulty):
    """A baseline with faults: all of them."""


def add_baseline(parser: argparse.ArgumentParser) -> None:
    """The options that read and write a baseline."""
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--baseline",
        metavar="FILE",
        help="accept the findings that this file lists (default: what stowplan.yaml names)",
    )
    group.add_argument(
        "--no-baseline", action="store_true", help="accept none, whatever stowplan.yaml names"
    )
    group.add_argument(
        "--write-baseline",
        metavar="FILE",
        help="list in this file all findings that there are now, to accept them from now on",
    )


@dataclass(frozen=True, slots=True)
class Baseline:
    """A baseline as read; paths of its entries start at the folder of its file."""

    document: Document
    entries: tuple[Entry, ...]

    def stale(self, used: Collection[int], judged: Collection[str]) -> tuple[Stale, ...]:
        """The entries that were not used, of files that were judged or are gone."""
        from stowplan.reports.lint_run import Stale  # noqa: PLC0415

        path = self.document.path
        folder = Path(path).parent
        known = {seen_from(Path(path))(file) for file in judged}
        return tuple(
            Stale(entry, Span(path, *self.document.locate(("findings", number))))
            for number, entry in enumerate(self.entries)
            if number not in used and (entry.path in known or _is_gone(folder, entry.path))
        )


class Accepted(NamedTuple):
    """Violations after the baseline, what of it is stale, and the files that it is written to."""

    violations: tuple[Violation, ...]
    stale: tuple[Stale, ...] | None = None
    files: tuple[tuple[Path, str], ...] = ()


def baseline_in_force(
    options: argparse.Namespace, configuration: Configuration | None
) -> Setting[str] | None:
    """Which baseline a run has, and what names it; none while one is written."""
    if options.baseline is not None:
        return Setting(options.baseline, "--baseline")
    if options.no_baseline or options.write_baseline is not None or configuration is None:
        return None
    return configuration.baseline


def read_baseline_file(setting: Setting[str] | None) -> Baseline | None:
    """Read a baseline; where it is missing, that is told where a file names it.

    Raises FaultyBaseline.
    """
    return None if setting is None else _read(setting.value, setting.spans)


def _read(path: str, spans: Sequence[Span]) -> Baseline:
    from stowplan.documents import Document, Unreadable, read  # noqa: PLC0415
    from stowplan.model import Fault, Finding  # noqa: PLC0415
    from stowplan.schemas.baseline import read_baseline  # noqa: PLC0415

    from .places import violations_of  # noqa: PLC0415

    label = Path(path).as_posix()
    try:
        document = read(path, shown=label, kind="policy")
    except Unreadable as error:
        hint = f"check the path, or make one: stowplan lint --write-baseline {label}"
        fault = Fault("Y611", Finding((), f"the baseline: {error}", hint=hint))
        told = violations_of((fault,), Document(label, None, "", ""))
        raise FaultyBaseline(tuple(replace(v, span=(*spans, v.span)[0]) for v in told)) from None
    entries, faults = read_baseline(document.data) if document.readable else ((), ())
    if document.faults or faults:
        raise FaultyBaseline(violations_of((*document.faults, *faults), document))
    return Baseline(document, entries)


def accepted(
    violations: Sequence[Violation],
    baseline: Baseline,
    firm: frozenset[str],
    manifests: Iterable[str],
    policies: Iterable[str],
) -> Accepted:
    """The violations with those suppressed that the baseline lists; both kinds of files by path."""
    from stowplan.baseline import accept  # noqa: PLC0415

    seen = seen_from(Path(baseline.document.path))
    found = accept(violations, baseline.entries, firm, seen)
    judged = _judged(violations, manifests, policies)
    return Accepted(found.violations, baseline.stale(found.used, judged))


def started(
    violations: Sequence[Violation],
    path: str,
    firm: frozenset[str],
    manifests: Iterable[str],
    policies: Iterable[str],
) -> Accepted:
    """A baseline of all that may be accepted, and the violations as it leaves them.

    One that is there already keeps its entries of files that this run has not looked at. Raises
    UsageError where it would replace a file of another kind.
    """
    from stowplan.baseline import accept, entries  # noqa: PLC0415
    from stowplan.reports.baseline_json import baseline_json  # noqa: PLC0415

    _refuse_other(Path(path))
    seen = seen_from(Path(path))
    judged = {seen(file) for file in (*manifests, *policies)}
    kept = [entry for entry in _listed(Path(path)) if entry.path not in judged]
    listed = tuple(sorted((*entries(violations, firm, seen), *kept)))
    found = accept(violations, listed, firm, seen)
    return Accepted(found.violations, (), ((Path(path), baseline_json(listed)),))


def _listed(path: Path) -> Iterator[Entry]:
    """The entries of a baseline that is there, of files that are; of a faulty one nothing is."""
    if not path.is_file():
        return
    try:
        baseline = _read(path.as_posix(), ())
    except FaultyBaseline:
        return
    yield from (entry for entry in baseline.entries if not _is_gone(path.parent, entry.path))


def firm_codes(policies: Iterable[Policy]) -> frozenset[str]:
    """What can be neither waived nor baselined: firm checks, and rules that say so.

    A rule that limits how long a waiver may last is one of them: a baseline has no end.
    """
    from stowplan.rules import CHECKS  # noqa: PLC0415

    rules = (r for policy in policies for r in policy.rules if isinstance(r, CheckRule))
    own = {rule.id for rule in rules if not rule.waivable or rule.max_days is not None}
    return frozenset(own.union(check.code for check in CHECKS if check.firm))


def seen_from(baseline: Path) -> Callable[[str], str]:
    """What makes a path relative to a baseline's folder; a pack's file keeps its name."""
    folder = baseline.parent

    def seen(path: str) -> str:
        if path.startswith(PACK_PREFIX):
            return path
        return Path(os.path.relpath(path, folder)).as_posix()

    return seen


def _refuse_other(path: Path) -> None:
    """A manifest or policy that is named here by mistake must not be lost."""
    if not path.is_file():
        return  # what is wrong with it is told when it is written
    try:
        with path.open("rb") as file:
            start = file.read(_START)
    except OSError:
        return  # it is not there; or what is wrong is told when it is written
    if start.strip() and b'"stowplan_baseline"' not in start:
        raise UsageError(f"{path}: is there and is no baseline: name another file")


def _judged(
    violations: Iterable[Violation], manifests: Iterable[str], policies: Iterable[str]
) -> set[str]:
    """The files of which all findings are known; of policies only if no manifest is broken."""
    broken = {v.span.path for v in violations if v.code in _UNREAD and v.severity is Severity.ERROR}
    return {*manifests} - broken if broken else {*manifests, *policies}


def _is_gone(folder: Path, path: str) -> bool:
    return not path.startswith(PACK_PREFIX) and not os.path.lexists(folder / path)
