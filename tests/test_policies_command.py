"""`stowplan policies`: each rule, where it comes from, what it selects, what is dead."""

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest
from command import stowplan

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "policies-command.md").read_text(encoding="utf-8")
CHECK_FOLDERS = sorted((ROOT / "fixtures" / "checks").glob("*/policies"))
IDLE = {"shadowed", "selects nothing", "dead"}

MANIFEST = """
present: [moved]
tables:
  - {name: customers, rows: 10, size_mb: 1}
  - {name: orders, rows: 10, size_mb: 9000, depends_on: [customers, moved]}
  - {name: audit_1, rows: 10, size_mb: 1}
  - {name: audit_2, rows: 10, size_mb: 1, depends_on: [audit_1]}
"""


@pytest.fixture
def shown(tmp_path, monkeypatch):
    """Shows a policy's rules on MANIFEST, as JSON by default."""
    monkeypatch.chdir(tmp_path)
    Path("manifest.yaml").write_text(MANIFEST)

    def show(rules, *more, form="json"):
        head = "" if "policy:" in rules else "policy: example\n"
        Path("p.yaml").write_text(head + rules)
        options = ("--policy", "p.yaml", "--as-of", "2026-12-01", "--format", form)
        outcome = stowplan("policies", "manifest.yaml", *options, *more)
        assert outcome.status == 0, outcome
        return json.loads(outcome.output) if form == "json" else outcome.output

    return show


def rules_of(view):
    return {rule["id"]: rule for rule in view["rules"]}


# --- the page ---------------------------------------------------------------------------------


def page_blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def page_folder(folder):
    manifest, policy = page_blocks("yaml")
    (folder / "policies").mkdir()
    (folder / "manifest.yaml").write_text(manifest)
    (folder / "policies" / "night.yaml").write_text(policy)


def test_the_page_shows_what_the_command_prints(tmp_path, monkeypatch):
    page_folder(tmp_path)
    monkeypatch.chdir(tmp_path)
    command, output = page_blocks("console")[0].split("\n", 1)
    assert stowplan(*shlex.split(command)[2:]) == (0, output, "")


def test_the_page_shows_a_rule_of_the_json(tmp_path, monkeypatch):
    page_folder(tmp_path)
    monkeypatch.chdir(tmp_path)
    outcome = stowplan("policies", "manifest.yaml", "--format", "json", "--as-of", "2027-01-17")
    wanted = json.loads(page_blocks("json")[0])
    assert rules_of(json.loads(outcome.output))[wanted["id"]] == wanted


def test_the_page_names_every_key_and_state(shown):
    view = shown("waivers: [{code: D204, reason: r, owner: o, expires: 2027-01-01}]\n" + SEVERITY)
    lists = ("files", "rules", "classes", "severities", "waivers")
    keys = {key for entry in (view, *(view[name][0] for name in lists)) for key in entry}
    assert {key for key in keys if f"`{key}`" not in page_words()} == set()
    assert all(f"`{state}`" in PAGE for state in (*IDLE, "in force", "needs a plan", "not judged"))


def page_words():
    """The page, with the keys of its JSON example as if they were named in the text."""
    example = page_blocks("json")[0]
    return PAGE + " ".join(f"`{key}`" for key in re.findall(r'"(\w+)":', example))


SEVERITY = """
severities: {D204: off}
rules:
  - {id: all, kind: priority, tables: "*", class: CRITICAL}
"""


# --- what becomes of a rule -------------------------------------------------------------------

PRIORITIES = """
rules:
  - {id: small, kind: priority, tables: "*", where: table.size_mb < 5000.0, class: CRITICAL}
  - {id: rest, kind: priority, tables: [customers, orders], class: IMPORTANT, value: 2.5}
  - {id: late, kind: priority, tables: [audit_1, orders], class: IMPORTANT}
  - {id: none, kind: priority, tables: ["zzz*"], class: IMPORTANT}
"""


