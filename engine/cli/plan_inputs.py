"""A plan's file and what it was made from: the inputs that it states, as they are now.

A plan does not say how its policies were named. Files that were named stand in it before files
that these extend, so each way of naming them is a beginning of its list.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from stowplan.documents import Document, Unreadable, read
from stowplan.model import DocPath, Finding, Severity, Span, Violation, shown
from stowplan.verification import Breach, MisshapenError, Stated, read_plan

from .outcome import UsageError
from .policies import PACK_PREFIX, FaultyPolicy, LoadedPolicy, shipped_packs
from .projects import Projects

PLAN = "migration_plan.json"
CODE = "S502"
AGAIN = "make the plan again and commit it"


def committed_plans() -> list[str]:
    """Every migration_plan.json below this folder that git knows. Raises UsageError."""
    asked = ["git", "ls-files", "-z", "--", f":(glob)**/{PLAN}"]
    try:
        listed = subprocess.run(asked, capture_output=True, check=True).stdout  # noqa: S603
    except (OSError, subprocess.CalledProcessError):
        text = f"this is no git repository: name the plans, like OUTPUT/{PLAN}"
        raise UsageError(text) from None
    return sorted({os.fsdecode(name) for name in listed.split(b"\0") if name})


@dataclass(frozen=True, slots=True)
class PlanFile:
    """A plan as it stands in its file; `inputs` are paths as it states them, with hashes.

    The first input is the manifest, the others are the files of its policy. `window` is the main
    one, `draws` how many its risk has. `stated` is None where it has not the form of a plan, and
    `misshapen` says why. The document's data are used up.
    """

    document: Document
    window: str | None
    draws: int
    stated: Stated | None
    misshapen: tuple[Breach, ...]
    inputs: tuple[tuple[DocPath, str, str], ...]
    as_of: date | None

    @classmethod
    def read(cls, path: str) -> PlanFile:
        """Raises UsageError for what is no plan."""
        try:
            document = read(path, shown=Path(path).as_posix())
        except Unreadable as error:
            raise UsageError(f"{shown(path, 200)}: {error}") from None
        try:
            return cls._of(document)
        except (KeyError, TypeError, ValueError):
            raise UsageError(f"{shown(path, 200)} is no plan of Stowplan: {AGAIN}") from None

    @classmethod
    def _of(cls, document: Document) -> PlanFile:
        """Raises KeyError, TypeError or ValueError for what is no plan."""
        data = document.data
        if not isinstance(data, dict) or data["stowplan_plan"] != 1 or document.faults:
            raise ValueError("no plan")
        policies = enumerate(data["policies"])
        stated = [(("manifest",), data["manifest"]), *((("policies", n), p) for n, p in policies)]
        day = data.get("as_of")
        inputs = tuple((p, _text(entry["path"]), _text(entry["sha256"])) for p, entry in stated)
        as_of = None if day is None else date.fromisoformat(day)
        main = data.get("windows")
        window = main[0].get("name") if isinstance(main, list) and main else None
        risk = data.get("risk")
        draws = risk.get("draws") if isinstance(risk, dict) else 0
        known = (document, window, draws if isinstance(draws, int) else 0)
        try:
            return cls(*known, read_plan(data), (), inputs, as_of)
        except MisshapenError as error:
            return cls(*known, None, tuple(error.breaches), inputs, as_of)

    @property
    def key(self) -> str:
        """The hash of its bytes: what tells it from every other plan."""
        return _hash(Path(self.document.path))

    @property
    def folder(self) -> Path:
        """Where it stands; the paths in it are seen from there."""
        return Path(self.document.path).parent

    @property
    def manifest(self) -> Path:
        """Its manifest."""
        return self._at(self.inputs[0][1])

    def _at(self, path: str) -> Path:
        """A file that it names; those of shipped packs are where Stowplan is installed."""
        if path.startswith(PACK_PREFIX):
            pack, _, name = path.removeprefix(PACK_PREFIX).partition("/")
            return shipped_packs().get(pack, Path(path)) / name
        return Path(os.path.normpath(self.folder / path))

    def wrong(
        self,
        path: DocPath,
        message: str,
        *,
        promise: str,
        tables: tuple[str, ...] = (),
        hint: str = AGAIN,
    ) -> Violation:
        """What is wrong with it, at one of its values."""
        span = Span(self.document.path, *self.document.place(Finding(path, message)))
        told, details = f"{promise}: {message}", {"promise": promise}
        return Violation(
            CODE, Severity.ERROR, told, span, tables=tables, hint=hint, details=details
        )

    def changed_inputs(self) -> Iterator[Violation]:
        """Its inputs that are no longer those that it was made from."""
        for path, name, planned_from in self.inputs:
            try:
                now = _hash(self._at(name))
            except (OSError, ValueError):
                text = f"{shown(name, 200)} cannot be read any more"
                yield self.wrong((*path, "path"), text, promise="inputs")
                continue
            if now != planned_from:
                was = f"sha256 {now[:12]}, planned {shown(planned_from[:12])}"
                text = f"{shown(name, 200)} has changed since the plan was made ({was})"
                yield self.wrong((*path, "sha256"), text, promise="inputs")

    def overlooked(self, projects: Projects) -> Iterator[Violation]:
        """A file that is in force beside those that it was made from.

        Raises FaultyConfiguration, and FaultyPolicy where the policy in force has faults.
        """
        policy = projects.policy(self.manifest)
        listed = [] if policy is None else _listed(policy, self.folder)
        if {*self._policies} < {*listed}:
            more = next(path for path in listed if path not in self._policies)
            text = f"{shown(more, 200)} is in force, and the plan was made without it"
            yield self.wrong(("policies",), text, promise="inputs")

    def policies_in(self, named: list[str], day: date) -> Iterator[tuple[LoadedPolicy, Projects]]:
        """Its policy, in each way that the files may have been named, and how it was found.

        `named` are the policies of the command line. Raises FaultyConfiguration.
        """
        for names in (named, *self._namings()):
            projects = Projects(names, day)
            try:
                policy = projects.policy(self.manifest)
            except FaultyPolicy:  # a class or a rule is missing: more of the files were named
                continue
            if policy is not None and _listed(policy, self.folder) == self._policies:
                yield policy, projects

    @property
    def _policies(self) -> list[str]:
        """The files of its policy, as it states them."""
        return [path for _, path, _ in self.inputs[1:]]

    def _namings(self) -> Iterator[list[str]]:
        """Each way to name its policies so that those that are named come first."""
        names: list[str] = []
        for path in self._policies:
            packed = path.startswith(PACK_PREFIX)
            name = path.partition("/")[0] if packed else self._at(path).as_posix()
            if name not in names:
                names.append(name)
                yield [*names]


def _text(value: object) -> str:
    """A text. Raises TypeError for anything else."""
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


def _hash(path: Path) -> str:
    """The hash of a file's bytes. Raises OSError, also for what would keep one waiting for ever."""
    if not path.is_file():
        raise FileNotFoundError(path)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _listed(policy: LoadedPolicy, folder: Path) -> list[str]:
    """The files of a policy as a plan states them."""
    return [
        file.path if file.path.startswith(PACK_PREFIX) else _relative(policy, file.path, folder)
        for file in policy.policy.files
    ]


def _relative(policy: LoadedPolicy, label: str, folder: Path) -> str:
    from .artefacts import relative  # noqa: PLC0415 (it brings all that writes plans)

    return relative(policy.paths[label], folder)
