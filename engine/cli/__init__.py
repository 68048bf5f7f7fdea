"""The command line: parse, wire, print, exit. One file a command.

Exit status: 0 nothing at or above `--fail-on`; 1 there is; 2 the command could not do its work; 70
a bug in Stowplan, told in one line unless `--debug` is given.
"""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Sequence
from importlib import import_module

from stowplan import __version__

_COMMANDS = {
    "lint": "Check manifests, and the policies that apply to them.",
    "plan": "Make a validated plan of a manifest under its policies, and write its artefacts.",
    "run": "Carry a verified plan out, or rehearse it: progress, decisions, resume, report.",
    "status": "Tell where a run stands, from another shell and at any time.",
    "calibrate": "Print throughput rules of what runs have measured, for the next plan.",
    "verify": "Give a second opinion on plans: do they follow from their inputs, do they hold?",
    "test": "Run the policies' own tests, and tell which rules none of them has tried.",
    "policies": "Show the policy in force: where each rule is from, what it selects, what is dead.",
    "diff": "Say what a change of manifests or policies does: placements, times, findings, rules.",
    "what-if": "Plan with other bandwidths, windows or streams; say what would make it fit.",
    "schema": "Print a JSON Schema, for editors: of a manifest, a policy, a plan and others.",
    "why": "Tell why a table is where it is: which rules looked at it, and what each came to.",
    "scan": "Print a manifest of a live database: its tables, sizes, keys and dependencies.",
    "convert": "Print the YAML policy that a constraints.md states, and tell what was not read.",
    "explain": "Show a check's page, or a policy's rule: what it is, why it matters, how to mend.",
}

_MODULES = {"policies": "policies_shown", "what-if": "what_if"}
"""The commands whose module has another name."""


def main(arguments: Sequence[str] | None = None, kept: list[object] | None = None) -> int:
    """Run one command and return its exit status.

    A command puts into `kept` what is large: the caller lets go of it, or ends before that.
    """
    # A command is short-lived and what it reads stays: collecting would cost a fifth of the time.
    gc.disable()
    words = sys.argv[1:] if arguments is None else list(arguments)
    options = _parser(words).parse_args(words)
    options.kept = [] if kept is None else kept
    from .outcome import carry_out  # noqa: PLC0415 (--version and --help need nothing of ours)

    return carry_out(options)


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    """The parser; only a command that is named is imported, for most of the time goes into that."""
    parser = argparse.ArgumentParser(
        prog="stowplan",
        description="Plan a data migration from its constraints, before anything moves.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"stowplan {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name, summary in _COMMANDS.items():
        own = commands.add_parser(name, help=summary, description=summary, allow_abbrev=False)
        own.add_argument("--debug", action="store_true", help="show a traceback where one arises")
        if name in words[:1]:
            command = import_module(f".{_MODULES.get(name, name)}", __package__)
            own.set_defaults(run=command.run)
            command.add_arguments(own)
    return parser
