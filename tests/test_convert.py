"""Constraints in Markdown: what is read and what is not, `convert`, and their use as a policy.

`fixtures/constraints` has a text for each way of writing, and the policy that it must give.
`ACCEPT=1 pytest tests/test_convert.py` rewrites those policies and the lists of the page.
"""

import json
import os
import re
import shlex
from pathlib import Path

import pytest
from command import stowplan
from hypothesis import given
from hypothesis import strategies as st

from stowplan.constraints import convert, policy_yaml
from stowplan.constraints.phrases import PHRASES, REMARKS, SUSPECT, TOPICS
from stowplan.constraints.tables import COLUMNS
from stowplan.constraints.wording import CLASSES, DOUBTFUL, HEDGES, MACROS
from stowplan.constraints.writing import scalar
from stowplan.documents import parse

ROOT = Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "fixtures" / "constraints"
SHARED = ROOT.parent / "shared" / "customer-data" / "constraints.md"
PAGE = ROOT / "docs" / "constraints.md"
TEXTS = sorted(path.stem for path in FIXTURES.glob("*.md"))
READ = [name for name in TEXTS if name != "unread"]
MANIFEST = ROOT / "fixtures" / "customer-data" / "manifest.json"


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def rules(text):
    """The rules of a text, without their reasons, and what was not read."""
    policy = convert(text, "c.md")
    kept = [{k: v for k, v in rule.items() if k != "reason"} for rule in policy.data["rules"]]
    return kept, [(line.line, line.reason) for line in policy.unread]


# --- what is read


def test_there_are_many_ways_to_write_it():
    assert len(READ) >= 25


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_gives_its_golden_policy(name, monkeypatch):
    monkeypatch.chdir(FIXTURES)
    outcome = stowplan("convert", f"{name}.md")
    golden = FIXTURES / f"{name}.yaml"
    if os.environ.get("ACCEPT"):
        golden.write_bytes(outcome.output.encode())
    assert outcome.output.encode() == golden.read_bytes()


@pytest.mark.parametrize("name", READ)
def test_every_line_of_it_is_read(name, monkeypatch):
    monkeypatch.chdir(FIXTURES)
    outcome = stowplan("convert", f"{name}.md")
    assert (outcome.status, outcome.errors) == (0, "")


@pytest.mark.parametrize("name", TEXTS)
def test_the_printed_policy_is_the_one_that_is_used_directly(name):
    policy = convert((FIXTURES / f"{name}.md").read_text(encoding="utf-8"), f"{name}.md")
    document = parse(policy_yaml(policy), "p.yaml", "policy")
    assert document.faults == ()
    assert document.data == policy.data


@pytest.mark.parametrize("name", READ)
def test_it_is_a_sound_policy_both_ways(name, here):
    manifest = {"tables": [{"name": "customers", "rows": 1, "size_mb": 1}]}
    (here / "m.json").write_text(json.dumps(manifest))
    for policy in (FIXTURES / f"{name}.md", FIXTURES / f"{name}.yaml"):
        outcome = stowplan("lint", "m.json", "--policy", policy)
        assert outcome.status != 2, outcome.output
        assert not re.search(r"\[Y60[1-6]\]|\[Y611\]", outcome.output)


def test_the_fixture_is_the_scenario():
    if not SHARED.exists():
        pytest.skip("../shared is not here")
    assert (FIXTURES / "scenario.md").read_bytes() == SHARED.read_bytes()


def placements(policy, folder):
    outcome = stowplan("plan", MANIFEST, "--policy", policy, "-o", folder)
    assert outcome.status == 0, outcome.output
    plan = json.loads((folder / "migration_plan.json").read_text(encoding="utf-8"))
    tables = {t["name"]: (t["class"], t["placement"], t["start_s"]) for t in plan["tables"]}
    return tables, {t["name"]: (t["class"], t["code"]) for t in plan["deferred"]}


def test_the_scenario_plans_as_the_shipped_pack_does(here):
    """The printed policy, and the Markdown itself: the same tables at the same times."""
    pack = placements("stowplan:customer-data", here / "pack")
    assert set(pack[1]) == {"audit_logs", "user_sessions"}
    assert placements(FIXTURES / "scenario.yaml", here / "yaml") == pack
    assert placements(FIXTURES / "scenario.md", here / "md") == pack


