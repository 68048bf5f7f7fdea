"""Show a check's page, or a policy's rule: what it is, why it matters, how to mend it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from stowplan.model import Rule, Span
from stowplan.reports.check_page import check_json, check_page, checks_json, checks_text
from stowplan.rules import BY_CODE
from stowplan.spelling import nearest

from .outcome import CANNOT, FINE, UsageError, add_policy

if TYPE_CHECKING:
    from stowplan.documents import Document

    from .policies import LoadedPolicy


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    parser.add_argument(
        "code",
        nargs="?",
        metavar="CODE|RULE",
        help="a check's code, such as D203, or the id of a policy's rule",
    )
    parser.add_argument("--list", action="store_true", help="list all codes")
    add_policy(parser)
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")


def run(options: argparse.Namespace) -> int:
    """Print one page, or the list of all checks."""
    form = options.format
    if options.list or options.code is None:
        return _say(form, checks_text, checks_json)
    check = BY_CODE.get(options.code.upper())
    if check is not None:
        return _say(form, lambda: check_page(check), lambda: check_json(check))
    return _rule(options)


def _say(form: str, text: Callable[[], str], json: Callable[[], str]) -> int:
    sys.stdout.write(json() if form == "json" else text())
    return FINE


def _rule(options: argparse.Namespace) -> int:
    """Print a rule's page; where there is no such rule, say which word is the nearest."""
    from .configuration import FaultyConfiguration  # noqa: PLC0415 (a check's page reads no file)
    from .formats import show  # noqa: PLC0415
    from .policies import FaultyPolicy  # noqa: PLC0415

    near = nearest(options.code.upper(), BY_CODE)
    try:
        loaded = _loaded(options.policy)
    except (FaultyConfiguration, FaultyPolicy) as faulty:
        if near and not options.policy:
            raise _unknown(options.code, near) from None
        show(faulty.violations, options.format)
        return CANNOT
    rules = {} if loaded is None else {rule.id: rule for rule in loaded.policy.rules}
    if loaded is None or options.code not in rules:
        raise _unknown(options.code, nearest(options.code, rules) or near, asked=bool(rules))
    rule = rules[options.code]
    return _say_rule(rule, loaded.documents[rule.place.source], options.format)


def _say_rule(rule: Rule, document: Document, form: str) -> int:
    from stowplan.reports.rule_page import rule_json, rule_page  # noqa: PLC0415

    from .rule_text import rule_text  # noqa: PLC0415

    span = Span(document.path, *document.locate(rule.place.path))
    text = rule_text(rule, document)
    return _say(form, lambda: rule_page(rule, span, text), lambda: rule_json(rule, span, text))


def _loaded(named: list[str]) -> LoadedPolicy | None:
    """The policies that were named, else the current folder's; None where there are none."""
    from .current_policies import current_policies  # noqa: PLC0415
    from .policies import load_policies  # noqa: PLC0415
    from .projects import Projects  # noqa: PLC0415

    today = datetime.now(UTC).date()
    setting = current_policies(named, Projects(named, today))
    names = setting.value
    return load_policies(names, today, spans=setting.spans) if names else None


def _unknown(word: str, near: str | None, *, asked: bool = False) -> UsageError:
    what = f"no check and no rule {word!r}" if asked else f"no check {word!r}"
    listed = "`stowplan explain --list` has all codes"
    rules = "`stowplan policies` all rules" if asked else "--policy names where rules stand"
    return UsageError(
        f"there is {what}: {f'did you mean {near}?' if near else f'{listed}, {rules}'}"
    )
