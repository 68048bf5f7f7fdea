"""What an explanation rests on: a manifest under its policy, as the commands have judged it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from stowplan.conditions.judging import Judgement
from stowplan.conditions.selection import Situation
from stowplan.model import Place, Plan, Span, Violation
from stowplan.planning.groundwork import Groundwork


class Evidence(NamedTuple):
    """The groundwork, what checks have seen, and what was found.

    `locate` finds a place in a policy file, or in the manifest where the place has no source.
    """

    ground: Groundwork
    situation: Situation
    judgements: Sequence[Judgement]
    violations: Sequence[Violation]
    locate: Callable[[Place], Span]

    @property
    def plan(self) -> Plan | None:
        """The plan; None where none could be made."""
        return self.situation.plan
