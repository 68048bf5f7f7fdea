"""`stowplan diff`: what a change of manifests or policies does."""

import html
import json
import os
import re
import shlex
import shutil
import subprocess
from contextlib import suppress
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from command import stowplan
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stowplan.cli.inspection import inspect
from stowplan.cli.manifests import read_manifest
from stowplan.cli.policies import load_policies
from stowplan.comparison.plan_documents import plan_side
from stowplan.comparison.plan_nodes import NotAPlanError
from stowplan.comparison.plans import finding_figures, plan_figures, plan_tables
from stowplan.reports.diff_markdown import LIMIT, prose
from stowplan.reports.text import printable

ROOT = Path(__file__).resolve().parent.parent
INPUTS = ROOT / "fixtures" / "diff"
EXPECTED = ROOT / "fixtures" / "expected" / "diff"
PAGE = ROOT / "docs" / "diff.md"
DAY = ("--as-of", "2027-01-01")

MANIFEST = """\
tables:
  - {name: customers, rows: 100, size_mb: 100}
  - {name: orders, rows: 100, size_mb: 400, depends_on: [customers]}
  - {name: audit_logs, rows: 100, size_mb: 50}
"""
POLICY = """\
policy: night
rules:
  - {id: core, kind: priority, tables: [customers, orders], class: CRITICAL}
  - {id: logs, kind: priority, tables: ["audit_*"], class: IMPORTANT}
  - {id: night, kind: resource, window: {duration: 1h}}
  - {id: network, kind: resource, bandwidth: {limit: 20MB/s, target: 10MB/s}}
  - {id: small, kind: check, require: table.size_mb <= 500.0}
"""
LOGS = '["audit_*"], class: IMPORTANT'


def write(folder, manifest=MANIFEST, policy=POLICY):
    (folder / "policies").mkdir(parents=True, exist_ok=True)
    (folder / "manifest.yaml").write_text(manifest)
    (folder / "policies" / "night.yaml").write_text(policy)
    return folder


@pytest.fixture
def pair(tmp_path, monkeypatch):
    """Compares MANIFEST and POLICY with a changed one; the JSON's one comparison, by default."""
    monkeypatch.chdir(tmp_path)

    def compare(*more, old=None, new=None, status=None, form="json"):
        write(Path("old"), **(old or {}))
        write(Path("new"), **(new or {}))
        outcome = stowplan("diff", "old", "new", *DAY, "--format", form, *more)
        assert status is None or outcome.status == status, outcome
        if form != "json":
            return outcome.output
        (only,) = json.loads(outcome.output)["comparisons"]
        return only

    return compare


def by(key, changes):
    return {change[key]: change for change in changes}


# --- golden -----------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["text", "json", "markdown"])
def test_a_reviewer_reads_the_consequence(form, monkeypatch):
    """Limit raised, one table reclassified, one dependency ignored (not_after), one waiver."""
    monkeypatch.chdir(INPUTS)
    outcome = stowplan("diff", "old", "new", *DAY, "--format", form)
    golden = EXPECTED / f"review.{ {'text': 'txt', 'markdown': 'md'}.get(form, form) }"
    if os.environ.get("ACCEPT"):
        golden.write_text(outcome.output, encoding="utf-8")
    assert (outcome.status, outcome.errors) == (1, "")
    assert outcome.output == golden.read_text(encoding="utf-8")


def test_the_consequence_says_all_that_a_reviewer_must_know():
    """The first paragraph of the golden comment, without its markup."""
    told = (EXPECTED / "review.md").read_text(encoding="utf-8").split("\n\n")[1].replace("\\", "")
    for fact in (
        "Feasibility stays YES",
        "1 table leaves the main window: audit_logs (policy; IMPORTANT → DEFERRABLE)",
        "the required tables end 29.467 s earlier, 88.4 s → 58.933 s",
        "1 dependency is ignored: staff does not wait for store (not_after, deferred-fk)",
        "bandwidth.limit 100MB/s → 120MB/s",
        "by a waiver of the same change: small (transactions)",
    ):
        assert fact in told


