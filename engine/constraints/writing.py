"""A converted policy as YAML text.

Text is quoted here, by YAML 1.2's rules for double quotes, so that reading the text back gives the
same data whatever names hold; a property test says so.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from stowplan.model import shown

from .policy import ConvertedPolicy

_PLAIN = re.compile(
    r"[A-Za-z][A-Za-z0-9_-]*"
    r"|[0-9]+(?:\.[0-9]+)?(?:%|[kKMGTP]i?B(?:/(?:s|min|h))?|h(?:[0-9]+min)?|min|m|s|d)"
)
_WORDS = frozenset(("true", "false", "null", "yes", "no", "on", "off", "y", "n"))
_ESCAPES = {'"': '\\"', "\\": "\\\\"}


def policy_yaml(policy: ConvertedPolicy) -> str:
    """The policy, with a comment for each line that needs no rule."""
    return "\n".join((*_head(policy), *_rules(policy))) + "\n"


def _head(policy: ConvertedPolicy) -> Iterator[str]:
    yield f"policy: {scalar(policy.data['policy'])}"
    yield f"description: {scalar(policy.data['description'])}"
    if policy.notes:
        yield ""
        yield "# Always done, so that it needs no rule:"
    for note in policy.notes:
        yield f"#   line {note.line}: {shown(note.text, 200)}"
        yield f"#     {note.note}"
    if "classes" in policy.data:
        yield ""
        yield "classes:"
        for name, entry in policy.data["classes"].items():
            yield f"  {scalar(name)}: {_value(entry)}"
    yield ""


def _rules(policy: ConvertedPolicy) -> Iterator[str]:
    rules = policy.data["rules"]
    numbers: defaultdict[str, list[int]] = defaultdict(list)
    for line in policy.stating:
        numbers[line.rule].append(line.line)
    yield "rules:" if rules else "rules: []"
    for rule in rules:
        for number, (key, value) in enumerate(rule.items()):
            comment = "" if number else f"  # {_lines(numbers[rule['id']])}"
            yield f"  {' ' if number else '-'} {key}: {_value(value)}{comment}"


def _lines(numbers: list[int]) -> str:
    """`line 4`, `lines 4, 7`: those that state a rule."""
    return f"line{'s' if len(numbers) > 1 else ''} {', '.join(map(str, numbers))}"


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_value(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_value(inner) for inner in value) + "]"
    return str(value) if isinstance(value, int) else scalar(str(value))


def scalar(text: str) -> str:
    """Text as a scalar of YAML: plain where that is safe, else in double quotes."""
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    return '"' + "".join(_character(character) for character in text) + '"'


def _character(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character == " " or (character.isprintable() and not 0xE000 <= ord(character) <= 0xFFFF):
        return character
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
