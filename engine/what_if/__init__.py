"""Other plans of the same manifest: what changes if the policy did, and what must change.

`Change` says what is different, `outcome_of` plans it, `cures` looks for the cheapest single change
that makes a plan feasible, `conflicts` for the rules and tables that cannot all hold.
"""

from .answers import Answer, answer
from .changes import Change, Skip, varied
from .conflicts import Conflict, Member, conflicts
from .cures import cures
from .grid import Grid, TooLargeError
from .outcomes import Outcome, outcome_of
from .searches import Cure
from .skipping import UnknownTableError, skipped

__all__ = [
    "Answer",
    "Change",
    "Conflict",
    "Cure",
    "Grid",
    "Member",
    "Outcome",
    "Skip",
    "TooLargeError",
    "UnknownTableError",
    "answer",
    "conflicts",
    "cures",
    "outcome_of",
    "skipped",
    "varied",
]
