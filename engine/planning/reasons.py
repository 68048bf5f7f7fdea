"""Why every table is where it is, in words with their numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from stowplan.model import ClassedTable, OversizedTable, Placement, Policy, Reason, shown
from stowplan.rules.resource import oversized_cure
from stowplan.units import duration_text, rate_text, share_text

from .deferral import unwelcome
from .groundwork import Groundwork


class ClassReasons:
    """Who put a table into its class, and who took it along into a better one."""

    def __init__(self, policy: Policy) -> None:
        self._placements = {entry.name: entry.placement for entry in policy.classes}
        self._told: dict[ClassedTable, tuple[Reason, ...]] = {}

    def of(self, classed: ClassedTable) -> tuple[Reason, ...]:
        """The reasons of one table; most tables share them with very many others."""
        told = self._told.get(classed)
        if told is None:
            told = self._told[classed] = (*self._reasons(classed),)
        return told

    def _reasons(self, classed: ClassedTable) -> Iterator[Reason]:
        if classed.class_name is not None:
            own = f"class {classed.class_name} ({self._placements[classed.class_name]})"
            by_manifest = "" if classed.rule else ", by the manifest's own priority"
            yield Reason(classed.rule, own + by_manifest)
        if classed.lifted_by is not None:
            text = f"promoted to {classed.effective}: {shown(classed.lifted_by)} depends on it"
            yield Reason(None, text)


def deferral_text(
    code: str,
    *,
    needs_us: int,
    short_us: int,
    window_us: int,
    parents: tuple[str, ...],
    feasible: bool,
) -> str:
    """One line for a table outside the main window: why, how long it takes, would it fit."""
    if code == "excluded":
        return "excluded by policy: never moved"
    needs = f"needs {duration_text(needs_us)}, {share_text(needs_us, window_us)} of the window"
    fits = f"would not fit: {duration_text(short_us)} too long" if short_us else "would fit"
    return f"{_cause(code, parents, feasible)}; {needs}; {fits}"


def _cause(code: str, parents: tuple[str, ...], feasible: bool) -> str:
    if code == "policy":
        return "deferred by policy"
    if code == "oversized":
        return "too long for every window (R402)"
    if code == "dependency":
        several = "s" if len(parents) > 1 else ""
        return f"deferred with its parent{several} {', '.join(map(shown, parents))}"
    if feasible:
        return "does not fit beside what comes first"
    return "not placed, since feasibility is NO"


def cure_text(
    ground: Groundwork,
    table: int,
    code: str,
    oversized: Mapping[str, OversizedTable],
    *,
    short_us: int,
    feasible: bool,
    rate: int | None,
) -> str:
    """What would change a deferral; `oversized` are the tables that fit no window, by name."""
    if code == "excluded":
        return "another class would move it"
    if unwelcome(ground, table):
        return "the main window does not accept its class"
    if not feasible:
        return "only required tables are placed until all of them can be planned in time"
    if code == "oversized":
        return oversized_cure(oversized[ground.graph.names[table]])
    if not short_us:
        better = next(
            (e.name for e in ground.policy.classes if e.placement is Placement.PREFERRED), None
        )
        return f"class {better} would bring it into the window" if better else "a better class"
    cure = f"it would take {duration_text(short_us)} more of usable time"
    return f"{cure}, or {rate_text(rate)}" if rate is not None else cure
