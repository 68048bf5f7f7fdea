"""The JSON Schemas say what lint says of a document's shape, and show every key's meaning.

What JSON Schema cannot say stands in UNSAID, by code and message, and is left out.
"""

import copy
import json
import re
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from command import stowplan
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator, Draft202012Validator, FormatChecker

from stowplan import units
from stowplan.documents import parse
from stowplan.schemas.json_schema.policy import UNITS
from stowplan.schemas.json_schema.quantities import QUANTITIES
from stowplan.schemas.policy.vocabulary import ACTIONS, KINDS, RESOURCES, SKIP, WAIVER

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "manifests"
NAMES = ("manifest", "policy", "config", "test", "plan", "report")
AS_OF = ("--as-of", "2026-12-01")

UNSAID = [
    ("Y601", r"is named on both sides", "two values of one rule"),
    ("Y601", r"nothing is done after stop", "the order of a list"),
    ("Y601", r"of zero does nothing", "which quantities are zero"),
    ("Y601", r"has (nothing that can|a character that cannot) be seen", "what is invisible"),
    ("Y601", r"a waiver of .* may last", "a day and a rule elsewhere"),
    ("Y601", r"cannot be waived", "a rule elsewhere that is not waivable"),
    ("Y601", r"`value` must be a plain number", "a number of very many digits"),
    ("Y601", r"starts: .* is no date and time", "days that no calendar has"),
    ("Y601", r"must be a whole number, is \d+\.0+$", "2.0, which JSON Schema counts as whole"),
    ("Y602", r"unknown code", "a waiver may name a rule elsewhere"),
    ("Y602", r"unknown (table|window)", "what the manifest or the policy has"),
    ("Y603", r"is taken by a rule of", "two rules with one id"),
    ("Y603", r"another test is called", "two tests with one name"),
    ("Y603", r"has a character that cannot be seen", "what is invisible outside ASCII"),
    ("Y606", r"is too large to count", "the size of a quantity"),
]
"""What of a shape's codes JSON Schema cannot say. All other codes are not about shape."""

SHAPE = {
    "manifest": {"M102", "M103", "M106"},
    "policy": {"Y601", "Y602", "Y603", "Y606"},
    "config": {"Y601", "Y602"},
    "test": {"Y601", "Y602", "Y603"},
}

MANIFEST = {
    "tables": [
        {
            "name": "a",
            "rows": 10,
            "size_mb": 1.5,
            "priority": "CRITICAL",
            "depends_on": ["b"],
            "max_row_mb": 0.5,
            "index_mb": 1,
            "lob": True,
            "primary_key": ["id"],
            "owner": "me",
            "labels": {"k": "v"},
            "x-own": None,
        },
        {"name": "b", "rows": 0, "size_mb": 0, "primary_key": "id"},
    ],
    "dependencies": {"a": ["b"]},
    "present": ["c"],
    "source": "s",
    "destination": "d",
    "total_size_mb": 1.5,
    "measured_at": "2026-11-30",
    "x-more": [1],
}