QUANTITIES = [
    ("Window: 4 hours", {"window": {"duration": "4h"}}),
    ("Window: 240 minutes", {"window": {"duration": "240min"}}),
    ("Window: 1h30m", {"window": {"duration": "1h30m"}}),
    ("Window: 14400 seconds", {"window": {"duration": "14400s"}}),
    ("Window: 1.5 hours", {"window": {"duration": "1.5h"}}),
    ("Maintenance hours: from 23:30 until 01:15", {"window": {"duration": "1h45min"}}),
    ("Memory: 2 GB of RAM", {"memory": {"limit": "2GB"}}),
    ("2048 MiB of memory", {"memory": {"limit": "2048MiB"}}),
    ("Bandwidth: 100 Mbit/s", {"bandwidth": {"limit": "12.5MB/s"}}),
    ("Bandwidth: 1 Gbps", {"bandwidth": {"limit": "125MB/s"}}),
    ("Bandwidth: 8 kbit/s", {"bandwidth": {"limit": "0.001MB/s"}}),
    ("Bandwidth: 100 MiB/s", {"bandwidth": {"limit": "100MiB/s"}}),
    ("Bandwidth: 3 gigabytes per minute", {"bandwidth": {"limit": "3GB/min"}}),
    ("Streams: two", {"streams": {"limit": 2}}),
]


@pytest.mark.parametrize(("line", "resource"), QUANTITIES, ids=[line for line, _ in QUANTITIES])
def test_a_quantity_is_converted_exactly(line, resource):
    found, unread = rules(f"- {line}\n")
    assert unread == []
    assert {key: value for key, value in found[0].items() if key in resource} == resource


# --- what is not read

SAID = "no phrasing that is read says this"
OPEN = "leaves open what is meant"
REFUSED = [
    ("Available window: about 4 hours", f'"about" {OPEN}'),
    ("Available window: ~4 hours", "what `~` means is open"),
    ("Available window: 2-4 hours", SAID),
    ("Available window: up to 4 hours", SAID),
    ("Available window: 4", SAID),
    ("Available window: 4 hours or 5 hours", f'"or" {OPEN}'),
    ("Available window: 4 hours (roughly)", "may change what is meant"),
    ("Available window: 4 hours (unless it is extended)", "may change what is meant"),
    ("Available window: 2,5 hours", "the comma in"),
    ("Available window: 4 fortnights", "unknown unit"),
    ("Maintenance hours: 22:00 to 22:00", "may be no time or a day"),
    ("Maintenance hours: 22:00 to 26:00", "no time of day"),
    ("Maintenance hours: 10pm to 2am", SAID),
    ("Window starts at 2026-13-05T22:00Z", "no line states the window's duration|no date"),
    ("Rollback: 30 minutes", "no line states the window's duration"),
    ("Memory reserve: 10%", "no line states the memory's limit"),
    ("Maximum 2,000 MB RAM", "the comma in"),
    ("Maximum 2 gb RAM", "may be bits or bytes"),
    ("Maximum 2 GB", SAID),
    ("Bandwidth: 100 Mb/s", "may be bits or bytes"),
    ("Bandwidth: 100 MBps", "may be bits or bytes"),
    ("Bandwidth: 100 MB", SAID),
    ("Bandwidth: 1 kbit/min", "no whole number of bytes"),
    ("Bandwidth: not 100 MB/s", SAID),
    ("Average: 30 MB/s", SAID),
    ("Target: at least 50 MB/s", SAID),
    ("customers or orders first", f'"or" {OPEN}'),
    ("customers need not migrate first", SAID),
    ("customers must not migrate first", SAID),
    ("customers should migrate first", f'"should" {OPEN}'),
    ("customers ideally before orders", f'"ideally" {OPEN}'),
    ("customers must migrate first, unless orders are small", SAID),
    ("customers first because they are small, but not always", "the reason may change"),
    ("customers first (if there is time)", "may change what is meant"),
    ("Customers must migrate first", '"Customers" may be Customers or customers'),
    ("orders must start before transactions", SAID),
    ("orders must complete before orders", "on both sides"),
    ("orders depend on Orders", "on both sides"),
    ("orders -> transactions", SAID),
    ("either customers or orders before products", f'"either" {OPEN}'),
    ("user sessions can be deferred", SAID),
    ("CRITICAL: order items, customers", SAID),
    ("CRITICAL: audit_*, tmp_*", "a `*` outside backticks"),
    ("CRITICAL: *logs*", "a `*` outside backticks"),
    ("CRITICAL: _logs_", "emphasis with underscores"),
    ("CRITICAL: __logs__", "emphasis with underscores"),
    ("CRITICAL: ~~customers~~", "crossed out"),
    ("CRITICAL: `customers", "a backtick without its pair"),
    ("CRITICAL: `customers\\`", "lone backslash"),
    ("CRITICAL: [customers](a.md)", "a link is not read: write its text alone"),
    ("CRITICAL: customers, window", SAID),
    ("CRITICAL: 2024_orders", SAID),
    ("CRITICAL:", ""),
    ("P1: customers", SAID),
    ("`customers`: `orders`", "is no class that is read"),
    ("Non-critical: customers", SAID),
    ("customers is not critical", SAID),
    ("[ ] customers first", SAID),
    ("can load entire tables into memory", SAID),
    ("Cannot load entire tables into memory (except small ones)", "may change what is meant"),
    ("critical: a\u200bb", "does not print"),
    ("users must be migrated before midnight", '"midnight" may be no table: write it in backticks'),
    ("nobody may wait", '"nobody" may be no table'),
    ("security is mandatory", '"security" may be no table'),
    ("approval: required", '"approval" may be no table'),
    ("orders need approval", '"approval" may be no table'),
    ("safety first", '"safety" may be no table'),
    ("downtime is optional", '"downtime" may be no table'),
    ("IMPORTANT: TBD", '"TBD" may be no table'),
    ("start with care", '"care" may be no table'),
    ("A must complete before B", '"A" may be A or a: write it in backticks'),
    ("critical: \ue0000\ue001", "does not print"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "reason"), REFUSED, ids=[line for line, _ in REFUSED])
