"""Documents: data with a place for every path, and nothing silently taken."""

from __future__ import annotations

import json
import subprocess
import sys
from decimal import Decimal

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from stowplan.documents import Unreadable, parse, read


def told(document):
    """What reading found: code, line, column and message."""
    return [
        (fault.code, *document.place(fault.finding), fault.finding.message)
        for fault in document.faults
    ]


def only(content, name):
    """The one fault of a document that cannot be read: line, column, message."""
    document = parse(content, name)
    assert (document.readable, document.data) == (False, None)
    ((code, line, column, message),) = told(document)
    assert code == "M102"
    assert document.locate(("any", 3)) == (line, column)
    return line, column, message


# --- data

names = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


def paths(value, path=()):
    """Every path of a tree, with its value."""
    yield path, value
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from paths(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from paths(inner, (*path, index))


whole_trees = st.recursive(
    st.none() | st.booleans() | st.integers() | names,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(names, whole_trees, max_size=4), st.sampled_from([None, 0, 2]))
def test_json_is_read_as_it_was_written_and_every_value_is_found(data, indent):
    """At the place of each path stands exactly its value."""
    text = json.dumps(data, indent=indent, ensure_ascii=False)
    document = parse(text, "m.json")
    assert (document.data, document.faults) == (data, ())
    lines = text.split("\n")
    for path, value in paths(data):
        line, column = document.locate(path)
        rest = "\n".join([lines[line - 1][column - 1 :], *lines[line:]])
        assert json.JSONDecoder().raw_decode(rest)[0] == value
        if path and isinstance(path[-1], str):
            line, column = document.locate(path, on_key=True)
            assert json.JSONDecoder().raw_decode(lines[line - 1][column - 1 :])[0] == path[-1]


printable = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=8)
yaml_trees = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | printable,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(printable, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(printable, yaml_trees, min_size=1, max_size=4), st.booleans())
def test_yaml_that_pyyaml_wrote_is_read_back(data, flow):
    """Whatever PyYAML writes, in block or flow style, means the same to us."""
    text = yaml.safe_dump(data, default_flow_style=flow, default_style=None)
    document = parse(text, "m.yaml")
    assert document.data == data


@given(st.dictionaries(names, whole_trees, max_size=4))
def test_json_means_the_same_as_yaml(data):
    """ASCII JSON is YAML: the same data, and every value at the same place."""
    text = json.dumps(data, indent=1)
    as_yaml, as_json_ = parse(text, "m.yaml"), parse(text, "m.json")
    if "\\u" not in text:  # YAML has no pairs of surrogate escapes
        assert as_yaml.data == as_json_.data
        for path, _ in paths(data):
            assert as_yaml.locate(path) == as_json_.locate(path)


PLAIN = [
    ("", None),
    ("~", None),
    ("null", None),
    ("NULL", None),
    ("nULL", "nULL"),
    ("true", True),
    ("False", False),
    ("yes", "yes"),
    ("no", "no"),
    ("on", "on"),
    ("off", "off"),
    ("22:00", "22:00"),
    ("1_000", "1_000"),
    ("2027-01-31", "2027-01-31"),
    ("12", 12),
    ("-12", -12),
    ("+5", 5),
    ("010", 10),
    ("0o17", 15),
    ("0x1F", 31),
    ("0b11", "0b11"),
    ("1.50", Decimal("1.50")),
    (".5", Decimal("0.5")),
    ("1.", Decimal("1")),
    ("1e3", Decimal("1000")),
    ("1e400", Decimal("1e400")),
    (".inf", Decimal("Infinity")),
    ("-.INF", Decimal("-Infinity")),
    ("+", "+"),
    (".", "."),
    ("-x", "-x"),
    ("1.2.3", "1.2.3"),
    ("50MB/s", "50MB/s"),
    ("10%", "10%"),
    ("=", "="),
    ("<<", "<<"),
    ('"12"', "12"),
    ("'true'", "true"),
]


@pytest.mark.parametrize(("text", "value"), PLAIN)
def test_plain_scalars_follow_the_core_schema_of_yaml_1_2(text, value):
    found = parse(f"a: {text}\n", "m.yaml").data["a"]
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(("text", "name"), [("a: .nan", "m.yaml"), ('{"a": NaN}', "m.json")])
def test_nan_is_a_decimal(text, name):
    assert parse(text, name).data["a"].is_nan()