POLICY = {
    "policy": "p",
    "description": "d",
    "extends": ["stowplan:recommended"],
    "rules": [
        {"id": "r1", "kind": "priority", "tables": "*", "class": "CRITICAL", "value": 2.5},
        {"id": "r2", "kind": "priority", "where": "table.rows > 1", "class": "OWN", "reason": "r"},
        {"id": "r3", "kind": "dependency", "tables": ["a"], "before": "*", "description": "d"},
        {"id": "r4", "kind": "dependency", "tables": ["a"], "after": ["b"]},
        {"id": "r5", "kind": "dependency", "tables": "a", "not_after": ["c"]},
        {
            "id": "r6",
            "kind": "resource",
            "window": {
                "name": "w",
                "duration": "4h",
                "starts": "2026-12-05T22:00 Europe/Berlin",
                "rollback": "PT10M",
                "reserve": "10%",
                "accepts": ["CRITICAL"],
                "bandwidth": "5MB/s",
                "streams": 2,
            },
        },
        {"id": "r7", "kind": "resource", "memory": {"limit": "2GB", "reserve": "5%"}},
        {"id": "r8", "kind": "resource", "disk": {"limit": "2GB"}},
        {"id": "r9", "kind": "resource", "bandwidth": {"limit": "9MB/s", "target": "5MB/s"}},
        {"id": "r10", "kind": "resource", "streams": {"limit": 2}},
        {"id": "r11", "kind": "resource", "tables": "a*", "chunk": {"size": "10MB"}},
        {
            "id": "r12",
            "kind": "resource",
            "where": "table.rows > 1",
            "throughput": {
                "rate": "5MB/s",
                "rows_per_second": 5,
                "overhead": "1s",
                "per_chunk": "1ms",
                "index_rate": "5MB/s",
                "verify_rate": "5MB/s",
                "verify": "counts",
                "spread": "20%",
                "basis": "measured",
            },
        },
        {
            "id": "r13",
            "kind": "checkpoint",
            "at": "75%",
            "decider": "d",
            "if_behind": [
                {"skip": {"class": "IMPORTANT"}},
                {"skip": {"tables": ["a"]}},
                {"raise_bandwidth": "9MB/s"},
                {"streams": 3},
                {"chunk": "1MB"},
                {"extend_window": "30m"},
                "stop",
            ],
        },
        {"id": "r14", "kind": "checkpoint", "after": "a", "if_behind": "stop"},
        {
            "id": "r15",
            "kind": "check",
            "on": "table",
            "tables": "*",
            "where": "true",
            "require": "true",
            "message": "m",
            "severity": "info",
            "waivable": True,
            "max_days": 30,
        },
        {"id": "r16", "kind": "check", "on": "manifest", "require": "true"},
    ],
    "classes": {"OWN": {"placement": "optional"}, "CRITICAL": {"placement": "required"}},
    "waivers": [
        {"code": "D202", "tables": "a", "reason": "r", "owner": "o", "expires": "2027-01-31"},
        {"code": "r15", "reason": "r", "owner": "o", "expires": "2026-12-15"},
    ],
    "severities": {"D204": "off", "R401": "error"},
}

CONFIG = {
    "manifests": ["*.json"],
    "policies": [],
    "fail_on": "warning",
    "overrides": [
        {"manifests": "a/**", "fail_on": "error"},
        {"manifests": ["b/*.json"], "policies": ["p"], "fail_on": "info"},
    ],
}

TEST = {
    "policies": ["stowplan:recommended"],
    "manifest": {"tables": [{"name": "a", "rows": 1, "size_mb": 1}]},
    "as_of": "2026-12-01",
    "tests": [
        {
            "name": "t1",
            "plan": True,
            "violations": [
                {
                    "code": "P301",
                    "tables": ["a"],
                    "waived": False,
                    "severity": "error",
                    "message": "m",
                }
            ],
            "placements": {"a": "required", "b": None},
            "windows": {"a": "night", "b": None},
        },
        {"name": "t2", "manifest": "m.json", "policies": ["p.yaml"], "violations": []},
    ],
}

SOUND = {"manifest": MANIFEST, "policy": POLICY, "config": CONFIG, "test": TEST}


def printed(name):
    """The schema as the command prints it."""
    outcome = stowplan("schema", name)
    assert (outcome.status, outcome.errors) == (0, "")
    return outcome.output


SCHEMAS = {name: json.loads(printed(name)) for name in NAMES}
VALIDATORS = {
    name: Draft202012Validator(schema, format_checker=FormatChecker(["date"]))
    for name, schema in SCHEMAS.items()
}

OLDER = {
    name: Draft7Validator(schema | {"$schema": Draft7Validator.META_SCHEMA["$schema"]})
    for name, schema in SCHEMAS.items()
}
"""The same schemas as many editors read them: by JSON Schema 7."""


def plain(value):
    """Data as a JSON reader would have it: floats for our exact numbers."""
    if isinstance(value, dict):
        return {key: plain(held) for key, held in value.items()}
    if isinstance(value, list):
        return [plain(held) for held in value]
    return value if value is None or isinstance(value, str | bool | int) else float(value)


def is_json(value):
    """Whether JSON can say it: NaN and the infinities are for the reader of YAML alone."""
    if isinstance(value, dict | list):
        return all(map(is_json, value.values() if isinstance(value, dict) else value))
    return not isinstance(value, Decimal) or value.is_finite()


