"""`stowplan what-if`: the grid is what planning says, the cures cure, the conflicts conflict."""

import csv
import io
import json
import random
import re
import shlex
from pathlib import Path

import pytest
from command import stowplan

ROOT = Path(__file__).resolve().parent.parent
MANIFESTS = ROOT.parent / "shared" / "manifests"
PAGE = (ROOT / "docs" / "what-if.md").read_text()

TABLES = [
    {"name": "customers", "rows": 50_000, "size_mb": 120},
    {"name": "orders", "rows": 900_000, "size_mb": 6200, "depends_on": ["customers"]},
    {"name": "items", "rows": 900_000, "size_mb": 2200, "depends_on": ["orders"]},
    {"name": "prefs", "rows": 900_000, "size_mb": 2000, "depends_on": ["customers"]},
    {"name": "logs", "rows": 900_000, "size_mb": 4000},
]


def rule(name, kind, **more):
    return {"id": name, "kind": kind, **more}


def rules(
    window="4h", target="50MB/s", streams=2, reserve="10%", required=("orders",), **window_more
):
    """A policy's rules: what matters, and what there is to spend."""
    return [
        rule("core", "priority", tables=list(required), **{"class": "CRITICAL"}),
        rule("rest", "priority", tables="*", **{"class": "IMPORTANT"}),
        rule("night", "resource", window={"duration": window, "reserve": reserve, **window_more}),
        rule("network", "resource", bandwidth={"limit": "100MB/s", "target": target}),
        rule("side-by-side", "resource", streams={"limit": streams}),
    ]


class Case:
    """A manifest and a policy in a folder."""

    def __init__(self, folder, tables=None, policy=None):
        self.folder = folder
        self.tables = TABLES if tables is None else tables
        self.rules = rules() if policy is None else policy
        (folder / "policies").mkdir(exist_ok=True)
        self.write()

    def write(self):
        (self.folder / "manifest.json").write_text(json.dumps({"tables": self.tables}, indent=1))
        stated = "\n".join(f"  - {json.dumps(each)}" for each in self.rules)
        (self.folder / "policies" / "night.yaml").write_text(f"policy: night\nrules:\n{stated}\n")

    def asked(self, *options):
        return stowplan("what-if", self.folder, *options)

    def found(self, *options):
        """The answer as JSON; the command must have done its work."""
        outcome = self.asked("--format", "json", *options)
        assert outcome.status == 0, outcome.errors
        assert outcome.errors == ""
        return json.loads(outcome.output)

    def planned(self):
        """The plan of the folder as it is now."""
        stowplan("plan", self.folder, "-o", self.folder / "out")
        return json.loads((self.folder / "out" / "migration_plan.json").read_text())


@pytest.fixture
def case(tmp_path):
    return lambda tables=None, policy=None: Case(tmp_path, tables, policy)


# --- the grid


def test_the_first_plan_is_the_one_as_it_is_and_the_others_are_the_product_in_order(case):
    """Options multiply; each value stands where it was asked for."""
    found = case().found("--bandwidth", "30MB/s,as-is", "--window", "3h", "--streams", "1..2,4")
    settings = [plan["settings"] for plan in found["plans"]]
    assert [(s["bandwidth_mb_s"], s["window_s"], s["streams"]) for s in settings] == [
        (50.0, 14400.0, 2),
        *((rate, 10800.0, streams) for rate in (30.0, 50.0) for streams in (1, 2, 4)),
    ]
    assert [plan["plan"] for plan in found["plans"]] == list(range(7))
    assert found["plans"][0]["change"] == {}
    assert found["plans"][4]["change"] == {"window_s": 10800.0, "streams": 1}


