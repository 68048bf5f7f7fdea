"""Templates of phrasings, made into expressions: `[available] window : DURATION`.

Words stand for themselves, whatever their case. `(a|b)` is one of several, `[a|b]` one or none; `:`
is a colon, an equals sign or a dash; words in capitals are places for names and quantities.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from .markup import CLOSE, OPEN, Name, Sentence
from .quantities import NUMBERS

MACROS = {
    "MUST": "(must|has to|have to|needs to|need to|shall)",
    "MOVE": "(migrate|be migrated|complete|be completed|finish|be finished|load|be loaded|"
    "copy|be copied|move|be moved|run|go|be done)",
    "DONE": "(is|are) (complete|completed|done|finished|migrated|loaded|copied|moved)",
    "ENDS": "(completes|complete|finishes|finish)",
    "STARTS": "(starts|start|begins|begin|is migrated|are migrated|is loaded|are loaded)",
    "OTHERS": "(all others|all other tables|all the others|everything else|all remaining tables)",
    "MOST": "(at most|maximum|max|maximum of|up to|no more than|not more than)",
}
"""What templates call by one word because it comes often."""

CLASSES = {
    "critical": "CRITICAL",
    "required": "CRITICAL",
    "mandatory": "CRITICAL",
    "important": "IMPORTANT",
    "preferred": "IMPORTANT",
    "optional": "OPTIONAL",
    "deferrable": "DEFERRABLE",
    "deferred": "DEFERRABLE",
    "excluded": "EXCLUDED",
}
"""The words for a class; OPTIONAL is declared where it is used, the others are built in."""

_HEDGING = (
    "about approx approximately around circa either ideally likely maybe mostly nearly neither nor "
    "or perhaps possibly preferably probably roughly should try typically usually"
)
HEDGES = frozenset(_HEDGING.split())
"""Words that leave open what is meant."""

_ENGLISH = (
    "a all also an and any as at be because both but by can cannot could each else every "
    "everything except first for from if in is it its last later may might must never no non none "
    "not nothing of on once only other others ours shall some than that the them then there these "
    "they this those to unless until when which while will with without would"
)
_PLAIN = frozenset(_ENGLISH.split())
"""Words of English that are no bare names, though no template has them."""

_DOUBTFUL = (
    "afternoon anybody anyone app application approval april asap attention august availability "
    "backup business care caution christmas communication completion compliance consent "
    "consistency correctness cutover daily database dawn day deadline december deployment "
    "documentation downtime easter eod eow evening everybody everyone february friday go-live "
    "golive hour hours integrity january july june launch lunch management march midday midnight "
    "minute minutes monday monitoring month morning na night nobody noon november october "
    "outage patience pending people performance permission qa quality release reliability "
    "rollback safety sanity saturday second seconds security september server servers sign-off "
    "signoff somebody someone soon speed stakeholders sunday sunrise sunset system tba tbc tbd "
    "testing thursday today todo tomorrow tonight tuesday uat undecided unknown us validation "
    "various verification website wednesday week weekend year yesterday you"
)
DOUBTFUL = frozenset(_DOUBTFUL.split())
"""Times, people, aims and systems: names of tables in backticks only."""

_N = rf"(?:\d[\d.,]*|(?:{'|'.join(NUMBERS)})(?!\w))"
_NAME = f"{OPEN}\\d+{CLOSE}"
_LIST = rf"(?:the )?(?:tables? )?{_NAME}(?:(?:, (?:and )?| and | & )(?:the )?{_NAME})*(?: tables?)?"

PLACES = {
    "TABLES": _LIST,
    "THOSE": _LIST,
    "CLASS": rf"(?:{'|'.join(CLASSES)}|{_NAME})",
    "DURATION": rf"(?:{_N}[ -]?[a-zµ]+(?:(?:,? and |, | )?{_N} ?[a-zµ]+)*|PT?\d[\dA-Z.]*)",
    "SIZE": rf"{_N} ?[a-z]+",
    "RATE": rf"{_N} ?(?:[a-z]+ ?(?:/|per) ?[a-z]+|[a-z]+ps)",
    "SHARE": r"\d[\d.,]* ?(?:%|percent)",
    "COUNT": rf"(?:\d+|{'|'.join(NUMBERS)})",
    "HOURS": r"(?:from )?\d\d?:\d\d ?(?:to|until|-|\u2013) ?\d\d?:\d\d",
    "MOMENT": r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d)",
}
"""What stands in the place of a word in capitals."""

_COLON = r"(?: ?[:=\u2013\u2014]| -(?= ))"
_SYMBOL = re.compile(r"[\[\]()|]|[^ \[\]()|]+")
_WORD = r"[^\W\d]\w*+(?:[.$-]\w++)*+"
_TEXT = re.compile(
    rf"{_NAME}|PT?\d[\dA-Z.]*(?!\w)"
    rf"|(?:\d[\w.,:%/+-]*|(?<!\w)(?:{'|'.join(NUMBERS)})(?!\w))"
    r"(?: ?[A-Za-zµ%]+)?(?: ?(?:/|per(?= )) ?[A-Za-z]+)?"
    rf"|(?P<word>{_WORD})|[\s\S]",
    re.IGNORECASE,
)


_VERBS = (
    "and|can|cannot|comes?|completes?|depends?|finish(?:es)?|first|goes|has|have|is|last|may|"
    "migrates?|must|needs?|requires?|shall|starts?|then|before|after|waits?"
)
_NO_NOUN = re.compile(rf"$|[,:)]| (?:&|\(|=|-|(?:{_VERBS})(?!\w))", re.IGNORECASE)
"""What may follow a name and never an article."""


def expanded(template: str) -> str:
    """A template with its macros written out."""
    for name, text in MACROS.items():
        template = re.sub(rf"\b{name}\b", text, template)
    return template


class Vocabulary:
    """The words that templates use; every other word may be the bare name of a table."""

    def __init__(self, templates: Iterable[str]) -> None:
        words = {
            word
            for template in templates
            for word in re.findall(_WORD, expanded(template))
            if not word.isupper()
        }
        self.words = frozenset(words | _PLAIN | HEDGES | set(CLASSES) | {"ram", "per"})

    def set_names_aside(self, sentence: Sentence) -> str:
        """The sentence's text with every bare name as a quoted one."""

        def piece(match: re.Match[str]) -> str:
            word = match["word"]
            if word is None or (word.lower() in self.words and not _is_letter(match)):
                return match[0]
            initial = match.start() == 0 and word[0].isupper()
            return sentence.numbered(Name(word, quoted=False, initial=initial))

        return _TEXT.sub(piece, sentence.text)


def _is_letter(match: re.Match[str]) -> bool:
    """Whether an `A` is a name: before a verb or the end of a list it is no article."""
    return match[0] in "Aa" and _NO_NOUN.match(match.string, match.end()) is not None


def compiled(template: str) -> re.Pattern[str]:
    """The expression of a template; it matches a text with a space before it."""
    symbols = iter(_SYMBOL.findall(expanded(template)))
    return re.compile(_alternatives(symbols), re.IGNORECASE)


def _alternatives(symbols: Iterator[str]) -> str:
    """What stands up to the closing bracket, or to the end."""
    pieces: list[str] = []
    for symbol in symbols:
        if symbol in "])":
            break
        if symbol in "[(":
            pieces.append(f"(?:{_alternatives(symbols)}){'?' if symbol == '[' else ''}")
        else:
            pieces.append(_piece(symbol))
    return "".join(pieces)


def _piece(symbol: str) -> str:
    if symbol == "|":
        return "|"
    if symbol == ":":
        return _COLON
    if symbol in PLACES:
        return f" (?P<{symbol}>{PLACES[symbol]})"
    return f" {re.escape(symbol)}"
