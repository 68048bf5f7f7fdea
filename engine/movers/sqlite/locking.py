"""The lock that keeps two runs from one target: the system's own, which dies with its process."""

from __future__ import annotations

import contextlib
import fcntl
import os
from pathlib import Path

from stowplan.execution.mover import MoverError
from stowplan.model import shown


class TargetLock:
    """Holds `TARGET.stowplan-lock` locked until it is released, or the process is gone.

    The file says whose it is; that it exists means nothing. Raises MoverError.
    """

    def __init__(self, target: Path, run_id: str) -> None:
        self._path = Path(f"{os.path.realpath(target)}.stowplan-lock")
        try:
            self._file = self._locked()
        except BlockingIOError:
            raise MoverError(self._taken(target)) from None
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise MoverError(
                f"{shown(str(self._path), 300)}: the target's lock cannot be made ({reason}): "
                "check the permissions of its folder"
            ) from error
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, f"{run_id} (process {os.getpid()})\n".encode("utf-8", "replace"), 0)

    def release(self) -> None:
        """Gives the target free; doing so twice is no fault."""
        if self._file >= 0:
            with contextlib.suppress(OSError):
                self._path.unlink()
            os.close(self._file)
            self._file = -1

    def _locked(self) -> int:
        """The locked file; one that its last holder removed meanwhile is no lock any more."""
        while True:
            file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if self._is_there(file):
                    return file
            except OSError:
                os.close(file)
                raise
            os.close(file)

    def _is_there(self, file: int) -> bool:
        try:
            return os.path.samestat(os.fstat(file), self._path.stat())
        except FileNotFoundError:
            return False

    def _taken(self, target: Path) -> str:
        try:
            holder = shown(self._path.read_text("utf-8", "replace").strip(), 200)
        except OSError:
            holder = "unknown"
        return (
            f"{shown(str(target), 300)}: another run ({holder}) has this target: "
            "wait until it is done, or stop it"
        )