def test_a_priority_rule_decides_on_what_no_earlier_one_has(shown):
    rules = rules_of(shown(PRIORITIES))
    assert rules["small"]["selects"] == {
        "count": 3,
        "of": 5,
        "first": ["audit_1", "audit_2", "customers"],
    }
    assert [(r["state"], r["wins"]) for r in rules.values()] == [
        ("in force", 3),
        ("in force", 1),
        ("shadowed", 0),
        ("selects nothing", 0),
    ]
    assert rules["rest"]["taken_by"] == [{"rule": "small", "tables": 1}]
    assert rules["late"]["taken_by"] == [
        {"rule": "rest", "tables": 1},
        {"rule": "small", "tables": 1},
    ]


def test_the_text_names_the_rules_that_shadow(shown):
    text = shown(PRIORITIES, form="text")
    assert "2 of 5: customers, orders; decides on 1; the others by small (1)" in text
    assert "2 of 5: audit_1, orders; shadowed by rest (1), small (1)" in text
    assert "class IMPORTANT, value 2.5" in text
    assert "selects * where table.size_mb < 5000.0" in text
    assert text.endswith("\n4 rules: 2 in force, 1 shadowed, 1 selects nothing\n")


def test_only_the_first_five_names_are_given(shown):
    Path("manifest.yaml").write_text(
        "tables:\n" + "".join(f"  - {{name: t{n}, rows: 1, size_mb: 1}}\n" for n in range(9))
    )
    rules = 'rules: [{id: all, kind: priority, tables: "*", class: CRITICAL}]\n'
    assert "9 of 9: t0, t1, t2, t3, t4, …" in shown(rules, form="text")


LIMITS = """
rules:
  - {id: night, kind: resource, window: {duration: 4h, reserve: 12.5%, rollback: 30m}}
  - {id: again, kind: resource, window: {name: night, duration: 2h}}
  - {id: net, kind: resource, bandwidth: {limit: 100MB/s, target: 50MB/s}}
  - {id: slow, kind: resource, tables: ["audit_*"], throughput: {rate: 20MB/s, overhead: 5s}}
  - {id: slower, kind: resource, throughput: {rate: 10MB/s, spread: 10%}}
  - {id: slowest, kind: resource, tables: [audit_1], throughput: {rate: 1MB/s, overhead: 1s}}
  - {id: chunks, kind: resource, chunk: {size: 10MB}}
extends: pack.yaml
"""
PACK = """
policy: pack
rules:
  - {id: pack-night, kind: resource, window: {duration: 1h}}
  - {id: pack-net, kind: resource, bandwidth: {limit: 1MB/s}}
"""


def test_of_each_limit_the_first_rule_holds(shown):
    Path("pack.yaml").write_text(PACK)
    view = shown(LIMITS)
    rules = rules_of(view)
    assert [(i, r["state"]) for i, r in rules.items() if r["state"] != "in force"] == [
        ("again", "shadowed"),
        ("slowest", "shadowed"),
        ("pack-night", "dead"),
        ("pack-net", "shadowed"),
    ]
    assert rules["again"]["taken_by"] == [{"rule": "night", "tables": None}]
    assert rules["pack-net"]["taken_by"] == [{"rule": "net", "tables": None}]
    assert rules["slowest"]["taken_by"] == [{"rule": "slow", "tables": 1}]
    assert rules["slower"]["wins"] == 4
    assert rules["pack-night"]["why"] == "windows are never taken from what a policy extends"
    assert [(f["path"], f["policy"], f["by"]) for f in view["files"]] == [
        ("p.yaml", "example", "name"),
        ("pack.yaml", "pack", "extends"),
    ]
    assert all(re.fullmatch("[0-9a-f]{64}", f["sha256"]) for f in view["files"])


