"""`calibrate`: throughput rules from what runs measured; the next plan counts on them."""

import json
import os
from fractions import Fraction

import pytest
import yaml
from command import stowplan
from hypothesis import given, settings
from hypothesis import strategies as st
from rehearsals import ROOT, SECOND, begun, carried_out, small, with_sessions

from stowplan.execution.ledger import Ledger
from stowplan.execution.mover import Closed, Copied, Opened
from stowplan.movers.simulated import Disturbances
from stowplan.reports.run.report_json import report_json

TABLES = [
    {"name": "wide", "rows": 1000, "size_mb": 400},
    {"name": "narrow", "rows": 400000, "size_mb": 100},
    {"name": "tiny", "rows": 10, "size_mb": 1},
]
HOSTILE = ['q"uote', "st*r", "back\\slash", "new\nline", "emoji 😀", "#c: {x}", "a b", "yes"]


def measured(folder, cost=None, *, chunks=5, level="counts", run="r1", tables=None, own=True):
    """A real run's ledger: each chunk takes what `cost(table, number, size, rows)` says, in µs."""
    folder.mkdir(exist_ok=True)
    program = small(folder, tables or TABLES)
    ledger = Ledger(program)
    ledger.add(begun(program).began._replace(run=run, mover="sqlite"))
    at_us = 0
    for load in program.loads:
        count = 1 if load.name == "tiny" else chunks
        ledger.add(Opened(load.name, at_us + SECOND // 2, at_us))
        at_us += SECOND // 2
        for number in range(count):
            # Chunks of different shapes, or bytes and rows could not be told apart.
            size, rows = load.size // count, load.rows // count + number
            size += number * 1000 * (-1) ** number
            takes = (cost or plain)(load.name, number, size, rows)
            end_us = at_us + 2 * takes  # half of it is waiting for the bandwidth
            last = number == count - 1
            known = takes if own else None
            ledger.add(Copied(load.name, number, rows, size, at_us, end_us, last, known))
            at_us = end_us
        end_us = at_us + SECOND
        ledger.add(Closed(load.name, end_us, at_us, level, load.rows, load.rows))
        at_us = end_us
    return ledger


def plain(name, number, size, rows):
    """20 MB/s."""
    return size // 20


def reported(folder, ledger, name="report.json"):
    path = folder / name
    path.write_text(report_json(ledger))
    return path


def rules(outcome):
    """The policy that was printed: what each rule states, by its id."""
    assert outcome.status == 0, outcome.errors
    return {rule["id"]: rule for rule in yaml.safe_load(outcome.output)["rules"]}


def test_each_table_with_enough_chunks_has_a_rule_and_one_is_for_all_others(tmp_path):
    outcome = stowplan("calibrate", reported(tmp_path, measured(tmp_path / "run")))
    found = rules(outcome)
    assert list(found) == ["measured-narrow", "measured-wide", "measured-others"]
    assert found["measured-wide"]["throughput"]["rate"] == "20MB/s"
    assert found["measured-others"]["where"] == '!(table.name in ["narrow", "wide"])'
    assert all(rule["throughput"]["basis"] == "measured" for rule in found.values())
    assert "From 5 chunks (" in found["measured-wide"]["reason"]
    assert "of run r1, started 2026-12-05T22:00:00+01:00" in found["measured-wide"]["reason"]
    assert outcome.errors == (
        "1 table without a rule of its own: tiny (fewer than 3 chunks, or smaller than those "
        "that have one): the rule for all others holds\n"
    )


def test_without_others_there_is_no_rule_for_them(tmp_path):
    """It would select nothing, and be told as dead in every plan."""
    ledger = measured(tmp_path / "run", tables=TABLES[:2])
    outcome = stowplan("calibrate", reported(tmp_path, ledger))
    assert list(rules(outcome)) == ["measured-narrow", "measured-wide"]
    assert outcome.errors == ""


def test_bytes_and_rows_are_told_apart(tmp_path):
    """Chunks that cost 1/40 µs a byte and 50 µs a row."""
    ledger = measured(tmp_path / "run", lambda _t, _n, size, rows: size // 40 + 50 * rows)
    found = rules(stowplan("calibrate", reported(tmp_path, ledger)))["measured-others"]
    rate = float(found["throughput"]["rate"].removesuffix("MB/s"))
    assert rate == pytest.approx(40, rel=0.01)
    assert found["throughput"]["rows_per_second"] == pytest.approx(20000, rel=0.01)


def test_overhead_and_work_after_the_load_are_measured(tmp_path):
    found = rules(stowplan("calibrate", reported(tmp_path, measured(tmp_path / "run"))))
    assert found["measured-wide"]["throughput"]["overhead"] == "0.5s"
    assert found["measured-narrow"]["throughput"]["verify_rate"].startswith("100")


def test_what_was_not_verified_gives_no_rate_of_it(tmp_path):
    ledger = measured(tmp_path / "run", level="none")
    found = rules(stowplan("calibrate", reported(tmp_path, ledger)))
    assert all("verify_rate" not in rule["throughput"] for rule in found.values())


def test_the_spread_is_that_of_the_chunks(tmp_path):
    even = measured(tmp_path / "even")
    uneven = measured(
        tmp_path / "uneven", lambda _t, number, size, _r: size * (10 + number % 2) // 200
    )
    first = rules(stowplan("calibrate", reported(tmp_path, even, "a.json")))["measured-wide"]
    second = rules(stowplan("calibrate", reported(tmp_path, uneven, "b.json")))["measured-wide"]
    assert "spread" not in first["throughput"]
    assert 4 < float(second["throughput"]["spread"].rstrip("%")) < 10


def test_several_reports_add_up(tmp_path):
    slow = measured(tmp_path / "b", lambda _t, _n, size, _r: size // 10, run="r2")
    reports = [
        reported(tmp_path, measured(tmp_path / "a"), "a.json"),
        reported(tmp_path, slow, "b.json"),
    ]
    found = rules(stowplan("calibrate", *reports))["measured-wide"]
    assert "From 10 chunks" in found["reason"]
    assert "r1" in found["reason"]
    assert "r2" in found["reason"]
    rate = float(found["throughput"]["rate"].removesuffix("MB/s"))
    assert rate == pytest.approx(1 / ((1 / 20 + 1 / 10) / 2), rel=0.01)


def test_two_short_runs_are_enough_together(tmp_path):
    paths = [
        reported(tmp_path, measured(tmp_path / run, chunks=2, run=run), f"{run}.json")
        for run in ("a", "b")
    ]
    assert "measured-wide" in rules(stowplan("calibrate", *paths))


def test_waiting_is_told_where_it_is_part_of_the_times(tmp_path):
    ledger = measured(tmp_path / "run", own=False)
    found = rules(stowplan("calibrate", reported(tmp_path, ledger)))["measured-wide"]
    assert "times include what was waited for the bandwidth" in found["reason"]
    assert found["throughput"]["rate"] == "10MB/s"


def planned_with(folder, text, tables=TABLES, **more):
    """The tables of a plan under measured rules."""
    (folder / "measured.yaml").write_text(text)
    (folder / "manifest.json").write_text(json.dumps({"tables": tables}))
    policy = {
        "policy": "p",
        "rules": [
            {"id": "c", "kind": "priority", "tables": ["*"], "class": "CRITICAL"},
            {"id": "w", "kind": "resource", "window": {"duration": "24h"}},
            {"id": "b", "kind": "resource", "bandwidth": {"limit": "100MB/s"}},
        ],
    }
    (folder / "night.yaml").write_text(json.dumps(policy))
    named = ("--policy", folder / "night.yaml", "--policy", folder / "measured.yaml")
    outcome = stowplan("plan", folder / "manifest.json", *named, "-o", folder / "OUT")
    assert outcome.status == 0, outcome.output + outcome.errors
    plan = json.loads((folder / "OUT" / "migration_plan.json").read_text())
    return {table["name"]: table for table in plan["tables"]}


def test_the_next_plan_counts_on_what_was_measured(tmp_path):
    outcome = stowplan("calibrate", reported(tmp_path, measured(tmp_path / "run")))
    tables = planned_with(tmp_path, outcome.output)
    assert {table["basis"] for table in tables.values()} == {"measured"}
    assert tables["wide"]["cap_mb_s"] == pytest.approx(20, rel=0.001)
    assert tables["tiny"]["overhead_s"] == pytest.approx(0.5)


def test_hostile_names_select_their_own_table_alone(tmp_path):
    shapes = [{"name": name, "rows": 1000, "size_mb": 100} for name in HOSTILE]
    slow = HOSTILE.index("st*r")

    def cost(name, number, size, rows):
        return size // (5 if name == HOSTILE[slow] else 20)

    ledger = measured(tmp_path / "run", cost, tables=shapes)
    outcome = stowplan("calibrate", reported(tmp_path, ledger))
    found = rules(outcome)
    assert len(found) == len(HOSTILE)
    tables = planned_with(tmp_path, outcome.output, [*shapes, {**shapes[0], "name": "stair"}])
    caps = {name: table["cap_mb_s"] for name, table in tables.items()}
    assert caps["st*r"] == pytest.approx(5, rel=0.01)
    assert all(caps[name] == pytest.approx(20, rel=0.01) for name in HOSTILE if name != "st*r")
    assert caps["stair"] is None


def test_of_very_many_tables_the_largest_have_rules(tmp_path):
    shapes = [{"name": f"table_{at:04}", "rows": 100, "size_mb": at + 1} for at in range(900)]
    outcome = stowplan("calibrate", reported(tmp_path, measured(tmp_path / "run", tables=shapes)))
    found = rules(outcome)
    assert len(found) < 900
    assert "measured-table_0899" in found
    assert "measured-table_0000" not in found
    planned_with(tmp_path, outcome.output, shapes)


# --- what is refused


def test_a_rehearsal_is_refused_unless_it_is_asked_for(tmp_path):
    ledger = carried_out(begun(small(tmp_path, TABLES)), Disturbances(slowdown=Fraction(2)))
    path = reported(tmp_path, ledger)
    refused = stowplan("calibrate", path)
    assert refused.status == 2
    assert refused.output == ""
    assert refused.errors.count("\n") == 1
    assert "simulated run" in refused.errors
    taken = rules(stowplan("calibrate", path, "--rehearsal"))
    assert taken["measured-wide"]["throughput"]["rate"] == "5MB/s"
    assert "4 rehearsed chunks" in taken["measured-wide"]["reason"]


def test_too_little_is_no_measurement(tmp_path):
    outcome = stowplan("calibrate", reported(tmp_path, measured(tmp_path / "r", tables=TABLES[2:])))
    assert outcome.status == 2
    assert outcome.errors.startswith("stowplan: too little was measured: 1 chunk,")


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "[]",
        "nonsense",
        '{"stowplan_report": 2}',
        '{"stowplan_report": 1}',
        '{"stowplan_report": 1, "run": {"simulated": false}, "tables": [{}]}',
        '{"stowplan_report": 1, "run": {"simulated": false}, "tables": [{"name": 1}]}',
        '{"stowplan_plan": 1, "tables": []}',
    ],
)
def test_what_is_no_report_is_told_in_one_line(text, tmp_path):
    (tmp_path / "x.json").write_text(text)
    outcome = stowplan("calibrate", tmp_path / "x.json")
    assert outcome.status == 2
    assert outcome.errors.count("\n") == 1
    assert "is no report of a run: `stowplan run` writes them" in outcome.errors


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_a_spoilt_report_is_never_a_bug(data, tmp_path_factory):
    """Any value of a report replaced by any other ends in rules or in one line."""
    folder = tmp_path_factory.mktemp("spoilt")
    record = _example(folder)
    at = data.draw(st.sampled_from([*_places(record)]))
    value = data.draw(st.sampled_from([None, -1, 0, 1.5, True, "x", [], {}, 10**40, float("nan")]))
    _put(record, at, value)
    (folder / "spoilt.json").write_text(json.dumps(record))
    outcome = stowplan("calibrate", folder / "spoilt.json")
    assert outcome.status in (0, 2)
    assert outcome.status == 0 or outcome.errors.count("\n") == 1


_EXAMPLES = []


def _example(folder):
    if not _EXAMPLES:
        _EXAMPLES.append(report_json(measured(folder / "run")))
    return json.loads(_EXAMPLES[0])


def _places(value, path=()):
    """The paths of all values that calibrate may look at."""
    entries = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in entries:
        if not path and key not in ("stowplan_report", "run", "tables", "left"):
            continue
        yield (*path, key)
        if isinstance(inner, dict | list):
            yield from _places(inner, (*path, key))


def _put(record, path, value):
    for key in path[:-1]:
        record = record[key]
    record[path[-1]] = value


def test_a_report_counts_once(tmp_path):
    path = reported(tmp_path, measured(tmp_path / "run"))
    outcome = stowplan("calibrate", path, path)
    assert outcome.status == 2
    assert "is named twice" in outcome.errors


def test_the_policy_goes_to_a_file_but_never_over_a_report(tmp_path):
    path = reported(tmp_path, measured(tmp_path / "run"))
    assert stowplan("calibrate", path, "-o", tmp_path / "m.yaml").output == ""
    assert (tmp_path / "m.yaml").read_text() == stowplan("calibrate", path).output
    outcome = stowplan("calibrate", path, "-o", path)
    assert outcome.status == 2
    assert "is one of the reports" in outcome.errors


def test_a_missing_report_is_told(tmp_path):
    outcome = stowplan("calibrate", tmp_path / "none.json")
    assert outcome.status == 2
    assert "no such file" in outcome.errors


def test_the_page_shows_what_the_commands_print(tmp_path, monkeypatch):
    """`ACCEPT=1` rewrites docs/calibrate.md."""
    page = ROOT / "docs" / "calibrate.md"
    text = page.read_text(encoding="utf-8")
    before = "stowplan run OUTPUT/migration_plan.json --slowdown 3"
    done = with_sessions(text, tmp_path, monkeypatch, before)
    if os.environ.get("ACCEPT"):
        page.write_text(done, encoding="utf-8", newline="\n")
        return
    assert done == text