# --- exit status ------------------------------------------------------------------------------

REASON = {"policy": POLICY.replace("class: CRITICAL", "class: CRITICAL, reason: they matter")}
LATER = {"policy": POLICY.replace(LOGS, '["audit_*"], class: DEFERRABLE')}


@pytest.mark.parametrize(
    ("new", "more", "status"),
    [
        pytest.param({}, (), 0, id="the same"),
        pytest.param(REASON, (), 0, id="only a reason"),
        pytest.param({"policy": POLICY.replace('"audit_*"', "audit_logs")}, (), 0, id="other text"),
        pytest.param({"policy": "# words\n" + POLICY}, (), 0, id="a comment"),
        pytest.param(LATER, (), 1, id="another class"),
        pytest.param(LATER, ("--exit-zero",), 0, id="exit zero"),
        pytest.param({"policy": POLICY.replace("20MB/s", "30MB/s")}, (), 1, id="a limit"),
        pytest.param({"manifest": MANIFEST.replace("400", "400.000001")}, (), 1, id="one byte"),
    ],
)
def test_exit_status(pair, new, more, status):
    """0 no difference in effect, 1 there is one, whatever its size."""
    pair(*more, new=new, status=status)


def test_a_manifest_does_not_differ_from_itself(pair):
    told = pair(status=0, form="text")
    assert told == "old/manifest.yaml → new/manifest.yaml\n\nNo difference in effect.\n"


def test_a_rule_that_says_the_same_otherwise_is_told(pair):
    found = pair(new={"policy": POLICY.replace('"audit_*"', "audit_logs")}, status=0)
    assert [(r["id"], r["change"], r["same_effect"]) for r in found["rules"]] == [
        ("logs", "changed, same effect", True)
    ]
    assert found["consequence"] == ["No difference in effect; 1 rule or waiver changed."]


# --- what differs -----------------------------------------------------------------------------


def test_tables_come_go_and_move(pair):
    manifest = MANIFEST.replace("customers", "clients").replace("size_mb: 50", "size_mb: 60")
    policy = POLICY.replace("[customers, orders]", "[clients, orders]")
    found = pair(new={"manifest": manifest, "policy": policy}, status=1)
    tables = by("name", found["tables"])
    assert {name: table["change"] for name, table in tables.items()} == {
        "audit_logs": "changed",
        "clients": "added",
        "customers": "removed",
        "orders": "changed",
    }
    assert tables["orders"]["keys"] == ["depends_on"]
    assert (tables["audit_logs"]["old"]["finish_s"], tables["audit_logs"]["new"]["finish_s"]) == (
        55.0,
        56.0,
    )


def test_a_table_that_no_rule_classifies_any_more(pair):
    policy = POLICY.replace("[customers, orders]", "[customers]")
    found = pair(new={"policy": policy}, status=1)
    orders = by("name", found["tables"])["orders"]
    assert (orders["old"]["outcome"], orders["new"]["outcome"]) == ("planned", "unschedulable")
    assert "Feasibility stays YES; 1 table can no longer be planned: orders" in str(
        found["consequence"]
    )
    findings = {(f["code"], f["change"]) for f in found["findings"]}
    assert {("P301", "added"), ("S501", "added")} <= findings


def test_a_rule_with_the_same_text_decides_on_more(pair):
    manifest = f"{MANIFEST}  - {{name: audit_old, rows: 1, size_mb: 1}}\n"
    rules = by("id", pair(new={"manifest": manifest}, status=1)["rules"])
    assert rules["logs"]["change"] == "same text, other effect"
    assert rules["logs"]["effect"] == ["now decides on audit_old"]


def test_the_order_of_rules_is_an_effect_only_where_it_decides(pair):
    lines = POLICY.splitlines(keepends=True)
    moved = "".join([*lines[:2], lines[3], lines[2], *lines[4:]])
    assert pair(new={"policy": moved}, status=0)["rules"] == []


