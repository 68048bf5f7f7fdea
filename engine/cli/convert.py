"""Print the YAML policy that constraints in Markdown state, and every line that was not read."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from stowplan.constraints import NOT_SAID, ConvertedPolicy, convert, policy_yaml
from stowplan.documents import Document, Unreadable, read
from stowplan.model import shown
from stowplan.reports.text import printable

from .artefacts import write_all
from .outcome import FINE, FOUND, UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    parser.add_argument("file", metavar="FILE.md", help="the constraints, in Markdown")
    parser.add_argument(
        "-o", "--output", metavar="FILE", help="write the policy to a file (default: print it)"
    )
    parser.add_argument(
        "--verbose", action="store_true", help="say of every other line, too, how it was read"
    )


def run(options: argparse.Namespace) -> int:
    """Convert; the policy is printed even where lines were not read, which are then told."""
    document = _document(options.file)
    policy = convert(document.text, Path(document.path).name)
    text = policy_yaml(policy)
    if options.output is None:
        sys.stdout.write(text)
    else:
        _write(Path(options.output), text, Path(options.file))
    for line in _told(policy, document.path, verbose=options.verbose):
        print(printable(line), file=sys.stderr)
    return FOUND if policy.unread else FINE


def _document(file: str) -> Document:
    """The text of the file. Raises UsageError with the place of what is no text."""
    path = Path(file)
    if path.suffix.lower() != ".md":
        raise UsageError(f"{file}: constraints are a Markdown file, NAME.md")
    try:
        document = read(path, shown=path.as_posix(), kind="policy")
    except Unreadable as error:
        raise UsageError(f"{file}: {error}") from None
    if not document.readable:
        finding = document.faults[0].finding
        line, column = document.place(finding)
        mend = f"; hint: {finding.hint}" if finding.hint else ""
        raise UsageError(f"{document.path}:{line}:{column}: {finding.message}{mend}")
    return document


def _write(path: Path, text: str, source: Path) -> None:
    """Replace the file at once. Raises UsageError."""
    if not path.name or path.is_dir():
        raise UsageError(f"{path}: is no file to write to")
    if path.exists() and path.resolve() == source.resolve():
        raise UsageError(f"{path}: is the file that is converted: name another")
    write_all(path.parent, {path.name: text})


def _told(policy: ConvertedPolicy, path: str, *, verbose: bool) -> list[str]:
    """A line for each unread one; with `verbose` for all, in the order of the text."""
    told = [
        (line.line, line.column, f'not read: "{shown(line.text, 300)}": {_mended(line.reason)}')
        for line in policy.unread
    ]
    if verbose:
        told += [(*line[:2], f"structure: {shown(line.text, 300)}") for line in policy.passed]
        told += [(*note[:2], f"always done: {note.note}") for note in policy.notes]
        told += [(*line[:2], f"rule {line.rule}") for line in policy.stating]
    return [f"{path}:{line}:{column}: {text}" for line, column, text in sorted(told)]


def _mended(reason: str) -> str:
    """A reason, with a hint where it has none of its own."""
    return f"{reason}; docs/constraints.md lists them all" if reason == NOT_SAID else reason
