"""What a scan of a database brings: a manifest, how its figures are known, what is not in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from stowplan.model import Manifest


@dataclass(frozen=True, slots=True)
class Basis:
    """How one table's figures are known.

    `estimated` has, for each key of the manifest that is an estimate, what it is made from.
    `allocated` are the bytes of the table's pages, where they are known.
    """

    estimated: Mapping[str, str]
    allocated: int | None


@dataclass(frozen=True, slots=True)
class Scanned:
    """`bases` by table; `left_out` has, for each reason, the names that the manifest lacks.

    `strangers` are parents that are not among the tables, by name.
    """

    kind: str
    manifest: Manifest
    bases: Mapping[str, Basis]
    left_out: Mapping[str, tuple[str, ...]]
    strangers: tuple[str, ...]
