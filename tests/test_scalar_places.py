"""A character of a text value has its place in the file, however the text is written there."""

from __future__ import annotations

import json
import re

import pytest
import yaml
from hypothesis import assume, example, given
from hypothesis import strategies as st

from stowplan.documents import parse, yaml_text
from stowplan.documents.places import CLOSE
from stowplan.model import Finding

BREAKS = "\r\n\x85\u2028\u2029"


def rest(text, place):
    """What stands in a text from a place on."""
    line, column = place
    lines = text.split("\n")
    assert 1 <= line <= len(lines)
    return "\n".join([lines[line - 1][column - 1 :], *lines[line:]])


def pointed(text, path, offset, name="p.yaml"):
    """What stands in a document where a character of a value does."""
    return rest(text, parse(text, name).locate_within(path, offset))


# --- every style, by example: the place of Q in the value is that of Q in the file

WRITTEN = {
    "plain": "a: one Q two\n",
    "plain over lines": "a: one\n  two\n\n  three Q\n",
    "plain in a list": "a:\n- one\n- two Q\n",
    "plain in flow": "{a: [one, two Q], b: c}\n",
    "plain in flow over lines": "{a: [one,\n two\n\n   Q x], b: c}\n",
    "plain, a comment after it": "a: one Q # Q\n",
    "plain with colons and hashes": "a: b:c#d Q\n",
    "single": "a: 'one Q'\n",
    "single with quotes": "a: '''one'' ''Q'''\n",
    "single over lines": "a: 'one\n\n\n  two   \n  ''three Q'\n",
    "double": 'a: "one Q"\n',
    "double with escapes": 'a: "\\t\\"\\u00e9\\x41\\U0001F600\\\\ Q"\n',
    "double with an escaped break": 'a: "one \\\n   two\\\n\n\n  Q"\n',
    "double over lines": 'a: "one\n two  \n\n Q"\n',
    "double, blanks escaped": 'a: "one\\\n  \\  two Q"\n',
    "literal": "a: |\n  one\n  two Q\nb: 1\n",
    "literal, stripped": "a: |-\n  one Q\n\n",
    "literal, kept": "a: |+\n  one Q\n\n",
    "literal with an indicator": "a: |2\n    one\n   Q\n",
    "literal, both indicators": "a: |-2\n    one\n   Q\n",
    "literal, indicators the other way": "a: |2-\n    one\n   Q\n",
    "literal with a comment": "a: |  # Q\n  one # Q\n",
    "literal with empty lines": "a: |\n\n \n  one\n \n\n    two\n  Q\n",
    "literal after a folded key": "a:\n  |\n  one Q\n",
    "literal in a list": "- a: |\n    one\n      Q\n",
    "folded": "a: >\n  one\n  two\n\n  Q\n",
    "folded with indented lines": "a: >\n  one\n    two\n    three\n\n  four\n\n\n  Q\n",
    "folded, indented first": "a: >2\n\n  \tone\n  two\n  Q\n",
    "folded, indented by an indicator": "a: >1+\n   one\n \n  two\n Q\n",
    "folded, stripped, with a comment": "a: >- # x\n  one\n  two Q\n",
    "at the end of the file": "a: |\n  one Q",
    "carriage returns, literal": "a: |\r\n  one\r\n  two\r\n\r\n  Q\r\n",
    "carriage returns, folded": "a: >\r\n  one\r\n  two\r\n\r\n  Q\r\n",
    "carriage returns, plain": "a: one\r\n  two\r\n\r\n  Q\r\n",
    "carriage returns, double": 'a: "one\r\n  two\\\r\n\r\n  Q"\r\n',
    "other breaks": "a: |\n  one\u2028  two\u2028  Q\n",
    "other breaks, folded": "a: >\n  one\u2028  two\x85  \x85  Q\n",
    "other breaks before empty lines": "a: >\n  one\u2028\n\n  two\n  Q\n",
    "other breaks, quoted": "a: 'one\u2028\n  two\u2028 Q'\n",
    "an anchor": "a: &x one Q\n",
    "an anchor with a line to itself": "a: &x # Q\n  'one Q'\n",
    "an anchored block": "a: &x |\n  one Q\n",
    "an alias": "a: &x 'one ''Q'\nb: [*x]\n",
    "characters beyond 16 bits": "é😀: 'é😀 Q'\n",
    "a document's start": "%YAML 1.1\n--- # Q\na: 'Q'\n...\n",
    "a key in question": "? a\n: one Q\n",
    "the document itself": "'one Q'\n",
}