def test_json_numbers_are_exact():
    """No float: what is written is what is read."""
    data = parse('{"a": 0.1, "b": 1e999999999, "c": -Infinity, "d": 10}', "m.json").data
    assert data == {
        "a": Decimal("0.1"),
        "b": Decimal("1e999999999"),
        "c": Decimal("-Infinity"),
        "d": 10,
    }


def test_merge_keys_are_plain_keys():
    assert parse("a: &x {b: 1}\nc: {<<: *x}\n", "m.yaml").data["c"] == {"<<": {"b": 1}}


# --- which language

LANGUAGES = [
    ("m.yaml", "{a: 1}", {"a": 1}),
    ("m.yml", "[a]", ["a"]),
    ("M.YAML", "{a: 1}", {"a": 1}),
    ("m.json", '{"a": 1}', {"a": 1}),
    ("m", '\n {"a": 1}', {"a": 1}),
    ("m.txt", "a: 1", {"a": 1}),
]


@pytest.mark.parametrize(("name", "text", "data"), LANGUAGES)
def test_the_ending_decides_or_else_the_first_character(name, text, data):
    assert parse(text, name).data == data


def test_a_json_file_is_never_read_as_yaml():
    assert only("a: 1", "m.json") == (1, 1, "not JSON: a value is expected here")


# --- places


def test_a_path_that_does_not_exist_stands_for_what_encloses_it():
    document = parse("tables:\n  - name: a\n    rows: 1\n", "m.yaml")
    assert document.locate(("tables", 0, "size_mb")) == (2, 5)
    assert document.locate(("tables", 7, "rows")) == (2, 3)
    assert document.locate(("nothing",), on_key=True) == (1, 1)
    assert document.locate(("tables", 0, "rows", "deeper")) == (3, 11)


def test_keys_have_places_of_their_own():
    document = parse("a:\n  b: 1\n  c: [x, y]\n", "m.yaml")
    assert document.locate(("a", "b"), on_key=True) == (2, 3)
    assert document.locate(("a", "b")) == (2, 6)
    assert document.locate(("a", "c", 1), on_key=True) == (3, 10)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("name", ["m.yaml", "m.json"])
def test_columns_count_characters_and_lines_count_line_feeds(name, end):
    """Neither bytes nor escapes nor other line separators shift a place."""
    document = parse(f'{{"é😀": "\u2028",{end} "a\\"]": [1, 22]}}', name)
    assert document.locate(("é😀",)) == (1, 8)
    assert document.locate(('a"]', 1)) == (2, 14)


def test_values_behind_an_alias_stand_at_the_alias():
    document = parse("a: &x {b: 1}\nc: *x\n", "m.yaml")
    assert document.data["c"] == {"b": 1}
    assert document.locate(("c", "b")) == (2, 4)


# --- duplicate keys


@pytest.mark.parametrize("name", ["m.yaml", "m.json"])
def test_every_repeated_key_is_told_at_its_own_place(name):
    """Each repetition is a fault of its own and names the line of the first."""
    text = '{"a": 1,\n "a": 2,\n "b": [{"c": 1, "d": 2,\n "c": 3}], "a": 4}'
    document = parse(text, name)
    assert told(document) == [
        ("M104", 2, 2, "duplicate key `a`, first on line 1"),
        ("M104", 4, 2, "duplicate key `c`, first on line 3"),
        ("M104", 4, 12, "duplicate key `a`, first on line 1"),
    ]
    assert [fault.finding.path for fault in document.faults] == [("a",), ("b", 0, "c"), ("a",)]
    assert (document.readable, document.data) == (True, {"a": 4, "b": [{"c": 3, "d": 2}]})
    assert document.locate(("a",)) == (4, 17)


def test_keys_are_equal_by_what_they_mean():
    """An escape or another quoting style does not hide a repetition."""
    assert [fault.code for fault in parse('{"a": 1, "\\u0061": 2}', "m.json").faults] == ["M104"]
    assert [fault.code for fault in parse("a: 1\n'a': 2\n", "m.yaml").faults] == ["M104"]


