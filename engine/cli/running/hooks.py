"""Calls the commands that a hooks file names; only a file named on the command line is read."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from stowplan.cli.outcome import UsageError
from stowplan.documents import Unreadable, read
from stowplan.model import shown
from stowplan.reports.text import printable
from stowplan.schemas.hooks import read_hooks

LONGEST_S = 300
"""A hook that takes longer is ended, and counts as one that fails."""

_TOLD = 200


class Hooks:
    """The commands by their moment. Each gets JSON on its standard input."""

    def __init__(self, commands: Mapping[str, tuple[str, ...]]) -> None:
        self._commands = commands
        self._running: subprocess.Popen[str] | None = None

    @classmethod
    def of(cls, path: str | None) -> Hooks:
        """Those of a file, none without one. Raises UsageError with the first fault's place."""
        if path is None:
            return cls({})
        try:
            document = read(path, shown=Path(path).as_posix(), kind="policy")
        except Unreadable as error:
            raise UsageError(f"--hooks {shown(path, _TOLD)}: {error}") from None
        commands, faults = read_hooks(document.data) if document.readable else ({}, ())
        for fault in (*document.faults, *faults):
            line, column = document.place(fault.finding)
            hint = f": {fault.finding.hint}" if fault.finding.hint else ""
            where = f"{document.path}:{line}:{column}"
            raise UsageError(f"--hooks {where}: {fault.finding.message}{hint}")
        return cls(commands)

    def tell(self, moment: str, told: Mapping[str, Any]) -> None:
        """Call a moment's command that decides nothing; what it objects to is told."""
        objection = self.call(moment, told)
        if objection is not None:
            print(f"stowplan: {objection}", file=sys.stderr)

    def call(self, moment: str, told: Mapping[str, Any]) -> str | None:
        """Call a moment's command, if there is one: why it says no, None where it does not."""
        command = self._commands.get(moment)
        if command is None:
            return None
        text = json.dumps({"hook": moment, **told}) + "\n"
        try:
            # In a session of its own: Ctrl-C at the terminal is meant for the run, not for a veto.
            self._running = subprocess.Popen(  # noqa: S603 (the operator's own command)
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                errors="replace",
                start_new_session=True,
            )
            out, err = self._running.communicate(text, timeout=LONGEST_S)
        except OSError as error:
            return f"hook {moment} cannot be started: {(error.strerror or str(error)).lower()}"
        except subprocess.TimeoutExpired:
            self.kill()
            return f"hook {moment} was ended after {LONGEST_S} s"
        status, self._running = self._running.returncode, None
        if status == 0:
            return None
        said = (err or out).strip().splitlines()
        why = f": {printable(said[-1][:_TOLD])}" if said else ""
        return f"hook {moment} says no (exit status {status}){why}"

    def kill(self) -> None:
        """End the command that is running, with all that it has started."""
        if self._running is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._running.pid, signal.SIGKILL)
            self._running = None