def test_what_is_ambiguous_is_listed_instead(line, reason):
    found, unread = rules(f"- {line}\n")
    assert found == []
    if reason:
        assert [number for number, _ in unread] == [1]
        assert re.search("|".join(map(re.escape, reason.split("|"))), unread[0][1])


BELOW = {
    "a heading of rejected ideas": "## Rejected ideas\n- orders first\n",
    "a heading inside it": "## Not agreed\n### Order\n- orders first\n",
    "a label that is not read": "- The following need not hold:\n  - orders first\n",
    "a paragraph that is not read": "None of these:\n\n- orders first\n",
    "a bullet that is not read": "- We rejected\n  - orders first\n",
    "a quote": "> orders first\n",
    "a fence": "```\n- orders first\n```\n",
    "a fence that never ends": "~~~\n- orders first\n",
    "indented code": "    - orders first\n",
    "a comment that never ends": "<!--\n- orders first\n",
    "what goes on": "- orders first\n  only at night\n",
    "a label in a class": "- critical:\n  - maybe:\n    - orders\n",
    "a sentence in a class": "- critical:\n  - orders must migrate first\n",
    "a heading that states it": "## Window: 4 hours\n",
    "a heading with a hedge": "## Window (about 4 hours)\n",
    "an unknown column": "| Table | Size |\n|---|---|\n| orders | 5 GB |\n",
    "a remark in a column": "|Table|Class|Note|\n|--|--|--|\n| orders | critical | or not |\n",
    "a cell too many": "| Table | Class |\n|---|---|\n| orders | critical | maybe |\n",
    "cells that are swapped": "| Table | Class |\n|---|---|\n| critical | orders |\n",
}  # fmt: skip


@pytest.mark.parametrize("text", BELOW.values(), ids=BELOW)
def test_what_stands_in_the_wrong_place_is_not_read(text):
    found, unread = rules(text)
    assert found == []
    assert unread


CONTRADICTIONS = {
    "two windows": ("- Window: 4 hours\n- Window: 5 hours\n", "line 1 states it as 4h"),
    "two limits": ("- Memory: 2 GB\n- RAM: 4 GB\n", "line 1 states it as 2GB"),
    "two classes": ("- critical: a1\n- important: a1\n", "line 1 puts a1 into CRITICAL"),
    "two rests": ("- All others are critical\n- All others are optional\n", "line 1 puts * into"),
    "an order and its reverse": ("- b1 then c1\n- c1 then b1\n", "line 1 puts b1 before c1"),
    "a circle": (
        "- b1 then c1\n- d1 needs c1\n- b1 after d1\n",
        "lines 1 and 2 put b1 before d1",
    ),
    "first and last": ("- b1 first\n- b1 last\n", "line 1 puts b1 first"),
    "last and first": ("- b1 last\n- b1 first\n", "line 1 puts b1 last"),
    "first and after another": ("- b1 first\n- c1 then b1\n", "line 1 puts b1 first"),
    "after another and first": ("- c1 then b1\n- b1 first\n", "line 1 puts c1 before b1"),
    "last and before another": ("- b1 last\n- b1 then c1\n", "line 1 puts b1 last"),
    "before another and last": ("- b1 then c1\n- b1 last\n", "line 1 puts b1 before c1"),
    "two spellings": ("- critical: Log, log\n- LOG first\n", "may be Log or log"),
}