def test_in_a_policy_every_fault_of_reading_is_y601():
    document = parse("a: 1\na: !x 2\n", "p.yaml", "policy")
    assert [fault.code for fault in document.faults] == ["Y601", "Y601"]
    assert parse("[", "p.yaml", "policy").faults[0].code == "Y601"


# --- syntax

BROKEN = [
    ("m.json", '{"a": }', 1, 7, "not JSON: a value is expected here"),
    ("m.json", '{"a": 1,\n}', 2, 1, "not JSON: a key in double quotes is expected here"),
    ("m.json", '{"a": 1 2}', 1, 9, "not JSON: a comma or the closing bracket is expected here"),
    ("m.json", '{"a" 1}', 1, 6, "not JSON: a `:` is expected here"),
    ("m.json", '{"a": "x}', 1, 7, "not JSON: a string that is never closed"),
    ("m.json", '{"a": "\\x"}', 1, 8, "not JSON: no escape sequence of JSON"),
    ("m.json", "{} {}", 1, 4, "not JSON: something after the end of the document"),
    ("m.yaml", "a:\n\tb: 1\n", 2, 1, "not YAML: a tab where YAML wants spaces"),
    ("m.yaml", "a: b: c\n", 1, 5, "not YAML: a `:` that does not belong here"),
    (
        "m.yaml",
        "a:\n  - b\n c: 1\n",
        3,
        2,
        "not YAML: the indentation fits none of the levels above",
    ),
    ("m.yaml", "a: [1\nb: 2\n", 2, 2, "not YAML: a comma or `]` is expected here"),
    ("m.yaml", "a: 'x\n", 1, 4, "not YAML: a quote that is never closed"),
    ("m.yaml", "a: @x\n", 1, 4, "not YAML: a value cannot start with `@`"),
    ("m.yaml", "a: 1\nkey\nb: 1\n", 2, 1, "not YAML: a key without its `:`"),
    ("m.yaml", 'a: "\\q"\n', 1, 4, "not YAML: no escape sequence of YAML"),
    ("m.yaml", "a: - b\n", 1, 4, "not YAML: a `-` item cannot stand here"),
    ("m.yaml", "a: \x01\n", 1, 4, "not YAML: the character U+0001 is not allowed"),
    ("m.yaml", "a: 1\n---\nb: 2\n", 2, 1, "a second document starts here"),
    ("m.yaml", "a: {{ x }}\n", 1, 5, "a key must be text"),
    ("m.yaml", "? [a]\n: b\n", 1, 3, "a key must be text"),
    ("m.yaml", "a: &x b\n*x : c\n", 2, 1, "a key must be text"),
    ("m.yaml", "a: &x [*x]\n", 1, 8, "the alias `*x` stands inside what it names"),
]


@pytest.mark.parametrize(("name", "text", "line", "column", "message"), BROKEN)
def test_broken_syntax_is_one_clear_line_at_its_place(name, text, line, column, message):
    assert only(text, name) == (line, column, message)


@pytest.mark.parametrize("name", ["m.yaml", "m.json"])
@pytest.mark.parametrize("content", ["", " \n\n "])
def test_an_empty_file_is_told_so(content, name):
    assert only(content, name) == (1, 1, "is empty")


def test_a_file_of_comments_is_empty():
    assert only("# nothing\n", "m.yaml") == (1, 1, "is empty")


STARRED = [
    ("before: *\n", 1, 9, "*"),
    ("tables:\n  - *.log\n", 2, 5, "*.log"),
    ("tables: [a, *x*]\n", 1, 13, "*x*"),
]


@pytest.mark.parametrize(("text", "line", "column", "glob"), STARRED)
def test_a_bare_glob_is_told_to_be_quoted(text, line, column, glob):
    message = f'a value that starts with `*` must be quoted: write "{glob}"'
    assert only(text, "p.yaml") == (line, column, message)


def test_globs_that_look_like_aliases_are_all_told():
    """`*_logs` is an alias to YAML, of nothing: reading goes on with what was meant."""
    document = parse("tables: [*_logs, b]\nbefore: *rest\n", "p.yaml")
    assert told(document) == [
        ("M102", 1, 10, 'a value that starts with `*` must be quoted: write "*_logs"'),
        ("M102", 2, 9, 'a value that starts with `*` must be quoted: write "*rest"'),
    ]
    assert document.data == {"tables": ["*_logs", "b"], "before": "*rest"}