@pytest.mark.parametrize(
    ("options", "stated"),
    [
        pytest.param(["--bandwidth", "7MB/s"], {"target": "7MB/s"}, id="bandwidth"),
        pytest.param(["--window", "7m"], {"window": "7m"}, id="window"),
        pytest.param(["--streams", "1"], {"streams": 1}, id="streams"),
        pytest.param(["--reserve", "50%"], {"reserve": "50%"}, id="reserve"),
        pytest.param(["--rollback", "1h"], {"rollback": "1h"}, id="rollback"),
        pytest.param(
            ["--bandwidth", "1MB/s", "--window", "2h"],
            {"target": "1MB/s", "window": "2h"},
            id="two",
        ),
    ],
)
def test_a_plan_of_the_grid_is_that_of_a_policy_that_says_so(case, options, stated):
    """What the table states is what `stowplan plan` makes of the policy with that value."""
    here = case()
    asked = here.found(*options)["plans"][1]
    here.rules = rules(**stated)
    here.write()
    plan = here.planned()
    assert asked["feasibility"] == plan["feasibility"]
    assert asked["proven"] == plan["proven"]
    assert asked["required_finish_s"] == plan["bounds"]["required"]["finish_s"]
    assert asked["required_lower_s"] == plan["bounds"]["required"]["lower_s"]
    assert asked["makespan_s"] == plan["summary"]["makespan_s"]
    assert asked["lower_bound_s"] == plan["summary"]["lower_bound_s"]
    assert asked["gap"] == plan["summary"]["gap"]
    assert asked["break_even_required_mb_s"] == plan["summary"]["break_even_mb_s"]["required"]
    assert asked["break_even_all_mb_s"] == plan["summary"]["break_even_mb_s"]["all"]
    assert asked["planned"] == len(plan["tables"])
    assert asked["deferred"] == len(plan["deferred"])
    assert asked["usable_s"] == plan["windows"][0]["usable_s"]


def test_what_newly_fits_or_no_longer_does_is_named(case):
    """A longer window gains tables, a shorter one loses them."""
    found = case(policy=rules(window="4m")).found("--window", "3m,10m")["plans"]
    assert found[0]["planned"] == 4
    assert (found[1]["gained"], found[1]["lost"]) == ([], ["items", "prefs"])
    assert (found[2]["gained"], found[2]["lost"]) == (["logs"], [])


@pytest.mark.parametrize(
    ("label", "tables", "required"),
    [
        pytest.param("prefs", ["prefs"], [], id="a table"),
        pytest.param(
            "IMPORTANT", ["items", "logs", "prefs"], [], id="a class, not what it promoted"
        ),
        pytest.param("?refs,lo*", ["logs", "prefs"], [], id="globs together"),
        pytest.param(
            "customers",
            ["customers", "items", "orders", "prefs"],
            ["customers", "orders"],
            id="with all that depends on it",
        ),
    ],
)
def test_what_is_skipped_leaves_the_window_with_all_that_depends_on_it(
    case, label, tables, required
):
    """Required tables that go with it are marked, and none of them counts as lost."""
    plan = case().found("--skip", label)["plans"][1]
    assert plan["change"]["skip"] == {"asked": label, "tables": tables, "required": required}
    assert plan["planned"] == 5 - len(tables)
    assert plan["lost"] == []
    marks = [f"leaves out {len(required)} required tables"] if required else []
    assert plan["contradicts"] == marks


def test_a_class_that_has_no_tables_skips_none(case):
    """The plan is the one as it is."""
    plans = case().found("--skip", "DEFERRABLE")["plans"]
    assert plans[1]["change"]["skip"]["tables"] == []
    assert {**plans[1], "plan": 0, "change": {}} == plans[0]


def test_each_skip_is_a_plan_of_its_own(case):
    """Repeated, --skip multiplies the grid; as-is skips nothing."""
    plans = case().found("--skip", "prefs", "--skip", "as-is", "--skip", "logs,prefs")["plans"]
    assert [plan["planned"] for plan in plans] == [5, 4, 5, 3]


def test_a_value_that_is_asked_for_twice_is_one_plan(case):
    """However it is written; what comes first gives the order."""
    asked = ("--bandwidth", "30MB/s,30000kB/s,20MB/s,30MB/s", "--window", "3h,180m")
    settings = [plan["settings"]["bandwidth_mb_s"] for plan in case().found(*asked)["plans"]]
    assert settings == [50.0, 30.0, 20.0]
    assert len(case().found("--skip", "prefs", "--skip", "prefs", "--skip", "as-is")["plans"]) == 3


def test_a_name_with_a_comma_is_written_with_a_backslash(case):
    r"""`a\,b` is one table."""
    tables = [*TABLES, {"name": "a,b", "rows": 1, "size_mb": 1}]
    plan = case(tables).found("--skip", r"a\,b")["plans"][1]
    assert plan["change"]["skip"]["tables"] == ["a,b"]