@pytest.mark.parametrize(("text", "reason"), CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_of_two_lines_that_contradict_each_other_the_first_is_read(text, reason):
    found, unread = rules(text)
    last = text.count("\n")
    assert len(found) == last - 1
    assert [number for number, _ in unread] == [last]
    assert reason in unread[0][1]


def tables_of(rule):
    return {*rule.get("tables", ()), *rule.get("after", ()), *rule.get("before", ())}


ORDER_LINES = st.one_of(
    st.tuples(st.sampled_from("bcde"), st.sampled_from("bcde")).map("- {0[0]} then {0[1]}".format),
    st.sampled_from("bcde").map("- {} first".format),
    st.sampled_from("bcde").map("- {} last".format),
)


@given(st.lists(ORDER_LINES, min_size=1, max_size=12))
def test_no_order_that_is_read_closes_a_circle(lines):
    """By the manifest's own reading: a rule with `*` makes no edge between its own tables."""
    found, _ = rules("\n".join(lines))
    names, edges = set("bcde"), set()
    for rule in found:
        own = set(rule["tables"])
        earlier = names - own if rule.get("after") == ["*"] else set(rule.get("after", own))
        later = names - own if "before" in rule else own
        edges |= {(one, other) for one in earlier for other in later}
    for middle in names:
        edges |= {(a, d) for a, b in edges for c, d in edges if b == c == middle}
    assert not [edge for edge in edges if edge[0] == edge[1]]


def test_lines_that_say_first_are_one_group():
    found, unread = rules("- b1 first\n- c1 and b1 first\n- b1 then c1\n")
    assert unread == []
    assert [(rule["tables"], rule.get("before")) for rule in found] == [
        (["b1", "c1"], ["*"]),
        (["c1"], None),
    ]


EQUAL = {
    "durations": "- Window: 4 hours\n- Window: 14400 s\n- Window: 22:00 to 02:00\n",
    "hours": "- Window: 22:00 to 02:00\n- Available time: 240 min\n",
    "sizes": "- Memory: 2 GB\n- RAM: 2000000 kB\n- Memory: 2000 MB\n",
    "rates": "- Bandwidth: 800 Mbit/s\n- Bandwidth: 100 MB/s\n- Bandwidth: 6 GB/min\n",
    "counts": "- Streams: two\n- Streams: 2\n",
}


@pytest.mark.parametrize("text", EQUAL.values(), ids=EQUAL)
def test_figures_that_are_equal_contradict_nothing_and_are_all_reasons(text):
    policy = convert(text, "c.md")
    assert policy.unread == ()
    (rule,) = policy.data["rules"]
    assert rule["reason"] == "; ".join(line.removeprefix("- ") for line in text.splitlines())
    assert [place.line for place in policy.stating] == list(range(1, text.count("\n") + 1))


WHOLE = "- CRITICAL: orders\n- IMPORTANT: users\n"
NAMES = {
    "a word that is in no list": (
        "users must complete before handover",
        '"handover" is in no list',
    ),
    "one in the other place": ("handover then orders", '"handover" is in no list of a class'),
    "no plain word": ("users then audit_log", ""),
    "in backticks": ("users then `handover`", ""),
    "listed by other words": ("Later: handover", ""),
}


@pytest.mark.parametrize(("line", "reason"), NAMES.values(), ids=NAMES)
def test_a_page_that_lists_its_tables_has_no_others(line, reason):
    unread = rules(f"{WHOLE}- {line}\n")[1]
    assert [number for number, _ in unread] == ([3] if reason else [])
    assert not reason or reason in unread[0][1]


def test_a_page_that_speaks_of_all_others_may_have_others():
    assert rules(f"{WHOLE}- All others are deferrable\n- users before handover\n")[1] == []


SINGLE_LETTERS = ["B needs A", "CRITICAL: a", "A then b", "a, b are critical"]


@pytest.mark.parametrize("line", SINGLE_LETTERS)
def test_a_table_may_be_called_a(line):
    found, unread = rules(f"- CRITICAL: A, B\n- {line}\n" if line[0] in "AB" else f"- {line}\n")
    assert unread == []
    assert "a" in " ".join(table.lower() for rule in found for table in tables_of(rule)).split()


def test_plain_lines_are_read_one_by_one():
    found, unread = rules("Limits:\nWindow: 4 hours\nMemory: 2 GB\nBandwidth: 100 MB/s\n")
    assert ([rule["id"] for rule in found], unread) == (["window", "memory", "bandwidth"], [])


def test_each_line_of_what_is_not_read_is_told():
    paragraph = "Window: 4 hours\nb1 or c1 first\nMemory: 2 GB\n"
    other = "other lines of its paragraph are not read: begin it with `- `"
    assert rules(paragraph) == ([], [(1, other), (2, f'"or" {OPEN}'), (3, other)])
    found, unread = rules("- b1 first\n  only at night\n- Orders then\n  c1\n")
    assert found == []
    assert [line for line, _ in unread] == [1, 2, 3, 4]
    assert rules("CRITICAL:\nb1\nc1\n")[1][0] == (1, "begin each line below it with `- `")


LINES = [
    "- Window: 4 hours", "Memory: 2 GB", "b1 then c1", "c1 then b1", "  and so on", "# Title",
    "or not", "> quoted", "b1 first", "- b1 last", "", "CRITICAL: b1,", "c1",
]  # fmt: skip


@given(st.lists(st.sampled_from(LINES), max_size=12))
def test_no_line_is_lost(lines):
    policy = convert("\n".join(lines), "c.md")
    places = (*policy.unread, *policy.notes, *policy.passed, *policy.stating)
    told = {place.line for place in places}
    assert {number for number, line in enumerate(lines, start=1) if line} <= told


def test_a_link_is_quoted_as_it_stands(here):
    (here / "c.md").write_text("- Window: 4 hours (see http://x)\n")
    assert 'the remark "see http://x" may' in stowplan("convert", "c.md").errors


def test_a_line_more_is_no_difference(project):
    text = (project / "constraints.md").read_text()
    (project / "other.md").write_text(text.replace("\n", "\n\nAgreed on Monday.\n", 1))
    outcome = stowplan("diff", "constraints.md", "other.md")
    assert outcome.status == 0
    assert "No difference in effect." in outcome.output


def test_a_row_is_read_whole_or_not_at_all():
    text = "| Table | Class | Depends on |\n|---|---|---|\n| orders | critical | about two |\n"
    found, unread = rules(text)
    assert (found, [line for line, _ in unread]) == ([], [3])


def test_a_row_that_contradicts_itself_leaves_no_order_behind():
    text = "| Table | After | Before |\n|--|--|--|\n| b1 | c1 | c1 |\n\n- b1 then c1\n- b1 first\n"
    found, unread = rules(text)
    assert unread == [(3, "line 3 puts c1 before b1")]
    assert [rule["id"] for rule in found] == ["b1-before-c1", "b1-first"]


def test_only_headings_state_nothing():
    assert rules("# Constraints\n\n## Time\n")[1] == [(1, "no constraint is stated")]


@given(st.text(max_size=200))
def test_no_text_breaks_the_reading(text):
    """Every line with a letter is a rule's, a note's, structure, part of one above, or unread."""
    policy = convert(text, "c.md")
    assert parse(policy_yaml(policy), "p.yaml", "policy").data == policy.data


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=60))
def test_a_scalar_is_read_back_as_it_was(text):
    document = parse(f"key: {scalar(text)}\nlist: [{scalar(text)}, x]\n", "p.yaml", "policy")
    assert document.faults == ()
    assert document.data == {"key": text, "list": [text, "x"]}


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=30))
def test_a_name_in_backticks_stays_data(name):
    """Read as one name, exactly, or not at all."""
    found, unread = rules(f"- critical: `{name}`\n")
    if found:
        (rule,) = found
        assert [table.strip() for table in rule["tables"]] == [
            name.strip(" `\u00a0")
        ] or "`" in name
    else:
        assert unread


