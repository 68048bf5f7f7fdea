"""What is to be moved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from .findings import DocPath

MANIFEST_ORIGIN = "manifest"
"""The origin of an edge that the manifest states; every other origin is a rule's id."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a manifest. `place` is its position in the manifest's list, from 0."""

    name: str
    rows: int
    size: int
    place: int
    index_size: int = 0
    max_row: int = 0
    priority: str | None = None
    owner: str | None = None
    lob: bool | None = None
    primary_key: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)


class Dependency(NamedTuple):
    """The manifest says: `child` needs `parent`; `path` is where it says so."""

    child: str
    parent: str
    path: DocPath


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is to be moved. `declared_total` is in bytes, as `total_size_mb` states it."""

    tables: tuple[Table, ...]
    dependencies: tuple[Dependency, ...] = ()
    present: tuple[str, ...] = ()
    source: str | None = None
    destination: str | None = None
    declared_total: int | None = None
    measured_at: str | None = None