def test_values_that_the_policy_forbids_are_marked_not_hidden(case):
    """They are planned like all others."""
    plans = case().found("--bandwidth", "100MB/s,200MB/s", "--streams", "2,3")["plans"]
    assert [plan["contradicts"] for plan in plans] == [
        [],
        [],
        ["above the limit 2 streams"],
        ["above the limit 100 MB/s"],
        ["above the limit 100 MB/s", "above the limit 2 streams"],
    ]
    assert all(plan["feasibility"] == "YES" for plan in plans)


# --- what cannot be asked


@pytest.mark.parametrize(
    ("options", "said"),
    [
        pytest.param(
            ["--bandwidth", "30"], "--bandwidth: a rate must be text like 50MB/s", id="rate"
        ),
        pytest.param(["--bandwidth", "0MB/s"], "--bandwidth: '0MB/s' leaves nothing", id="no rate"),
        pytest.param(["--window", "3"], '--window: "3" is not a duration', id="duration"),
        pytest.param(["--window", "0h"], "--window: '0h' leaves nothing", id="no time"),
        pytest.param(["--streams", "0"], "--streams: '0' is not a number from 1", id="no stream"),
        pytest.param(["--streams", "8..1"], "--streams: '8..1' is not a number", id="backwards"),
        pytest.param(["--streams", "1..20000"], "is not a number from 1 to 10000", id="very many"),
        pytest.param(["--reserve", "101%"], '"101%" is more than all there is', id="share"),
        pytest.param(
            ["--skip", "order"],
            "--skip: order is no table and no class here: did you mean orders?",
            id="near table",
        ),
        pytest.param(["--skip", "IMPORTENT"], "did you mean IMPORTANT?", id="near class"),
        pytest.param(["--skip", "a,,b"], "--skip: 'a,,b' has an empty name", id="empty name"),
        pytest.param(["--skip", "a\\"], "--skip: ", id="lone backslash"),
        pytest.param(
            ["--streams", "1..1001"], "1001 plans of 5 tables are too many", id="too large"
        ),
        pytest.param(["--policy", "none.yaml"], "", id="no policy"),
    ],
)
def test_what_cannot_be_asked_is_one_line_and_writes_nothing(case, tmp_path, options, said):
    """Exit status 2; no file of --output is there, half or whole."""
    out = tmp_path / "out.csv"
    outcome = case().asked(*options, "--output", f"csv={out}")
    assert outcome.status == 2
    assert said in outcome.errors
    assert outcome.errors.count("\n") == (1 if said else 0)
    assert not out.exists()


def test_inputs_are_never_written_over(case):
    """--output refuses the manifest and the policy."""
    here = case()
    for file in ("manifest.json", "policies/night.yaml"):
        before = (here.folder / file).read_text()
        assert here.asked("--output", f"csv={here.folder / file}").status == 2
        assert (here.folder / file).read_text() == before


def test_without_a_window_there_is_nothing_to_vary(case):
    """It says what is missing."""
    outcome = case(policy=[each for each in rules() if each["id"] != "night"]).asked()
    assert outcome.status == 2
    assert "no plan: the policy states no window" in outcome.errors


# --- the formats


def test_formats_agree_and_files_have_what_is_asked(case, tmp_path):
    """CSV and JSON say the same numbers; text names every plan."""
    here = case()
    paths = {form: tmp_path / f"out.{form}" for form in ("json", "csv")}
    outputs = [f"--output={form}={path}" for form, path in paths.items()]
    text = here.asked("--streams", "1..3", *outputs).output
    plans = json.loads(paths["json"].read_text())["plans"]
    lines = list(csv.DictReader(io.StringIO(paths["csv"].read_text())))
    assert [float(line["makespan_s"]) for line in lines] == [plan["makespan_s"] for plan in plans]
    assert [line["proven"] for line in lines] == ["true"] * 4
    assert [re.split(r"\s{2,}", line)[0] for line in text.splitlines()[3:]] == ["as it is", *"123"]


def test_the_same_question_has_the_same_answer_to_the_byte(case):
    """Whatever the order of the manifest's tables, but for its own hash and places."""
    here = case(policy=rules(window="2m"))
    texts = []
    for tables in (TABLES, TABLES[::-1]):
        here.tables = tables
        here.write()
        texts.append(re.sub(r"manifest.json:\d+", "", here.asked("--streams", "1..3").output))
    assert texts[0] == texts[1]


