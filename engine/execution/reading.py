"""A verified plan as a program: one of its windows, with what its policy says of checkpoints."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from graphlib import TopologicalSorter

from stowplan.model import Action, CheckpointRule, Policy, Segment
from stowplan.moments import MomentError, parse_moment
from stowplan.patterns import Names
from stowplan.verification import Stated
from stowplan.verification.stated import Move
from stowplan.verification.stated import Window as StatedWindow

from .program import Left, Limits, Load, Mark, Program

_MILLION = 10**6


class NoWindowError(ValueError):
    """The plan has no window of that name; `known` are those that it has."""

    def __init__(self, known: Sequence[str]) -> None:
        super().__init__("no such window")
        self.known = known


def program_of(
    stated: Stated, policy: Policy, key: str, window: str | None = None, verify: str | None = None
) -> Program:
    """The program of a plan's main window, or of the one that is named.

    `verify` is how every copy is compared, whatever the plan says of each. Raises NoWindowError.
    """
    chosen = _window(stated, window)
    main = chosen is stated.windows[0]
    moves = (
        [*stated.tables]
        if main
        else [move for move in stated.later.values() if move.window == chosen.name]
    )
    moves.sort(key=lambda move: move.name)
    levels = {each.name: rank for rank, each in enumerate(policy.classes)}
    loads = tuple(_load(move, levels, verify) for move in moves)
    graph = _Graph(moves, stated.rule_edges)
    memory = stated.resources.memory
    return Program(
        key=key,
        window=chosen.name,
        starts=_starts(chosen),
        limits=Limits(
            chosen.rate, chosen.streams, chosen.duration, chosen.rollback, chosen.reserve
        ),
        rate_limit=stated.resources.limit,
        memory=None if memory is None else memory[0] * (_MILLION - memory[1]) // _MILLION,
        loads=loads,
        children=graph.children,
        pending=graph.pending,
        order=graph.order,
        marks=tuple(_marks(stated, policy, loads) if main else ()),
        left=tuple(_left(stated, chosen, main=main)),
        present=tuple(sorted(graph.outside)),
    )


def _window(stated: Stated, name: str | None) -> StatedWindow:
    if name is None:
        return stated.windows[0]
    for window in stated.windows:
        if window.name == name:
            return window
    raise NoWindowError([window.name for window in stated.windows])


def _starts(window: StatedWindow) -> datetime | None:
    written = window.more.get("starts")
    try:
        return parse_moment(written) if isinstance(written, str) else None
    except MomentError:
        return None


def _load(move: Move, levels: Mapping[str, int], verify: str | None) -> Load:
    return Load(
        move.name,
        move.effective,
        levels.get(move.effective, len(levels)),
        move.placement == "required",
        move.phase,
        move.rows,
        move.size,
        move.start,
        move.finish,
        tuple(Segment(*segment) for segment in move.segments),
        move.overhead,
        move.post,
        move.cap,
        move.chunk,
        move.chunks,
        move.rows_per_chunk,
        verify or move.verify,
    )


class _Graph:
    """Who waits for whom among the moves; rules that many tables follow stand as hubs."""

    def __init__(
        self, moves: Sequence[Move], rule_edges: Mapping[str, tuple[list[str], list[str]]]
    ) -> None:
        number = {move.name: at for at, move in enumerate(moves)}
        hubs = {rule: len(moves) + at for at, rule in enumerate(sorted(rule_edges))}
        parents: list[list[int]] = [[] for _ in range(len(moves) + len(hubs))]
        self.outside: set[str] = set()
        for at, move in enumerate(moves):
            parents[at] = [number[name] for name in move.depends_on if name in number]
            parents[at] += [hubs[rule] for rule in move.depends_on_rules if rule in hubs]
            self.outside.update(name for name in move.depends_on if name not in number)
        for rule, hub in hubs.items():
            parents[hub] = [number[name] for name in rule_edges[rule][0] if name in number]
        children: list[list[int]] = [[] for _ in parents]
        for node, before in enumerate(parents):
            for parent in before:
                children[parent].append(node)
        self.children = tuple(map(tuple, children))
        self.pending = tuple(map(len, parents))
        self.order = tuple(TopologicalSorter(dict(enumerate(parents))).static_order())


def _marks(stated: Stated, policy: Policy, loads: Sequence[Load]) -> Iterator[Mark]:
    """The plan's checkpoints; what a rule waits for is resolved again, by its patterns."""
    rules = {rule.id: rule for rule in policy.rules if isinstance(rule, CheckpointRule)}
    names = Names(load.name for load in loads)
    for each in stated.checkpoints:
        rule = rules.get(each.rule or "")
        awaited: Iterable[str] | None = each.tables
        if rule is not None:
            awaited = sorted(names.selected(rule.after)) if rule.after else None
        if awaited is None or awaited:
            yield Mark(
                each.rule,
                each.after,
                each.at,
                each.latest,
                None if awaited is None else tuple(awaited),
                each.decider,
                tuple(_held(action, stated.resources.limit) for action in rule.if_behind)
                if rule
                else (),
            )


def _held(action: Action, rate_limit: int | None) -> Action:
    """An action as far as the bandwidth's limit permits it."""
    if action.kind != "raise_bandwidth" or rate_limit is None or action.value is None:
        return action
    return replace(action, value=min(action.value, rate_limit))


def _left(stated: Stated, window: StatedWindow, *, main: bool) -> Iterator[Left]:
    """What the plan leaves out of this window, by name."""
    found = [
        Left(
            each.name,
            each.code,
            each.window,
            each.rows,
            each.size,
            "; ".join(reason.text for reason in each.because),
        )
        for each in stated.deferred
        if main or each.window != window.name
    ]
    found += [Left(each.name, each.code, None, 0, 0, each.cause) for each in stated.unschedulable]
    yield from sorted(found)
