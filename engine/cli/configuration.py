"""`stowplan.yaml`: which manifests and policies a project has. Searched upwards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from stowplan.documents import Unreadable, read
from stowplan.model import Severity, Violation
from stowplan.schemas.configuration import read_configuration

from .places import violations_of

FILE = "stowplan.yaml"


@dataclass(frozen=True, slots=True)
class Configuration:
    """What a project's file says; paths are resolved against its folder."""

    folder: Path
    manifests: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    fail_on: Severity | None = None


class FaultyConfiguration(Exception):  # noqa: N818 (it is no error of the program's)
    """A configuration with faults: all of them."""

    def __init__(self, violations: tuple[Violation, ...]) -> None:
        super().__init__("faulty configuration")
        self.violations = violations


def find_configuration(start: Path) -> Configuration | None:
    """The nearest `stowplan.yaml` from a folder upwards. Raises FaultyConfiguration."""
    found = next(_candidates(start), None)
    if found is None:
        return None
    try:
        document = read(found, kind="policy")
    except Unreadable:
        return None
    values, faults = read_configuration(document.data) if document.readable else (None, ())
    if document.faults or faults or values is None:
        raise FaultyConfiguration(violations_of((*document.faults, *faults), document))
    return Configuration(found.parent, values.manifests, values.policies, values.fail_on)


def _candidates(start: Path) -> Iterator[Path]:
    folder = start.resolve()
    for above in (folder, *folder.parents):
        candidate = above / FILE
        if candidate.is_file():
            yield candidate
