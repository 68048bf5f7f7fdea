"""What the manifest and the rules say about order, by name, before it becomes a graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from stowplan.model import DocPath, Manifest

from .removals import Block, EdgeRule, Removals


class MissingParent(NamedTuple):
    """A dependency with an end that the manifest does not know; `path` is where it says so."""

    child: str
    parent: str
    path: DocPath


class Stated(NamedTuple):
    """What the manifest's dependencies come to; `pairs` are (child, parent)."""

    pairs: set[tuple[int, int]]
    missing: tuple[MissingParent, ...]
    strays: tuple[MissingParent, ...]
    self_references: tuple[tuple[str, DocPath], ...]


def read_manifest(manifest: Manifest, position: Mapping[str, int], removals: Removals) -> Stated:
    """Sort the manifest's dependencies into edges and what is no edge, without the removed ones."""
    present = frozenset(manifest.present) - position.keys()
    pairs: set[tuple[int, int]] = set()
    missing: list[MissingParent] = []
    strays: list[MissingParent] = []
    selves: list[tuple[str, DocPath]] = []
    for child, parent, path in manifest.dependencies:
        child_index = position.get(child)
        if child_index is None and child not in present:
            strays.append(MissingParent(child, parent, path))
        elif child == parent:
            if child_index is not None:
                selves.append((child, path))
        elif removals.strike(child, parent) or child_index is None:
            continue
        elif (parent_index := position.get(parent)) is not None:
            pairs.add((child_index, parent_index))
        elif parent not in present:
            missing.append(MissingParent(child, parent, path))
    return Stated(pairs, tuple(missing), tuple(strays), tuple(selves))


def rule_blocks(
    rules: Sequence[EdgeRule], position: Mapping[str, int], removals: Removals
) -> list[Block]:
    """All pairs that the adding rules make, as blocks in the rules' order, without removed ones."""
    blocks: list[Block] = []
    for rule in rules:
        if rule.removes:
            continue
        parents = tuple(name for name in rule.parents if name in position)
        both = frozenset(parents)
        children = tuple(n for n in rule.children if n in position and n not in both)
        if parents and children:
            blocks.extend(removals.carve(Block(rule.id, parents, children)))
    return blocks
