"""Constraints in Markdown as a policy's document: its places are the lines of the statements."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePath

from stowplan.constraints import Unread, convert
from stowplan.model import DocPath, Fault, shown

from . import Document, PlacedFinding, decoded

_MARK = b"\xef\xbb\xbf"
_SIZE = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class ConstraintsDocument(Document):
    """A Markdown text as the policy that it states; `lines` are the places of its statements."""

    lines: Mapping[DocPath, tuple[int, int]]

    def locate(self, path: DocPath, *, on_key: bool = False) -> tuple[int, int]:
        """Line and column of the statement that a value comes from."""
        if not self.readable:
            return super().locate(path, on_key=on_key)
        known = (path[:depth] for depth in range(len(path), 0, -1))
        return next((self.lines[part] for part in known if part in self.lines), (1, 1))

    def locate_within(self, path: DocPath, offset: int) -> tuple[int, int]:
        """The same: a character of a value has no place of its own."""
        del offset
        return self.locate(path)


def constraints_document(raw: bytes, name: str) -> Document:
    """The policy that a Markdown file states; a line that looks like a constraint, unread, is Y601.

    A byte order mark is passed over, as editors on Windows write one.
    """
    sha256 = hashlib.sha256(raw).hexdigest()
    content = decoded(raw.removeprefix(_MARK), name, sha256, "policy")
    if isinstance(content, Document):
        return content
    if len(raw) > _SIZE:
        flaw = PlacedFinding((), f"is larger than {_SIZE // 1024} KiB", hint="write it as YAML")
        return Document(name, None, sha256, "", (Fault("Y601", flaw),), readable=False)
    policy = convert(content, PurePath(name).name)
    faults = tuple(_faults(policy.unread, name))
    return ConstraintsDocument(
        name, dict(policy.data), sha256, content, faults, lines=policy.places
    )


def _faults(unread: Iterable[Unread], name: str) -> Iterable[Fault]:
    """Nothing is checked by half a policy; what is plainly prose states none of it."""
    file = shown(PurePath(name).name)
    hint = f"word it as docs/constraints.md has it, or see `stowplan convert {file}`"
    for line in unread:
        if line.binding:
            text = f'a constraint that is not read: "{shown(line.text)}": {line.reason}'
            yield Fault(
                "Y601", PlacedFinding((), text, hint=hint, line=line.line, column=line.column)
            )
