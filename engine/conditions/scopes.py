"""Which names a condition may use, by the kind of its rule."""

from __future__ import annotations

from collections.abc import Mapping

from stowplan.expressions import Type
from stowplan.model import Subject

from .manifests import EDGE, MANIFEST
from .plans import PLAN, STEP, WINDOW
from .tables import STATED_TABLE, TABLE
from .words import Record

SELECTING: Mapping[str, Record] = {"table": STATED_TABLE}
"""For rules that decide classes, order and cost: only what the manifest states is known yet."""

CHECKING: Mapping[Subject, Mapping[str, Record]] = {
    Subject.TABLE: {"table": TABLE, "manifest": MANIFEST},
    Subject.DEPENDENCY: {"edge": EDGE, "manifest": MANIFEST},
    Subject.MANIFEST: {"manifest": MANIFEST},
    Subject.STEP: {"table": TABLE, "step": STEP, "window": WINDOW, "manifest": MANIFEST},
    Subject.WINDOW: {"window": WINDOW, "manifest": MANIFEST},
    Subject.PLAN: {"plan": PLAN, "manifest": MANIFEST},
}
"""For checks, by what they look at."""


def types(records: Mapping[str, Record]) -> dict[str, Type]:
    """The types of the names, as the compiler wants them."""
    return {name: record.type for name, record in records.items()}
