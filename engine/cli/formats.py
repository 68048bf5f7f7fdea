"""What a command found, in the formats that were asked for: one on standard output, any in files.

A format is imported where it is written: `lint` starts on every commit.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from stowplan.model import Violation

from .outcome import UsageError

if TYPE_CHECKING:
    from stowplan.reports.lint_run import LintRun


def show(violations: Sequence[Violation], form: str) -> None:
    """Print the violations as `text` or `json`, and nothing else."""
    from stowplan.reports.text import violation_line  # noqa: PLC0415
    from stowplan.reports.violations_json import violations_json  # noqa: PLC0415

    if form == "json":
        sys.stdout.write(violations_json(violations))
        return
    for violation in violations:
        print(violation_line(violation))


def add_formats(parser: argparse.ArgumentParser) -> None:
    """The options that choose formats."""
    parser.add_argument(
        "--format",
        choices=list(FORMATS),
        help="of standard output (default: full on a terminal, else text)",
    )
    add_output(parser, FORMATS)


def add_output(parser: argparse.ArgumentParser, formats: Iterable[str]) -> None:
    """The option that writes formats to files."""
    parser.add_argument(
        "--output",
        action="append",
        type=_output(tuple(formats)),
        metavar="FORMAT=FILE",
        default=[],
        help="write another format of the same run to a file; repeatable",
    )


def chosen(options: argparse.Namespace) -> str:
    """The format of standard output."""
    return str(options.format or ("full" if sys.stdout.isatty() else "text"))


def write(
    run: LintRun,
    options: argparse.Namespace,
    more: Sequence[tuple[Path, str]] = (),
    inputs: Iterable[Path] = (),
) -> None:
    """Write every format that was asked for, and `more` files, but over none of the inputs.

    All texts are made first, so that what cannot be made leaves nothing half done. Raises
    UsageError.
    """
    shown = FORMATS[chosen(options)](replace(run, colour=_coloured()))
    texts = [(path, FORMATS[form](run)) for form, path in options.output]
    read = {Path(violation.span.path) for violation in run.violations}
    write_files([*texts, *more], {*read, *map(Path, run.files), *inputs})
    sys.stdout.write(shown)
    sys.stdout.flush()  # what standard error says of it comes after it, also where both are one


def write_files(texts: Iterable[tuple[Path, str]], inputs: Iterable[Path]) -> None:
    """Replace each file at once, none of them one of the inputs.

    Raises UsageError, before any is written where it can be known.
    """
    read = {os.path.realpath(path) for path in inputs}
    folders: dict[Path, dict[str, str]] = {}
    for path, text in texts:
        target = Path(os.path.realpath(path))
        if not path.name or (target.exists() and not target.is_file()):
            raise UsageError(f"{path}: is no file to write to")
        if str(target) in read:
            raise UsageError(f"{path}: has just been checked: name another file to write to")
        files = folders.setdefault(target.parent, {})
        if target.name in files:
            raise UsageError(f"{path}: is to be written twice: give each format its own file")
        files[target.name] = text
    if folders:
        from .artefacts import write_all  # noqa: PLC0415 (it brings all that writes plans)

        for folder, files in folders.items():
            write_all(folder, files)


def text_of(known: Mapping[str, str]) -> Callable[[str], str]:
    """What gives the text of a file that was read, or that a fault speaks of; empty where none."""

    def text(path: str) -> str:
        from stowplan.documents import Unreadable, read  # noqa: PLC0415

        if path in known:
            return known[path]
        try:  # only a file can be read again, a pipe cannot
            return read(path).text if os.path.isfile(path) else ""  # noqa: PTH113 (of any text)
        except Unreadable:
            return ""

    return text


def _output(formats: Sequence[str]) -> Callable[[str], tuple[str, Path]]:
    """What reads a format and a file, as `--output` takes them."""

    def output(text: str) -> tuple[str, Path]:
        form, _, file = text.partition("=")
        if file == "-":
            raise argparse.ArgumentTypeError(f"for standard output write --format {form}")
        if form not in formats or not file or "\0" in file:
            known = ", ".join(formats)
            raise argparse.ArgumentTypeError(f"{text!r} is not FORMAT=FILE with one of {known}")
        return form, Path(file)

    return output


def _coloured() -> bool:
    """Whether colours are seen and wanted; see https://no-color.org."""
    wanted = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return wanted and sys.stdout.isatty()


# --- the formats


def _text(run: LintRun) -> str:
    from stowplan.reports.text import violation_line  # noqa: PLC0415

    return "".join(f"{violation_line(violation)}\n" for violation in run.violations)


def _full(run: LintRun) -> str:
    from stowplan.reports.full import full  # noqa: PLC0415

    return full(run)


def _json(run: LintRun) -> str:
    from stowplan.reports.lint_json import lint_json  # noqa: PLC0415

    return lint_json(run)


def _sarif(run: LintRun) -> str:
    from stowplan.reports.sarif import sarif  # noqa: PLC0415

    return sarif(run)


def _junit(run: LintRun) -> str:
    from stowplan.reports.junit import JunitMissingError  # noqa: PLC0415
    from stowplan.reports.junit_lint import junit_lint  # noqa: PLC0415

    try:
        return junit_lint(run)
    except JunitMissingError:
        text = "JUnit needs a library that is not installed: pip install 'stowplan[junit]'"
        raise UsageError(text) from None


def _github(run: LintRun) -> str:
    from stowplan.reports.github import github  # noqa: PLC0415

    return github(run)


FORMATS: Mapping[str, Callable[[LintRun], str]] = {
    "text": _text,
    "full": _full,
    "json": _json,
    "sarif": _sarif,
    "junit": _junit,
    "github": _github,
}