# --- the command


def test_what_was_not_read_goes_to_standard_error(monkeypatch):
    monkeypatch.chdir(FIXTURES)
    outcome = stowplan("convert", "unread.md")
    assert outcome.status == 1
    golden = FIXTURES / "unread.txt"
    if os.environ.get("ACCEPT"):
        golden.write_text(outcome.errors, encoding="utf-8")
    assert outcome.errors == golden.read_text(encoding="utf-8")


def test_verbose_tells_how_each_line_was_read(here):
    (here / "c.md").write_text(
        "# Night\n- Window: 4 hours\n- Never saturate the network\n- Window: 240 min\n"
    )
    assert stowplan("convert", "c.md", "--verbose").errors.splitlines() == [
        "c.md:1:3: structure: Night",
        "c.md:2:3: rule window",
        "c.md:3:3: always done: a plan never uses more than the bandwidth's target",
        "c.md:4:3: rule window",
    ]


def test_a_file_is_written_whole(here):
    (here / "c.md").write_text("- Window: 4 hours\n")
    printed = stowplan("convert", "c.md").output
    outcome = stowplan("convert", "c.md", "-o", "out/p.yaml")
    assert (outcome.status, outcome.output) == (0, "")
    assert (here / "out" / "p.yaml").read_text() == printed
    assert [path.name for path in (here / "out").iterdir()] == ["p.yaml"]


