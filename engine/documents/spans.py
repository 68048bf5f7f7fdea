"""Where each character of a text value stands in the file: quotes, escapes and folds undone.

PyYAML and the JSON parser say where a scalar begins and ends and what its value is. Here the source
is walked once more by the rules of its style, which gives the span of every character.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeAlias

Span: TypeAlias = tuple[int, int]
"""The first character of a piece of source, and the one after its last."""

BREAKS = "\r\n\x85\u2028\u2029"
"""What ends a line in YAML 1.1, which libyaml reads."""

_KEPT = "\u2028\u2029"  # breaks that folding never turns into a space
_BREAK = re.compile(rf"\r\n|[{BREAKS}]")
_GAP = rf"(?P<gap>[ \t{BREAKS}]++)"

_TOKENS = {
    "": re.compile(rf"{_GAP}|."),
    "'": re.compile(rf"{_GAP}|''|."),
    '"': re.compile(
        rf"(?P<joined>\\(?:\r\n|[{BREAKS}])[ \t{BREAKS}]*+)|{_GAP}"
        r"|\\(?:x..|u....|U.{8}|.)|."
    ),
    "json": re.compile(r"\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\u....|\\.|."),
}
"""What stands for one character, and gaps, whose breaks are folded; by style."""

_HEADER = re.compile(rf"[|>][^{BREAKS}]*+(?:\r\n|[{BREAKS}])?")
_LINE = re.compile(rf"[^{BREAKS}]++(?:\r\n|[{BREAKS}])?|\r\n|[{BREAKS}]")
_NEVER = 1 << 62


class Scalar(NamedTuple):
    """One scalar of a file: where its content starts and ends, its style, and what it means.

    The style is YAML's indicator, empty for a plain scalar, or `json`. The content is without
    quotes, but with the header of a block.
    """

    start: int
    end: int
    style: str
    value: str


def source_offset(scalar: Scalar, spans: Sequence[Span], index: int) -> int:
    """Where in a file's text a character of a scalar's value stands, by the spans of them all.

    An index past the end stands for the place after the last character; line breaks that end a
    block are not counted, so that the place is on the value's own last line.
    """
    if index < len(spans):
        return spans[max(index, 0)][0]
    is_block = scalar.style in ("|", ">")
    length = len(scalar.value.rstrip("\n" + _KEPT)) if is_block else len(spans)
    return spans[length - 1][1] if spans and length else scalar.start


def character_spans(text: str, scalar: Scalar) -> Sequence[Span]:
    """The source of each character; empty should the walk and the parser ever disagree."""
    if scalar.style in ("|", ">"):
        spans = list(_block_spans(text, scalar))[: len(scalar.value)]  # what chomping left
    else:
        spans = list(_flow_spans(text, scalar))
    return spans if len(spans) == len(scalar.value) else []


# --- plain and quoted scalars


def _flow_spans(text: str, scalar: Scalar) -> Iterator[Span]:
    for token in _TOKENS[scalar.style].finditer(text, scalar.start, scalar.end):
        if token.lastgroup is None:
            yield token.span()
        else:
            yield from _gap_spans(text, token.span(), joined=token.lastgroup == "joined")


def _gap_spans(text: str, gap: Span, *, joined: bool) -> Iterator[Span]:
    """What blanks and breaks between two words mean.

    One break is a space, of several the first is dropped; so is one that a backslash escapes.
    """
    breaks = [found.span() for found in _BREAK.finditer(text, *gap)]
    if not breaks:
        yield from ((offset, offset + 1) for offset in range(*gap))
    elif joined or (len(breaks) > 1 and text[breaks[0][0]] not in _KEPT):
        yield from breaks[1:]
    else:
        yield from breaks


# --- block scalars


class _Line(NamedTuple):
    """A line of a block without its indentation: its content, and the break at its end."""

    content: Span
    ending: Span | None


def _block_spans(text: str, scalar: Scalar) -> Iterator[Span]:
    """Breaks wait until the next line shows whether they are folded."""
    ending: Span | None = None
    blanks: list[Span] = []
    was_indented = False
    for content, following in _block_lines(text, scalar):
        if content[0] == content[1]:
            blanks += [following] if following else []
            continue
        is_indented = text[content[0]] in " \t"
        folds = scalar.style == ">" and not was_indented and not is_indented
        if ending and not (folds and blanks and text[ending[0]] not in _KEPT):
            yield ending
        yield from blanks
        yield from ((offset, offset + 1) for offset in range(*content))
        ending, blanks, was_indented = following, [], is_indented
    if ending:
        yield ending
    yield from blanks


def _block_lines(text: str, scalar: Scalar) -> Iterator[_Line]:
    header = _HEADER.match(text, scalar.start, scalar.end)
    lines = list(_LINE.finditer(text, header.end() if header else scalar.start, scalar.end))
    indentation = _indentation([line[0] for line in lines], scalar.value)
    for line in lines:
        end = line.start() + len(line[0].rstrip(BREAKS))
        start = line.start() + min(indentation, _leading(line[0], " "))
        yield _Line((start, end), (end, line.end()) if end < line.end() else None)


def _indentation(lines: list[str], value: str) -> int:
    """How far a block is indented: what its first line of content has lost.

    Every empty line before that one is a break of the value, since nothing is folded there.
    """
    empty = _leading(value, "\n" + _KEPT)
    if empty >= min(len(value), len(lines)):
        return _NEVER
    return _leading(lines[empty], " ") - _leading(value[empty:], " ")


def _leading(text: str, characters: str) -> int:
    return len(text) - len(text.lstrip(characters))