def test_the_order_of_tables_makes_no_difference(pair):
    head, *tables = MANIFEST.splitlines(keepends=True)
    pair(new={"manifest": head + "".join(reversed(tables))}, status=0)


def test_without_a_policy_the_structure_is_compared(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("a.yaml").write_text(MANIFEST)
    Path("b.yaml").write_text(MANIFEST.replace("[customers]", "[clients]"))
    outcome = stowplan("diff", "a.yaml", "b.yaml")
    assert outcome.status == 1
    assert "OLD: no policy: only the structural checks were compared" in outcome.output
    assert "D201" in outcome.output


def test_without_a_window_classes_are_compared(pair):
    policy = re.sub(r".*id: night.*\n", "", POLICY)
    found = pair(old={"policy": policy}, new={"policy": policy.replace("IMPORTANT", "DEFERRABLE")})
    assert by("name", found["tables"])["audit_logs"]["keys"] == [
        "class",
        "effective_class",
        "placement",
    ]
    assert found["notes"][0].startswith("OLD: no plan can be made")


CYCLE = MANIFEST.replace("customers, rows: 100", "customers, depends_on: [orders], rows: 100")
OPENED = "  - {id: fk, kind: dependency, tables: [customers], not_after: [orders]}\n"


def test_a_cycle_that_a_rule_opens(pair):
    policy = POLICY + OPENED
    found = pair(old={"manifest": CYCLE}, new={"manifest": CYCLE, "policy": policy}, status=1)
    assert found["consequence"][0].startswith(
        "Feasibility rises from NO to YES; 2 tables can be planned now: customers, orders"
    )
    assert found["consequence"][1].startswith(
        "1 dependency is ignored: customers does not wait for orders (not_after, fk)"
    )
    back = pair(old={"manifest": CYCLE, "policy": policy}, new={"manifest": CYCLE}, status=1)
    assert back["consequence"][1] == "1 dependency is ignored no longer (not_after, fk)."


def test_an_edge_that_holds_again(pair):
    policy = POLICY + "  - {id: fk, kind: dependency, tables: [orders], not_after: [customers]}\n"
    told = pair(old={"policy": policy}, status=1)["consequence"][1]
    assert told == (
        "1 dependency is ignored no longer: orders waits for customers (not_after, fk)."
    )


# --- waivers ----------------------------------------------------------------------------------

STRICT = POLICY.replace("500.0", "300.0")
WAIVER = "waivers:\n  - {code: small, tables: [orders], reason: r, owner: o, expires: 2027-01-31}\n"


@pytest.mark.parametrize(
    ("old", "new", "finding", "waiver"),
    [
        pytest.param(POLICY, STRICT + WAIVER, "added", "added", id="added together"),
        pytest.param(STRICT, STRICT + WAIVER, "waived", "added", id="waived"),
        pytest.param(STRICT + WAIVER, STRICT, "unwaived", "removed", id="unwaived"),
        pytest.param(
            STRICT + WAIVER, STRICT + WAIVER.replace("-31", "-20"), None, "shortened", id="shorter"
        ),
        pytest.param(
            STRICT + WAIVER,
            STRICT + WAIVER.replace("01-31", "02-01"),
            None,
            "extended",
            id="longer",
        ),
    ],
)
def test_waivers(pair, old, new, finding, waiver):
    found = pair(old={"policy": old}, new={"policy": new}, status=1)
    assert [f["change"] for f in found["findings"]] == ([finding] if finding else [])
    assert [w["change"] for w in found["waivers"]] == [waiver]


def test_a_waiver_added_with_its_finding_is_pointed_out(pair):
    found = pair(new={"policy": STRICT + WAIVER}, status=1)
    (waiver,) = found["waivers"]
    assert [v["tables"] for v in waiver["accepts_new"]] == [["orders"]]
    assert "by a waiver of the same change: small (orders)" in found["consequence"][-1]


def test_a_waiver_of_an_old_finding_is_not_pointed_out(pair):
    found = pair(old={"policy": STRICT}, new={"policy": STRICT + WAIVER})
    assert found["waivers"][0]["accepts_new"] == []


def test_a_finding_elsewhere_in_the_file_is_the_same_finding(pair):
    found = pair(old={"policy": STRICT}, new={"policy": "# moved\n\n" + STRICT}, status=0)
    assert found["findings"] == []


# --- policies and plans -----------------------------------------------------------------------


def test_two_policies_by_themselves(pair):
    pair()
    Path("new/policies/night.yaml").write_text(POLICY.replace("20MB/s", "30MB/s"))
    outcome = stowplan("diff", "old/policies", "new/policies")
    assert outcome.status == 1
    assert "bandwidth.limit 20MB/s → 30MB/s" in outcome.output
    assert "no manifest was named" in outcome.output


def test_two_policies_on_a_manifest_are_as_two_manifests(pair):
    found = pair(new=LATER)
    words = ("old/policies", "new/policies", "--manifest", "new", "--format", "json", *DAY)
    (judged,) = json.loads(stowplan("diff", *words).output)["comparisons"]
    for key in ("summary", "tables", "findings", "rules", "waivers", "consequence"):
        assert judged[key] == found[key] or key == "rules"
    assert [r["id"] for r in judged["rules"]] == [r["id"] for r in found["rules"]]


def test_two_plans_differ_as_their_manifests_do(pair):
    found = pair(new=LATER)
    for side in ("old", "new"):
        assert stowplan("plan", side, "-o", f"out-{side}", *DAY).status == 0
    words = ("out-old/migration_plan.json", "out-new/migration_plan.json", "--format", "json")
    outcome = stowplan("diff", *words)
    (plans,) = json.loads(outcome.output)["comparisons"]
    assert outcome.status == 1
    assert plans["summary"] == found["summary"]
    (moved,) = plans["tables"]
    assert (moved["new"]["outcome"], moved["new"]["class"]) == ("policy", "DEFERRABLE")


def test_a_plan_says_the_same_as_what_it_was_made_from(tmp_path, monkeypatch):
    """The figures of a plan's document are those of the plan, on the scenario."""
    monkeypatch.chdir(ROOT)
    loaded = load_policies(["policies/customer-data"], date(2027, 1, 1))
    plan = inspect(read_manifest("fixtures/customer-data"), loaded, planning=True).plan
    text = (ROOT / "fixtures/expected/customer-data/migration_plan.json").read_text()
    side = plan_side("x", json.loads(text, parse_float=Decimal))
    assert side.tables == plan_tables(plan)
    counted = list(finding_figures(side.violations))
    assert list(side.figures) == [*plan_figures(plan), *counted]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"stowplan_plan": 2}, "stowplan_plan is 2, must be 1: plan anew"),
        ({"summary": None}, "summary is null: no plan of stowplan"),
        ({"tables": [{"name": "a"}]}, "tables[0].effective_class is missing: no plan of stowplan"),
        ({"windows": [7]}, "windows[0].name is missing: no plan of stowplan"),
        ({"critical_path": [1]}, "critical_path holds no names: no plan of stowplan"),
    ],
)
def test_what_is_no_plan_is_refused(tmp_path, change, message):
    plan = json.loads((ROOT / "fixtures/expected/customer-data/migration_plan.json").read_text())
    (tmp_path / "a.json").write_text(json.dumps({**plan, **change}))
    outcome = stowplan("diff", tmp_path / "a.json", tmp_path / "a.json")
    assert (outcome.status, outcome.output) == (2, "")
    assert outcome.errors == f"stowplan: {tmp_path}/a.json: {message}\n"