def told(name, folder, document):
    """The faults of shape that Stowplan tells of a document: (code, message)."""
    (folder / "m.json").write_text(json.dumps({"tables": []}))
    text = json.dumps(document)
    if name == "manifest":
        (folder / "m.json").write_text(text)
        outcome = stowplan("lint", folder / "m.json", "--format", "json")
    elif name == "policy":
        (folder / "p.yaml").write_text(text)
        named = ("--policy", folder / "p.yaml")
        outcome = stowplan("lint", folder / "m.json", *named, *AS_OF, "--format", "json")
    elif name == "config":
        (folder / "stowplan.yaml").write_text(text)
        outcome = stowplan("lint", folder / "m.json", "--show-config", "--format", "json")
    else:
        (folder / "p_test.yaml").write_text(text)
        outcome = stowplan("test", folder / "p_test.yaml", "--format", "json")
    found = json.loads(outcome.output).get("violations", ()) if outcome.output else ()
    cut = "a comma ends the text"  # what follows the comma is an unknown key to the schema
    shape = [v for v in found if v["code"] in SHAPE[name] or cut in v["message"]]
    return [(v["code"], v["message"]) for v in shape]


def unsaid(code, message):
    """Whether JSON Schema cannot say this."""
    return any(code == known and re.search(form, message) for known, form, _ in UNSAID)


def undated(refused):
    """What a schema refuses without looking at calendars, as by default."""
    return [message for message in refused if not message.endswith("is not a 'date'")]


def agrees(name, folder, document):
    """What the schema refuses has a fault of shape, and it refuses every one that it can say."""
    refused = [error.message[:200] for error in VALIDATORS[name].iter_errors(document)]
    faults = told(name, folder, document)
    sayable = [fault for fault in faults if not unsaid(*fault)]
    assert not refused or faults, (refused, document)
    assert OLDER[name].is_valid(document) == (not undated(refused)), document
    assert not sayable or refused, (sayable, document)


# --- the schemas themselves ----------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_sound_and_the_same_every_time(name):
    """JSON Schema 2020-12 with a name of its own that no host must serve."""
    schema = SCHEMAS[name]
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"].startswith("urn:stowplan:schema:")
    assert printed(name) == printed(name)
    assert printed(name).isascii()


def parts(schema):
    """A schema and all schemas in it."""
    if isinstance(schema, dict):
        yield schema
    for held in schema.values() if isinstance(schema, dict) else schema:
        if isinstance(held, dict | list):
            yield from parts(held)


@pytest.mark.parametrize("name", NAMES)
def test_every_key_says_what_it_is(name):
    """Each key that a document may have has a description, or refers to what has one."""
    silent = [
        key
        for part in parts(SCHEMAS[name])
        if "object" in part.get("type", ())
        for key, own in part.get("properties", {}).items()
        if isinstance(own, dict) and not {"description", "$ref"} & own.keys()
    ]
    assert silent == []


@pytest.mark.parametrize(
    "schema",
    [*KINDS.values(), *RESOURCES.values(), ACTIONS, SKIP, WAIVER],
    ids="/".join,
)
def test_every_key_of_the_vocabulary_has_a_description(schema):
    """The one source says what each key is."""
    assert [key for key, rules in schema.items() if not rules["meta"]["description"]] == []


def test_every_quantity_has_its_unit():
    """No value is left as text or a number: a quantity without a unit is a fault."""
    bare = [part for part in parts(SCHEMAS["policy"]) if part.get("type") == ["string", "number"]]
    assert bare == []
    assert {kind for kinds in UNITS.values() for kind in kinds.values()} <= QUANTITIES.keys()


@pytest.mark.parametrize("name", NAMES)
def test_nothing_stands_beside_a_reference(name):
    """JSON Schema 7 would not see it."""
    assert [part for part in parts(SCHEMAS[name]) if "$ref" in part and len(part) > 1] == []


def test_the_command_refuses_other_names():
    """One line that names the choices."""
    outcome = stowplan("schema", "manifests")
    assert outcome.status == 2
    assert "choose from" in outcome.errors
    assert "'manifest'" in outcome.errors


# --- quantities ----------------------------------------------------------------------------------

READERS = {
    "duration": units.parse_duration,
    "size": units.parse_size,
    "rate": units.parse_rate,
    "share": units.parse_share,
}
PIECES = ["1", "0.5", "100", "250", "12", ".", " ", "P", "T", "/", "%", "-", "x", "k", "M", "Ki"]
PIECES += ["B", "GB", "MiB", "s", "m", "min", "h", "d", "us", "µs", "ms", "H", "W", "D", "S"]


