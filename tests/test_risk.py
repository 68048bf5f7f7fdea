"""How sure a plan is: draws are timed like plans, agree with closed forms, and can be demanded."""

import json
import re
import shlex
import sys
from dataclasses import replace
from math import exp, log, sqrt
from pathlib import Path
from random import Random

import pytest
from command import stowplan
from hypothesis import given, settings
from hypothesis import strategies as st
from schedule_checker import SmallGraph, instances

from stowplan.model import Capacity, Demand
from stowplan.planning.ranking import Ranking
from stowplan.planning.risk_retiming import Retiming
from stowplan.planning.scheduling import schedule
from stowplan.planning.workload import gather
from stowplan.schemas.json_schema.plan import plan_schema

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "risk.md").read_text()
LOCKSTEP = "stowplan.planning.risk_lockstep"
ONE = 10**6
Z90 = 1.2815515655446004

RULES = """\
  - {id: core, kind: priority, tables: ["t*"], class: CRITICAL}
  - {id: rest, kind: priority, tables: "*", class: IMPORTANT}
  - {id: net, kind: resource, bandwidth: {limit: 10MB/s}}
"""
WINDOW = "  - {id: night, kind: resource, window: {duration: %s}}\n"


def table(name, size, *parents):
    return {"name": name, "rows": 10, "size_mb": size, "depends_on": list(parents)}


def planned(folder, tables, *rules, window="4h", risk=None, more=()):
    """The outcome of a plan and its JSON."""
    folder.mkdir(exist_ok=True)
    (folder / "manifest.json").write_text(json.dumps({"tables": tables}))
    text = "".join(f"  - {rule}\n" for rule in rules)
    (folder / "policy.yaml").write_text(f"policy: risk\nrules:\n{text}{WINDOW % window}{RULES}")
    asked = () if risk is None else ("--risk", risk)
    outcome = stowplan(
        *("plan", folder / "manifest.json", "--policy", folder / "policy.yaml"),
        *("-o", folder / "out", *asked, *more),
    )
    path = folder / "out" / "migration_plan.json"
    return outcome, json.loads(path.read_text()) if path.exists() else None


def spread(share, tables="*"):
    given = f"throughput: {{spread: {share}}}"
    return f'{{id: s{tables[0]}, kind: resource, tables: ["{tables}"], {given}}}'


# The draws are timed as plans are.

stretches = st.one_of(st.just(ONE), st.integers(1, 4 * ONE))


@st.composite
def stretched(draw, most):
    """An instance's re-timing with some draws, the first of them without any lateness."""
    instance = draw(instances(most=most))
    count = len(instance.tables)
    workload = gather(instance.tables, instance.graph, instance.demands, instance.capacity)
    fit, rank = (draw(st.frozensets(st.integers(0, 2))) for _ in range(2))
    ranking = Ranking({}, fit, rank - fit)
    retiming = Retiming(workload, list(instance.classes), ranking)
    one = st.lists(stretches, min_size=count, max_size=count)
    return instance, ranking, retiming, [[ONE] * count, *draw(st.lists(one, max_size=3))]


@given(stretched(9))
def test_without_lateness_a_draw_is_the_plan(drawn):
    instance, ranking, retiming, draws = drawn
    timings = schedule(
        *(instance.tables, instance.graph, instance.demands),
        *(instance.classes, instance.capacity, ranking),
    )
    assert retiming.finishes(draws[0]) == [timings[t].finish_us for t in instance.tables]


@given(stretched(9))
def test_a_draw_is_the_schedule_of_stretched_demands(drawn):
    """Whole factors, so that the stretched sizes are whole bytes."""
    instance, ranking, retiming, _ = drawn
    factors = [1 + at % 3 for at in instance.tables]
    demands = [
        demand._replace(
            size=demand.size * factor,
            overhead_us=demand.overhead_us * factor,
            post_us=demand.post_us * factor,
        )
        for demand, factor in zip(instance.demands, factors, strict=True)
    ]
    settled = replace(ranking, ranks=retiming.ranking.ranks)
    timings = schedule(
        *(instance.tables, instance.graph, demands),
        *(instance.classes, instance.capacity, settled),
    )
    found = retiming.finishes([factor * ONE for factor in factors])
    assert found == [timings[t].finish_us for t in instance.tables]


