"""What a run has around it, and what it is called."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from stowplan.cli.artefacts import relative
from stowplan.cli.outcome import UsageError
from stowplan.cli.plan_inputs import PlanFile
from stowplan.execution.entries import Began
from stowplan.execution.program import Program
from stowplan.model import shown

from .disturbing import settings_of
from .folder import FOLDER
from .moving import SIMULATE

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Setting:
    """What a run has around it."""

    options: argparse.Namespace
    kind: str
    plan: PlanFile
    program: Program
    output: Path

    def began(self, earlier: Began | None) -> Began:
        """The beginning of this run; an earlier one on databases keeps its name and its clock.

        Raises UsageError where the window has not begun, or is over.
        """
        options, program = self.options, self.program
        if self.kind == SIMULATE:
            started = (program.starts or _EPOCH).isoformat()
            settings = settings_of(options)
            run = _rehearsal_id(program, settings, started)
        else:
            started = earlier.started if earlier else _starts(program, options).isoformat()
            settings = _hash(f"{options.source}\n{options.target}")
            run = earlier.run if earlier else f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{program.key[:6]}"
        plan = relative(Path(self.plan.document.path), self.output / FOLDER)
        return Began(run, plan, program.key, program.window, self.kind, settings, started)


def _rehearsal_id(program: Program, settings: str, started: str) -> str:
    """A rehearsal has the same name each time: the same input gives the same bytes."""
    text = f"{program.key}\n{program.window}{settings}{started}"
    return f"rehearsal-{_hash(text)}"


def _hash(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:10]


def _starts(program: Program, options: argparse.Namespace) -> datetime:
    """When the window starts on the wall. Raises UsageError where that is not yet, or over."""
    now = datetime.now(UTC)
    if program.starts is None or options.start_now:
        return now
    ends = program.starts + timedelta(microseconds=program.limits.limit_us)
    if now < program.starts or now >= ends:
        when = "has not begun" if now < program.starts else "is over"
        span = f"{program.starts.isoformat()} to {ends.isoformat()}"
        text = f"the window {shown(program.window)} {when} ({span}): --start-now counts from now"
        raise UsageError(text)
    return program.starts