def below(value, path=()):
    """The path of every value inside one."""
    yield path
    if isinstance(value, (dict, list)):
        for key, entry in value.items() if isinstance(value, dict) else enumerate(value):
            yield from below(entry, (*path, key))


@pytest.mark.parametrize("wrong", [None, -1, "x", [], {}, [7], True, Decimal("-1E+999999999")])
def test_any_value_of_a_plan_may_be_wrong(wrong):
    """It is read or refused, whatever stands where."""
    text = (ROOT / "fixtures/expected/customer-data/migration_plan.json").read_text()
    for *parents, last in filter(None, below(json.loads(text))):
        plan = json.loads(text, parse_float=Decimal)
        inner = plan
        for key in parents:
            inner = inner[key]
        inner[last] = wrong
        with suppress(NotAPlanError):
            plan_side("x", plan)


# --- faults and usage -------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["text", "json", "markdown"])
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"policy": POLICY.replace("IMPORTANT", "IMPROTANT")}, "Y604"),
        ({"manifest": MANIFEST.replace("rows: 100", "rows: -1")}, "M106"),
        ({"manifest": "tables: ["}, "M102"),
    ],
)
@pytest.mark.parametrize("side", ["old", "new"])
def test_faults_of_one_side_say_which(tmp_path, monkeypatch, form, change, code, side):
    monkeypatch.chdir(tmp_path)
    write(Path("old"), **(change if side == "old" else {}))
    write(Path("new"), **(change if side == "new" else {}))
    outcome = stowplan("diff", "old", "new", "--format", form)
    assert outcome.status == 2
    assert code in outcome.output
    assert f"stowplan: {side.upper()} ({side}) has faults" in outcome.errors
    if form == "json":
        assert {v["side"] for v in json.loads(outcome.output)["violations"]} == {side}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["old"], "diff compares two paths"),
        (["old", "old/policies"], "OLD is a manifest and NEW a policy"),
        (["old/policies", "old/policies", "--policy", "old/policies"], "--policy is for two man"),
        (["--git", "HEAD", "--manifest", "old"], "--manifest is for two policies"),
        (["--git", "HEAD"], "--git: "),
        (["old", "old", "--as-of", "soon"], "--as-of"),
    ],
)
def test_usage(tmp_path, monkeypatch, words, message):
    """One clear line, exit 2."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    write(Path("old"))
    outcome = stowplan("diff", *words)
    assert (outcome.status, outcome.output) == (2, "")
    assert outcome.errors.startswith(f"stowplan: {message}")
    assert outcome.errors.count("\n") == 1


def test_a_file_gets_what_the_terminal_would(pair):
    printed = pair(new=LATER, form="markdown")
    pair("-o", "out/comment.md", new=LATER, form="markdown", status=1)
    assert Path("out/comment.md").read_text(encoding="utf-8") == printed


@pytest.mark.parametrize(
    "output", ["new/manifest.yaml", "old/policies/night.yaml", "new", "old/../old/manifest.yaml"]
)
def test_no_input_is_written_over(pair, output):
    pair()
    before = {path: path.read_bytes() for path in Path().rglob("*.yaml")}
    outcome = stowplan("diff", "old", "new", "-o", output)
    assert (outcome.status, outcome.output) == (2, "")
    assert outcome.errors.startswith(f"stowplan: {output}: ")
    assert {path: path.read_bytes() for path in Path().rglob("*.yaml")} == before


# --- git --------------------------------------------------------------------------------------


def git(*words):
    identity = ("-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", *identity, *words], check=True, capture_output=True, text=True)
    return done.stdout


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A repository with one commit of MANIFEST and POLICY; the test is inside."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    write(tmp_path)
    git("init", "-q", "-b", "main")
    git("add", ".")
    git("commit", "-q", "-m", "first")
    return tmp_path


def state():
    """What must never change: the index, the configuration, the files."""
    files = (p for p in Path().rglob("*") if p.is_file() and not p.is_symlink())
    return {str(path): path.read_bytes() for path in files}


def test_the_working_tree_against_a_revision(checkout):
    write(checkout, policy=LATER["policy"])
    before = state()
    outcome = stowplan("diff", "--git", "HEAD", "--format", "json", *DAY)
    (found,) = json.loads(outcome.output)["comparisons"]
    assert outcome.status == 1
    assert found["old"]["path"] == found["new"]["path"] == "manifest.yaml"
    assert [table["name"] for table in found["tables"]] == ["audit_logs"]
    assert state() == before


def test_the_step_of_the_page_makes_a_comment(checkout):
    """The command that the page gives for CI."""
    git("update-ref", "refs/remotes/origin/main", "HEAD")
    write(checkout, policy=LATER["policy"])
    (command,) = re.findall(r"run: stowplan (.*)", PAGE.read_text(encoding="utf-8"))
    assert stowplan(*shlex.split(command)) == (0, "", "")
    comment = Path("comment.md").read_text(encoding="utf-8")
    assert comment.startswith("### stowplan diff: manifest.yaml\n\nFeasibility stays YES; 1 table ")


def test_the_numbers_of_both_sides_are_those_of_plan(pair):
    """The same code made them: the plan's own JSON has the same."""
    found = pair(new=LATER)
    for side in ("old", "new"):
        printed = stowplan("plan", side, "-o", f"out-{side}", "--format", "json", *DAY).output
        summary = json.loads(printed)["summary"]
        for key in ("required_mb", "planned_mb", "makespan_s", "lower_bound_s", "gap"):
            assert found["summary"][key][side] == summary[key]


