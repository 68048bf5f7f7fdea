"""Files of a plan: written all or none, each replaced at once; paths in them are relative."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from stowplan.model import Plan, Span, Violation
from stowplan.reports.follow_up import follow_up_manifest
from stowplan.reports.markdown import plan_markdown
from stowplan.reports.plan_json import plan_json

from .outcome import UsageError
from .processes import apart_if_large

if TYPE_CHECKING:
    from stowplan.apart import Apart
    from stowplan.policy_view import Judged

    from .policies import LoadedPolicy

ARTEFACTS = {
    "md": "migration_plan.md",
    "json": "migration_plan.json",
    "html": "migration_plan.html",
    "csv": "migration_plan.csv",
    "follow-up": "follow_up.manifest.json",
}
"""Every artefact of a plan: what the command line calls it, and its file."""

BESIDE = ("html", "csv", "follow-up")
"""What takes as long together as the JSON of a large plan, and can be made beside it."""


def plan_artefacts(
    plan: Plan,
    judged: Judged,
    source: tuple[Path, str],
    loaded: LoadedPolicy,
    folder: Path,
    wanted: Collection[str] = tuple(ARTEFACTS),
) -> dict[str, Iterable[str]]:
    """The text of each wanted artefact by file name; `source` is the manifest's path and hash.

    A text comes in pieces, once, and is made when it is asked for. Shipped packs keep their name as
    their path: where they are installed is nobody's business.
    """
    policies = {file.path: (loaded.paths[file.path], file.sha256) for file in loaded.policy.files}
    shown = {
        label: label if label.startswith("stowplan:") else relative(path, folder)
        for label, (path, _) in policies.items()
    }
    shown[source[0].as_posix()] = relative(source[0], folder)
    moved = replace(plan, violations=tuple(_moved(v, shown) for v in plan.violations))
    files = [(shown[label], sha256) for label, (_, sha256) in policies.items()]
    manifest = judged.ground.manifest

    def page() -> str:
        # Only here, for its templates take as long to import as a small plan to make.
        from .page import page_of  # noqa: PLC0415

        return page_of(moved, judged, loaded, shown)

    def sheet() -> str:
        from stowplan.reports.plan_csv import plan_csv  # noqa: PLC0415 (as the page)

        return plan_csv(plan, {table.name: table for table in judged.ground.tables})

    makers: dict[str, Callable[[], Iterable[str]]] = {
        "md": lambda: [plan_markdown(moved, manifest)],
        "json": lambda: plan_json(moved, (relative(source[0], folder), source[1]), files),
        "html": lambda: [page()],
        "csv": lambda: [sheet()],
        "follow-up": lambda: [follow_up_manifest(manifest, plan)],
    }
    if "json" in wanted:
        others = {kind: makers[kind] for kind in BESIDE if kind in wanted}
        makers |= _beside(others, apart_if_large(len(manifest.tables)))
    return {name: _pieces(makers[kind]) for kind, name in ARTEFACTS.items() if kind in wanted}


def _beside(
    makers: Mapping[str, Callable[[], Iterable[str]]], apart: Apart
) -> dict[str, Callable[[], Iterable[str]]]:
    """The same texts, made together and perhaps already begun."""
    texts = cache(apart(lambda: {kind: [*make()] for kind, make in makers.items()}))

    def one(kind: str) -> Callable[[], Iterable[str]]:
        return lambda: texts()[kind]

    return {kind: one(kind) for kind in makers}


def _pieces(make: Callable[[], Iterable[str]]) -> Iterator[str]:
    """What is made, when somebody asks for it."""
    yield from make()


def _moved(violation: Violation, shown: Mapping[str, str]) -> Violation:
    span = violation.span
    path = shown.get(span.path, span.path)
    if path == span.path:
        return violation
    return replace(violation, span=Span(path, span.line, span.column))


def relative(path: Path, folder: Path) -> str:
    """A path as seen from a folder, with forward slashes."""
    return Path(os.path.relpath(path, folder)).as_posix()


def write_all(folder: Path, texts: Mapping[str, str | Iterable[str]]) -> list[Path]:
    """Write every file into the folder, or none; a text may come in pieces. Raises UsageError."""
    written: list[tuple[str, Path]] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            handle, temporary = tempfile.mkstemp(dir=folder, prefix=".stowplan-")
            written.append((temporary, folder / name))
            _write(handle, temporary, [text] if isinstance(text, str) else text)
        for _, path in written:
            if path.is_dir():  # it would stop the replacing half-way
                raise IsADirectoryError(errno.EISDIR, f"{path.name} is a directory")
        for temporary, path in written:
            os.replace(temporary, path)  # noqa: PTH105 (the temporary file has no Path)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError(f"{folder}: the artefacts cannot be written: {reason}") from None
    finally:
        for temporary, _ in written:
            with suppress(OSError):
                os.unlink(temporary)  # noqa: PTH108 (the temporary file has no Path)
    return [path for _, path in written]


def _write(handle: int, name: str, pieces: Iterable[str]) -> None:
    """Fill a temporary file and give it the permissions of an ordinary one.

    A path whose bytes are no UTF-8 may stand in the text: its escape is what JSON reads back.
    """
    with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
        file.writelines(pieces)
    mask = os.umask(0)
    os.umask(mask)
    os.chmod(name, 0o666 & ~mask)  # noqa: PTH101 (the temporary file has no Path)