@pytest.mark.parametrize(
    ("content", "arguments", "message"),
    [
        (None, "no.md", "no.md: no such file"),
        (None, "c.yaml", "c.yaml: constraints are a Markdown file, NAME.md"),
        (b"", "c.md", "c.md:1:1: is empty"),
        (b"- Window: 4 hours\n- \x96 x\n", "c.md", "c.md:2:3: the byte 0x96 is not UTF-8"),
        (b"\xff\xfe-\0", "c.md", "c.md:1:1: is UTF-16, must be UTF-8"),
        (b"a\0b", "c.md", "c.md:1:2: is not text"),
        (b"x" * 1_048_577, "c.md", "c.md:1:1: is larger than 1024 KiB"),
        (b"- Window: 4 hours\n", "c.md -o c.md", "c.md: is the file that is converted"),
        (b"- Window: 4 hours\n", "c.md -o .", ".: is no file to write to"),
    ],
    ids=["missing", "yaml", "empty", "cp1252", "utf-16", "binary", "large", "itself", "folder"],
)  # fmt: skip
def test_trouble_is_one_line_and_status_2(content, arguments, message, here):
    if content is not None:
        (here / "c.md").write_bytes(content)
    outcome = stowplan("convert", *shlex.split(arguments))
    assert outcome.status == 2
    assert outcome.output == ""
    assert outcome.errors.startswith(f"stowplan: {message}")
    assert outcome.errors.count("\n") == 1


# --- used as a policy


@pytest.fixture
def project(here):
    (here / "manifest.json").write_bytes(MANIFEST.read_bytes())
    (here / "constraints.md").write_bytes((FIXTURES / "scenario.md").read_bytes())
    return here


def test_a_constraints_md_beside_the_manifest_is_its_policy(project):
    outcome = stowplan("plan", ".", "-o", "out")
    assert outcome.status == 0
    plan = json.loads((project / "out" / "migration_plan.json").read_text(encoding="utf-8"))
    assert [policy["path"] for policy in plan["policies"]] == ["../constraints.md"]
    because = {table["name"]: table["because"][0]["rule"] for table in plan["tables"]}
    assert because["customers"] == "critical"
    assert stowplan("lint", ".").status == 0
    assert "constraints.md beside the manifest" in stowplan("policies", ".").output
    assert "constraints.md in the current folder" in stowplan("policies").output


def test_a_folder_of_policies_beside_the_manifest_wins(project):
    (project / "policies").mkdir()
    (project / "policies" / "p.yaml").write_text("policy: p\nrules: []\n")
    shown = stowplan("lint", ".", "--show-config").output
    assert "policies/ beside the manifest" in shown
    assert "constraints.md" not in shown


def test_findings_point_at_the_line_of_the_statement(project):
    text = (
        (project / "constraints.md")
        .read_text()
        .replace("inventory, preferences", "inventory, preferencs")
    )
    (project / "constraints.md").write_text(text)
    assert "constraints.md:20:3: warning[Y607]" in stowplan("lint", ".").output
    (project / "constraints.md").write_text(text + "- Target: 60 MB/s\n")
    assert "constraints.md:27:3: error[Y601]" in stowplan("lint", ".").output