@pytest.mark.parametrize("named", [(), ("manifest.yaml",), (".",)], ids=str)
def test_nothing_changed_since(checkout, named):
    outcome = stowplan("diff", "--git", "main", *named, *DAY)
    assert outcome == (0, "manifest.yaml\n\nNo difference in effect.\n", "")


def test_from_a_folder_below(checkout, monkeypatch):
    (checkout / "below").mkdir()
    write(checkout, manifest=MANIFEST.replace("400", "410"))
    monkeypatch.chdir(checkout / "below")
    outcome = stowplan("diff", "--git", "HEAD", "../manifest.yaml", *DAY)
    assert outcome.status == 1
    assert "size 400 MB → 410 MB" in outcome.output
    absolute = stowplan("diff", "--git", "HEAD", checkout / "manifest.yaml", *DAY)
    assert absolute == outcome


def test_manifests_that_come_and_go(checkout):
    shutil.move("manifest.yaml", "other.yaml")
    (checkout / ".gitignore").write_text("/built/\n")
    write(checkout / "built")
    found = json.loads(stowplan("diff", "--git", "HEAD", "--format", "json", *DAY).output)
    changes = {
        each["old"]["path"]: {table["change"] for table in each["tables"]}
        for each in found["comparisons"]
    }
    assert changes == {"manifest.yaml": {"removed"}, "other.yaml": {"added"}}


