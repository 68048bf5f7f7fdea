"""Carry a verified plan out, or rehearse it."""

from __future__ import annotations

import argparse
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from stowplan.evaluation import ordered
from stowplan.execution.entries import Began, Ended, Ending, Resumed
from stowplan.execution.executing import Execution
from stowplan.execution.ledger import Ledger
from stowplan.execution.mover import Mover, MoverError
from stowplan.execution.program import Program
from stowplan.execution.reading import NoWindowError, program_of
from stowplan.model import Policy, shown
from stowplan.movers.simulated import Disturbances, SimulatedMover
from stowplan.reports.run.results import status
from stowplan.reports.text import printable, violation_line
from stowplan.spelling import nearest

from .outcome import FINE, FOUND, UsageError, add_as_of, add_policy, today
from .plan_inputs import PlanFile
from .running.displays import display_of
from .running.disturbing import add_disturbances, disturbances, disturbed
from .running.ending import write_report
from .running.folder import FOLDER, Markers, RunFolder
from .running.hooks import Hooks
from .running.moving import (
    MOVERS,
    SIMULATE,
    RealMover,
    real_mover,
    rehearsed,
    taken_up,
    waiting,
    which,
)
from .running.setting import Setting
from .running.signals import Signals
from .running.starting import Start, beginning, real, reconciled, rehearsal, standing_of
from .running.watching import Watching
from .verify import judged

NO_GO = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    parser.add_argument("plan", metavar="PLAN.json", help="a plan: what `stowplan plan` writes")
    parser.add_argument(
        "--mover",
        choices=MOVERS,
        help="what moves the data (default: that of the databases' URLs, else simulate)",
    )
    parser.add_argument("--source", metavar="URL", help="the database to read, like sqlite:///a.db")
    parser.add_argument("--target", metavar="URL", help="the database to fill, like sqlite:///b.db")
    parser.add_argument(
        "--execute",
        action="store_true",
        help="move the data; without it a database run only prints what it would do",
    )
    parser.add_argument("--window", metavar="NAME", help="run this window of the plan")
    parser.add_argument(
        "-o", "--output-dir", metavar="DIR", help="for progress and report (default: the plan's)"
    )
    parser.add_argument(
        "--verify",
        choices=("none", "counts", "checksum"),
        help="how every copy is compared, whatever the policy says",
    )
    parser.add_argument("--events", metavar="FILE", help="append every event as a line of JSON")
    parser.add_argument("--hooks", metavar="FILE", help="commands to call at the run's moments")
    parser.add_argument(
        "--start-now",
        action="store_true",
        help="count the window from now, whenever the policy says that it starts",
    )
    again = parser.add_mutually_exclusive_group()
    again.add_argument("--resume", dest="wish", action="store_const", const="resume", help=_RESUME)
    again.add_argument("--fresh", dest="wish", action="store_const", const="fresh", help=_FRESH)
    add_disturbances(parser)
    add_policy(parser)
    add_as_of(parser)


_RESUME = "go on with the run (the default where one was killed or interrupted)"
_FRESH = "rehearse anew, whatever an earlier rehearsal left"


def run(options: argparse.Namespace) -> int:
    """Verify the plan, then carry it out; the report goes beside it. See the README's statuses."""
    try:
        return _run(options, which(options.mover, options.source, options.target))
    except MoverError as error:
        raise UsageError(str(error)) from None


def _run(options: argparse.Namespace, kind: str) -> int:
    if kind != SIMULATE and disturbed(options):
        given = ", ".join(disturbed(options))
        raise UsageError(f"{given}: only for rehearsals (--mover simulate)")
    if options.execute and kind == SIMULATE and options.mover is None:
        raise UsageError("--execute needs databases: --source URL and --target URL")
    plan = PlanFile.read(options.plan)
    found, loaded = judged(plan, options.policy, today(options))
    if found or loaded is None:
        for violation in ordered(found):
            print(violation_line(violation))
        raise UsageError(f"{shown(options.plan, 200)} does not hold: it is not run")
    program = _program(plan, loaded.policy, options)
    if plan.stated is not None and plan.stated.feasibility == "NO":
        print("the plan itself says NO: the required tables do not fit", file=sys.stderr)
    if kind != SIMULATE and not options.execute:
        for statement in rehearsed(program, options.source, options.target):
            print(statement)
        print("nothing was moved: --execute does it", file=sys.stderr)
        return FINE
    return _carry_out(options, kind, plan, program)