def test_limits_are_told_in_their_units(shown):
    Path("pack.yaml").write_text(PACK)
    said = [rule["says"] for rule in shown(LIMITS)["rules"]]
    assert said == [
        "window night 4 h, rollback 30 min, reserve 12.5 %",
        "window night 2 h",
        "bandwidth 50 MB/s, limit 100 MB/s",
        "throughput 20 MB/s, overhead 5 s",
        "throughput 10 MB/s, spread 10 %",
        "throughput 1 MB/s, overhead 1 s",
        "chunk 10 MB",
        "window pack-night 1 h",
        "bandwidth 1 MB/s, limit 1 MB/s",
    ]


def test_dependency_rules_tell_their_pairs_and_why_they_are_dead(shown):
    rules = rules_of(
        shown("""
rules:
  - {id: first, kind: dependency, tables: [customers], before: "*"}
  - {id: not, kind: dependency, tables: [customers], not_after: [orders]}
  - {id: open, kind: dependency, tables: [audit_2], not_after: [audit_1]}
  - {id: self, kind: dependency, tables: ["audit_*"], after: ["audit_*"]}
  - {id: none, kind: dependency, tables: [staff], after: [orders]}
  - {id: moved, kind: dependency, tables: [orders], after: [moved]}
""")
    )
    told = {i: (r["state"], r["dependency"]["pairs"], r["why"]) for i, r in rules.items()}
    assert told["first"][0] == told["open"][0] == told["moved"][0] == "in force"
    assert told["open"][1] == 1
    assert told["not"] == ("dead", 0, "there is no such dependency")
    assert told["self"] == ("dead", 0, "after names no other table")
    assert told["none"][0] == "selects nothing"
    assert rules["not"]["says"] == "not after orders"


def test_checkpoints_tell_when_and_what_then(shown):
    rules = rules_of(
        shown("""
rules:
  - {id: done, kind: checkpoint, after: orders, decider: lead}
  - {id: gone, kind: checkpoint, after: nothing}
  - id: late
    kind: checkpoint
    at: 75%
    if_behind: [{skip: {class: IMPORTANT}}, {skip: {tables: ["a*"]}}, {raise_bandwidth: 75MB/s},
                {streams: 3}, {chunk: 5MB}, {extend_window: 30m}, stop]
""")
    )
    assert [rule["state"] for rule in rules.values()] == ["in force", "selects nothing", "in force"]
    assert rules["done"]["says"] == "after orders; lead decides"
    assert rules["late"]["says"] == (
        "at 75 % of the duration; if behind: skip IMPORTANT, skip a*, raise bandwidth to 75 MB/s, "
        "streams 3, chunk 5 MB, extend window by 30 min, stop"
    )


CHECKS = """
rules:
  - {id: big, kind: check, require: table.size_mb <= 5000.0, severity: warning, max_days: 30}
  - {id: edges, kind: check, on: dependency, where: edge.child.size_mb > 9.0, require: "false"}
  - {id: later, kind: check, on: plan, require: "size(plan.windows) > 0"}
  - {id: idle, kind: check, tables: [nope], require: table.size_mb <= 5000.0}
  - {id: whole, kind: check, on: manifest, require: "size(manifest.tables) > 0", waivable: false}
"""


def test_checks_tell_how_many_they_select_and_how_many_break_them(shown):
    rules = rules_of(shown(CHECKS))
    assert [rule["state"] for rule in rules.values()] == [
        "in force",
        "in force",
        "needs a plan",
        "selects nothing",
        "in force",
    ]
    assert rules["big"]["check"] == {
        "on": "table",
        "require": "table.size_mb <= 5000.0",
        "severity": "warning",
        "waivable": True,
        "max_days": 30,
        "broken": {"count": 1, "of": None, "first": ["orders"]},
    }
    assert rules["edges"]["selects"] == {"count": 1, "of": None, "first": []}
    assert rules["whole"]["selects"]["of"] == 1
    text = shown(CHECKS, form="text")
    assert "4 of 4: audit_1, audit_2, customers, orders; 1 broken: orders" in text
    assert "1 selected; 1 broken: customers, orders" in text
    assert "; cannot be waived" in text
    assert "; warning; waived for 30 days at most" in text