@pytest.mark.parametrize("name", ["=1+1", "+x", "-x", "@x", "\uff1dx", "\t=x", "a\nb", '"q",\'x'])
def test_names_are_harmless_in_a_spreadsheet(case, name):
    """A cell never begins a formula, and a name never breaks a line."""
    tables = [*TABLES, {"name": name, "rows": 1, "size_mb": 9000}]
    here = case(tables, rules(window="8m"))
    outcome = here.asked("--window", "30m", "--format", "csv")
    lines = list(csv.reader(io.StringIO(outcome.output)))
    assert len(lines) == 3
    assert len({len(line) for line in lines}) == 1
    assert not any(re.match(r"\s*[=+\-@\uff1d]", cell) for line in lines for cell in line)
    assert len(here.asked("--window", "30m").output.splitlines()) == 5


# --- what would cure it


LATE = {
    "bandwidth": rules(window="2m"),
    "window": rules(window="1m", target="100MB/s"),
    "reserve": rules(window="2m10s", reserve="5%"),
    "streams": rules(window="3m", required=("orders", "prefs", "logs"), streams=1),
}


@pytest.mark.parametrize("name", LATE)
def test_every_change_that_is_found_makes_the_plan_feasible(case, name):
    """Asked for in a grid, or written into the manifest, each gives a plan that fits."""
    here = case(policy=LATE[name])
    found = here.found()
    assert found["feasibility"] in ("NO", "TIGHT")
    cured = [cure for cure in found["cures"] if cure["found"]]
    assert cured
    for cure in cured:
        change = cure["change"]
        options = {
            "bandwidth": lambda c: ["--bandwidth", f"{c['bandwidth_mb_s']}MB/s"],
            "window": lambda c: ["--window", f"{c['window_s']}s"],
            "streams": lambda c: ["--streams", c["streams"]],
            "reserve": lambda c: ["--reserve", f"{100 * c['reserve']:.1f}%"],
            "skip": lambda c: ["--skip", ",".join(c["skip"]["tables"])],
        }[cure["lever"]](change)
        asked = here.found(*options)["plans"][1]
        assert asked["feasibility"] == "YES", cure
        assert asked["required_finish_s"] == cure["required_finish_s"]


def test_the_cheapest_comes_first_and_what_the_policy_forbids_after_it(case):
    """Found before not found, within the policy before beyond it, then by relative change."""
    found = case(policy=rules(window="2m")).found()
    cures = found["cures"]
    keys = [(not c["found"], not c["within_policy"], c["relative"] or 0) for c in cures]
    assert keys == sorted(keys)
    assert found["cheapest"] == cures[0]["lever"]


def test_a_proven_least_bandwidth_is_least(case):
    """A step below it the bound itself says no."""
    here = case(policy=rules(window="2m"))
    cure = next(c for c in here.found()["cures"] if c["lever"] == "bandwidth")
    rate = cure["change"]["bandwidth_mb_s"]
    assert cure["told"] == "in steps of 0.001 MB/s; proven: no smaller step would do"
    below = here.found("--bandwidth", f"{rate - 0.001:.6f}MB/s")["plans"][1]
    assert (below["feasibility"], below["proven"]) == ("TIGHT", True)


def test_a_proven_least_window_is_least_in_whole_seconds(case):
    """A second below it the bound itself says no."""
    here = case(policy=rules(window="2m"))
    cure = next(c for c in here.found()["cures"] if c["lever"] == "window")
    seconds = cure["change"]["window_s"]
    assert cure["told"] == "in whole seconds; proven: no smaller step would do"
    below = here.found("--window", f"{seconds - 1}s")["plans"][1]
    assert (below["feasibility"], below["proven"]) == ("TIGHT", True)


def test_a_break_even_of_rates_in_proportion_is_marked(case):
    """More bandwidth alone leaves the tables' own rates as they are, and the table says so."""
    slow = rule("slow", "resource", tables=["orders"], throughput={"rate": "5MB/s"})
    here = case(policy=[*rules(window="15m", reserve="0%"), slow])
    lines = here.asked("--bandwidth", "100MB/s").output.splitlines()
    first, second = (line for line in lines if re.match(r"as it is|1 ", line))
    assert "  69.022223 MB/s *  " in first
    assert "  137.911112 MB/s *  " in second
    note = "* break-even: all rates in proportion: the bandwidth and the tables' own"
    assert note in lines
    assert " *" not in case(policy=rules()).asked("--bandwidth", "20MB/s").output