def _program(plan: PlanFile, policy: Policy, options: argparse.Namespace) -> Program:
    assert plan.stated is not None
    try:
        return program_of(plan.stated, policy, plan.key, options.window, options.verify)
    except NoWindowError as error:
        near = nearest(options.window, error.known) or ", ".join(error.known)
        text = f"--window: the plan has no window {shown(options.window)}: did you mean {near}?"
        raise UsageError(text) from None


def _carry_out(options: argparse.Namespace, kind: str, plan: PlanFile, program: Program) -> int:
    output = Path(options.output_dir) if options.output_dir else plan.folder
    setting = Setting(options, kind, plan, program, output)
    hooks = Hooks.of(options.hooks)
    bad = disturbances(options, {load.name: load.chunks for load in program.loads})
    with ExitStack() as stack:
        folder = RunFolder(output / FOLDER)
        stack.callback(folder.close)
        events = stack.enter_context(_events(options.events)) if options.events else None
        signals = stack.enter_context(Signals(hooks.kill))
        start = _start(setting, folder)
        mover = _mover(setting, start, bad, signals, stack)
        ledger, markers = _ledger(program, start, mover, folder)
        display = display_of(ledger)
        stack.callback(display.close)
        watch = Watching(ledger, folder, markers, output, hooks, signals, display, events)
        execution = Execution(program, mover, watch, ledger)
        watch.execution = execution
        display.tell(Resumed(mover.now()) if start.again else start.began)
        ended = execution.run()
        write_report(output, ledger, plan)
        hooks.tell("done", {"status": status(ledger), "ending": ended.ending.value})
        return _exit_status(ledger, ended)


def _ledger(
    program: Program, start: Start, mover: Mover, folder: RunFolder
) -> tuple[Ledger, Markers]:
    """Where the run stands; journal and markers are brought to what the target holds."""
    entries = [*start.entries]
    if start.again:
        entries = reconciled(entries, mover.standing())
    ledger = Ledger.of(program, entries)
    if start.again:
        entries.append(Resumed(max(ledger.at_us, mover.now())))
        ledger.add(entries[-1])
    markers = Markers(ledger)
    folder.begin(entries)
    folder.reconcile(markers.all(entries))
    return ledger, markers


def _events(path: str) -> IO[str]:
    try:
        return Path(path).open("a", encoding="utf-8", newline="\n")
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError(f"--events {shown(path, 200)}: {reason}") from None


def _start(setting: Setting, folder: RunFolder) -> Start:
    found, wish = folder.entries(), setting.options.wish
    earlier = beginning(found)
    if earlier is not None and earlier.mover == SIMULATE != setting.kind:
        earlier, found = None, []  # what was only rehearsed gives way
    began = setting.began(earlier)
    if setting.kind == SIMULATE:
        start = rehearsal(found, began, str(folder.path), wish)
    else:
        if not found and (held := _held(setting, began)):
            began, found = held, [held]
        start = real(found, began, str(folder.path), wish)
    if start.again:
        print(f"going on with run {printable(start.began.run)}", file=sys.stderr)
    return start


def _held(setting: Setting, began: Began) -> Began | None:
    """A run whose folder is gone: what the target holds of it is believed."""
    options = setting.options
    return taken_up(setting.program, options.source, options.target, began)


def _mover(
    setting: Setting, start: Start, bad: Disturbances, signals: Signals, stack: ExitStack
) -> Mover:
    program, options = setting.program, setting.options
    if setting.kind == SIMULATE:
        now_us = Ledger.of(program, start.entries).at_us if start.again else 0
        wait = waiting(now_us, signals) if options.real_time else None
        return SimulatedMover(program, bad, standing_of(start.entries), now_us, wait)
    mover = real_mover(setting.kind, program, options.source, options.target, start.began)
    stack.callback(mover.quit)
    stack.callback(_tell_left_out, mover)
    return mover


def _tell_left_out(mover: RealMover) -> None:
    for line in mover.left_out():
        print(printable(line), file=sys.stderr)


def _exit_status(ledger: Ledger, ended: Ended) -> int:
    if ended.ending is Ending.NO_GO:
        return NO_GO
    return FINE if status(ledger) == "COMPLETE" else FOUND