def read(kind, text):
    """Whether `stowplan.units` reads it: None where it only is too large."""
    try:
        READERS[kind](text)
    except units.UnitError as error:
        return None if "too large" in str(error) else False
    return True


@pytest.mark.parametrize("kind", READERS)
@given(data=st.data())
def test_a_pattern_takes_what_the_reader_takes(kind, data):
    """Patterns and readers agree on quantities, and on what nearly is one."""
    pattern = QUANTITIES[kind]["pattern"]
    near = st.lists(st.sampled_from(PIECES), max_size=6).map("".join)
    text = data.draw(near | st.from_regex(re.compile(pattern, re.ASCII)))
    if read(kind, text) is not None:
        assert bool(re.search(pattern, text)) == read(kind, text)


@pytest.mark.parametrize(("kind", "known"), [("size", units._SIZES), ("duration", units._TIMES)])
def test_a_pattern_takes_every_unit(kind, known):
    """Each unit that is read stands in the pattern."""
    assert all(re.search(QUANTITIES[kind]["pattern"], f"1{unit}") for unit in known)
    rates = (re.search(QUANTITIES["rate"]["pattern"], f"1B/{per}") for per in units._PER)
    assert all(rates)


# --- schema and lint agree -----------------------------------------------------------------------


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_document_is_taken_by_both(name, tmp_path):
    """The documents that the others are made from use every key, and have no fault of shape."""
    assert [f for f in told(name, tmp_path, SOUND[name]) if not unsaid(*f)] == []
    assert [e.message for e in VALIDATORS[name].iter_errors(SOUND[name])] == []


VALUES = [None, "", "x", "4h", "2GB", "5MB/s", "10%", "stop", "error", "2026-02-30", -1, 0, 3]
VALUES += [1.5, True, [], {}, ["x"], [""], [None], [{}], {"x": 1}, {"limit": "2GB"}, {"class": "A"}]
KEYS = ["x", "x-own", "", "tables", "where", "kind", "name", "limit", "before", "after", "window"]
KEYS += ["memory", "at", "manifest", "windows", "plan", "D203", "M102", "IMPORTANT"]


def spots(value, path=()):
    """The path of every value in a document."""
    yield path
    held = enumerate(value) if isinstance(value, list) else ()
    for key, inner in value.items() if isinstance(value, dict) else held:
        yield from spots(inner, (*path, key))


@st.composite
def mutated(draw, name):
    """A sound document with one or two changes: dropped, renamed, added or other values."""
    document = copy.deepcopy(SOUND[name])
    for _ in range(draw(st.integers(1, 2))):
        path = draw(st.sampled_from([path for path in spots(document) if path]))
        holder = document
        for step in path[:-1]:
            holder = holder[step]
        change = draw(st.sampled_from(["drop", "rename", "value", "add"]))
        if change == "drop":
            del holder[path[-1]]
        elif change == "value":
            holder[path[-1]] = copy.deepcopy(draw(st.sampled_from(VALUES)))
        elif isinstance(holder, dict):
            key = draw(st.sampled_from(KEYS))
            moved = holder.pop(path[-1]) if change == "rename" else draw(st.sampled_from(VALUES))
            holder[key] = copy.deepcopy(moved)
    return document


@pytest.mark.parametrize("name", SOUND)
@given(data=st.data())
@settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_schema_and_lint_agree_on_shape(name, data, tmp_path):
    """What lint calls a fault of shape the schema refuses, and the reverse."""
    agrees(name, tmp_path, data.draw(mutated(name)))


FAULTY = yaml.safe_load((ROOT / "fixtures" / "policy-faults.yaml").read_text(encoding="utf-8"))


def case_id(case):
    """A case's first fault."""
    return f"{case['faults'][0][1]} {case['faults'][0][2]}"[:60]


@pytest.mark.parametrize("case", FAULTY, ids=case_id)
def test_the_known_faults_of_policies(case, tmp_path):
    """Of each policy of fixtures/policy-faults.yaml that can be read, both say the same.

    Repeated keys, tags and broken YAML are for the reader, before any schema.
    """
    text = case["file"] if "file" in case else f"policy: p\nrules:\n  - {case['rule']}\n"
    document = parse(text, "p.yaml", "policy")
    if not document.faults and is_json(document.data):
        agrees("policy", tmp_path, plain(document.data))


