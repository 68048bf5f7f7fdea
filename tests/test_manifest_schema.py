"""A manifest's data becomes the model; whatever is wrong with its shape is told at once."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stowplan.model import Dependency, Manifest, Table
from stowplan.schemas.manifest import LARGEST, read_manifest

HUGE = Decimal("1e999999999")
TINY = Decimal("1e-999999999")


def manifest(*tables, **keys):
    return {"tables": list(tables), **keys}


def table(name="a", rows=1, size_mb=1, **keys):
    return {"name": name, "rows": rows, "size_mb": size_mb, **keys}


def told(data):
    """What is wrong, as code and path."""
    return [(code, finding.path) for code, finding in read_manifest(data)[1]]


def only(data):
    """The one finding that there must be, with its code."""
    (fault,) = read_manifest(data)[1]
    return fault


def test_a_small_manifest_becomes_the_model():
    data = manifest(table("a", 10, Decimal("1.5")), table("b"), dependencies={"b": ["a"]})
    model, faults = read_manifest(data)
    assert faults == ()
    assert model == Manifest(
        tables=(Table("a", 10, 1_500_000, 0), Table("b", 1, 1_000_000, 1)),
        dependencies=(Dependency("b", "a", ("dependencies", "b", 0)),),
    )


def test_every_key_reaches_the_model():
    """The model holds all that a manifest can say; x- keys stand anywhere and say nothing."""
    data = manifest(
        table(
            priority="CRITICAL",
            depends_on=["p", "q"],
            max_row_mb=Decimal("0.25"),
            index_mb=3,
            lob=True,
            primary_key="id",
            owner="team",
            labels={"k": "v"},
            **{"x-note": [1]},
        ),
        source="here",
        destination="there",
        total_size_mb=Decimal("7.5"),
        present=["p", "q"],
        measured_at="2026-02-28",
        **{"x-note": None},
    )
    model, faults = read_manifest(data)
    assert faults == ()
    assert model == Manifest(
        tables=(
            Table(
                "a",
                1,
                1_000_000,
                0,
                index_size=3_000_000,
                max_row=250_000,
                priority="CRITICAL",
                owner="team",
                lob=True,
                primary_key=("id",),
                labels={"k": "v"},
            ),
        ),
        dependencies=(
            Dependency("a", "p", ("tables", 0, "depends_on", 0)),
            Dependency("a", "q", ("tables", 0, "depends_on", 1)),
        ),
        present=("p", "q"),
        source="here",
        destination="there",
        declared_total=7_500_000,
        measured_at="2026-02-28",
    )


def test_a_primary_key_may_have_several_columns():
    model, _ = read_manifest(manifest(table(primary_key=["x", "y"])))
    assert model.tables[0].primary_key == ("x", "y")


decimals = st.decimals(min_value=0, max_value=9_000_000_000_000, allow_nan=False)


@given(decimals | st.integers(0, 9_000_000_000_000))
def test_megabytes_become_whole_bytes_rounded_up(size):
    """Whatever the number of digits, the bytes are the exact product, rounded up."""
    model, faults = read_manifest(manifest(table(size_mb=size)))
    assert faults == ()
    assert model.tables[0].size == ceil(Fraction(size) * 1_000_000)


def test_a_size_of_many_digits_is_not_cut():
    size = Decimal("1." + "0" * 60 + "1")
    model, _ = read_manifest(manifest(table(size_mb=size)))
    assert model.tables[0].size == 1_000_001


def test_the_smallest_size_is_one_byte():
    model, faults = read_manifest(manifest(table(size_mb=TINY)))
    assert (model.tables[0].size, faults) == (1, ())


def test_the_largest_quantities_are_taken():
    largest = Decimal(LARGEST) / 1_000_000
    model, faults = read_manifest(manifest(table(rows=LARGEST, size_mb=largest)))
    assert (model.tables[0].rows, model.tables[0].size, faults) == (LARGEST, LARGEST, ())


@pytest.mark.parametrize("rows", [Decimal("5E+4"), Decimal("50000.0")])
def test_whole_numbers_may_be_written_with_a_point_or_an_exponent(rows):
    model, faults = read_manifest(manifest(table(rows=rows)))
    assert (model.tables[0].rows, faults) == (50_000, ())


BAD_QUANTITIES = [-1, Decimal("-0.5"), 10**400, HUGE, Decimal("-1e999999999"), Decimal("1e400")]
BAD_QUANTITIES += [Decimal("NaN"), Decimal("Infinity"), Decimal("-Infinity")]


@pytest.mark.parametrize("key", ["rows", "size_mb", "index_mb", "max_row_mb"])
@pytest.mark.parametrize("value", BAD_QUANTITIES, ids=str)
def test_no_quantity_is_negative_infinite_or_absurd(key, value):
    assert told(manifest(table(**{key: value}))) == [("M106", ("tables", 0, key))]


@pytest.mark.parametrize("value", BAD_QUANTITIES, ids=str)
def test_the_total_is_a_quantity_too(value):
    assert told(manifest(table(), total_size_mb=value)) == [("M106", ("total_size_mb",))]


def test_one_byte_too_many_is_absurd():
    size = Decimal(LARGEST + 1) / 1_000_000
    data = manifest(table(rows=LARGEST + 1, size_mb=size))
    assert told(data) == [("M106", ("tables", 0, "rows")), ("M106", ("tables", 0, "size_mb"))]


MISSHAPEN = [
    (None, "M102", (), "the document must be a mapping, is empty (null)"),
    ([], "M102", (), "the document must be a mapping, is a list"),
    ({}, "M102", (), "`tables` is missing"),
    ({"tables": {}}, "M102", ("tables",), "`tables` must be a list, is a mapping"),
    (manifest("a"), "M102", ("tables", 0), 'item 1 of `tables` must be a mapping, is text "a"'),
    (manifest({"rows": 1, "size_mb": 1}), "M102", ("tables", 0), "`name` is missing"),
    (manifest(table("")), "M102", ("tables", 0, "name"), "`name` must not be empty"),
    (manifest(table(7)), "M102", ("tables", 0, "name"), "`name` must be text, is 7"),
    (
        manifest(table(rows="many")),
        "M102",
        ("tables", 0, "rows"),
        '`rows` must be a whole number, is text "many"',
    ),
    (
        manifest(table(rows=Decimal("1.5"))),
        "M102",
        ("tables", 0, "rows"),
        "`rows` must be a whole number, is 1.5",
    ),
    (
        manifest(table(rows=True)),
        "M102",
        ("tables", 0, "rows"),
        "`rows` must be a whole number, is true",
    ),
    (
        manifest(table(size_mb=-3)),
        "M106",
        ("tables", 0, "size_mb"),
        "`size_mb` must not be negative, is -3",
    ),
    (
        manifest(table(), dependencies={"a": ["b", 5]}),
        "M102",
        ("dependencies", "a", 1),
        "item 2 of `a` must be text, is 5",
    ),
    (
        manifest(table(labels={"k": 1})),
        "M102",
        ("tables", 0, "labels", "k"),
        "`k` must be text, is 1",
    ),
    (
        manifest(table(), measured_at="2026-02-30"),
        "M102",
        ("measured_at",),
        '`measured_at` must be a date, is text "2026-02-30"',
    ),
    (
        manifest(table(), measured_at="20260228"),
        "M102",
        ("measured_at",),
        '`measured_at` must be a date, is text "20260228"',
    ),
]


@pytest.mark.parametrize(("data", "code", "path", "message"), MISSHAPEN)
def test_a_fault_says_where_and_what(data, code, path, message):
    """One mistake is one fault, under its code, at its path."""
    fault = only(data)
    assert (fault.code, fault.finding.path, fault.finding.message) == (code, path, message)


HINTS = [
    (manifest(table(siez_mb=1)), "M103", ("tables", 0, "siez_mb"), "did you mean `size_mb`?"),
    (manifest(table(), tabels=[]), "M103", ("tabels",), "did you mean `tables`?"),
    (manifest(table(2024)), "M102", ("tables", 0, "name"), "put it in quotes to make it text"),
    (
        manifest(table(), dependencies={"a": "b"}),
        "M102",
        ("dependencies", "a"),
        "write a list: [b]",
    ),
    (
        manifest(table(), dependencies=None),
        "M102",
        ("dependencies",),
        "give it a value or leave the key out",
    ),
]


@pytest.mark.parametrize(("data", "code", "path", "hint"), HINTS)
def test_a_hint_says_how_to_mend_it(data, code, path, hint):
    fault = only(data)
    assert (fault.code, fault.finding.path, fault.finding.hint) == (code, path, hint)


def test_all_faults_come_at_once_and_the_rest_is_kept():
    """A table with a fault is left out; the others keep their places in the list."""
    data = manifest(
        table("a", rows=-1),
        table("b", nmae="x"),
        "c",
        table("d"),
        dependencies={"b": "a", "d": ["a", "b"]},
        present=["p", 3],
        total_size_mb="much",
    )
    model, faults = read_manifest(data)
    assert sorted((code, finding.path) for code, finding in faults) == [
        ("M102", ("dependencies", "b")),
        ("M102", ("present", 1)),
        ("M102", ("tables", 2)),
        ("M102", ("total_size_mb",)),
        ("M103", ("tables", 1, "nmae")),
        ("M106", ("tables", 0, "rows")),
    ]
    assert [(row.name, row.place) for row in model.tables] == [("b", 1), ("d", 3)]
    assert [(edge.child, edge.parent) for edge in model.dependencies] == [("d", "a"), ("d", "b")]
    assert (model.present, model.declared_total) == (("p",), None)


def test_a_fault_in_a_table_names_the_table():
    assert only(manifest(table("a", rows=-1))).finding.tables == ("a",)


@pytest.mark.parametrize("data", [None, [], "text", {}, {"tables": None}, {"tables": "a"}])
def test_without_a_list_of_tables_there_is_no_model(data):
    assert read_manifest(data)[0] is None


def test_what_rules_judge_is_no_fault_of_shape():
    """No tables at all, two of a name, unknown parents: all that is left to the checks."""
    assert read_manifest(manifest())[1] == ()
    twice = manifest(table(), table(), dependencies={"nobody": ["nothing"]})
    model, faults = read_manifest(twice)
    assert (len(model.tables), len(model.dependencies), faults) == (2, 1, ())


def test_hostile_names_are_shown_on_one_line():
    name = "a\nb\x1b[31m\u202e" + "x" * 500
    fault = only(manifest(table(**{name: 1})))
    assert fault.finding.path == ("tables", 0, name)
    assert fault.finding.message.isprintable()
    assert len(fault.finding.message) < 100