def test_a_rollback_that_takes_the_whole_window_is_said(case):
    """Also what `plan` says of such a policy: R404, and no R402 for every table."""
    here = case()
    text = "a rollback of 5 h leaves nothing of the window"
    assert f"   {text}; -3 (items, logs, prefs)\n" in here.asked("--rollback", "5h").output
    assert here.found("--rollback", "5h,0s")["plans"][1]["contradicts"] == [text]
    here.rules = rules(rollback="5h")
    here.write()
    assert here.found()["plans"][0]["contradicts"] == [text]
    codes = {violation["code"] for violation in here.planned()["violations"]}
    assert "R404" in codes
    assert "R402" not in codes


def test_what_was_skipped_is_in_no_break_even(case):
    """The contract's figures: (13 000 - 25) MB in 9720 s."""
    asked = ("--window", "3h", "--skip", "as-is", "--skip", "preferences", "--policy")
    outcome = stowplan(
        *("what-if", ROOT / "fixtures" / "customer-data", "--format", "json"),
        *(*asked, ROOT / "policies" / "customer-data"),
    )
    plans = json.loads(outcome.output)["plans"]
    assert [plan["break_even_all_mb_s"] for plan in plans[1:]] == [1.337449, 1.334877]


def test_bandwidth_beyond_the_limit_is_said_to_be_so(case):
    """It is found, marked, and not the cheapest."""
    found = case(policy=rules(window="1m")).found()
    cure = next(c for c in found["cures"] if c["lever"] == "bandwidth")
    assert cure["told"] == "proven: up to the limit 100 MB/s no plan fits"
    assert cure["contradicts"] == ["above the limit 100 MB/s"]
    assert found["cheapest"] == "window"


def test_what_no_bandwidth_cures_is_proven(case):
    """A table whose overhead alone is longer than the window."""
    slow = rule("slow", "resource", tables=["orders"], throughput={"overhead": "5h"})
    found = case(policy=[*rules(), slow]).found()
    told = {cure["lever"]: cure["told"] for cure in found["cures"]}
    assert told["bandwidth"] == "proven: at any bandwidth the required tables need 5 h"
    assert told["reserve"].startswith("proven: without any reserve 4 h are usable")


def test_a_window_that_is_all_reserve_is_cured_by_less_of_it(case):
    """However long it were, and whatever the bandwidth, nothing of it may be used."""
    found = case(policy=rules(reserve="100%")).found()
    told = {cure["lever"]: cure["told"] for cure in found["cures"] if not cure["found"]}
    assert found["cheapest"] == "reserve"
    assert told["bandwidth"] == "nothing of the window may be used"
    assert told["window"].startswith("its reserve is all of it")


def test_leaving_everything_required_out_is_no_cure(case):
    """One required table that nothing fits without: no such change is offered."""
    found = case([TABLES[0]], rules(window="1s", required=("customers",))).found()
    assert not any(cure["found"] for cure in found["cures"] if cure["lever"] == "skip")


def test_a_plan_that_fits_needs_no_cure(case):
    """Neither cures nor conflicts."""
    found = case().found()
    assert (found["feasibility"], found["cures"], found["conflicts"]) == ("YES", [], [])


def test_required_tables_that_cannot_be_planned_are_cured_by_what_blocks_them(case):
    """Rows too large for two streams' memory fit one's; bandwidth and time change nothing."""
    tables = [{**each, "max_row_mb": 600} if each["name"] == "orders" else each for each in TABLES]
    ram = rule("ram", "resource", memory={"limit": "2GB"})
    found = case(tables, [*rules(), ram]).found()
    assert found["cheapest"] == "streams"
    assert {c["lever"] for c in found["cures"] if not c["found"]} >= {"bandwidth", "window"}
    (conflict,) = found["conflicts"]
    assert members(conflict) == {
        "cause orders",
        "memory ram",
        "streams side-by-side",
        "priority core",
    }


# --- what conflicts


def members(conflict):
    """A conflict's members, each by its kind and name."""
    return {f"{m['kind']} {m['table'] or m['rule'] or m['text']}" for m in conflict["members"]}


