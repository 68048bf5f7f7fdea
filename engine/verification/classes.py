"""Classes: each table is in that of its rule, and promotion is closed over parents."""

from __future__ import annotations

from collections.abc import Iterator

from stowplan.model import Placement, shown

from .breaches import Breach
from .case import Case


def breaches(case: Case) -> Iterator[Breach]:
    """Tables in another class than the rules and their children put them."""
    facts = case.facts.classes
    for key, at, record in case.plan.movable():
        own = facts.own[case.facts.index[record.name]]
        if record.class_name != own:
            text = f"{shown(record.name)} has class {_shown(record.class_name)}, its rule gives"
            yield Breach("class", (key, at, "class"), f"{text} {_shown(own)}", (record.name,))
    for table, _, move, path in case.placed.values():
        if move.effective != facts.effective[table]:
            text = f"{shown(move.name)} has effective class {_shown(move.effective)}"
            text += f", should have {_shown(facts.effective[table])}"
            yield Breach("class", (*path, "effective_class"), text, (move.name,))
        elif move.placement != facts.placement[table]:
            text = f"{shown(move.name)} has placement {shown(move.placement)}"
            text += f", its class has {facts.placement[table]}"
            yield Breach("class", (*path, "placement"), text, (move.name,))
    yield from _required(case)


def _required(case: Case) -> Iterator[Breach]:
    """The required set is in the main window as a whole."""
    placement = case.facts.classes.placement
    for table, at in case.deferred.items():
        if placement[table] is Placement.REQUIRED:
            text = f"{case.name(table)} is required, and deferred"
            yield Breach("placement", ("deferred", at), text, (case.plan.deferred[at].name,))


def _shown(name: str | None) -> str:
    return "none" if name is None else shown(name)
