"""The cheapest single change that makes a plan feasible: one lever at a time, each really planned.

A planner of this kind is not monotone, so nothing is bisected by planning. The lower bound says
below which value no plan at all can fit (it is bisected: whatever it proves holds for all that is
less, for no schedule gets worse by more); from there on a finite list of values is planned, the
least first, until one is found feasible.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from stowplan.model import Placement
from stowplan.planning.groundwork import Groundwork
from stowplan.units import count_text

from .bandwidth_cure import more_bandwidth
from .changes import Change, streams_limit
from .omissions import omissions
from .outcomes import Outcome
from .searches import Cure, Search
from .window_cures import longer_window, smaller_reserve

MOST_STREAMS = 16
"""Up to here every number of streams is tried, and then its doubles."""


def cures(ground: Groundwork, as_is: Outcome) -> list[Cure]:
    """What each lever can do for a plan that is TIGHT or NO, the cheapest first.

    Cheaper is what the policy allows, then what changes less beside what there is now: bandwidth,
    window and streams by their growth, a reserve by the share of the window that it gives up,
    leaving required tables out by their share of the required bytes. Empty for a plan that fits.
    """
    if as_is.feasibility == "YES":
        return []
    window = as_is.window.window
    search = Search(ground, as_is, window, ground.assessment.lower_us)
    if ground.assessment.required_blocked:
        text = "required tables cannot be planned at all, and it changes nothing of that"
        blocked = [Cure(lever, None, Fraction(0), text, 0) for lever in ("bandwidth", "window")]
        found = [*blocked, _streams(search), _omission(search)]
    else:
        levers = (more_bandwidth, longer_window, _streams, smaller_reserve, _omission)
        found = [
            lever(search) for lever in levers if lever is not smaller_reserve or window.reserve
        ]
    return sorted(found, key=_order)


def _order(cure: Cure) -> tuple[bool, bool, Fraction]:
    return cure.outcome is None, not cure.within_policy, cure.cost


# --- streams


def _streams(search: Search) -> Cure:
    now = search.as_is.window.capacity.streams
    numbers = _numbers(now, len(search.ground.placed(Placement.REQUIRED)))
    possible = [number for number in numbers if search.may_fit(Change(streams=number))]
    changes = (Change(streams=number) for number in possible)
    outcome, tried = search.first_feasible(changes)
    if outcome is None:
        shown = f"{count_text(len(numbers), 'number')} tried, up to {max(numbers, default=now)}"
        proof = "proven for each" if not possible else f"proven for {len(numbers) - tried}"
        return Cure("streams", None, Fraction(0), f"no plan found ({shown}; {proof})", tried)
    found = outcome.window.capacity.streams
    return Cure("streams", outcome, Fraction(abs(found - now), now), _stream_rule(search), tried)


def _numbers(now: int, tables: int) -> list[int]:
    """The numbers of streams to try, the nearest first; more than there are tables is no use."""
    most = max(1, tables)
    numbers = {*range(1, MOST_STREAMS + 1)} | {MOST_STREAMS << k for k in range(1, 8)} | {now + 1}
    wanted = (number for number in numbers if number != now and number <= max(most, now))
    return sorted(wanted, key=lambda number: (abs(number - now), number))


def _stream_rule(search: Search) -> str:
    allowed = streams_limit(search.ground.policy)
    return "no rule limits them" if allowed is None else f"the rule says {allowed}"


# --- leaving required tables out


def _omission(search: Search) -> Cure:
    ground = search.ground
    total = sum(ground.tables[i].size for i in _required(ground))
    found = omissions(ground)
    possible = [skip for skip in found if search.may_fit(Change(skip=skip))]
    changes = (Change(skip=skip) for skip in possible[:20])
    outcome, tried = search.first_feasible(changes)
    told = f"the least required MB of {count_text(len(found), 'way')}"
    if outcome is None or outcome.change.skip is None:
        text = f"no plan found ({count_text(len(found), 'way')} of leaving required tables out)"
        return Cure("skip", None, Fraction(0), text, tried)
    position = ground.graph.position
    lost = sum(ground.tables[position[name]].size for name in outcome.change.skip.required)
    return Cure("skip", outcome, Fraction(lost, total) if total else Fraction(1), told, tried)


def _required(ground: Groundwork) -> Iterator[int]:
    numbers = range(ground.graph.size)
    return (i for i in numbers if ground.classification.placement(i) is Placement.REQUIRED)
