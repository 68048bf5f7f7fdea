"""Files become data, with a position for every path. The home of PyYAML and of JSON reading.

What cannot be read, or not without doubt, is a fault: nothing is silently taken.
"""

from __future__ import annotations

import errno
import gc
import hashlib
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from stowplan.model import DocPath, Fault, Finding

from . import json_text
from .flaws import Broken, Flaw
from .places import Lines, Mark, Places

if TYPE_CHECKING:
    from .scalars import Scalars

__all__ = ["Document", "Kind", "PlacedFinding", "Unreadable", "decoded", "parse", "read"]

SIZE = 256 * 1024 * 1024
"""How many bytes a document may have."""

Kind: TypeAlias = Literal["manifest", "policy"]

_CODES = {"manifest": ("M102", "M104"), "policy": ("Y601", "Y601")}
"""For each kind of document the codes of a flaw and of a repeated key."""

_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_Marks: TypeAlias = Callable[[str], Iterable[Mark]]


class Unreadable(Exception):  # noqa: N818 (it is no error of the program's)
    """A path that cannot be read; the message says why, without the path, on one line."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(reason)
        self.path = path


@dataclass(frozen=True, slots=True)
class PlacedFinding(Finding):
    """A finding that reading made: it knows its place, since its text may have no paths."""

    line: int = 1
    column: int = 1


@dataclass(frozen=True)
class Document:
    """One file as read. `data` holds dict, list, str, bool, None, int and Decimal, no float.

    `text` is empty where it could not be decoded. Where `readable` is false, `data` is None and
    `faults` say why; faults of a readable document leave its data usable.
    """

    path: str
    data: object
    sha256: str
    text: str = field(repr=False)
    faults: tuple[Fault, ...] = ()
    readable: bool = True
    marks: _Marks = field(default=json_text.coarse_marks, repr=False)

    def locate(self, path: DocPath, *, on_key: bool = False) -> tuple[int, int]:
        """Line and column of a value, or of its key, from 1.

        A path that does not exist stands for the nearest enclosing value; every path of an
        unreadable document for its first fault.
        """
        if not self.readable:
            return self.place(self.faults[0].finding)
        return self._lines.position(self._places.find(path, on_key=on_key))

    def place(self, finding: Finding) -> tuple[int, int]:
        """Line and column of a finding on this document, from 1."""
        if isinstance(finding, PlacedFinding):
            return finding.line, finding.column
        if finding.offset is not None:
            return self.locate_within(finding.path, finding.offset)
        return self.locate(finding.path, on_key=finding.on_key)

    def locate_within(self, path: DocPath, offset: int) -> tuple[int, int]:
        """Line and column of one character of a text value, from 1.

        `offset` counts in the value as read; past its end stands for the place after it. What an
        alias stands for is placed at its anchor. A path to anything else is placed as a whole.
        """
        found = self._scalars.offset(path, offset) if self.readable else None
        return self.locate(path) if found is None else self._lines.position(found)

    @cached_property
    def _scalars(self) -> Scalars:
        from .scalars import JsonScalars, YamlScalars  # noqa: PLC0415 (most runs need neither)

        if self.marks is json_text.coarse_marks:
            return JsonScalars(self.text, self.data, self._places)
        return YamlScalars(self.text, self.data)

    @cached_property
    def _lines(self) -> Lines:
        return Lines(self.text)

    @cached_property
    def _places(self) -> Places:
        with _no_collection():
            return Places(self.marks(self.text), json_text.marks)


def read(path: str | Path, *, shown: str | None = None, kind: Kind = "manifest") -> Document:
    """Read a file; `shown` is what messages call it. Raises Unreadable."""
    name = str(path) if shown is None else shown
    try:
        content = _content(path)
    except FileNotFoundError:
        raise Unreadable(name, "no such file") from None
    except IsADirectoryError:
        raise Unreadable(name, "is a directory, not a file") from None
    except PermissionError:
        raise Unreadable(name, "cannot be read: permission denied") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise Unreadable(name, f"cannot be read: {reason.lower()}") from None
    return _document(content, name, Path(path).suffix, kind)


def _content(path: str | Path) -> bytes:
    """What a file holds, up to one byte too many. Raises OSError, ValueError.

    What is no ordinary file is opened only where it cannot keep one waiting for ever: a pipe that
    this process was given (`/dev/stdin`, `<(command)`) ends when its writer does.
    """
    mode = os.stat(path).st_mode  # noqa: PTH116 (Path's own raises other errors for odd names)
    given = os.fspath(path).startswith(_OF_THE_PROCESS)
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode) or (given and stat.S_ISFIFO(mode))):
        raise OSError(errno.EINVAL, "it is no ordinary file")
    with Path(path).open("rb") as file:
        return file.read(SIZE + 1)


_OF_THE_PROCESS = ("/dev/stdin", "/dev/fd/", "/proc/self/fd/")


def parse(content: bytes | str, name: str, kind: Kind = "manifest") -> Document:
    """The same without a file; the ending of `name` says whether it is JSON or YAML."""
    raw = content.encode() if isinstance(content, str) else content
    return _document(raw, name, Path(name).suffix, kind)


def _document(raw: bytes, name: str, suffix: str, kind: Kind) -> Document:
    if kind == "policy" and suffix.lower() == ".md":
        from .markdown import constraints_document  # noqa: PLC0415 (few policies are Markdown)

        return constraints_document(raw, name)
    sha256 = hashlib.sha256(raw).hexdigest()
    text = decoded(raw, name, sha256, kind)
    if isinstance(text, Document):
        return text
    is_json = _is_json(text, suffix.lower())
    try:
        with _no_collection():
            return _loaded(text, name, sha256, kind, is_json=is_json)
    except Broken as broken:
        faults = _faults(broken.flaws, Lines(text), kind)
        return Document(name, None, sha256, text, faults, readable=False)


def decoded(raw: bytes, name: str, sha256: str, kind: Kind) -> str | Document:
    """The text of a file; what is none is a document that cannot be read and says why."""
    try:
        return _decoded(raw)
    except Broken as broken:
        lines = Lines(_readable_part(raw))
        return Document(name, None, sha256, "", _faults(broken.flaws, lines, kind), readable=False)


def _loaded(text: str, name: str, sha256: str, kind: Kind, *, is_json: bool) -> Document:
    flaws: tuple[Flaw, ...] = ()
    marks: _Marks = json_text.coarse_marks
    all_marks: _Marks = json_text.marks
    if is_json:
        data, repeated = json_text.load(text)
    else:
        from . import yaml_text  # noqa: PLC0415 (PyYAML takes longer to import than JSON to read)

        data, repeated, flaws, offsets = yaml_text.load(text)
        marks = all_marks = yaml_text.marks
        if offsets is not None and not repeated:
            marks = _noted(data, offsets)
    if not repeated and not flaws:
        return Document(name, data, sha256, text, marks=marks)
    lines = Lines(text)
    repeats = Places(all_marks(text)).repeats(lines) if repeated else []
    return Document(name, data, sha256, text, _faults([*flaws, *repeats], lines, kind), marks=marks)


def _noted(data: object, offsets: Sequence[int]) -> _Marks:
    """The marks of a YAML text that need no second reading."""
    from .yaml_text import noted_marks  # noqa: PLC0415 (see above)

    return lambda _: noted_marks(data, offsets)


def _faults(flaws: Iterable[Flaw], lines: Lines, kind: Kind) -> tuple[Fault, ...]:
    """Faults in the order of the text."""
    return tuple(_fault(flaw, lines, kind) for flaw in sorted(flaws, key=lambda flaw: flaw.offset))


def _fault(flaw: Flaw, lines: Lines, kind: Kind) -> Fault:
    line, column = lines.position(flaw.offset)
    finding = PlacedFinding(
        flaw.path, flaw.message, hint=flaw.hint, on_key=flaw.repeated, line=line, column=column
    )
    return Fault(_CODES[kind][flaw.repeated], finding)


def _is_json(text: str, suffix: str) -> bool:
    if suffix in (".json", ".yaml", ".yml"):
        return suffix == ".json"
    return text.lstrip()[:1] in ("{", "[")


def _decoded(raw: bytes) -> str:
    """The text of a file; raises Broken with the offset of the first character that is none."""
    if len(raw) > SIZE:
        raise Broken(Flaw(0, f"is larger than {SIZE // 1024 // 1024} MiB"))
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Broken(Flaw(0, "is UTF-16, must be UTF-8", "save the file as UTF-8"))
    if raw.startswith(b"\xef\xbb\xbf"):
        hint = "save the file as UTF-8 without a byte order mark (BOM)"
        raise Broken(Flaw(0, "starts with a byte order mark", hint))
    if b"\0" in raw:
        raise Broken(Flaw(len(_readable_part(raw)), "is not text"))
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        message = f"the byte 0x{raw[error.start]:02x} is not UTF-8"
        is_binary = _CONTROL.search(raw) is not None
        flaw = Flaw(len(_readable_part(raw)), "is not text" if is_binary else message)
        raise Broken(flaw if is_binary else flaw._replace(hint="save the file as UTF-8")) from None
    if not text.strip():
        raise Broken(Flaw(0, "is empty"))
    return text


def _readable_part(raw: bytes) -> str:
    """What comes before the first byte that is not text."""
    start = raw[: raw.find(b"\0")] if b"\0" in raw else raw
    try:
        return start.decode()
    except UnicodeDecodeError as error:
        return start[: error.start].decode()


@contextmanager
def _no_collection() -> Iterator[None]:
    """Without the garbage collector: everything that reading builds is kept anyway."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
