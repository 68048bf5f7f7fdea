"""The markup inside a statement: names in backticks or quotes are set aside, bold is taken off."""

from __future__ import annotations

import re
from typing import NamedTuple

from stowplan.patterns import PatternError, literal_name


class Refusal(Exception):  # noqa: N818 (it is no error of the program's)
    """Why a statement is not read."""


OPEN, CLOSE = "\ue000", "\ue001"
"""They enclose the number of a name that was set aside."""

_ASIDE = re.compile(f"{OPEN}(\\d+){CLOSE}")
_QUOTED = re.compile(r'(`+)(?!`)(.+?)(?<!`)\1(?!`)|"([^"]+)"|“([^“”]+)”')
_BOLD = re.compile(r"(?<![\w*])\*\*(?=[^\s*])([^*]+?)(?<=\S)\*\*(?![\w*])")
_OPENING = re.compile(r"(?<!\w)_\w")
_CLOSING = re.compile(r"\w_(?!\w)")
_SPACE = re.compile(r"[ \t\u00a0]+")
_BLANKS = "\t\u00a0"


class Name(NamedTuple):
    """The name or glob of a table as it was written; `initial` where it starts a sentence."""

    text: str
    quoted: bool
    initial: bool = False


class Sentence:
    """A statement without markup; its names are set aside, in `names` by number."""

    def __init__(self, source: str) -> None:
        self.names: list[Name] = []
        if OPEN in source or CLOSE in source or not _plain(source):
            raise Refusal("it has a character that does not print")
        text = _QUOTED.sub(self._set_aside, source)
        text = _BOLD.sub(r"\1", text).replace("\\_", "_")
        for sign, why in _DOUBTS:
            if sign in text:
                raise Refusal(why)
        if _is_emphasized(text):
            raise Refusal("emphasis with underscores looks like a name: write names in backticks")
        text = _SPACE.sub(" ", text).strip().replace(" ,", ",")
        text = re.sub(r"(?<!\d):(?!//)(?=\S)", ": ", text)
        text = re.sub(r"(?<!\d),(?=\S)|,(?=[^\s\d])", ", ", text)
        self.text = text
        if self.text.endswith((".", ";")) and not self.text.endswith(".."):
            self.text = self.text[:-1].rstrip()

    def _set_aside(self, match: re.Match[str]) -> str:
        name = next(part for part in match.groups()[1:] if part is not None)
        name = name.strip() if match[1] else name
        try:
            literal_name(name)
        except PatternError as error:
            raise Refusal(str(error)) from None
        return self.numbered(Name(name, quoted=True))

    def numbered(self, name: Name) -> str:
        """What stands for a name in the text."""
        self.names.append(name)
        return f"{OPEN}{len(self.names) - 1}{CLOSE}"

    def named(self, part: str) -> list[Name]:
        """The names in a part of the text."""
        return [self.names[int(number)] for number in _ASIDE.findall(part)]

    def plain(self, part: str) -> str:
        """A part of the text with its names in it."""
        return _ASIDE.sub(lambda found: self.names[int(found[1])].text, part)


_DOUBTS = (
    ("*", "a `*` outside backticks may be emphasis or a glob: write globs in backticks"),
    ("`", "a backtick without its pair"),
    ("\\", "a backslash outside backticks"),
    ("~", "what `~` means is open: crossed out, or about"),
    ("](", "a link is not read: write its text alone"),
)


def _is_emphasized(text: str) -> bool:
    """Whether a pair of underscores is emphasis to Markdown, and part of a name to a database."""
    opening = _OPENING.search(text)
    return opening is not None and _CLOSING.search(text, opening.start()) is not None


def _plain(text: str) -> bool:
    return all(character.isprintable() or character in _BLANKS for character in text)
