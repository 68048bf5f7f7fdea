"""Run the policies' own tests."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from stowplan.reports.junit import JunitMissingError
from stowplan.reports.text import printable

from .configuration import FaultyConfiguration
from .formats import add_output, write_files
from .outcome import CANNOT, FINE, FOUND, UsageError
from .testing.coverage import uncovered
from .testing.files import NothingToTestError, find_test_files
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
    add_output(parser, FORMATS)
    parser.add_argument(
        "--require-coverage",
        action="store_true",
        help="exit with 1 where no test made a rule fire, or a check both hold and break",
    )
    parser.add_argument(
        "--if-any",
        action="store_true",
        help="with no tests at all there is nothing to do, and the exit status is 0; for hooks",
    )


def run(options: argparse.Namespace) -> int:
    """Test; results go to standard output, a summary of text to standard error."""
    try:
        files = find_test_files(options.paths)
        prepared = prepare(files)
    except NothingToTestError as nothing:
        if not options.if_any:
            raise
        print(f"note: {printable(str(nothing))}", file=sys.stderr)
        return FINE
    except (FaultyConfiguration, FaultyTests) as faulty:
        violations = faulty.violations
        read = {Path(violation.span.path) for violation in violations}
        _write(options, lambda form: form.faults(violations), read)
        return CANNOT
    tests, required = run_tests(prepared), options.require_coverage
    read = {file.path for file in files}.union(*(test.inputs for test in prepared))
    _write(options, lambda form: form.run(tests, required=required), read)
    if options.format == "text":
        print(summary(tests), file=sys.stderr)
    return _status(tests, required=required)


def _status(tests: PolicyTestRun, *, required: bool) -> int:
    failed = any(not result.differences.passed for result in tests.results)
    return FOUND if failed or (required and uncovered(tests.rules)) else FINE


def _write(
    options: argparse.Namespace, written: Callable[[Format], str], inputs: Iterable[Path]
) -> None:
    """Make every text first, so that what cannot be made leaves nothing half done.

    None of the inputs is written over.
    """
    try:
        shown = written(FORMATS[options.format])
        files = [(path, written(FORMATS[form])) for form, path in options.output]
    except JunitMissingError:
        text = "JUnit needs a library that is not installed: pip install 'stowplan[junit]'"
        raise UsageError(text) from None
    write_files(files, inputs)
    sys.stdout.write(shown)
