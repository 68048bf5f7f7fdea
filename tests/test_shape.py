"""Shapes: what Cerberus finds, in plain words; the cheap predicate agrees with it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from cerberus import TypeDefinition, Validator
from hypothesis import given
from hypothesis import strategies as st

from stowplan.schemas.shape import Check, Complaint, Kind, Shape, acceptor, faults

EVEN = Check(lambda number: Complaint(Kind.QUANTITY, "must be even") if number % 2 else None)
PAIR = {
    "left": {"type": "string", "required": True, "empty": False},
    "right": {"type": ["string", "integer"], "nullable": True},
}
SCHEMA = {
    "name": {"type": "string", "required": True, "empty": False, "maxlength": 5},
    "rows": {
        "type": "integer",
        "required": True,
        "min": 0,
        "check_with": EVEN,
        "meta": {"description": "How many.", "hint": "count again"},
    },
    "size": {"type": "number", "min": 0, "max": 100, "meta": {"noun": "a size"}},
    "flag": {"type": "boolean"},
    "severity": {"type": "string", "allowed": ["error", "warning"]},
    "code": {"type": "string", "regex": "[A-Z]+", "empty": True},
    "names": {"type": "list", "minlength": 1, "schema": {"type": "string", "empty": False}},
    "pairs": {"type": "list", "schema": {"type": "dict", "schema": PAIR}},
    "pair": {"type": "dict", "schema": PAIR},
    "labels": {
        "type": "dict",
        "keysrules": {"type": "string", "regex": "[a-z]+"},
        "valuesrules": {"type": "list", "schema": {"type": "string"}},
    },
}
GOOD = {
    "name": "a",
    "rows": 2,
    "size": Decimal("1.5"),
    "flag": True,
    "severity": "error",
    "code": "",
    "names": ["x", "y"],
    "pairs": [{"left": "l", "right": None}, {"left": "m"}],
    "pair": {"left": "l", "right": 3},
    "labels": {"k": ["v"]},
}


class Reference(Validator):
    """Cerberus as it is, nested; only its numbers are ours."""

    types_mapping = {  # noqa: RUF012 (as Cerberus declares it)
        **Validator.types_mapping,
        "integer": TypeDefinition("integer", (int,), (bool,)),
        "number": TypeDefinition("number", (int, Decimal), (bool,)),
    }


REFERENCE = Reference(SCHEMA)

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 200)
    | st.sampled_from([Decimal("-1"), Decimal("0.5"), Decimal("Infinity"), Decimal("101")])
    | st.sampled_from(["", "a", "error", "ABC", "toolong", "x-y", "left"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["left", "right", "k", "K9"]), inner, max_size=3)
    ),
    max_leaves=4,
)


@st.composite
def documents(draw):
    """A good document with some of its values, at any depth, replaced, added or taken away."""
    document = {key: GOOD[key] for key in draw(st.sets(st.sampled_from(sorted(GOOD)), min_size=7))}
    document.update({"name": "a", "rows": 2})
    keys = st.sampled_from([*sorted(SCHEMA), "nmae", "x-mine"])
    for key in draw(st.lists(keys, max_size=2)):
        document[key] = draw(values)
    for key in draw(st.lists(st.sampled_from(["pair", "labels"]), max_size=1)):
        document[key] = {**GOOD[key], **draw(st.dictionaries(st.sampled_from("ab"), values))}
    if draw(st.booleans()):
        document["pairs"] = [*GOOD["pairs"], draw(values), {"left": draw(values)}]
    if draw(st.integers(0, 5)) == 0:
        del document[draw(st.sampled_from(sorted(document)))]
    return document


@given(documents())
def test_the_predicate_the_report_and_cerberus_agree(document):
    """A document is accepted exactly where Cerberus, run over the nested schema, finds nothing."""
    well_formed = REFERENCE.validate(document, normalize=False)
    assert acceptor(SCHEMA)(document) == well_formed
    assert (faults(SCHEMA, document) == []) == well_formed


@given(documents())
def test_extension_keys_change_nothing_else(document):
    """With extensions a document is judged as if its x- keys were not there."""
    without = {key: value for key, value in document.items() if not key.startswith("x-")}
    assert faults(SCHEMA, document, extensions=True) == faults(SCHEMA, without)
    assert acceptor(SCHEMA, extensions=True)(document) == acceptor(SCHEMA)(without)


@given(st.permutations(sorted(GOOD)), documents())
def test_the_order_of_keys_changes_nothing(order, document):
    """The same faults come in the same order, however the document is written."""
    shuffled = {key: document[key] for key in order if key in document}
    shuffled.update(document)
    assert faults(SCHEMA, shuffled) == faults(SCHEMA, document)


CASES = [
    ({"nmae": 1}, ("nmae",), Kind.UNKNOWN, "unknown key `nmae`", "did you mean `name`?"),
    ({"rows": "many"}, ("rows",), Kind.TYPE, '`rows` must be a whole number, is text "many"', None),
    ({"rows": True}, ("rows",), Kind.TYPE, "`rows` must be a whole number, is true", None),
    ({"rows": None}, ("rows",), Kind.TYPE, "`rows` must be a whole number, is empty (null)", None),
    ({"rows": 3}, ("rows",), Kind.QUANTITY, "`rows` must be even", "count again"),
    ({"rows": -2}, ("rows",), Kind.MINIMUM, "`rows` must be at least 0, is -2", "count again"),
    ({"size": "1"}, ("size",), Kind.TYPE, '`size` must be a size, is text "1"', None),
    ({"size": Decimal("NaN")}, ("size",), Kind.MINIMUM, "`size` must be at least 0, is NaN", None),
    ({"size": 101}, ("size",), Kind.QUANTITY, "`size` must be at most 100, is 101", None),
    ({"name": ""}, ("name",), Kind.OTHER, "`name` must not be empty", None),
    (
        {"name": 7},
        ("name",),
        Kind.TYPE,
        "`name` must be text, is 7",
        "put it in quotes to make it text",
    ),
    (
        {"severity": "eror"},
        ("severity",),
        Kind.ALLOWED,
        '`severity` must be one of error, warning; is text "eror"',
        "did you mean error?",
    ),
    (
        {"names": "x"},
        ("names",),
        Kind.TYPE,
        '`names` must be a list, is text "x"',
        "write a list: [x]",
    ),
    (
        {"names": ["x", 2]},
        ("names", 1),
        Kind.TYPE,
        "item 2 of `names` must be text, is 2",
        "put it in quotes to make it text",
    ),
    ({"pairs": [{}]}, ("pairs", 0), Kind.MISSING, "`left` is missing", None),
    ({"pair": {"left": ""}}, ("pair", "left"), Kind.OTHER, "`left` must not be empty", None),
    ({"code": "a"}, ("code",), Kind.OTHER, '`code` has not the right form: "a"', None),
    ({"labels": {"k": 1}}, ("labels", "k"), Kind.TYPE, "`k` must be a list, is 1", None),
]


@pytest.mark.parametrize(("change", "path", "kind", "message", "hint"), CASES)
def test_a_fault_says_where_and_what(change, path, kind, message, hint):
    """Each change makes one fault, at its own path and in plain words."""
    (fault,) = faults(SCHEMA, {**GOOD, **change}, ("top",))
    assert (fault.path, fault.kind, fault.message) == (("top", *path), kind, message)
    if hint is not None:
        assert fault.hint == hint


def test_all_faults_come_at_once():
    document = {"name": 1, "size": -1, "nmae": 2, "pairs": [{"left": 1}, {"rihgt": 2}]}
    found = [(fault.path, fault.kind) for fault in faults(SCHEMA, document)]
    assert found == [
        (("name",), Kind.TYPE),
        (("nmae",), Kind.UNKNOWN),
        ((), Kind.MISSING),
        (("size",), Kind.MINIMUM),
        (("pairs", 0, "left"), Kind.TYPE),
        (("pairs", 1), Kind.MISSING),
        (("pairs", 1, "rihgt"), Kind.UNKNOWN),
    ]


def test_a_key_that_breaks_the_rules_of_keys_is_pointed_at():
    (fault,) = faults(SCHEMA, {**GOOD, "labels": {"K9": ["v"]}})
    assert (fault.path, fault.on_key) == (("labels", "K9"), True)


def test_a_shape_can_be_used_again():
    """What one document did wrong does not stick to the next."""
    shape = Shape(SCHEMA)
    assert shape.faults({**GOOD, "rows": 1})
    assert shape.faults(GOOD) == []


@pytest.mark.parametrize("document", [None, [], "text", 3])
def test_what_is_no_mapping_is_one_fault(document):
    (fault,) = faults(SCHEMA, document, ("a",))
    assert (fault.path, fault.kind) == (("a",), Kind.TYPE)


@pytest.mark.parametrize("rules", [{"type": "string", "anyof": []}, {"required": True}])
def test_a_schema_that_the_predicate_could_not_follow_is_refused(rules):
    with pytest.raises(ValueError, match="a schema needs a type"):
        acceptor({"a": rules})


def test_a_fault_becomes_a_finding_under_the_callers_code():
    (fault,) = faults(SCHEMA, {**GOOD, "nmae": 1})
    code, finding = fault.coded("M103")
    assert (code, finding.path, finding.on_key) == ("M103", ("nmae",), True)
    assert finding.message == "unknown key `nmae`"
