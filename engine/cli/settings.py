"""What applies to one manifest, and where it comes from; `--show-config` prints it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from stowplan.model import Severity, Span, Violation
from stowplan.reports.json_layout import document
from stowplan.reports.text import printable

from .outcome import FINE, UsageError, status

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Setting(Generic[T]):
    """A value, and what gave it: `stowplan.yaml:4:3`, an option, or `default`.

    `spans` are where the items of a list stand, if it stands in a file.
    """

    value: T
    origin: str
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Settings:
    """What applies to one manifest; policies are paths as seen from here, or packs."""

    policies: Setting[tuple[str, ...]]
    fail_on: Setting[Severity]


def add_show_config(parser: argparse.ArgumentParser) -> None:
    """The option that shows settings instead of doing the command's work."""
    parser.add_argument(
        "--show-config",
        action="store_true",
        help="print what applies to each manifest and where it comes from, and do nothing else",
    )


def show_config(
    settings: Callable[[Path], Settings],
    manifests: Iterable[str],
    form: str = "text",
    baseline: Setting[str] | None = None,
) -> int:
    """Print the settings of each manifest, as text or `json`, and return the exit status.

    A run's `baseline` is shown with each, where there is one.
    """
    records = [_record(path, settings(Path(path)), baseline) for path in manifests]
    if not records:
        raise UsageError("nothing to show: no file with `tables` at its top; name a manifest")
    if form == "json":
        sys.stdout.write(document({"manifests": records}))
        return FINE
    for record in records:
        for key, setting in record["settings"].items():
            value = _text(setting["value"])
            print(printable(f"{record['path']}: {key}: {value} ({setting['origin']})"))
    return FINE


def exit_status(violations: Iterable[Violation], fail_on: Callable[[str], Severity]) -> int:
    """1 where a violation is at or above what `fail_on` says of the file that it is in."""
    return max((status((v,), fail_on(v.span.path)) for v in violations), default=FINE)


def _record(path: str, settings: Settings, baseline: Setting[str] | None) -> dict[str, Any]:
    policies, fail_on = settings.policies, settings.fail_on
    more = {"baseline": baseline} if baseline else {}
    return {
        "path": path,
        "settings": {
            "policies": {"value": list(policies.value), "origin": policies.origin},
            "fail_on": {"value": fail_on.value.value, "origin": fail_on.origin},
            **{key: {"value": s.value, "origin": s.origin} for key, s in more.items()},
        },
    }


def _text(value: str | list[str]) -> str:
    return value if isinstance(value, str) else ", ".join(value) or "none"
