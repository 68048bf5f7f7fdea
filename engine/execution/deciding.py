"""A checkpoint: how the run stands, what each permitted action would bring, which is taken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stowplan.model import Action
from stowplan.patterns import Names

from .entries import Judgement, Option, Outlook, Pace
from .ledger import Ledger, State, changed
from .outlook import Prospect
from .program import Mark

_Actions = tuple[Action, ...]


class Judge:
    """Holds a run against its plan at one moment."""

    def __init__(self, ledger: Ledger, prospect: Prospect) -> None:
        self.ledger = ledger
        self.prospect = prospect
        self.outlook = prospect.outlook()
        self._selected = Names(ledger.number)

    def judgement(self, mark: Mark, *, late: bool) -> Judgement:
        """How it stands, the options in the rule's order, and what is taken.

        The first action that suffices alone is taken, else the shortest beginning of the list that
        does together, else `stop` where the run is BEHIND and the rule permits it.
        """
        permitted = mark.if_behind if self.outlook.pace is not Pace.ON_TRACK else ()
        options, taken = self._weighed(permitted)
        return Judgement(
            mark.title,
            mark.rule,
            self.prospect.now_us,
            mark.at_us,
            late,
            mark.decider,
            self.outlook,
            tuple(options),
            taken,
        )

    def _weighed(self, permitted: Sequence[Action]) -> tuple[list[Option], _Actions]:
        actions = [action for action in permitted if action.kind != "stop"]
        options = [self.option((action,)) for action in actions]
        for option in options:
            if option.sufficient:
                return options, option.actions
        for count in range(2, len(actions) + 1):
            together = self.option(tuple(actions[:count]))
            if together.sufficient or count == len(actions):
                options.append(together)
            if together.sufficient:
                return options, together.actions
        stops = tuple(action for action in permitted if action.kind == "stop")[:1]
        return options, stops if self.outlook.pace is Pace.BEHIND else ()

    def option(self, actions: _Actions) -> Option:
        """What some actions come to, together, from now on.

        What helps nothing is not sufficient, however well the run stands without it.
        """
        before: Outlook = self.outlook
        limits = self.ledger.limits
        for action in actions:
            limits = changed(limits, action, self.ledger.program.rate_limit)
        skipped = frozenset(at for action in actions for at in self.skipped(action))
        required, everything = self.prospect.ends(limits, skipped)
        saves = _saved(before.required_us, required)
        helps = saves > 0 or limits.limit_us > before.limit_us
        fits = required is not None and required <= limits.limit_us
        return Option(
            actions,
            saves,
            _saved(before.all_us, everything),
            required,
            limits.limit_us,
            helps and fits,
        )

    def skipped(self, action: Action) -> tuple[int, ...]:
        """The tables that skipping leaves out: none that is required or has begun.

        What depends on them is left out with them.
        """
        if action.kind != "skip":
            return ()
        named = {at for at in self._named(action) if self._may_wait(at)}
        return tuple(sorted(self._downstream(named)))

    def _named(self, action: Action) -> Iterator[int]:
        tables = self.ledger.tables
        if action.class_name is None:
            yield from (self.ledger.number[n] for n in self._selected.selected(action.tables))
            return
        for at, table in enumerate(tables):
            if table.load.class_name == action.class_name:
                yield at

    def _may_wait(self, at: int) -> bool:
        table = self.ledger.tables[at]
        return table.state is State.WAITING and not table.load.needed

    def _downstream(self, named: set[int]) -> set[int]:
        return downstream(self.ledger, named)


def downstream(ledger: Ledger, roots: set[int]) -> set[int]:
    """These loads and all that wait for them, hubs passed through."""
    children, count = ledger.program.children, len(ledger.tables)
    found, todo = set(roots), list(roots)
    while todo:
        for child in children[todo.pop()]:
            if child not in found:
                found.add(child)
                todo.append(child)
    return {node for node in found if node < count}


def _saved(before: int | None, after: int | None) -> int:
    return 0 if before is None or after is None else before - after
