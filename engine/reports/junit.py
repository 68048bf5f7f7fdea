"""Results as JUnit XML, as build servers read it. The home of junitparser, an optional extra."""

from __future__ import annotations

import re
from collections.abc import Iterable
from types import ModuleType
from typing import Any, Literal, NamedTuple, TypeAlias

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML document may hold, not even as a reference."""


Kind: TypeAlias = Literal["failure", "error", "skipped"]
"""What may be the matter with a case."""


class JunitMissingError(Exception):
    """The library that writes JUnit is not installed."""


class Trouble(NamedTuple):
    """Why a case is not in order; an `error` is one that could not be judged at all.

    A `skipped` one does not count: somebody has accepted it.
    """

    kind: Kind
    message: str
    text: str = ""


class Case(NamedTuple):
    """One thing that was judged; in order where there is no trouble. `output` is for readers."""

    name: str
    classname: str
    troubles: tuple[Trouble, ...] = ()
    output: str = ""


class Suite(NamedTuple):
    """Cases that belong together, such as those of one file."""

    name: str
    cases: tuple[Case, ...]


def junit(suites: Iterable[Suite]) -> str:
    """One document for all suites; it holds no clock times. Raises JunitMissingError."""
    library = _library()
    document = library.JUnitXml("stowplan")
    for suite in suites:
        written = library.TestSuite(_sayable(suite.name))
        written.add_testcases([_written(case, library) for case in suite.cases])
        document.append(written)
    document.update_statistics()
    return f"{_DECLARATION}{document.tostring().decode()}\n"


def _library() -> ModuleType:
    try:
        import junitparser  # noqa: PLC0415 (an optional extra)
    except ImportError:
        raise JunitMissingError from None
    return junitparser


def _written(case: Case, library: ModuleType) -> Any:  # noqa: ANN401 (the library may be absent)
    written = library.TestCase(_sayable(case.name), _sayable(case.classname))
    kinds = {"failure": library.Failure, "error": library.Error, "skipped": library.Skipped}
    results = []
    for trouble in case.troubles:
        result = kinds[trouble.kind](_sayable(trouble.message))
        result.text = _sayable(trouble.text)
        results.append(result)
    written.result = results
    if case.output:
        written.system_out = _sayable(case.output)
    return written


def _sayable(text: str) -> str:
    """The text with every character that XML cannot hold as its escape."""
    return _FORBIDDEN.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
