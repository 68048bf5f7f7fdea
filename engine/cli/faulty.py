"""What keeps a command from its work: faults, told all at once."""

from __future__ import annotations

from stowplan.model import Violation


class Faulty(Exception):  # noqa: N818 (it is no error of the program's)
    """A file with faults: all of them, as violations."""

    def __init__(self, violations: tuple[Violation, ...]) -> None:
        super().__init__("a file with faults")
        self.violations = violations
