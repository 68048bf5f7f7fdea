"""The files of a git revision, put into a temporary folder; git is asked, never told anything."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import NamedTuple

from stowplan.documents import SIZE
from stowplan.model import shown

from .configuration import FILE
from .manifests import ENDINGS
from .outcome import UsageError

_REGULAR = ("100644", "100755")
"""The modes of ordinary files; links are 120000, submodules 160000."""

_ENDINGS = (*ENDINGS, ".md")
"""Manifests, policies and configurations; constraints in Markdown are a policy too."""

_AT_ONCE = 500
_WITHOUT_LOCKS = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}


class _Blob(NamedTuple):
    """A file of a revision: its object, and its path from the repository's top."""

    object: str
    path: str


@dataclass(frozen=True, slots=True)
class Repository:
    """The git repository around the current folder; `here` is that folder, seen from `top`."""

    top: Path
    here: PurePosixPath

    def inside(self, path: str) -> str | None:
        """A path as seen from the current folder; None where it lies outside the repository."""
        target = Path(os.path.abspath(path))  # noqa: PTH100 (links are not followed)
        real = target.parent.resolve() / target.name
        if not real.is_relative_to(self.top):
            return None
        return Path(os.path.relpath(real, Path.cwd().resolve())).as_posix()

    def known_files(self) -> frozenset[str]:
        """The files below the current folder that git tracks or would track, as seen from it."""
        words = ("ls-files", "-z", "--cached", "--others", "--exclude-standard")
        return frozenset(os.fsdecode(name) for name in _git(*words).split(b"\0") if name)

    @contextmanager
    def exported(self, base: str, named: Sequence[str]) -> Iterator[Path]:
        """A folder that is to the revision what the current folder is to the working tree.

        It has the JSON, YAML and Markdown files of the whole revision, and the `named` ones, paths
        from the current folder, whatever their ending. It is gone afterwards. Raises UsageError.
        """
        commit = _commit(base)
        wanted = {os.path.normpath(self.here / name) for name in named}
        with TemporaryDirectory(prefix="stowplan-") as temporary:
            root = Path(temporary).resolve()
            _export(_blobs(commit, wanted), root)
            # The search for the configuration ends here, as if the revision lay by itself.
            if not (root / FILE).exists():
                (root / FILE).write_text("{}\n", encoding="utf-8")
            folder = root / self.here
            folder.mkdir(parents=True, exist_ok=True)
            yield folder


def repository() -> Repository:
    """The repository around the current folder. Raises UsageError."""
    top = _git("rev-parse", "--show-toplevel").rstrip(b"\n")
    if not top:
        raise UsageError("--git: the current folder is not in a working tree of git")
    prefix = os.fsdecode(_git("rev-parse", "--show-prefix").rstrip(b"\n"))
    return Repository(Path(os.fsdecode(top)).resolve(), PurePosixPath(prefix))


def _commit(base: str) -> str:
    """The commit that a revision means; what looks like an option never gets to git."""
    unknown = UsageError(f"--git: {shown(base)} is no revision: name a branch, a tag or a commit")
    if not base or base.startswith("-") or "\0" in base:
        raise unknown
    try:
        return os.fsdecode(_git("rev-parse", "--verify", "--quiet", f"{base}^{{commit}}").strip())
    except UsageError:
        raise unknown from None


def _blobs(commit: str, wanted: set[str]) -> Iterator[_Blob]:
    """The ordinary files of a commit that may be manifests, policies or configurations."""
    for line in _git("ls-tree", "-r", "-z", "-l", "--full-tree", commit).split(b"\0"):
        head, _, name = line.partition(b"\t")
        path = os.fsdecode(name)
        if not path or not (path.endswith(_ENDINGS) or path in wanted) or not _tame(path):
            continue
        mode, _, hash_, size = os.fsdecode(head).split()
        if mode in _REGULAR and int(size) <= SIZE:
            yield _Blob(hash_, path)


def _tame(path: str) -> bool:
    """Whether a path stays inside the folder that it is written to; git's own trees could lie."""
    parts = PurePosixPath(path).parts
    return not path.startswith("/") and ".." not in parts and ".git" not in parts


def _export(blobs: Iterator[_Blob], root: Path) -> None:
    while batch := list(islice(blobs, _AT_ONCE)):
        asked = "".join(f"{blob.object}\n" for blob in batch).encode()
        answer = memoryview(_git("cat-file", "--batch", given=asked))
        for blob in batch:
            content, answer = _content(answer)
            target = root / blob.path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)


def _content(answer: memoryview) -> tuple[memoryview, memoryview]:
    """The next object of `cat-file --batch` (`HASH blob SIZE`, a line end, content, a line end)."""
    end = bytes(answer[:200]).find(b"\n")
    words = bytes(answer[: max(end, 0)]).split()
    if len(words) != 3:
        raise UsageError("--git: the repository lacks objects of the revision: fetch them first")
    start, size = end + 1, int(words[2])
    return answer[start : start + size], answer[start + size + 1 :]


def _git(*words: str, given: bytes = b"") -> bytes:
    """What git answers. Raises UsageError with the first line of its complaint."""
    program = shutil.which("git")
    if program is None:
        raise UsageError("--git: there is no program git: install it, or compare two files")
    environment = {**os.environ, **_WITHOUT_LOCKS}
    done = subprocess.run(  # noqa: S603 (no shell; a revision is checked before)
        [program, *words], input=given, capture_output=True, env=environment, check=False
    )
    if done.returncode:
        told = done.stderr.decode(errors="replace").strip().splitlines() or ["git failed"]
        raise UsageError(f"--git: {shown(told[0].removeprefix('fatal: '), 300)}")
    return done.stdout
