"""A deletion filter: whatever a conflict does without is dropped, until nothing more can be."""

from __future__ import annotations

from .elements import Key, Terms, elements, shortcuts
from .trials import EACH_TRIED, Trial

_WORK, _LEAST_WORK, _MOST_WORK = 6_000_000, 300, 6000
"""Tables times trials, at most, and in trials: so the time is bounded whatever the manifest."""

_RULE, _TABLE = 10, 1
"""What a trial counts: without a rule or an edge everything is brought together anew."""


def minimised(trial: Trial, terms: Terms, size: int) -> tuple[Terms, bool]:
    """The terms with as little as still conflicts, and whether each of what is left was tried.

    After every deletion what may matter is asked for anew: without one rule the next one in load
    order may hold, and then it is that one which conflicts. The last pass drops nothing: so it has
    tried every member.
    """
    for shortcut in shortcuts(trial.ground(terms), terms):
        if trial.holds(shortcut):
            terms = shortcut
            break
    left = max(_LEAST_WORK, min(_MOST_WORK, _WORK // max(1, size)))
    dropped = True
    while dropped:
        dropped = False
        needed: set[Key] = set()
        smaller = _smaller(trial, terms)
        while (key := next((key for key in smaller if key not in needed), None)) is not None:
            left -= _TABLE if key[0] == "table" else _RULE
            if left < 0:
                return terms, False
            if trial.holds(smaller[key]):
                terms, dropped = smaller[key], True
                smaller = _smaller(trial, terms)
            else:
                needed.add(key)
    return terms, len(terms.tables) <= EACH_TRIED


def _smaller(trial: Trial, terms: Terms) -> dict[Key, Terms]:
    """The terms without each of their members: rules, limits and edges, then tables."""
    found = elements(trial.ground(terms), terms, trial.kind)
    smaller = {element.key: element.dropped(terms) for element in found}
    if 1 < len(terms.tables) <= EACH_TRIED:
        for name in terms.tables:
            rest = tuple(other for other in terms.tables if other != name)
            smaller["table", name] = terms._replace(tables=rest)
    return smaller