@settings(max_examples=200, deadline=None)  # NumPy is imported in the first
@given(stretched(11))
def test_all_draws_at_once_are_timed_as_each_by_itself(drawn):
    """NumPy, a running sum, and the scheduler agree to the microsecond."""
    lockstep = pytest.importorskip(LOCKSTEP)
    from stowplan.planning.risk_rows import Rows  # noqa: PLC0415 (with NumPy alone)

    _, _, retiming, draws = drawn
    each = [retiming.finishes(draw) for draw in draws]
    by_table = [list(row) for row in zip(*draws, strict=True)]
    rows = Rows(retiming.workload, retiming.levels, retiming.ranking)
    assert lockstep.Lockstep(rows, by_table).finishes().T.tolist() == each
    required = range(0, len(by_table), 2)
    expected = [(max(ends[at] for at in required), max(ends)) for ends in each]
    assert retiming.last_finishes(by_table, required) == expected


@pytest.mark.parametrize("streams", [1, 3, 12])
def test_many_tables_are_timed_at_once_as_each_by_itself(streams):
    """Forty tables of three classes, on few streams and on very many."""
    lockstep = pytest.importorskip(LOCKSTEP)
    from stowplan.planning.risk_rows import Rows  # noqa: PLC0415 (with NumPy alone)

    random = Random(streams)
    tables = range(40)
    edges = {(random.randrange(at), at) for at in tables[1:] for _ in range(random.randrange(3))}
    demands = [
        Demand(
            *(random.choice(values) for values in ((0, 70, 4000), (3, 50, None), (0, 9), (0, 8)))
        )
        for _ in tables
    ]
    workload = gather(tables, SmallGraph(40, frozenset(edges)), demands, Capacity(100, streams))
    ranking = Ranking({}, frozenset({1}), frozenset({2}))
    retiming = Retiming(workload, [at // 14 for at in tables], ranking)
    by_table = [[random.randrange(ONE // 2, 3 * ONE) for _ in range(20)] for _ in tables]
    rows = Rows(workload, retiming.levels, retiming.ranking)
    found = lockstep.Lockstep(rows, by_table).finishes().T.tolist()
    assert found == [retiming.finishes(draw) for draw in zip(*by_table, strict=True)]


MIXED = [
    "{id: two, kind: resource, streams: {limit: 2}}",
    "{id: slow, kind: resource, tables: [t1, x], throughput: {rate: 4MB/s, overhead: 3s}}",
    "{id: checked, kind: resource, tables: [t2], throughput: {verify_rate: 5MB/s}}",
]
TABLES = [table("t1", 100), table("t2", 300, "t1"), table("t3", 50), table("x", 80, "t3")]


def test_the_figures_are_the_same_without_numpy(tmp_path, monkeypatch):
    pytest.importorskip(LOCKSTEP)
    _, fast = planned(tmp_path, TABLES, *MIXED, risk=600)
    monkeypatch.setitem(sys.modules, LOCKSTEP, None)
    _, plain = planned(tmp_path, TABLES, *MIXED, risk=600)
    assert plain == fast
    assert fast["risk"]["finish"]["required"]["p50_s"] < fast["risk"]["finish"]["all"]["p90_s"]


def test_a_long_chain_of_empty_tables_takes_no_time(tmp_path):
    chain = [table(f"x{n:03}", 0, *([f"x{n - 1:03}"] if n else ["t3"])) for n in range(600)]
    _, plan = planned(tmp_path, [*TABLES[:3], *chain], *MIXED, risk=5)
    assert plan["risk"]["p_all_fits"] == 1.0


def test_a_spread_of_nothing_gives_the_plan(tmp_path):
    _, plan = planned(tmp_path, TABLES, *MIXED, spread("0%"), risk=20)
    ends = {key: plan["bounds"][key]["finish_s"] for key in ("required", "all")}
    for key, end in ends.items():
        assert plan["risk"]["finish"][key] == {"p50_s": end, "p80_s": end, "p90_s": end}
    assert plan["risk"]["p_required_fits"] == plan["risk"]["p_all_fits"] == 1.0
    assert plan["risk"]["drivers"] == []


def test_weaker_tables_move_no_figure_of_the_required_ones(tmp_path):
    _, few = planned(tmp_path, TABLES[:3], *MIXED, risk=300)
    more = [*TABLES, table("a", 700), table("b", 900, "a")]
    _, many = planned(tmp_path, more, *MIXED, risk=300)
    assert many["risk"]["finish"]["required"] == few["risk"]["finish"]["required"]
    assert many["risk"]["finish"]["all"] != few["risk"]["finish"]["all"]


# Where there is a closed form, 10 000 draws agree with it.


def sigma(share):
    return log(1 + share) / Z90


@pytest.mark.parametrize("share", [0.1, 0.5, 1.0])
def test_one_table_is_late_as_its_lognormal_says(tmp_path, share):
    _, plan = planned(tmp_path, [table("t", 1000)], spread(f"{share:.0%}"), risk=10000)
    ends = plan["risk"]["finish"]["required"]
    wide = sigma(share) * sqrt(17 / 16)
    assert ends["p50_s"] == pytest.approx(100, rel=0.01)
    assert ends["p80_s"] == pytest.approx(100 * exp(wide * 0.8416212), rel=0.01)
    assert ends["p90_s"] == pytest.approx(100 * exp(wide * Z90), rel=0.01)


@pytest.mark.parametrize("chained", [True, False], ids=["one chain", "one stream"])
def test_many_tables_one_after_the_other_are_late_by_what_they_share(tmp_path, chained):
    """Their own parts even out at their mean, which for a lognormal is above the median."""
    parents = ["t000", *(f"t{n:03}" for n in range(99))] if chained else [None] * 100
    tables = [table(f"t{n:03}", 10, *([parents[n]] if n and chained else ())) for n in range(100)]
    rules = [spread("50%"), "{id: four, kind: resource, streams: {limit: 4}}"]
    _, plan = planned(tmp_path, tables, *rules[: 1 + chained], risk=10000)
    expected = 100 * 1.5 * exp(sigma(0.5) ** 2 / 32)
    assert plan["risk"]["finish"]["all"]["p90_s"] == pytest.approx(expected, rel=0.01)


def test_the_probability_is_that_of_the_lognormal(tmp_path):
    """A window of 1 + spread times the estimate is kept by nearly nine draws in ten."""
    _, plan = planned(tmp_path, [table("t", 1000)], spread("50%"), window="150s", risk=10000)
    assert plan["risk"]["limit_s"] == 150.0
    assert plan["risk"]["p_required_fits"] == pytest.approx(0.8932, abs=0.005)


# What spreads rest on, and where the risk comes from.


def test_the_first_rule_that_states_a_spread_counts_else_the_basis(tmp_path):
    rules = [
        spread("5%", "t1"),
        "{id: wider, kind: resource, tables: [t1], throughput: {spread: 90%}}",
        "{id: known, kind: resource, tables: [t2], throughput: {rate: 9MB/s}}",
        "{id: ran, kind: resource, tables: [t4], throughput: {rate: 9MB/s, basis: measured}}",
    ]
    tables = [table("t1", 10), table("t2", 10), table("t3", 10), table("t4", 10)]
    _, plan = planned(tmp_path, tables, *rules, risk=10)
    found = {d["name"]: (d["basis"], d["spread"]) for d in plan["risk"]["drivers"]}
    assert found == {
        "t1": ("assumed", 0.05),
        "t2": ("declared", 0.2),
        "t3": ("assumed", 0.5),
        "t4": ("measured", 0.1),
    }
    assert {t["name"]: t["basis"] for t in plan["tables"]} == {n: b for n, (b, _) in found.items()}


def test_a_driver_is_a_table_whose_own_lateness_moves_the_end(tmp_path):
    """Tables with time to spare are none, however long they are."""
    rules = [
        "{id: two, kind: resource, streams: {limit: 2}}",
        "{id: half, kind: resource, throughput: {rate: 5MB/s, spread: 40%}}",
    ]
    tables = [table("t1", 100), table("t2", 200, "t1"), table("t3", 180)]
    _, plan = planned(tmp_path, tables, *rules, risk=10)
    drivers = [(d["name"], d["late_required_s"]) for d in plan["risk"]["drivers"]]
    assert drivers == [("t2", 16.0), ("t1", 8.0)]


def test_a_required_table_that_cannot_be_planned_leaves_no_chance(tmp_path):
    tables = [table("t1", 1), table("t2", 1, "t3"), table("t3", 1, "t2")]
    _, plan = planned(tmp_path, tables, risk=10)
    assert (plan["risk"]["p_required_fits"], plan["risk"]["p_all_fits"]) == (0.0, 0.0)


def texts(folder, outcome):
    """What the terminal, the Markdown and the page say of the risk."""
    line = re.search("^risk +(.*)$", outcome.output, re.MULTILINE)[1]
    written = (folder / "out" / "migration_plan.md").read_text()
    markdown = written.split("### Risk")[1].split("\n#")[0]
    page = (folder / "out" / "migration_plan.html").read_text()
    return line, markdown, page[page.index("<dt>Keeps the window") :][:400]


def test_that_there_is_no_chance_is_explained(tmp_path):
    """A cycle of required tables and what waits for it; the others end long before."""
    circle = [table("t2", 1, "t3"), table("t3", 1, "t2"), table("t4", 1, "t3")]
    outcome, plan = planned(tmp_path, [table("t1", 10), *circle], spread("0%"), risk=10)
    line, markdown, page = texts(tmp_path, outcome)
    assert plan["risk"]["finish"]["required"]["p90_s"] == 1.0
    why = "3 required tables cannot be planned"
    assert line.startswith(
        f"required in time in 0.0 % of 10 draws ({why}; P90 is of the others), P90 1 s; all in 0.0"
    )
    assert f"{why}, so no draw keeps the window; P50, P80 and P90 are of the others." in markdown
    assert f"{why}; required tables, 10 draws" in page
    assert "of the others; everything: 1 s" in page


def test_a_chance_is_rounded_down(tmp_path):
    """All draws but a few: never shown as 100.0 %, which is every draw."""
    windows = {"300s": None, "4h": "100.0 %"}
    for window, shown in windows.items():
        outcome, plan = planned(tmp_path, [table("t", 1000)], window=window, risk=10000)
        chance = plan["risk"]["p_required_fits"]
        assert (chance == 1.0) == (window == "4h")
        assert chance > 0.9995
        for text in texts(tmp_path, outcome):
            assert (shown or "99.9 %") in text
            assert shown or "100.0 %" not in text


def test_a_basis_of_a_spread_alone_is_a_fault(tmp_path):
    """A spread is no figure that could come from a run."""
    rule = "{id: s, kind: resource, throughput: {spread: 30%, basis: measured}}"
    outcome, plan = planned(tmp_path, [table("t", 1)], rule)
    assert (outcome.status, plan) == (2, None)
    assert "`basis` says where figures come from, and this rule states none" in outcome.output


# What is asked for, and how.

SURE = "{id: sure, kind: check, on: plan, require: plan.%s >= 0.95}"


@pytest.mark.parametrize("word", ["p_required_fits", "p_all_fits"])
@pytest.mark.parametrize(("window", "status"), [("4h", 0), ("130s", 1)])
def test_a_policy_can_demand_a_probability(tmp_path, window, status, word):
    outcome, plan = planned(tmp_path, [table("t", 1000)], SURE % word, window=window)
    assert outcome.status == status, outcome
    assert plan["risk"]["draws"] == 1000
    assert ("error[sure]" in outcome.output) == bool(status)


def test_the_option_says_how_many_draws_a_check_gets(tmp_path):
    _, plan = planned(tmp_path, [table("t", 1)], SURE % "p_required_fits", risk=30)
    assert plan["risk"]["draws"] == 30


def test_nobody_asks_nobody_draws(tmp_path):
    outcome, plan = planned(tmp_path, [table("t", 1)])
    assert plan["risk"] is None
    assert "risk" not in outcome.output
    assert "### Risk" not in (tmp_path / "out" / "migration_plan.md").read_text()


def test_lint_leaves_the_demand_alone(tmp_path):
    planned(tmp_path, [table("t", 1000)], SURE % "p_required_fits", window="130s")
    outcome = stowplan("lint", tmp_path / "manifest.json", "--policy", tmp_path / "policy.yaml")
    assert outcome.status == 0
    assert "sure" not in outcome.output


@pytest.mark.parametrize("number", ["0", "-1", "ten", "1000001", "1e3", "٣", "9" * 5000])
def test_what_is_no_number_of_draws_is_refused(tmp_path, number):
    outcome, plan = planned(tmp_path, [table("t", 1)], risk=number)
    assert (outcome.status, plan) == (2, None)
    assert "--risk" in outcome.errors


def test_the_same_draws_give_the_same_bytes(tmp_path):
    first, _ = planned(tmp_path, TABLES, *MIXED, risk=100, more=("--format", "json"))
    again, _ = planned(tmp_path, TABLES[::-1], *MIXED, risk=100, more=("--format", "json"))
    risks = [json.loads(outcome.output)["risk"] for outcome in (first, again)]
    assert risks[0] == risks[1]


def test_a_committed_plan_with_its_risk_is_checked_by_the_same_draws(tmp_path):
    _, plan = planned(tmp_path, TABLES, *MIXED, risk=37)
    path = tmp_path / "out" / "migration_plan.json"
    check = ("plan", "--check", path, "--policy", tmp_path / "policy.yaml")
    assert stowplan(*check).status == 0
    for wrong in (38, 10**12, "many"):
        plan["risk"]["draws"] = wrong
        path.write_text(json.dumps(plan))
        assert stowplan(*check).status == 1


def test_the_plan_with_its_risk_is_as_its_schema_says(tmp_path):
    jsonschema = pytest.importorskip("jsonschema")
    for risk in (None, 10):
        _, plan = planned(tmp_path, TABLES, *MIXED, risk=risk)
        jsonschema.validate(plan, plan_schema())


def test_hostile_names_are_text_in_the_section(tmp_path):
    planned(tmp_path, [table("t|<script>", 10), table("t\u202e`x`", 5)], risk=10)
    page = (tmp_path / "out" / "migration_plan.md").read_text()
    section = page.split("### Risk")[1].split("\n## ")[0]
    assert "<script>" not in section
    assert "t\\|&lt;script&gt;" in section


# The page.


def test_the_session_of_the_page_is_what_the_command_prints(tmp_path, monkeypatch):
    command, *shown = re.search(r"```console\n\$ (.*?)```", PAGE, re.DOTALL)[1].splitlines()
    for folder in ("fixtures", "policies"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    monkeypatch.chdir(tmp_path)
    printed = stowplan(*shlex.split(command)[1:]).output.splitlines()
    assert {line for line in shown if line != "…"} <= set(printed)


def test_the_policy_of_the_page_demands_what_it_says(tmp_path):
    (text,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "p.yaml").write_text(text)
    for size, status in ((1000, 0), (600_000, 1)):
        (tmp_path / "m.json").write_text(json.dumps({"tables": [table("t", size)]}))
        arguments = (tmp_path / "m.json", "--policy", tmp_path / "p.yaml", "-o", tmp_path / "out")
        outcome = stowplan("plan", *arguments)
        assert outcome.status == status, outcome
        assert ("keep the window in only" in outcome.output) == bool(status)