def test_a_new_manifest_brings_no_waiver_of_the_policy(checkout):
    write(checkout, policy=STRICT + WAIVER)
    git("commit", "-qam", "waiver")
    shutil.copy("manifest.yaml", "more.yaml")
    found = json.loads(stowplan("diff", "--git", "HEAD", "--format", "json", *DAY).output)
    more = by("path", [{**each, "path": each["new"]["path"]} for each in found["comparisons"]])
    assert more["more.yaml"]["waivers"] == []
    assert "small (orders)" in more["more.yaml"]["consequence"][-1]
    assert "of the same change" not in more["more.yaml"]["consequence"][-1]


def test_the_configuration_of_each_side_counts(checkout):
    (checkout / "stowplan.yaml").write_text("policies: [strict.yaml]\n")
    (checkout / "strict.yaml").write_text(STRICT)
    outcome = stowplan("diff", "--git", "HEAD", *DAY)
    assert outcome.status == 1
    assert "small (orders)" in outcome.output


def test_links_and_submodules_of_a_revision_are_passed_over(checkout):
    commit = git("rev-parse", "HEAD").strip()
    (checkout / "linked.yaml").symlink_to("manifest.yaml")
    git("add", ".")
    git("update-index", "--add", "--cacheinfo", f"160000,{commit},sub.yaml")
    git("commit", "-q", "-m", "link")
    (checkout / "linked.yaml").unlink()
    assert stowplan("diff", "--git", "HEAD", *DAY).status == 0


