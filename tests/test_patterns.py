"""Names and globs mean what a reader expects, against a matcher that is plain to see."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from stowplan.model import Pattern, Place
from stowplan.patterns import Names, PatternError, literal_name

PLACE = Place("p.yaml", ())


def pattern(text: str) -> Pattern:
    return Pattern(text, literal_name(text), PLACE)


def matches(text: str, name: str) -> bool:
    return list(Names([name]).matching(pattern(text))) == [name]


def naive(text: str, name: str) -> bool:
    """Whether a glob means a name: position by position, all ways at once."""
    reached = {0}
    characters = iter(text)
    for character in characters:
        if character == "*":
            reached = set(range(min(reached, default=len(name) + 1), len(name) + 1))
        else:
            wanted = next(characters) if character == "\\" else character
            wild = character == "?"
            reached = {i + 1 for i in reached if i < len(name) and (wild or name[i] == wanted)}
    return len(name) in reached


alphabet = st.sampled_from(["a", "b", "A", ".", "*", "?", "\\", "\n", "(", "+", "ß", "\U0010ffff"])
names = st.text(alphabet, max_size=8)
literals = st.text(alphabet.filter(lambda c: c not in "*?\\"), min_size=1, max_size=3)
pieces = literals | st.sampled_from(["*", "?", "**", "\\*", "\\?", "\\\\", "\\a"])
globs = st.lists(pieces, min_size=1, max_size=6).map("".join)


@given(globs, names)
@example("a*b?", "a\n\nba")
@example("*?*", "")
@example("a*", "a\U0010ffffb")
@example("*ab*ba*", "aba")
def test_a_pattern_matches_what_the_naive_matcher_matches(text, name):
    assert matches(text, name) is naive(text, name)


@given(globs, st.lists(names, max_size=12))
def test_a_pattern_gives_the_names_it_matches_sorted_and_once(text, listed):
    found = list(Names(listed).matching(pattern(text)))
    assert found == sorted({name for name in listed if naive(text, name)})


@given(st.lists(globs, max_size=4), st.lists(names, max_size=12))
def test_several_patterns_select_what_any_of_them_matches(texts, listed):
    selected = Names(listed).selected(pattern(text) for text in texts)
    assert selected == {name for name in listed if any(naive(text, name) for text in texts)}


@given(names.filter(bool))
def test_a_name_with_its_special_characters_escaped_means_just_that_name(name):
    escaped = "".join(f"\\{c}" if c in "*?\\" else c for c in name)
    assert literal_name(escaped) == name
    assert matches(escaped, name)
    assert not matches(escaped, name + "x")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("audit_*", "audit_logs"),
        ("audit_*", "audit_"),
        ("*", "any.thing at all"),
        ("public.*", "public.a.b"),
        ("*.orders", "public.sales.orders"),
        ("*", "two\nlines"),
        ("a?c", "a\nc"),
        ("t_?", "t_ß"),
        ("*_logs*", "_logs"),
        ("a**b", "ab"),
        ("[ab]", "[ab]"),
        ("{a,b}", "{a,b}"),
        ("a.c", "a.c"),
        ("\\*", "*"),
        ("\\a", "a"),
    ],
)
def test_a_pattern_matches(text, name):
    assert matches(text, name)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("audit_*", "Audit_logs"),
        ("audit", "audit_logs"),
        ("audit_?", "audit_"),
        ("audit_?", "audit_ab"),
        ("*_logs", "logs"),
        ("*_logs", "a_logs_b"),
        ("a.c", "abc"),
        ("[ab]", "a"),
        ("\\*", "a"),
        ("?", ""),
        ("aa*aa", "aaa"),
    ],
)
def test_a_pattern_does_not_match(text, name):
    assert not matches(text, name)


@pytest.mark.parametrize(
    ("text", "name"),
    [("orders", "orders"), ("a\\*b", "a*b"), ("\\\\", "\\"), ("audit_*", None), ("?", None)],
)
def test_the_literal_of_a_pattern_is_its_name_and_a_glob_has_none(text, name):
    assert literal_name(text) == name


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "an empty pattern names no table"),
        ("audit\\", '"audit\\" ends in a lone backslash'),
        ("\\\\\\", '"\\\\\\" ends in a lone backslash'),
        ("a\nb\\", '"a\\x0ab\\" ends in a lone backslash'),
    ],
)
def test_a_pattern_that_cannot_be_read_says_why(text, message):
    with pytest.raises(PatternError) as caught:
        literal_name(text)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("a*" * 30 + "b", "a" * 5000),
        ("*a" * 30 + "b", "a" * 5000),
        ("*" * 200 + "b", "a" * 5000),
        ("*?" * 100 + "b", "a" * 5000),
        ("*a?a" * 30 + "*b", "a" * 5000),
    ],
)
def test_hostile_globs_do_not_run_away(text, name):
    """A backtracking matcher would not end in a lifetime."""
    assert not matches(text, name)
    assert matches(text, name + "b")


def test_every_glob_of_a_policy_is_matched_against_every_table():
    listed = [f"schema_{i % 50:02}.table_{i:05}" for i in range(5000)]
    found = Names(listed)
    assert len(found.matching(pattern("schema_07.*"))) == 100
    assert len(found.matching(pattern("*_0001?"))) == 10
    assert len(found.matching(pattern("*"))) == 5000
    assert list(found.matching(pattern("schema_51.*"))) == []
