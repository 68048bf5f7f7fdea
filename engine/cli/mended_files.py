"""A mended file: written in place of the old one at once, or shown as a difference."""

from __future__ import annotations

import difflib
import hashlib
import os
import re
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from stowplan.documents import Document
from stowplan.reports.text import printable

_LINE = re.compile(r"[^\n]*\n|[^\n]+")


def written(before: Document, after: Document) -> str | None:
    """Replace a file's content; None, or why it is left as it is.

    Where links lead, the file behind them is replaced. Its permissions stay, and its owner where
    the system lets it.
    """
    target = Path(os.path.realpath(before.path))
    content = after.text.encode()
    try:
        if not target.is_file():
            return "it is no file that can be replaced"
        current = target.read_bytes()
        if current == content:  # by another name
            return None
        if hashlib.sha256(current).hexdigest() != before.sha256:
            return "it has changed since it was read"
        if not (target.stat().st_mode & 0o222 and os.access(target, os.W_OK)):
            return "it is read-only"
        _replace(target, content)
    except OSError as error:
        return f"it cannot be written: {(error.strerror or str(error)).lower()}"
    return None


def unified_diff(before: Document, after: Document) -> str:
    """What changes from one text to the other, as `patch` takes it; empty where nothing does."""
    path = printable(before.path)
    old, new = (_LINE.findall(document.text) for document in (before, after))
    lines = difflib.unified_diff(old, new, path, path)
    marked = (s if s.endswith("\n") else f"{s}\n\\ No newline at end of file\n" for s in lines)
    return "".join(marked)


def _replace(target: Path, content: bytes) -> None:
    status = target.stat()
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".stowplan-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        if hasattr(os, "chown"):
            with suppress(OSError):
                os.chown(temporary, status.st_uid, status.st_gid)
        os.chmod(temporary, stat.S_IMODE(status.st_mode))  # noqa: PTH101 (it has no Path)
        os.replace(temporary, target)  # noqa: PTH105 (it has no Path)
    finally:
        with suppress(OSError):
            os.unlink(temporary)  # noqa: PTH108 (it has no Path)
