"""Risk: what can be told of the draws without drawing again."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from stowplan.model import DocPath, ResourceRule, Throughput, shown

from .breaches import Breach, agree, decimal, time
from .case import Case
from .cost_facts import basis_of
from .stated import Driver, Risk

_PROBABILITIES = frozenset({"plan.p_required_fits", "plan.p_all_fits"})
_MICRO = 1_000_000
_MOST = 10
_SPREADS = {"assumed": Fraction(1, 2), "declared": Fraction(1, 5), "measured": Fraction(1, 10)}


def breaches(case: Case) -> Iterator[Breach]:
    """Shares that are not of whole draws or contradict each other, and drivers that are none."""
    risk, path = case.plan.risk, ("risk",)
    if risk is None:
        if _asked_for(case):
            text = "a check of the policy reads the probability, and the plan has no risk"
            yield Breach("risk", path, text)
        return
    limit = case.windows[0].window.limit_us
    if not agree(risk.limit, limit):
        text = f"limit_s is {decimal(risk.limit)}, the window's is {time(limit)}"
        yield Breach("risk", (*path, "limit_s"), text)
    for key, found in (("p_required_fits", risk.p_required), ("p_all_fits", risk.p_all)):
        if not _is_share(found, risk.draws):
            text = f"{key} is {decimal(found)}, no share of {risk.draws} draws"
            yield Breach("risk", (*path, key), text)
    if risk.p_all > risk.p_required or (case.required_blocked and risk.p_required):
        text = f"p_all_fits is {decimal(risk.p_all)} and p_required_fits {decimal(risk.p_required)}"
        yield Breach("risk", (*path, "p_all_fits"), text)
    if not case.required_blocked:
        yield from _quantiles(risk)
    yield from _drivers(case, risk.drivers)


def _asked_for(case: Case) -> bool:
    texts = (
        t for rule in case.facts.policy.checks for t in (rule.where, rule.require, rule.message)
    )
    return any(text is not None and not _PROBABILITIES.isdisjoint(text.reads) for text in texts)


def _is_share(found: int, draws: int) -> bool:
    """Whether some count of the draws, divided by them, has these six decimals."""
    nearest = (found * draws + _MICRO // 2) // _MICRO
    return draws > 0 and abs(found * draws - nearest * _MICRO) <= draws


def _quantiles(risk: Risk) -> Iterator[Breach]:
    """Half, four in five, nine in ten of the draws fit exactly where that quantile does."""
    for key, ends, share in (
        ("required", risk.required, risk.p_required),
        ("all", risk.all, risk.p_all),
    ):
        path = ("risk", "finish", key)
        if ends != sorted(ends):
            yield Breach("risk", path, f"the finishes of {key} do not rise with their share")
        fits = (share * risk.draws + _MICRO // 2) // _MICRO
        for tenths, end in zip((5, 8, 9), ends, strict=True):
            if (end <= risk.limit) != (fits * 10 >= tenths * risk.draws):
                text = f"P{tenths}0 of {key} is {time(end)}, the limit {time(risk.limit)}; that is"
                yield Breach("risk", path, f"{text} not {fits} of {risk.draws} draws that fit")


def _drivers(case: Case, drivers: list[Driver]) -> Iterator[Breach]:
    """Each is in the window, as doubtful as its rules make it; the largest come first."""
    path: DocPath = ("risk", "drivers")
    order = [(-driver.late_required, -driver.late_all, driver.name) for driver in drivers]
    if order != sorted(order) or len({driver.name for driver in drivers}) < len(drivers):
        yield Breach("risk", path, "the drivers are not listed by how late they are, each once")
    if len(drivers) > _MOST:
        yield Breach("risk", path, f"there are {len(drivers)} drivers, at most {_MOST} are listed")
    spreads = _spreads(case, [driver.name for driver in drivers])
    for at, driver in enumerate(drivers):
        table = case.facts.index.get(driver.name)
        if table is None or not case.is_main(table):
            text = f"{shown(driver.name)} is no table of the main window"
            yield Breach("risk", (*path, at, "name"), text)
            continue
        yield from _driver(case, driver, spreads.get(driver.name), (*path, at))


def _driver(case: Case, driver: Driver, spread: Fraction | None, path: DocPath) -> Iterator[Breach]:
    basis = basis_of(case.facts.figures[case.facts.index[driver.name]])
    if driver.basis != basis:
        text = f"the estimate of {shown(driver.name)} is called {driver.basis}, by its rules it is"
        yield Breach("risk", (*path, "basis"), f"{text} {basis}")
    wanted = round(float(_SPREADS[basis] if spread is None else spread) * _MICRO)
    if not agree(driver.spread, wanted):
        text = f"the spread of {shown(driver.name)} is {decimal(driver.spread)}"
        yield Breach("risk", (*path, "spread"), f"{text}, by its rules it is {decimal(wanted)}")
    if min(driver.late_required, driver.late_all) < 0 or not driver.late_required + driver.late_all:
        text = f"{shown(driver.name)} makes nothing late, or less than nothing"
        yield Breach("risk", path, text)


def _spreads(case: Case, names: list[str]) -> dict[str, Fraction]:
    """What throughput rules state of these tables: of each the first in load order."""
    found: dict[str, Fraction] = {}
    for rule in case.facts.policy.rules if names else ():
        resource = rule.resource if isinstance(rule, ResourceRule) else None
        spread = resource.spread if isinstance(resource, Throughput) else None
        if spread is not None:
            chosen = case.facts.chosen(rule, case.facts.listed)
            for name in names:
                if name in chosen:
                    found.setdefault(name, spread)
    return found