@pytest.mark.parametrize("command", ["lint", "plan", "policies"])
@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("- Window: about 4 hours", "28:3"),
        ("Everything must be done by six.", "28:1"),
        ("| Table | Size |\n|---|---|\n| orders | 3 GB |", "30:1"),
        ("```\nWindow: 5 hours\n```", "29:1"),
    ],
    ids=["bullet", "prose that demands", "row", "code"],
)
def test_a_constraint_that_is_not_read_stops_every_command(command, line, place, project):
    with (project / "constraints.md").open("a") as file:
        file.write(f"\n{line}\n")
    outcome = stowplan(command, "manifest.json", *(["-o", "out"] if command == "plan" else []))
    assert outcome.status == 2
    assert f"constraints.md:{place}: error[Y601] a constraint that is not read: " in outcome.output
    assert "stowplan convert constraints.md" in outcome.output
    assert not (project / "out").exists()


def test_prose_that_demands_nothing_stops_no_command(project):
    with (project / "constraints.md").open("a") as file:
        file.write("\nAgreed with the business on Monday.\n")
    assert stowplan("lint", ".").status == 0
    assert stowplan("convert", "constraints.md").status == 1


def test_a_text_that_is_none_is_a_fault_at_its_place(project):
    (project / "constraints.md").write_bytes(b"- Window: 4 hours\n- \x96 x\n")
    outcome = stowplan("lint", ".")
    assert outcome.status == 2
    assert "constraints.md:2:3: error[Y601] the byte 0x96 is not UTF-8" in outcome.output


def test_a_policy_may_extend_constraints(project):
    (project / "policies").mkdir()
    (project / "policies" / "p.yaml").write_text(
        "policy: p\nextends: ../constraints.md\n"
        "rules: [{id: night, kind: resource, window: {duration: 4h}}]\n"
    )
    assert stowplan("lint", ".").status == 0


def test_a_test_may_name_constraints(project):
    tests = {"policies": ["constraints.md"], "tests": [{"name": "x", "manifest": "manifest.json"}]}
    (project / "c_test.yaml").write_text(json.dumps(tests))
    outcome = stowplan("test", "c_test.yaml")
    assert outcome.status in (0, 1), outcome.output


# --- the page


def listed():
    """The table of phrasings, and the other finite lists, as the page has them."""
    lines = ["| states | phrasing |", "|---|---|"]
    for phrase in PHRASES:
        template = phrase.template.replace("|", "\\|").replace("THOSE", "TABLES")
        lines.append(f"| {phrase.states} | `{template}` |")
    words = {
        "Short for": [f"{name} = {text}" for name, text in MACROS.items()],
        "Classes": [f"{word} = {name}" for word, name in CLASSES.items()],
        "Columns": [f"{heading} = {what}" for heading, what in COLUMNS.items()],
        "Remarks": REMARKS,
        "Labels": TOPICS,
        "Headings below which nothing is read": sorted(SUSPECT),
        "Words that leave it open": sorted(HEDGES),
        "Words that may be no table": sorted(DOUBTFUL),
    }
    for title, entries in words.items():
        shown = ", ".join(f"`{entry}`" for entry in entries)
        lines += ["", f"**{title}:** {shown}"]
    return "\n".join(lines)


def test_the_page_lists_every_phrasing():
    text = PAGE.read_text(encoding="utf-8")
    before, start, rest = text.partition("<!-- phrasings -->\n")
    _, end, after = rest.partition("\n<!-- end of phrasings -->")
    assert start
    assert end
    if os.environ.get("ACCEPT"):
        PAGE.write_text(f"{before}{start}{listed()}{end}{after}", encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == f"{before}{start}{listed()}{end}{after}"


def test_the_sessions_of_the_page_are_what_is_printed(here):
    text = PAGE.read_text(encoding="utf-8")
    (here / "constraints.md").write_text(re.search(r"```markdown\n(.*?)```", text, re.DOTALL)[1])
    for block in re.findall(r"```console\n(.*?)```", text, re.DOTALL):
        command, *shown = block.splitlines()
        outcome = stowplan(*shlex.split(command.removeprefix("$ stowplan ")))
        assert (outcome.output + outcome.errors).splitlines() == shown
