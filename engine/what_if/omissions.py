"""Which required tables might be left out: one with all that depends on it, or all blocked ones."""

from __future__ import annotations

from stowplan.model import Placement
from stowplan.planning.groundwork import Groundwork

from .changes import Skip
from .skipping import skip_of

MOST, _FEWEST, _WORK = 200, 5, 400_000
"""Among more required tables only the largest are tried: among very many tables fewer of them."""


def omissions(ground: Groundwork) -> list[Skip]:
    """The ways to leave required tables out, those that give up least first.

    Each of the largest required tables with all that depends on it; and where some cannot be
    planned at all, all of these together. To leave all of them out is no cure.
    """
    required = [
        table
        for table in range(ground.graph.size)
        if ground.classification.placement(table) is Placement.REQUIRED
    ]
    blocked = [table for table in required if ground.obstacles.blame[table] is not None]
    most = max(_FEWEST, min(MOST, _WORK // max(1, ground.graph.size)))
    largest = sorted(required, key=lambda i: (-ground.tables[i].size, i))[:most]
    sets = [[table] for table in largest] if len(blocked) < 2 else []
    if blocked:
        sets.append(blocked)
    skips = {skip.tables: skip for skip in (_skip(ground, chosen) for chosen in sets)}
    partial = (skip for skip in skips.values() if len(skip.required) < len(required))
    return sorted(partial, key=lambda skip: (_lost(ground, skip), skip.label))


def _skip(ground: Groundwork, tables: list[int]) -> Skip:
    if len(tables) == 1:
        return skip_of(ground, ground.graph.names[tables[0]], tables)
    return skip_of(ground, f"the {len(tables)} required tables that cannot be planned", tables)


def _lost(ground: Groundwork, skip: Skip) -> tuple[int, int]:
    """Required bytes and required tables that are given up."""
    position = ground.graph.position
    return sum(ground.tables[position[name]].size for name in skip.required), len(skip.required)
