"""A minimal set of rules and tables that cannot all hold, as far as the lower bound proves it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from stowplan.model import Place, Witness, shown
from stowplan.planning.bounds import chains_of, lower_bound
from stowplan.planning.groundwork import Groundwork, alone_us
from stowplan.planning.workload import gather
from stowplan.units import count_text, duration_text, rate_text, size_text

from .changes import main_window
from .elements import Element, Terms, elements
from .minimising import minimised
from .trials import BlockedTrial, LateTrial

MOST_CAUSES = 5
"""So many causes of tables that cannot be planned have a conflict of their own."""


class Member(NamedTuple):
    """A rule, an edge or a table of a conflict. `kind` is window, bandwidth, streams, table, …"""

    kind: str
    rule: str | None
    place: Place | None
    text: str
    table: str | None = None


class Conflict(NamedTuple):
    """What cannot all hold: `needs_us` of work in `has_us`, both None where a table is blocked.

    `minimal`: without any one of the members but the window the conflict is gone; each was tried.
    """

    headline: str
    members: tuple[Member, ...]
    minimal: bool
    needs_us: int | None = None
    has_us: int | None = None


def conflicts(ground: Groundwork) -> list[Conflict]:
    """Why no plan of the required tables can hold; empty where nothing is proven.

    First each cause that keeps required tables from being planned, then the time: against the
    window without its reserve, else within it.
    """
    found = [_blocked(ground, table) for table in _roots(ground)[:MOST_CAUSES]]
    main, lower = ground.assessment.main, ground.assessment.lower_us
    if main is None:
        return found
    window = main.window
    for has_us in (window.limit_us, window.usable_us):
        if lower > has_us:
            return [*found, _late(ground, has_us)]
    return found


def _roots(ground: Groundwork) -> list[int]:
    """For each cause that strikes required tables, the first of them that it strikes itself."""
    required = ground.classification.placement
    numbers = (
        [ground.graph.position[name] for name in cause.roots] for cause in ground.obstacles.causes
    )
    struck = ([i for i in roots if required(i) == "required"] for roots in numbers)
    return [roots[0] for roots in struck if roots]


# --- too late


def _late(ground: Groundwork, has_us: int) -> Conflict:
    trial = LateTrial(ground, has_us)
    kept, small = trial.fewest(_witnessed(ground))
    terms, minimal = minimised(trial, Terms(kept), ground.graph.size)
    left = trial.ground(terms)
    needs = trial.bound(terms)
    tables = [left.graph.index(name) for name in terms.tables]
    members = [_window_member(left, has_us), *_members(elements(left, terms, "late"))]
    members += [_table_member(left, table) for table in tables]
    headline = _headline(trial, terms, needs, has_us)
    return Conflict(headline, tuple(members), minimal and small, needs, has_us)


def _witnessed(ground: Groundwork) -> Sequence[str]:
    """The tables that the bound speaks of: its chain, else all required ones."""
    witness = ground.assessment.witness
    return witness.path if witness.kind == "path" else ground.assessment.required


def _headline(trial: LateTrial, terms: Terms, needs: int, has_us: int) -> str:
    window = trial.main.window
    witness = _witness(trial, terms)
    names = terms.tables if witness.kind != "path" else witness.path
    who = _listed(names)
    verb = "needs" if len(names) == 1 else "need"
    streams = count_text(trial.main.capacity.streams, "stream")
    how = {"path": " one after the other", "streams": f" in {streams}"}
    manner = how.get(witness.kind, " together") if len(names) > 1 else ""
    has = f"window {shown(window.name)} has {duration_text(has_us)}"
    reserve = " within its reserve" if has_us < window.limit_us else ""
    rate = " at any bandwidth" if "bandwidth" in terms.free else ""
    return f"{who} {verb} {duration_text(needs)}{manner}{rate}, {has}{reserve}"


def _witness(trial: LateTrial, terms: Terms) -> Witness:
    chosen, ground, capacity = trial.workload(terms)
    demands = [cost.demand for cost in ground.costs]
    workload = gather(chosen, ground.graph, demands, capacity)
    return lower_bound(chains_of(workload), ground.graph.names)[1]


def _listed(names: Sequence[str]) -> str:
    if len(names) > 4:
        return f"{shown(names[0])}, {shown(names[1])} and {len(names) - 2} more"
    told = [shown(name) for name in names]
    return told[0] if len(told) == 1 else f"{', '.join(told[:-1])} and {told[-1]}"


# --- not at all


def _blocked(ground: Groundwork, table: int) -> Conflict:
    trial = BlockedTrial(ground, table)
    name = ground.graph.names[table]
    terms, minimal = minimised(trial, Terms((name,)), ground.graph.size)
    left = trial.ground(terms)
    blame = left.obstacles.blame[table]
    cause = left.obstacles.causes[blame or 0]
    members = [Member("cause", None, Place("", cause.path), cause.text, name)]
    members += _members(elements(left, terms, "blocked"))
    headline = f"{shown(name)} is required and cannot be planned: {cause.text}"
    return Conflict(headline, tuple(members), minimal)


# --- members


def _window_member(ground: Groundwork, has_us: int) -> Member:
    rule = next(rule for rule in ground.policy.rules if main_window(rule))
    main = ground.assessment.main
    if main is None:
        raise ValueError("no window")
    window = main.window
    parts = [duration_text(window.duration_us)]
    if window.rollback_us:
        parts.append(f"{duration_text(window.rollback_us)} of it for going back")
    if has_us < window.limit_us:
        parts.append(f"{duration_text(window.usable_us)} of it within the reserve")
    return Member("window", rule.id, rule.place, ", ".join(parts))


def _members(found: Sequence[Element]) -> list[Member]:
    return [Member(e.kind, e.rule, e.place, e.text) for e in found]


def _table_member(ground: Groundwork, table: int) -> Member:
    entry, demand = ground.tables[table], ground.costs[table].demand
    main = ground.assessment.main
    rate = main.capacity.rate if main else 1
    own = rate if demand.cap is None else min(rate, demand.cap)
    text = f"{size_text(entry.size)}, {duration_text(alone_us(demand, rate))} by itself"
    text += f" at {rate_text(own)}" if entry.size else ""
    place = Place("", ("tables", entry.place))
    return Member("table", None, place, text, entry.name)
