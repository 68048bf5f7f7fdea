"""One sentence into statements, by the phrasings that there are; or why it is not read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from fractions import Fraction
from functools import cache
from typing import NamedTuple, TypeAlias

from stowplan.model import shown

from . import quantities
from .blocks import Line
from .markup import Name, Refusal, Sentence
from .phrases import LISTS, PHRASES, REMARKS, TOPICS, Phrase
from .wording import CLASSES, HEDGES, Vocabulary, compiled

NOT_SAID = "no phrasing that is read says this"


class Unread(NamedTuple):
    """A line that was not read, and why; `binding` where it looks like a constraint."""

    line: int
    column: int
    text: str
    reason: str
    binding: bool = True


def unread_lines(line: Line, more: Iterable[Line], reason: str, binding: bool) -> Iterator[Unread]:
    """What was not read, and each line on which it goes on."""
    yield Unread(line.number, line.column, line.text, reason, binding)
    for part in more:
        why = f"it goes on with line {line.number}: begin it with `- ` if it stands by itself"
        yield Unread(part.number, part.column, part.text, why, binding=False)


class Spent(NamedTuple):
    """A figure of a resource; a `follow-up` is a second window.

    `amount` is its value as a number or a moment, the same however it is written.
    """

    resource: str
    key: str
    value: str | int
    amount: int | Fraction | datetime


class Classed(NamedTuple):
    """Tables of a class; without tables, all that no other statement names.

    It is `listed` where it only lists them, `by_class` where that is under the name of the class
    or in the row of a table.
    """

    name: str
    tables: tuple[Name, ...]
    listed: bool = False
    by_class: bool = False


class Ordered(NamedTuple):
    """Tables that come `before` or `after` others; without others, before or after all of them."""

    tables: tuple[Name, ...]
    relation: str
    others: tuple[Name, ...]
    listed: bool = False
    """Whether it is the row of a table."""


class Noted(NamedTuple):
    """Something that is always done."""

    text: str


Statement: TypeAlias = Spent | Classed | Ordered | Noted

_REMARK = re.compile(r" ?\(([^()]*)\)$")
_BECAUSE = re.compile(r",? because (.+)$", re.IGNORECASE)
_TURNING = "although but except however if not only or though unless until when"
_TURNS = frozenset(_TURNING.split())
_QUANTITIES: Mapping[str, Callable[[str], str | int]] = {
    "DURATION": quantities.duration,
    "SIZE": quantities.size,
    "RATE": quantities.rate,
    "SHARE": quantities.share,
    "COUNT": quantities.count,
    "MOMENT": quantities.moment,
    "HOURS": quantities.hours,
}


@cache
def _vocabulary() -> Vocabulary:
    return Vocabulary(phrase.template for phrase in PHRASES)


@cache
def _expressions() -> tuple[tuple[Phrase, re.Pattern[str]], ...]:
    return tuple((phrase, compiled(phrase.template)) for phrase in PHRASES)


def statement_of(source: str) -> Statement:
    """What a sentence states. Raises Refusal."""
    sentence = Sentence(source)
    text = " " + _without_remark(_vocabulary().set_names_aside(sentence), sentence)
    found: list[Statement] = []
    refusals: list[Refusal] = []
    for phrase, expression in _expressions():
        match = expression.fullmatch(text)
        if match is None:
            continue
        try:
            found.append(_stated(phrase, match, sentence))
        except Refusal as refusal:
            refusals.append(refusal)
    if not found:
        raise refusals[0] if refusals else Refusal(_why(text))
    if any(statement != found[0] for statement in found):
        raise Refusal("it can be read in two ways")
    return found[0]


def class_of_label(source: str) -> str | None:
    """The class that a heading or a line before a list names; None where it names none."""
    try:
        text = Sentence(source).text.lower()
    except Refusal:
        return None
    text = text.removesuffix(":").strip()
    if text in ("do not migrate", "never migrate"):
        return "excluded"
    word = re.sub(r"^(?:the )?|(?: tables?| priority)$", "", text)
    return word if word in CLASSES else None


def is_topic(source: str) -> bool:
    """Whether a line that ends in a colon does nothing but head the list below it."""
    text = re.sub(r"[*_`]", "", source).strip().removesuffix(":").strip().lower()
    return text.removeprefix("the ").removeprefix("following ") in TOPICS


def _without_remark(text: str, sentence: Sentence) -> str:
    """The text without a remark in parentheses, or a reason, at its end. Raises Refusal."""
    remark, reason = _REMARK.search(text), _BECAUSE.search(text)
    if remark and not is_remark(sentence.plain(remark[1])):
        raise Refusal(f'the remark "{shown(sentence.plain(remark[1]))}" may change what is meant')
    if remark:
        return text[: remark.start()].rstrip()
    if reason and not is_reason(sentence.plain(reason[1])):
        raise Refusal("the reason may change what is meant")
    return text[: reason.start()].rstrip() if reason else text


def is_remark(text: str) -> bool:
    """Whether a remark is one of those that change nothing."""
    lowered = text.strip().lower()
    return lowered in REMARKS or (lowered.startswith("because ") and is_reason(lowered))


def is_reason(text: str) -> bool:
    """Whether a reason is nothing else: one sentence without a word that turns it."""
    words = set(re.findall(r"[a-z]+", text.lower()))
    return not (words & (_TURNS | HEDGES)) and not re.search(r"[.;:!?()]", text)


def _why(text: str) -> str:
    """Why a text is not read: the first word that leaves something open, if it has one."""
    for word in re.findall(r"[a-z]+", text.lower()):
        if word in HEDGES:
            return f'"{word}" leaves open what is meant'
    return NOT_SAID


def _stated(phrase: Phrase, match: re.Match[str], sentence: Sentence) -> Statement:
    said = {name: text for name, text in match.groupdict().items() if text is not None}
    what, _, which = phrase.states.partition(" ")
    if what == "note":
        return Noted(phrase.note)
    if what in ("class", "rest"):
        name = which or _class(said["CLASS"], sentence)
        tables = _tables(said["TABLES"], sentence) if what == "class" else ()
        return Classed(name, tables, phrase.template in LISTS, LISTS.get(phrase.template, False))
    if what in ("first", "last"):
        return Ordered(_tables(said["TABLES"], sentence), _RELATIONS[what], ())
    if what == "order":
        return _order(which, said, sentence)
    place = next(place for place in _QUANTITIES if place in said)
    key = "duration" if which == "hours" else which
    value = _QUANTITIES[place](said[place])
    return Spent(what, key, value, quantities.amount(value, place))


_RELATIONS = {"first": "before", "last": "after"}


def _order(relation: str, said: Mapping[str, str], sentence: Sentence) -> Statement:
    tables, others = _tables(said["TABLES"], sentence), _tables(said["THOSE"], sentence)
    if {name.text.lower() for name in tables} & {name.text.lower() for name in others}:
        raise Refusal("it names a table on both sides")
    return Ordered(tables, relation, others)


def _tables(part: str, sentence: Sentence) -> tuple[Name, ...]:
    """The names of a list, each once."""
    return tuple(dict.fromkeys(sentence.named(part)))


def _class(part: str, sentence: Sentence) -> str:
    word = sentence.plain(part)
    if word.lower() not in CLASSES:
        raise Refusal(f'"{shown(word)}" is no class that is read')
    return CLASSES[word.lower()]