def test_tags_and_keys_that_are_not_text_are_all_told():
    document = parse("1: !!str a\nnull: b\nyes: !x [c]\n", "m.yaml")
    assert told(document) == [
        ("M102", 1, 1, 'a key must be text: write "1"'),
        ("M102", 1, 4, "the tag `tag:yaml.org,2002:str` is not allowed"),
        ("M102", 2, 1, 'a key must be text: write "null"'),
        ("M102", 3, 6, "the tag `!x` is not allowed"),
    ]
    assert document.readable


def test_faults_before_a_syntax_error_are_told_with_it():
    document = parse("a: !x 1\nb: @\n", "m.yaml")
    assert [(line, column) for _, line, column, _ in told(document)] == [(1, 4), (2, 4)]


# --- limits


def nested(depth):
    return "[" * depth + "]" * depth


@pytest.mark.parametrize("name", ["m.yaml", "m.json"])
def test_64_levels_are_read_and_65_are_not(name):
    assert parse(nested(64), name).readable
    assert only(nested(65), name) == (1, 65, "is nested more than 64 levels deep")


DEEP = [
    ("m.json", "[" * 200_000),
    ("m.json", '{"a":' * 200_000),
    ("m.json", '[{"a":' * 100_000),
    ("m.yaml", "[" * 200_000),
    ("m.yaml", "- " * 200_000),
    ("m.yaml", "{a: " * 200_000),
]


@pytest.mark.parametrize(("name", "text"), DEEP, ids=[f"{n}-{t[:6]}" for n, t in DEEP])
def test_hostile_nesting_is_a_fault_and_no_crash(name, text):
    assert only(text, name)[2] == "is nested more than 64 levels deep"


def test_brackets_inside_strings_do_not_count():
    data = ["[" * 100, '"' + "{" * 100, "\\"]
    assert parse(json.dumps(data), "m.json").data == data


def test_aliases_cannot_add_up_to_hostile_depth():
    chain = "".join(f"a{i}: &a{i} [*a{i - 1}]\n" for i in range(1, 100))
    line, _, message = only("a0: &a0 [x]\n" + chain, "m.yaml")
    assert (line, message) == (64, "is nested more than 64 levels deep")


def test_a_billion_laughs_end_at_once():
    laughs = "".join(f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 10))
    message = only("a0: &a0 [x]\n" + laughs, "m.yaml")[2]
    assert message == "holds more than 5000000 values, its aliases written out"


def test_aliases_within_the_limits_are_read():
    data = parse("a: &x [1, &y b]\nc: [*x, *y]\n", "m.yaml").data
    assert data == {"a": [1, "b"], "c": [[1, "b"], "b"]}


NUMBERS = [
    ("m.json", '{"a": 1, "b": ' + "9" * 5000 + "}", 1, 15),
    ("m.json", '{"a": -' + "9" * 5000 + "}", 1, 7),
    ("m.json", '{"a": 1e99999999999999999999}', 1, 7),
    ("m.yaml", "a: " + "9" * 5000, 1, 4),
    ("m.yaml", "a: 0x" + "f" * 5000, 1, 4),
    ("m.yaml", "a: 1e99999999999999999999", 1, 4),
]


@pytest.mark.parametrize(("name", "text", "line", "column"), NUMBERS)
def test_a_number_that_python_cannot_read_is_a_fault_at_the_number(name, text, line, column):
    found = only(text, name)
    assert found[:2] == (line, column)
    assert "to be read" in found[2]


# --- encodings

ENCODINGS = [
    (b"\xef\xbb\xbf{}", 1, 1, "starts with a byte order mark"),
    ("{}".encode("utf-16"), 1, 1, "is UTF-16, must be UTF-8"),
    ("{}".encode("utf-16-le"), 1, 2, "is not text"),
    (b'{"a":\n "\xff"}', 2, 3, "the byte 0xff is not UTF-8"),
    (b'{"\xc3\xa9": "\xe9"}', 1, 8, "the byte 0xe9 is not UTF-8"),
    (b"\x89PNG\r\n\x1a\n\0\0", 1, 1, "is not text"),
    (b"{\n\x00}", 2, 1, "is not text"),
]


