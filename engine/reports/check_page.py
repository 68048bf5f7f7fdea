"""The page of a check, and the list of all: what `stowplan explain CODE` prints."""

from __future__ import annotations

import inspect
from typing import Any

from stowplan.rules import CHECKS
from stowplan.rules.check import Check

from .json_layout import document


def check_page(check: Check[Any]) -> str:
    """A check's page in Markdown."""
    return f"# {check.code} ({check.severity})\n\n{inspect.cleandoc(check.page)}\n"


def checks_text() -> str:
    """All checks, by code: a line for each."""
    return "".join(f"{each.code}  {each.severity:<7}  {each.title}\n" for each in _by_code())


def check_json(check: Check[Any]) -> str:
    """A check and its page in Markdown."""
    page = inspect.cleandoc(check.page)
    return document({"stowplan_explain": 1, **_entry(check), "page": page})


def checks_json() -> str:
    """All checks, by code."""
    return document({"stowplan_explain": 1, "checks": [_entry(check) for check in _by_code()]})


def _by_code() -> list[Check[Any]]:
    return sorted(CHECKS, key=lambda check: check.code)


def _entry(check: Check[Any]) -> dict[str, Any]:
    return {
        "code": check.code,
        "severity": check.severity.value,
        "title": check.title,
        "firm": check.firm,
    }