def test_what_lies_outside_the_repository(tmp_path, checkout, monkeypatch):
    """A configuration above is of no account; a policy from there is the same for both sides."""
    inner = checkout / "inner"
    write(inner)
    monkeypatch.chdir(inner)
    git("init", "-q")
    git("add", ".")
    git("commit", "-q", "-m", "inner")
    (checkout / "stowplan.yaml").write_text("policies: [nowhere.yaml]\n")
    (checkout / "strict.yaml").write_text(STRICT + WAIVER)
    assert stowplan("diff", "--git", "HEAD", *DAY).status == 0
    outcome = stowplan("diff", "--git", "HEAD", "--policy", "../strict.yaml", *DAY)
    assert (outcome.status, outcome.errors) == (0, "")


def test_constraints_in_markdown_are_read_of_both_sides(checkout):
    """They are a policy too, where there is no other."""
    shutil.rmtree("policies")
    source = ROOT.parent / "shared" / "customer-data"
    if not source.is_dir():
        pytest.skip("the scenario's constraints.md is not there")
    for name in ("manifest.json", "constraints.md"):
        shutil.copy(source / name, name)
    git("add", ".")
    git("commit", "-qam", "constraints")
    outcome = stowplan("diff", "--git", "HEAD", "manifest.json", *DAY)
    assert outcome == (0, "manifest.json\n\nNo difference in effect.\n", "")


def test_faults_of_a_revision(checkout):
    write(checkout, policy=POLICY.replace("IMPORTANT", "IMPROTANT"))
    git("commit", "-qam", "fault")
    write(checkout)
    outcome = stowplan("diff", "--git", "HEAD", *DAY)
    assert outcome.status == 2
    assert outcome.output.startswith("policies/night.yaml:4:")
    assert "OLD (revision HEAD) has faults" in outcome.errors


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--git", "nowhere"], "nowhere is no revision"),
        (["--git=--output=x"], "--output=x is no revision"),
        (["--git", ""], " is no revision"),
        (["--git", "HEAD:policies"], "HEAD:policies is no revision"),
        (["--git", "HEAD", "/"], "/ is not inside the repository"),
        (["--git", "HEAD", "../x.yaml"], "../x.yaml is not inside the repository"),
    ],
)
def test_what_git_cannot_give(checkout, words, message):
    outcome = stowplan("diff", *words)
    assert (outcome.status, outcome.output) == (2, "")
    assert outcome.errors.startswith(f"stowplan: --git: {message}")
    assert outcome.errors.count("\n") == 1


def test_a_manifest_that_neither_side_has(checkout):
    outcome = stowplan("diff", "--git", "HEAD", "no.yaml")
    assert outcome.status == 2
    assert "no.yaml:1:1: error[M101]" in outcome.output


def test_without_git(checkout, monkeypatch):
    monkeypatch.setenv("PATH", "")
    outcome = stowplan("diff", "--git", "HEAD")
    assert outcome.errors == (
        "stowplan: --git: there is no program git: install it, or compare two files\n"
    )


# --- hostile names and long comments ----------------------------------------------------------

HOSTILE = ["a|b", "`x`", "<script>alert(1)</script>", "two\nlines", "@everyone", "#1", "[l](u)"]


def test_hostile_names_stay_text_in_markdown(pair):
    tables = [{"name": name, "rows": 1, "size_mb": 1} for name in HOSTILE]
    manifest = json.dumps({"tables": tables})
    policy = POLICY.replace("[customers, orders]", '"*"')
    told = pair(
        old={"manifest": MANIFEST, "policy": policy},
        new={"manifest": manifest, "policy": policy},
        form="markdown",
    )
    assert "<script" not in told
    assert "@everyone" not in told
    rows = [line for line in told.splitlines() if line.startswith("| ")]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} <= {4, 5}