def test_every_rule_has_its_place(shown):
    rules = rules_of(shown(PRIORITIES))
    places = [(rule["path"], rule["line"], rule["column"]) for rule in rules.values()]
    assert places == [("p.yaml", line, 5) for line in (4, 5, 6, 7)]
    assert "p.yaml:4:5" in shown(PRIORITIES, form="text")


@pytest.mark.parametrize("folder", CHECK_FOLDERS, ids=[f.parent.name for f in CHECK_FOLDERS])
def test_what_lint_calls_idle_is_idle_here(folder, tmp_path, monkeypatch):
    """Nothing that Y608 reports is in force, and what is idle here but not there is a window."""
    shutil.copytree(folder.parent, tmp_path / "case")
    monkeypatch.chdir(tmp_path / "case")
    manifest = next(path.name for path in sorted(Path().glob("manifest.*")))
    found = json.loads(stowplan("lint", manifest, "--format", "json").output)["violations"]
    outcome = stowplan("policies", manifest, "--format", "json")
    if outcome.status:
        assert not any(v["code"] == "Y608" for v in found)
        return
    rules = json.loads(outcome.output)["rules"]
    idle = {r["id"] for r in rules if r["state"] in IDLE and r["by"] == "name"}
    windows = {r["id"] for r in rules if r["says"].startswith("window")}
    reported = {v["rule"] for v in found if v["code"] == "Y608"}
    assert reported <= idle
    assert idle - reported <= windows


# --- classes, severities, waivers -------------------------------------------------------------


def test_classes_and_severities_say_where_they_are_declared(shown):
    view = shown("""
classes:
  NICE: {placement: optional}
severities: {D204: off, P304: error}
""")
    assert [(c["name"], c["placement"], c["line"]) for c in view["classes"]] == [
        ("CRITICAL", "required", None),
        ("IMPORTANT", "preferred", None),
        ("NICE", "optional", 4),
        ("DEFERRABLE", "follow-up", None),
        ("EXCLUDED", "excluded", None),
    ]
    assert [(s["code"], s["severity"], s["usual"], s["line"]) for s in view["severities"]] == [
        ("D204", "off", "info", 5),
        ("P304", "error", "warning", 5),
    ]


WAIVERS = (
    CHECKS
    + """
waivers:
  - {code: big, tables: [orders], reason: agreed, owner: dba, expires: 2026-12-15}
  - {code: big, tables: ["*"], reason: agreed, owner: dba, expires: 2026-12-01}
  - {code: big, tables: [customers], reason: agreed, owner: dba, expires: 2026-11-19}
  - {code: later, reason: agreed, owner: dba, expires: 2026-12-02}
  - {code: R404, reason: agreed, owner: dba, expires: 2026-11-30}
"""
)


def test_waivers_tell_their_days_left_and_what_they_match(shown):
    waivers = shown(WAIVERS)["waivers"]
    assert [(w["days_left"], w["needs_plan"], w["matches"]) for w in waivers] == [
        (14, False, 1),
        (0, False, 1),
        (-12, False, 0),
        (1, True, None),
        (-1, False, 2),
    ]
    text = shown(WAIVERS, form="text")
    for said in ("14 days left", "last day", "expired 12 days ago", "expired 1 day ago"):
        assert said in text
    assert "matches 0 findings" in text
    assert "matches 1 finding " in text


# --- which policies ---------------------------------------------------------------------------


def test_without_a_manifest_only_the_policy_itself_is_shown(shown):
    Path("pack.yaml").write_text(PACK)
    shown(LIMITS)
    outcome = stowplan("policies", "--policy", "p.yaml", "--format", "json")
    view = json.loads(outcome.output)
    rules = rules_of(view)
    assert (view["manifest"], view["origin"]) == (None, "--policy")
    assert [rules[i]["state"] for i in ("night", "again", "slow", "pack-net")] == [
        "in force",
        "shadowed",
        "not judged",
        "shadowed",
    ]
    text = stowplan("policies", "--policy", "p.yaml").output
    assert "selects audit_*" in text
    assert "No manifest was named" in text


