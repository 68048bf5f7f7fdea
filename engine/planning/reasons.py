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
    parents: tuple[str, ...],
    feasible: bool,
    rate: int | None,
) -> str:
    """What would change a deferral; `oversized` are the tables that fit no window, by name.

    `parents` are direct ones that are deferred; `rate` is the bandwidth at which it would fit.
    """
    if code == "excluded":
        return "another class would move it"
    if unwelcome(ground, table):
        return "the main window does not accept its class"
    if not feasible:
        return "only required tables are placed until all of them can be planned in time"
    if code == "oversized":
        return oversized_cure(oversized[ground.graph.names[table]])
    time = _more_time(ground, short_us, rate) if short_us else ""
    if code == "policy":
        also = f", with {time}," if time else ""
        return f"{_better_class(ground)}{also} would bring it into the window"
    return f"it would take {time}" if time else _fitting_cure(code, parents)


def _better_class(ground: Groundwork) -> str:
    classes = ground.policy.classes
    better = (entry.name for entry in classes if entry.placement is Placement.PREFERRED)
    return next((f"class {name}" for name in better), "a better class")


def _fitting_cure(code: str, parents: tuple[str, ...]) -> str:
    if code == "dependency":
        return f"it comes where {', '.join(map(shown, parents))} can come"
    return "it fits behind the others: of so many tables not every selection is tried"


def _more_time(ground: Groundwork, short_us: int, rate: int | None) -> str:
    """So much more usable time, or the bandwidth that does the same; one past its limit is none."""
    time = f"{duration_text(short_us)} more of usable time"
    bandwidth = ground.resources.bandwidth
    limit = bandwidth.limit if bandwidth else None
    if rate is None or (limit is not None and rate > limit):
        return time
    return f"{time} or {rate_text(rate)}"