def test_the_headline_names_the_table_the_time_the_window_and_its_place(case):
    """As the DBA needs it: who needs what, what there is, which rule, where."""
    slow = rule("slow", "resource", tables=["orders"], throughput={"overhead": "6h"})
    here = case(policy=[*rules(), slow])
    outcome = here.asked()
    place = f"{here.folder.as_posix()}/policies/night.yaml:5"
    assert (
        f"Conflict: orders needs 6 h at any bandwidth, window night has 4 h: rule night, {place}\n"
        in outcome.output
    )
    (conflict,) = here.found()["conflicts"]
    assert members(conflict) == {"window night", "throughput slow", "priority core", "table orders"}
    assert (conflict["needs_s"], conflict["has_s"], conflict["minimal"]) == (
        pytest.approx(21600),
        14400,
        True,
    )


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        pytest.param(
            rules(window="2m"),
            {"window night", "bandwidth network", "priority core", "table orders"},
            id="one table at the bandwidth",
        ),
        pytest.param(
            rules(window="2m", bandwidth="50MB/s"),
            {"window night", "bandwidth night", "priority core", "table orders"},
            id="the window's own bandwidth",
        ),
        pytest.param(
            rules(window="2m30s", required=("orders", "items")),
            {"window night", "bandwidth network", "priority core", "table orders", "table items"},
            id="two tables together",
        ),
        pytest.param(
            [
                *rules(window="1h", required=("items",), target="100MB/s"),
                rule(
                    "slow",
                    "resource",
                    tables=["customers", "items"],
                    throughput={"overhead": "31m"},
                ),
            ],
            {
                "window night",
                "throughput slow",
                "dependency items depends on orders",
                "dependency orders depends on customers",
                "priority core",
                "table customers",
                "table items",
                "table orders",
            },
            id="a chain",
        ),
        pytest.param(
            [
                *rules(window="1h", required=("items", "prefs", "logs"), streams=2),
                rule(
                    "slow",
                    "resource",
                    tables=["logs", "prefs", "items"],
                    throughput={"overhead": "41m"},
                ),
            ],
            {
                "window night",
                "throughput slow",
                "streams side-by-side",
                "priority core",
                "table logs",
                "table prefs",
                "table items",
            },
            id="streams",
        ),
    ],
)
def test_the_members_are_those_that_a_reader_would_name(case, policy, expected):
    """The rules, edges and tables without any one of which there is no conflict."""
    (conflict,) = case(policy=policy).found()["conflicts"]
    assert conflict["minimal"]
    assert members(conflict) == expected


def test_a_cycle_conflicts_by_its_edges(case):
    """The edges of the cycle, what needs it, and the rule that requires that."""
    tables = [
        {"name": "a", "rows": 1, "size_mb": 1, "depends_on": ["b"]},
        {"name": "b", "rows": 1, "size_mb": 1, "depends_on": ["a"]},
        {"name": "orders", "rows": 1, "size_mb": 1, "depends_on": ["a"]},
    ]
    (conflict,) = case(tables).found()["conflicts"]
    assert members(conflict) == {
        "cause a",
        "dependency a depends on b",
        "dependency b depends on a",
        "dependency orders depends on a",
        "priority core",
    }


def random_case(seed):
    """A random manifest that is much too large for its window."""
    draw = random.Random(seed)
    count = draw.randrange(4, 14)
    tables = [
        {
            "name": f"t{i}",
            "rows": draw.randrange(1, 10**6),
            "size_mb": draw.randrange(1, 4000),
            "depends_on": sorted({f"t{draw.randrange(i)}" for _ in range(draw.randrange(3))})
            if i
            else [],
        }
        for i in range(count)
    ]
    chosen = sorted({f"t{draw.randrange(count)}" for _ in range(draw.randrange(1, 5))})
    policy = rules(
        window=f"{draw.randrange(10, 60)}s", required=chosen, streams=draw.randrange(1, 5)
    )
    policy.insert(1, rule("more", "priority", tables=["*1", "*3"], **{"class": "CRITICAL"}))
    throughput = {"rate": f"{draw.randrange(5, 60)}MB/s", "overhead": f"{draw.randrange(20)}s"}
    policy.append(rule("slow", "resource", tables=["*2", "*3"], throughput=throughput))
    policy.append(rule("first", "dependency", tables=["t0"], before=["t3", "t2"]))
    return tables, policy