MANIFESTS = sorted((ROOT / "fixtures" / "checks").rglob("manifest.*"))


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.parent.name)
def test_the_manifests_of_the_checks(path, tmp_path):
    """Of each manifest under fixtures/checks that can be read, both say the same."""
    document = parse(path.read_bytes(), path.name)
    if not document.faults and is_json(document.data):
        agrees("manifest", tmp_path, plain(document.data))


def test_the_policies_and_tests_that_ship_are_taken():
    """Every pack is what the schemas say."""
    for path in sorted((ROOT / "policies").rglob("*.yaml")):
        if path.parent.parent.name == "policies":
            name = "test" if path.stem.endswith("_test") else "policy"
            data = plain(parse(path.read_bytes(), path.name).data)
            assert [e.message for e in VALIDATORS[name].iter_errors(data)] == [], path


# --- plans ---------------------------------------------------------------------------------------


def closed(schema):
    """The plan's schema without room for other keys: a key that it does not name is seen."""
    schema = copy.deepcopy(schema)
    for part in list(parts(schema)):
        if part.get("type") in ("object", ["object", "null"]) and "properties" in part:
            part.setdefault("additionalProperties", part["properties"].keys() == {"kind"})
    return Draft202012Validator(schema)


CLOSED = closed(SCHEMAS["plan"])
GOLDEN = sorted((ROOT / "fixtures" / "expected").rglob("migration_plan.json"))
NIGHT = """
rules:
  - {id: mine, kind: priority, tables: ["*a*"], class: CRITICAL}
  - {id: out, kind: priority, tables: ["*b"], class: EXCLUDED}
  - {id: late, kind: priority, tables: ["*s"], class: DEFERRABLE}
  - {id: rest, kind: priority, tables: "*e*", class: IMPORTANT}
  - {id: first, kind: dependency, where: table.rows > 10000, before: "*"}
  - {id: night, kind: resource, window: {duration: 10m, reserve: 10%}}
  - {id: next, kind: resource, window: {duration: 5m}}
  - {id: net, kind: resource, bandwidth: {target: 20MB/s}}
  - {id: ram, kind: resource, memory: {limit: 2GB, reserve: 10%}}
  - {id: slow, kind: resource, throughput: {rate: 10MB/s, overhead: 2s, index_rate: 5MB/s}}
  - {id: look, kind: checkpoint, at: 50%, decider: me, if_behind: [{skip: {class: IMPORTANT}},
     {skip: {tables: "a*"}}, {raise_bandwidth: 30MB/s}, {streams: 2}, {chunk: 5MB},
     {extend_window: 5m}, stop]}
  - {id: done, kind: checkpoint, after: "*a*"}
waivers:
  - {code: P301, reason: known, owner: me, expires: 2027-01-31}
"""


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.parent.name)
def test_every_golden_plan_is_described(path):
    """Every key of the golden plans stands in the schema, with its type."""
    plan = json.loads(path.read_text(encoding="utf-8"))
    assert [e.message for e in CLOSED.iter_errors(plan)] == []


@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/manifests is absent")
@pytest.mark.parametrize(
    "name", ["chinook", "northwind", "pagila", "gitlab", "musicbrainz", "osm_website", "wikipedia"]
)
def test_plans_of_real_schemas_are_described(name, tmp_path):
    """So does every key of plans with windows, waivers, checkpoints and what cannot be planned."""
    (source,) = sorted(SHARED.glob(f"{name}*.json"))[:1]
    (tmp_path / "p.yaml").write_text(NIGHT)
    named = ("--policy", tmp_path / "p.yaml", *AS_OF)
    assert stowplan("plan", source, *named, "-o", tmp_path / "out").status in (0, 1)
    plan = json.loads((tmp_path / "out" / "migration_plan.json").read_text(encoding="utf-8"))
    assert [e.message[:300] for e in CLOSED.iter_errors(plan)] == []


@pytest.mark.parametrize(
    "change",
    [{"stowplan_plan": 2}, {"feasibility": "MAYBE"}, {"windows": []}, {"tables": [{}]}],
    ids=lambda change: next(iter(change)),
)
def test_what_is_no_plan_is_refused(change):
    """The published schema is open, not lenient; a later version's further key is taken."""
    plan = json.loads(GOLDEN[0].read_text(encoding="utf-8"))
    assert VALIDATORS["plan"].is_valid({**plan, "added_later": 1})
    assert not VALIDATORS["plan"].is_valid({**plan, **change})