@pytest.mark.parametrize("name", ["m.yaml", "m.json"])
@pytest.mark.parametrize(("content", "line", "column", "message"), ENCODINGS)
def test_what_is_not_utf_8_is_one_clear_fault(content, line, column, message, name):
    assert only(content, name) == (line, column, message)


def test_half_a_character_is_a_fault():
    """A lone surrogate could never be written again; a pair is a character like any other."""
    document = parse('{"a": "\\ud800",\n "\\uDC00": 1, "b": "\\ud83d\\ude00"}', "m.json")
    assert [(line, column) for _, line, column, _ in told(document)] == [(1, 7), (2, 2)]
    assert not document.readable
    assert parse('["\\ud83d\\ude00"]', "m.json").data == ["😀"]
    assert not parse('a: "\\ud800"', "m.yaml").readable


@given(st.binary(max_size=60), st.sampled_from(["m.json", "m.yaml", "m"]))
def test_no_bytes_at_all_crash_the_reader(content, name):
    """Whatever the bytes: either data, or faults with a place in the text."""
    document = parse(content, name)
    assert document.readable or document.faults
    for fault in document.faults:
        line, column = document.place(fault.finding)
        assert line >= 1
        assert column >= 1


yaml_soup = st.lists(
    st.sampled_from(["a", ": ", "- ", "\n", "  ", "[", "]", "{", "}", ",", "*x", "&x ", "!t ", "'"])
    | st.sampled_from(['"', "|", ">", "? ", "#", "\t", "1", "---\n", "<<", "\\"]),
    max_size=25,
)


@given(yaml_soup)
def test_no_piece_of_yaml_crashes_the_reader(pieces):
    """Data or faults, and every path of the data can be located."""
    document = parse("".join(pieces), "m.yaml")
    assert document.readable or document.faults
    for path, _ in paths(document.data):
        assert document.locate(path, on_key=True) >= (1, 1)


def test_the_pure_parser_serves_where_the_c_parser_is_missing(monkeypatch):
    text = "a: 1\nb: [x, {c: no}]\nb: 2\nd: !x 1\n"
    with_c = parse(text, "m.yaml")
    broken = parse("a:\n\tb: 1\n", "m.yaml")
    monkeypatch.delattr(yaml, "CSafeLoader")
    assert (parse(text, "m.yaml").data, told(parse(text, "m.yaml"))) == (with_c.data, told(with_c))
    assert told(parse("a:\n\tb: 1\n", "m.yaml")) == told(broken)


# --- files


def test_a_file_is_read_with_its_hash(tmp_path):
    path = tmp_path / "m.yaml"
    path.write_bytes(b"a: 1\n")
    document = read(path)
    assert (document.path, document.data, document.text) == (str(path), {"a": 1}, "a: 1\n")
    assert document.sha256 == "37b128c59f1f5097f73f82691cb519f1f568667faab5ced1b4ab979d36837eae"


def test_a_file_can_be_shown_under_another_name(tmp_path):
    (tmp_path / "m.json").write_text("[1]")
    assert read(tmp_path / "m.json", shown="here").path == "here"


UNREADABLE = [
    ("missing.json", "no such file"),
    (".", "is a directory, not a file"),
    ("m.json/x", "cannot be read: not a directory"),
    ("a\0b", "cannot be read: embedded null byte"),
]


@pytest.mark.parametrize(("name", "reason"), UNREADABLE)
def test_a_path_that_cannot_be_read_says_why(tmp_path, name, reason):
    (tmp_path / "m.json").write_text("[1]")
    with pytest.raises(Unreadable) as caught:
        read(f"{tmp_path}/{name}")
    assert str(caught.value) == reason


def test_a_huge_file_is_refused(tmp_path):
    """Past 256 MiB nothing is parsed; the file here is sparse."""
    path = tmp_path / "m.json"
    with path.open("wb") as file:
        file.truncate(256 * 1024 * 1024 + 1)
    document = read(path)
    assert [message for *_, message in told(document)] == ["is larger than 256 MiB"]


def test_json_is_read_without_importing_pyyaml():
    code = (
        "import sys, stowplan.documents as d; d.parse('{}', 'm.json'); print('yaml' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"