def texts(value, path=()):
    """Every text of a tree, with its path."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from texts(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from texts(inner, (*path, index))


@pytest.mark.parametrize("text", WRITTEN.values(), ids=WRITTEN)
def test_a_character_is_found_in_every_style(text):
    (*_, (path, value)) = [(p, v) for p, v in texts(parse(text, "p.yaml").data) if "Q" in v]
    assert pointed(text, path, value.rindex("Q"))[0] == "Q"
    for offset, character in enumerate(value):
        if character.isalnum() and character in text:
            assert pointed(text, path, offset)[0] in (character, "\\")


ESCAPES = [
    ('a: "x\\ny"\n', 1, '\\ny"\n'),
    ('a: "x\\u00e9y"\n', 1, '\\u00e9y"\n'),
    ('a: "x\\u00e9y"\n', 2, 'y"\n'),
    ("a: 'x''y'\n", 1, "''y'\n"),
    ("a: x\n  y\n", 1, "\n  y\n"),
    ("a: x\n\n  y\n", 1, "\n  y\n"),
    ("a: >\n  x  \n  y\n", 3, "\n  y\n"),
    ('a: "x   \n  y"\n', 1, '\n  y"\n'),
]


@pytest.mark.parametrize(("text", "offset", "shown"), ESCAPES)
def test_what_stands_for_a_character_is_its_place(text, offset, shown):
    """An escape, a doubled quote, or the break that became a space."""
    assert pointed(text, ("a",), offset) == shown


PAST = [
    ("a: one\nb: 2\n", "\nb: 2\n"),
    ("a: one # x\n", " # x\n"),
    ("a: 'one'\n", "'\n"),
    ('a: "one\\n"\n', '"\n'),
    ("a: ''\n", "'\n"),
    ("a: &x ''\n", "'\n"),
    ("a: !!str\nb: 2\n", "\nb: 2\n"),
    ("a: |\n  one\n  two\nb: 2\n", "\nb: 2\n"),
    ("a: |+\n  one\n\n\nb: 2\n", "\n\n\nb: 2\n"),
    ("a: >\n  one \nb: 2\n", "\nb: 2\n"),
    ("a: |\n  one", ""),
    ("a: |\nb: 2\n", "|\nb: 2\n"),
    ("a: |+\n\nb: 2\n", "|+\n\nb: 2\n"),
    ("{a: one}\n", "}\n"),
]


@pytest.mark.parametrize(("text", "shown"), PAST)
def test_past_the_end_is_just_after_the_last_character(text, shown):
    """The breaks that end a block are not counted: the place is on its last line."""
    document = parse(text, "p.yaml")
    value = document.data["a"]
    if value is not None:
        assert pointed(text, ("a",), len(value)) == shown
        assert pointed(text, ("a",), len(value) + 7) == shown


ALIASED = """\
a: &x one
b: &x two
c: [*x, *x]
d: &y [{e: "three"}, *x]
f: &z {g: *y}
h: [*z, *z, *y]
"""


def test_an_alias_is_placed_where_its_text_stands():
    """The nearest anchor before the alias counts, and what an alias holds is found inside it."""
    document = parse(ALIASED, "p.yaml")
    for path, value in texts(document.data):
        for offset in range(len(value)):
            assert pointed(ALIASED, path, offset).startswith(value[offset:])
    assert document.locate_within(("c", 1), 1) == (2, 8)
    assert document.locate_within(("h", 1, "g", 0, "e"), 1) == (4, 14)
    assert document.locate_within(("h", 2, 1), 0) == (2, 7)


def test_the_last_of_two_equal_keys_is_meant():
    text = "a: one\na: two\n"
    assert parse(text, "p.yaml").data == {"a": "two"}
    assert pointed(text, ("a",), 1) == "wo\n"


@pytest.mark.parametrize(
    "path", [(), ("a",), ("a", 0), ("a", 7), ("b", "c"), ("b", "c", 0), ("z",)]
)
@pytest.mark.parametrize("name", ["p.yaml", "p.json"])
def test_what_is_no_text_is_placed_as_a_whole(path, name):
    document = parse('{"a": [1, true], "b": {"c": null}}', name)
    assert document.locate_within(path, 3) == document.locate(path)


def test_a_document_that_cannot_be_read_is_placed_at_its_first_fault():
    document = parse("a: 'one\n", "p.yaml")
    assert document.locate_within(("a",), 2) == document.locate(("a",)) == (1, 4)


def test_a_finding_may_speak_of_one_character():
    """With an offset a finding is placed inside its text, without one at it."""
    document = parse("a: 'it''s Q'\n", "p.yaml")
    assert document.place(Finding(("a",), "x", offset=5)) == (1, 11)
    assert document.place(Finding(("a",), "x", offset=0)) == (1, 5)
    assert document.place(Finding(("a",), "x")) == (1, 4)
    assert document.place(Finding(("a",), "x", on_key=True)) == (1, 1)


# --- by chance: letters that stand once in the file stand once in the value


def letters(count):
    """That many letters that differ from each other and from everything else."""
    return iter([chr(0x4E00 + index) for index in range(count)])


def is_letter(character):
    return "\u4e00" <= character <= "\u9fff"


def lettered(template):
    """The template with another letter for each `@`."""
    fresh = letters(template.count("@"))
    return re.sub("@", lambda _: next(fresh), template)


def check(text, name="p.yaml"):
    """Every letter of every value is found where it stands; the places grow with the offsets."""
    document = parse(text, name)
    assume(document.readable and not document.faults)
    lines = text.split("\n")
    for path, value in texts(document.data):
        places = [document.locate_within(path, offset) for offset in range(len(value) + 1)]
        for character, (line, column) in zip(value, places, strict=False):
            if is_letter(character):
                assert lines[line - 1][column - 1] == character
            elif character == "\n":
                assert (lines[line - 1] + "\n")[column - 1] in BREAKS + "\\"
            elif lines[line - 1][column - 1 : column] != character:
                assert (lines[line - 1] + "\n")[column - 1] in BREAKS + "\\"
                assert character != "'"
        trimmed = places[:-1] if value.endswith(tuple(BREAKS)) else places
        assert trimmed == sorted(set(trimmed))


ends = st.sampled_from(["\n", "\n", "\r\n", "\x85", "\u2028"])
pieces = st.sampled_from(["@", "@", "@", " ", "  ", "\t", "#", "'", '"', "\\", ": ", "- ", ","])
lines_of_text = st.lists(st.lists(pieces, max_size=5).map("".join), min_size=1, max_size=7)


@st.composite
def blocks(draw):
    """A block scalar among others, its lines indented at random."""
    chomping, depth = draw(st.sampled_from(["", "+", "-"])), draw(st.sampled_from(["", "", *"123"]))
    header = draw(st.sampled_from("|>")) + "".join(draw(st.permutations([chomping, depth])))
    comment = draw(st.sampled_from(["", " ", " # comment", "\t# @"]))
    before = draw(st.sampled_from(["a: ", "a: &x ", "- - ", "a:\n  b: ", "a:\n- b: !!str "]))
    depth = draw(st.integers(1, 4))
    body = [
        " " * draw(st.sampled_from([0, depth, depth, depth, depth + 2])) + line
        for line in draw(lines_of_text)
    ]
    end = draw(ends)
    last = draw(st.sampled_from([end, end, ""]))
    return lettered(before + header + comment + end + end.join(body) + last)


@given(blocks())
@example("a: >1\n \u4e00\n  \n \u4e01\n")
@example("a: |\n\n\n")
def test_letters_of_blocks_are_found(text):
    check(text)


inner = st.sampled_from(
    ["@", "@", "@", " ", "  ", "\t", "\n", "\n\n", "\n  ", "\r\n", "\u2028", "\x85"]
)
SPECIAL = {
    "'": ["''", '"', "\\", "# ", ": ", "[", ","],
    '"': ["\\n", "\\\\", '\\"', "\\u00e9", "\\x41", "\\U0001F600", "\\\n", "\\\r\n ", "\\ ", "'"],
    "": ["'", '"', "\\", ":x", "x#", "-", "!", "&"],
}  # fmt: skip
PLACED = [
    "a: {}\n",
    "a: &x {}\n",
    "- !!str {}\n",
    "[b, {}, c]\n",
    "{{a: {}, b: c}}\n",
    "? b\n: {}\n",
]


@st.composite
def flow_scalars(draw):
    """A plain or quoted scalar over several lines."""
    style = draw(st.sampled_from(list(SPECIAL)))
    parts = draw(st.lists(inner | st.sampled_from(SPECIAL[style]), max_size=12))
    content = re.sub("([\n\x85\u2028])", r"\1 ", "".join(parts))
    written = style + content + style if style else f"@{content}@"
    return lettered(draw(st.sampled_from(PLACED)).format(written))


@given(flow_scalars())
def test_letters_of_plain_and_quoted_text_are_found(text):
    check(text.replace("!!str ", ""))


@given(flow_scalars())
def test_letters_after_a_tag_are_found_though_the_tag_is_a_fault(text):
    document = parse(text, "p.yaml")
    assume(document.readable)
    for path, value in texts(document.data):
        for offset, character in enumerate(value):
            if is_letter(character):
                assert pointed(text, path, offset)[0] == character


word = st.text(st.sampled_from("@@@ab \n\t'\"\\#:é😀"), max_size=30)


@given(st.lists(word, min_size=1, max_size=3), st.sampled_from([None, "'", '"', "|", ">"]),
       st.booleans(), st.sampled_from([10, 80]))  # fmt: skip
def test_letters_are_found_in_what_pyyaml_writes(values, style, flow, width):
    data = {"list": [lettered(value) for value in values]}
    text = yaml.safe_dump(
        data, default_style=style, default_flow_style=flow, width=width, allow_unicode=True
    )
    check(re.sub("!!(str|int|null) ", "", text))


@given(st.lists(word, min_size=1, max_size=3), st.booleans(), st.sampled_from([None, 1]))
def test_letters_are_found_in_json(values, ascii_only, indent):
    """Where JSON is ASCII, the place is that of the escape; a pair of escapes is one character."""
    data = {"list": [lettered(value) for value in values]}
    text = json.dumps(data, ensure_ascii=ascii_only, indent=indent)
    document = parse(text, "p.json")
    for index, value in enumerate(data["list"]):
        written = json.dumps(value, ensure_ascii=ascii_only)
        for offset in range(len(value) + 1):
            tail = json.dumps(value[offset:], ensure_ascii=ascii_only)[1:]
            assert written.endswith(tail)
            place = document.locate_within(("list", index), offset)
            assert rest(text, place).startswith(tail)


@pytest.mark.parametrize("style", ["plain", "'", '"', "|", ">"])
def test_a_long_text_takes_time_in_proportion(style):
    """A hundred thousand lines or quotes are no trap."""
    body = "\n".join(["  one ''two'' \\n"] * 20_000)
    written = {"plain": f"x\n{body}", "'": f"'{body}'", '"': f'"{body}"'}
    document = parse(f"a: {written.get(style, f'{style}{chr(10)}{body}')}\n", "p.yaml")
    value = document.data["a"]
    line, _ = document.locate_within(("a",), value.rindex("two"))
    assert line >= 20_000


_NAMES = st.text("abé: #-'\n", max_size=6)
_TREES = st.recursive(
    st.one_of(_NAMES, st.integers(-9, 9), st.booleans(), st.none()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(_NAMES, inner, max_size=4)
    ),
    max_leaves=12,
)


@given(_TREES, st.sampled_from([None, True, False]))
def test_places_noted_on_reading_are_those_of_a_second_reading(tree, flow):
    text = yaml.safe_dump(tree, default_flow_style=flow, allow_unicode=True)
    loaded = yaml_text.load(text)
    assume(loaded.offsets is not None)  # PyYAML writes aliases where an empty list comes twice
    noted_marks = yaml_text.noted_marks(loaded.data, loaded.offsets)
    noted = [(kind, offset) for kind, offset, _ in noted_marks]
    again = [(kind, 0 if kind == CLOSE else offset) for kind, offset, _ in yaml_text.marks(text)]
    assert noted == again