def reduced(tables, policy, kept):
    """The case with nothing but some members: all else is gone or without a limit."""
    named = {m["table"] for m in kept if m["kind"] == "table"}
    stated = {m["rule"] for m in kept}
    edges = {m["text"] for m in kept if m["kind"] == "dependency"}
    left = [
        {
            **table,
            "depends_on": [
                p for p in table["depends_on"] if f"{table['name']} depends on {p}" in edges
            ],
            # A table that is no member takes no time, but may still promote one that is.
            **({} if table["name"] in named else {"rows": 0, "size_mb": 0}),
        }
        for table in tables
    ]
    free = {
        "network": {"bandwidth": {"limit": "1TB/s"}},
        "side-by-side": {"streams": {"limit": 99}},
    }
    kept_rules = []
    for each in policy:
        if each["id"] in stated or each["id"] in ("night", "rest"):
            kept_rules.append(each)
        elif each["id"] in free:
            kept_rules.append({"id": each["id"], "kind": "resource", **free[each["id"]]})
    for each in kept_rules:
        if each["id"] == "slow":
            each["tables"] = sorted(named & {t["name"] for t in tables if t["name"][-1] in "23"})
    return left, [each for each in kept_rules if each.get("tables") != []]


@pytest.mark.parametrize("seed", range(30))
def test_a_conflict_alone_is_enough_and_needs_every_member(case, seed):
    """Kept alone it is still proven; with any member dropped the bound proves nothing more."""
    tables, policy = random_case(seed)
    here = case(tables, policy)
    found = here.found()
    if found["feasibility"] == "YES":
        pytest.skip("this draw fits")
    (conflict,) = found["conflicts"]
    limit = conflict["has_s"]
    assert conflict["minimal"]

    def bound(kept):
        here.tables, here.rules = reduced(
            json.loads(json.dumps(tables)), json.loads(json.dumps(policy)), kept
        )
        here.write()
        return here.found()["plans"][0]["required_lower_s"]

    assert bound(conflict["members"]) > limit
    for dropped in conflict["members"]:
        if dropped["kind"] != "window":
            kept = [member for member in conflict["members"] if member is not dropped]
            assert bound(kept) <= limit, dropped


# --- the page, and real manifests


def test_the_session_of_the_page_is_what_the_command_prints(tmp_path, monkeypatch):
    """docs/what-if.md shows its files and what comes of them."""
    files = re.findall(r"^`([^`]+)`:\n\n```yaml\n(.*?)```$", PAGE, re.MULTILINE | re.DOTALL)
    sessions = re.findall(r"^```console\n\$ (.*?)\n(.*?)```$", PAGE, re.MULTILINE | re.DOTALL)
    for path, text in files:
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    for folder in ("fixtures", "policies"):
        if not (tmp_path / folder).exists():
            (tmp_path / folder).symlink_to(ROOT / folder)
    monkeypatch.chdir(tmp_path)
    assert sessions
    for command, shown in sessions:
        words = shlex.split(command.replace("\\\n", ""))
        assert words[0] == "stowplan"
        assert stowplan(*words[1:]).output == shown


@pytest.mark.parametrize("name", ["pagila", "mastodon", "tpch_sf1", "evergreen"])
def test_real_manifests_have_an_answer(name, tmp_path):
    """Whatever they hold, there is a first plan, and a cure or a conflict where it does not fit."""
    if not MANIFESTS.exists():
        pytest.skip("the shared manifests are not here")
    policy = tmp_path / "p.yaml"
    stated = [
        rule("all", "priority", tables="*", **{"class": "CRITICAL"}),
        rule("night", "resource", window={"duration": "1ms"}),
        rule("network", "resource", bandwidth={"limit": "50MB/s"}),
    ]
    policy.write_text(json.dumps({"policy": "p", "rules": stated}))
    outcome = stowplan(
        "what-if",
        MANIFESTS / f"{name}.json",
        "--policy",
        policy,
        "--streams",
        "1..3",
        "--format=json",
    )
    assert outcome.status == 0, outcome.output
    found = json.loads(outcome.output)
    assert len(found["plans"]) == 4
    assert found["feasibility"] == "YES" or found["conflicts"]
