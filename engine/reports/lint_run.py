"""What a run of `lint` has come to, as every format needs it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from stowplan.model import Rule, Severity, Span, Violation

if TYPE_CHECKING:
    from stowplan.baseline import Entry


class Stale(NamedTuple):
    """An entry of a baseline that speaks of nothing any more, and where it stands."""

    entry: Entry
    span: Span


def _always_error(_: str) -> Severity:
    return Severity.ERROR


def _no_text(_: str) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class LintRun:
    """Violations in their order; `files` are the manifests that were checked.

    `stale` is None where there was no baseline. `fail_on` says for a path from which severity on
    a violation counts; `text_of` gives a file's text, empty where there is none. `rules` are those
    of the policies, by id. `folder` is where relative paths start, with forward slashes.
    """

    violations: tuple[Violation, ...]
    files: tuple[str, ...] = ()
    skipped: int = 0
    status: int = 0
    stale: tuple[Stale, ...] | None = None
    rules: Mapping[str, Rule] = field(default_factory=dict)
    docs_url: str | None = None
    fail_on: Callable[[str], Severity] = _always_error
    text_of: Callable[[str], str] = _no_text
    folder: str = ""
    colour: bool = False
