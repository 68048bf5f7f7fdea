"""Run the policies' own tests."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from stowplan.reports.junit import JunitMissingError

from .configuration import FaultyConfiguration
from .outcome import CANNOT, FINE, FOUND, UsageError
from .testing.coverage import uncovered
from .testing.files import find_test_files
from .testing.preparing import FaultyTests, prepare
from .testing.reporting import FORMATS, Format, summary
from .testing.running import PolicyTestRun, run_tests


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    parser.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        help="test files, folders to search for *_test.yaml, or shipped packs (default: the "
        "folders of the policies that stowplan.yaml names, else policies/, else .)",
    )
    parser.add_argument("--format", choices=list(FORMATS), default="text", help="default: text")
    parser.add_argument(
        "--output",
        action="append",
        type=_output,
        metavar="FORMAT=FILE",
        default=[],
        help="write another format of the same run to a file; repeatable",
    )
    parser.add_argument(
        "--require-coverage",
        action="store_true",
        help="exit with 1 where no test made a rule fire, or a check both hold and break",
    )


def run(options: argparse.Namespace) -> int:
    """Test; results go to standard output, a summary of text to standard error."""
    try:
        tests = run_tests(prepare(find_test_files(options.paths)))
    except (FaultyConfiguration, FaultyTests) as faulty:
        violations = faulty.violations
        _write(options, lambda form: form.faults(violations))
        return CANNOT
    required = options.require_coverage
    _write(options, lambda form: form.run(tests, required=required))
    if options.format == "text":
        print(summary(tests), file=sys.stderr)
    return _status(tests, required=required)


def _status(tests: PolicyTestRun, *, required: bool) -> int:
    failed = any(not result.differences.passed for result in tests.results)
    return FOUND if failed or (required and uncovered(tests.rules)) else FINE


def _output(text: str) -> tuple[str, Path]:
    """A format and a file, as `--output` takes them."""
    form, _, file = text.partition("=")
    if form not in FORMATS or not file:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not FORMAT=FILE with one of {', '.join(FORMATS)}"
        )
    return form, Path(file)


def _write(options: argparse.Namespace, written: Callable[[Format], str]) -> None:
    """Make every text first, so that what cannot be made leaves nothing half done."""
    try:
        shown = written(FORMATS[options.format])
        files = [(path, written(FORMATS[form])) for form, path in options.output]
    except JunitMissingError:
        text = "JUnit needs a library that is not installed: pip install 'stowplan[junit]'"
        raise UsageError(text) from None
    for path, content in files:
        _write_file(path, content)
    sys.stdout.write(shown)


def _write_file(path: Path, text: str) -> None:
    from .artefacts import write_all  # noqa: PLC0415 (it brings all that writes plans)

    if not path.name:
        raise UsageError(f"{path}: is no file to write to")
    write_all(path.parent, {path.name: text})