TEXTS = st.one_of(
    st.text(max_size=40),
    st.text("@#:/.w<>&|`*_~$[]()!\\- \n1aGH", max_size=30),
    st.sampled_from([*HOSTILE, "http://x.y", "www.x.y", "a@b.cd", "o/r#12", "--> <!--", "a #"]),
)


@settings(deadline=None, max_examples=300)
@given(TEXTS)
def test_a_text_is_seen_on_github_as_it_is(text):
    """GitHub's own renderer makes of it that text, and neither a tag nor a link."""
    render = pytest.importorskip("cmarkgfm").github_flavored_markdown_to_html
    unsafe = pytest.importorskip("cmarkgfm.cmark").Options.CMARK_OPT_UNSAFE
    page = f"### title {prose(text)}\n\ntold {prose(text)}.\n\n| x |\n| --- |\n| {prose(text)} |\n"
    seen = render(page, unsafe).replace("<!-- -->", "")
    tags = "h3|p|table|thead|tbody|tr|th|td"
    bare = html.unescape(re.sub(rf"</?(?:{tags})>", "", seen))
    assert "<a " not in seen
    wanted = printable(text)
    assert bare.split() == f"title {wanted} told {wanted}. x {wanted}".split()


@pytest.mark.parametrize("count", [30, 3000])
def test_a_long_comment_is_folded_and_cut(pair, count):
    tables = "".join(f"  - {{name: t{'|' * 20}{i}, rows: 1, size_mb: 1}}\n" for i in range(count))
    policy = POLICY.replace("[customers, orders]", '"*"')
    told = pair(
        old={"policy": policy},
        new={"manifest": MANIFEST + tables.replace("t|", "t|"), "policy": policy},
        form="markdown",
    )
    assert len(told.encode()) <= LIMIT
    assert "<details><summary>Tables" in told
    assert told.count("<details>") == told.count("</details>")
    assert ("that are cut" in told) == (count == 3000)


@settings(
    deadline=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    sizes=st.lists(st.integers(1, 900), min_size=3, max_size=3),
    classes=st.lists(st.sampled_from(["CRITICAL", "IMPORTANT", "DEFERRABLE"]), min_size=2),
)
def test_a_change_and_its_reverse_mirror_each_other(tmp_path, monkeypatch, sizes, classes):
    """What is added one way is removed the other way; every number is exchanged."""
    monkeypatch.chdir(tmp_path)
    left = iter(sizes)
    manifest = re.sub(r"size_mb: \d+", lambda _: f"size_mb: {next(left)}", MANIFEST)
    policy = POLICY.replace("CRITICAL", classes[0]).replace("IMPORTANT", classes[1])
    write(Path("old"))
    write(Path("new"), manifest, policy)
    ways = []
    for words in (("old", "new"), ("new", "old")):
        outcome = stowplan("diff", *words, "--format", "json", *DAY)
        ways.append(json.loads(outcome.output)["comparisons"][0])
    there, back = ways
    assert there["differs"] == back["differs"]
    for key in ("tables", "rules"):
        name = "name" if key == "tables" else "id"
        assert {(t[name], str(t["old"]), str(t["new"])) for t in there[key]} == {
            (t[name], str(t["new"]), str(t["old"])) for t in back[key]
        }


# --- the page ---------------------------------------------------------------------------------


def test_the_page_shows_what_the_command_prints(monkeypatch):
    monkeypatch.chdir(INPUTS)
    blocks = re.findall(r"```console\n\$ stowplan (.*?)\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert blocks
    for command, output in blocks:
        assert stowplan(*shlex.split(command)).output == output


def test_the_page_names_every_option_and_key(pair):
    page = PAGE.read_text()
    found = pair(new={"policy": STRICT + WAIVER})
    lists = ("tables", "findings", "rules", "waivers")
    keys = {*found, *(key for name in lists for entry in found[name] for key in entry)}
    assert {key for key in keys if f"`{key}`" not in page} == set()
    for option in ("--git", "--manifest", "--policy", "--as-of", "--format", "-o", "--exit-zero"):
        assert f"`{option}" in page