def test_the_setting_that_named_the_policies_is_told(shown, tmp_path):
    shown(PRIORITIES)
    (tmp_path / "policies").mkdir()
    shutil.copy("p.yaml", "policies/q.yaml")
    head = stowplan("policies").output.splitlines()[0]
    assert head.endswith("from policies/ in the current folder")
    head = stowplan("policies", "manifest.yaml").output.splitlines()[0]
    assert head.startswith("Policy for manifest.yaml as of ")
    assert head.endswith("from policies/ beside the manifest")
    Path("stowplan.yaml").write_text("fail_on: error\npolicies: [p.yaml]\n")
    for words in ((), ("manifest.yaml",)):
        assert "from stowplan.yaml:2:1" in stowplan("policies", *words).output.splitlines()[0]


def test_overrides_of_a_configuration_are_for_manifests_only(shown):
    shown(PRIORITIES)
    Path("stowplan.yaml").write_text(
        "policies: [p.yaml]\noverrides: [{manifests: '**', policies: [q.yaml]}]\n"
    )
    assert stowplan("policies").status == 0
    outcome = stowplan("policies", "manifest.yaml")
    assert (outcome.status, "[Y611]" in outcome.output) == (2, True)


def test_without_any_policy_it_cannot_do_its_work(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("manifest.yaml").write_text(MANIFEST)
    for words in ((), ("manifest.yaml",)):
        status, output, errors = stowplan("policies", *words)
        assert (status, output) == (2, "")
        assert errors.startswith("stowplan: no policy: name one with --policy")


def test_a_folder_means_its_manifest(shown):
    shown(PRIORITIES)
    outcome = stowplan("policies", ".", "--policy", "p.yaml")
    assert outcome.output.startswith("Policy for manifest.yaml as of")


@pytest.mark.parametrize(
    ("manifest", "policy", "code"),
    [
        (None, PRIORITIES, "M101"),
        ("tables: 3\n", PRIORITIES, "M102"),
        ("tables: []\n", PRIORITIES, "M109"),
        (MANIFEST, "rules: [{id: x, kind: nothing}]\n", "Y602"),
    ],
)
def test_faults_are_told_as_by_lint(manifest, policy, code, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    if manifest is not None:
        Path("manifest.yaml").write_text(manifest)
    Path("p.yaml").write_text("policy: example\n" + policy)
    words = ("policies", "manifest.yaml", "--policy", "p.yaml")
    status, output, _ = stowplan(*words)
    assert status == 2
    assert f"error[{code}]" in output
    found = json.loads(stowplan(*words, "--format", "json").output)["violations"]
    assert [violation["code"] for violation in found] == [code]


def test_nothing_that_does_not_print_reaches_the_terminal(shown):
    Path("manifest.yaml").write_text(
        'tables:\n  - {name: "a\\e[31m\\u202e", rows: 1, size_mb: 1}\n'
        '  - {name: "b\\n", rows: 1, size_mb: 1}\n'
    )
    bad = '"x\\e[2J\\nz\\u2028"'
    text = shown(
        f"""
policy: {bad}
rules:
  - {{id: all, kind: priority, tables: "*", class: IMPORTANT, reason: {bad}}}
  - {{id: c, kind: check, where: 'table.name != "x\u202e"', require: "table.rows > 5"}}
  - {{id: w, kind: resource, window: {{duration: 4h}}}}
  - {{id: d, kind: checkpoint, after: {bad}, decider: {bad}}}
waivers:
  - {{code: c, tables: [{bad}], reason: {bad}, owner: {bad}, expires: 2027-01-01}}
""",
        form="text",
    )
    assert all(line.isprintable() for line in text.split("\n"))
    assert "a\\x1b[31m\\u202e" in text
