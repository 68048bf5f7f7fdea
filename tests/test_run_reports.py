"""What a run tells: progress, report, follow-up, status, lines and the live display.

The scenario's four rehearsals are golden files: `ACCEPT=1 pytest tests/test_run_reports.py`
rewrites them below fixtures/expected/rehearsals.
"""

import io
import json
import os
import pty
import re
from fractions import Fraction

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options
from command import stowplan
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from rehearsals import (
    MB,
    MINUTE,
    ROOT,
    SECOND,
    Onlooker,
    begun,
    carried_out,
    scenario,
    slowed,
    small,
    with_sessions,
)

from stowplan.cli.status import journal_folder
from stowplan.documents import read
from stowplan.execution.entries import Ended, Ending, Resumed
from stowplan.execution.executing import Execution
from stowplan.execution.journal import entries_of, line_of
from stowplan.execution.ledger import Ledger
from stowplan.execution.mover import Closed, Copied, Opened, Standing
from stowplan.movers.simulated import Disturbances, SimulatedMover
from stowplan.reports.run.follow_up import run_follow_up
from stowplan.reports.run.lines import Lines
from stowplan.reports.run.progress import progress_markdown
from stowplan.reports.run.report_json import report_json
from stowplan.reports.run.report_markdown import report_markdown
from stowplan.reports.run.results import percent
from stowplan.reports.run.status_text import status_text
from stowplan.schemas.manifest import read_manifest

SCENARIO = ROOT.parent / "shared" / "scenario.md"
GOLDEN = ROOT / "fixtures" / "expected" / "rehearsals"
REHEARSALS = {
    "per-second": ("per-second", 1),
    "per-minute": ("per-minute", 1),
    "per-minute-slowdown-3": ("per-minute", 3),
    "per-minute-slowdown-4": ("per-minute", 4),
}
TABLES = [
    {"name": "parent", "rows": 1000, "size_mb": 100},
    {"name": "child", "rows": 3000, "size_mb": 300},
    {"name": "extra", "rows": 100, "size_mb": 10},
]


@pytest.fixture(scope="module")
def ended(tmp_path_factory):
    """The ledger of each of the scenario's rehearsals."""
    folder = tmp_path_factory.mktemp("plans")
    programs = {name: scenario(name, folder / name) for name in ("per-second", "per-minute")}
    return {
        name: carried_out(begun(programs[reading], f"--slowdown {factor}"), slowed(factor))
        for name, (reading, factor) in REHEARSALS.items()
    }


def texts(ledger):
    """Everything that is written of a run, by file."""
    manifest = read_manifest(read(ROOT / "fixtures" / "customer-data" / "manifest.json").data)[0]
    return {
        "follow_up.manifest.json": run_follow_up(manifest, ledger),
        "migration_progress.md": progress_markdown(ledger, None),
        "migration_report.json": report_json(ledger),
        "migration_report.md": report_markdown(ledger),
        "status.txt": status_text(ledger, None),
    }


# --- the scenario


@pytest.mark.parametrize("name", REHEARSALS)
def test_a_rehearsal_of_the_scenario_tells_its_golden_files(name, ended):
    written = texts(ended[name])
    if os.environ.get("ACCEPT"):
        (GOLDEN / name).mkdir(parents=True, exist_ok=True)
        for file, text in written.items():
            (GOLDEN / name / file).write_bytes(text.encode())
    golden = {path.name: path.read_text() for path in (GOLDEN / name).iterdir()}
    assert written == golden


@pytest.mark.parametrize(
    ("name", "status", "ending"),
    [
        ("per-second", "COMPLETE", Ending.DONE),
        ("per-minute", "COMPLETE", Ending.DONE),
        ("per-minute-slowdown-3", "PARTIAL", Ending.WINDOW),
        ("per-minute-slowdown-4", "FAILED", Ending.NO_GO),
    ],
)
def test_the_scenario_ends_as_it_should(name, status, ending, ended):
    record = json.loads(report_json(ended[name]))
    assert record["status"] == status
    assert record["ending"]["kind"] == ending
    assert f"- Status: {status}\n" in report_markdown(ended[name])
    assert f"## Status: {status}\n" in progress_markdown(ended[name], None)


def test_at_50_mb_a_second_all_but_two_deferred_tables_are_moved(ended):
    report = report_markdown(ended["per-second"])
    assert "- Window used: 1.5 of 240 minutes" in report
    assert "- Tables migrated: 6 of 8" in report
    assert "- Rows migrated: 2 630 000" in report
    assert "- Data transferred: 4 500 MB" in report
    assert "- Average: 50 MB/s" in report
    assert len(re.findall(r"\| DEFERRED +\|.*Scheduled for follow-up", report)) == 2
    assert "- [ ] Migrate audit_logs (8 000 MB)" in report


def test_three_times_slower_the_three_hour_mark_raises_the_bandwidth(ended):
    report = report_markdown(ended["per-minute-slowdown-3"])
    page = report.partition("## 3-Hour Checkpoint\n")[2].partition("\n## ")[0]
    assert "266.1 of 240 minutes" in page
    assert "Critical tables remaining: transactions" in page
    assert "Time remaining: 60 minutes" in page
    assert "Gap: 26.1 minutes" in page
    assert re.search(r"^1\. Skip IMPORTANT: .* - INSUFFICIENT$", page, re.MULTILINE)
    assert re.search(r"^2\. Raise the bandwidth .* - SUFFICIENT$", page, re.MULTILINE)
    assert "Bandwidth: 1.25 MB/s instead of 0.833333 MB/s" in page
    record = json.loads(report_json(ended["per-minute-slowdown-3"]))
    judged = next(c for c in record["checkpoints"] if c["rule"])
    assert judged["taken"] == [{"raise_bandwidth": {"mb_s": 1.25}}]
    assert judged["limits"]["bandwidth_mb_s"] == 1.25


def test_four_times_slower_nothing_suffices_and_nothing_required_is_skipped(ended):
    ledger = ended["per-minute-slowdown-4"]
    page = report_markdown(ledger).partition("## 3-Hour Checkpoint\n")[2].partition("\n## ")[0]
    assert " - SUFFICIENT" not in page
    assert re.search(r"^4\. Skip .* and raise .* and extend .* 296\.5 of 270 min", page, re.M)
    assert "- NO-GO\n" in page
    assert "required tables are never skipped" in page
    assert "Nothing more is begun" in page
    assert json.loads(report_json(ledger))["checkpoints"][-1]["no_go"] is True


def headings_and_columns(text):
    """The fixed words of the scenario's headings, bullets and table columns."""
    for line in text.splitlines():
        if line.startswith("#"):
            yield line.partition(":")[0] if "[" in line else line
        elif (
            line.startswith("| ")
            and "---" not in line
            and line.split("|")[1].strip()
            in (
                "Table",
                "Phase",
            )
        ):
            yield from (f"column {cell.strip()}" for cell in line.strip("|").split("|"))
        elif found := re.match(r"- [A-Z][A-Za-z -]+:", line):
            yield found[0]


@pytest.mark.parametrize(
    ("step", "file"),
    [
        ("### Step 5", "migration_progress.md"),
        ("### Step 6", "migration_report.md"),
        ("### Step 6", "migration_progress.md"),
        ("### Step 7", "migration_report.md"),
    ],
    ids=lambda value: value.strip("# "),
)
def test_every_heading_and_column_of_the_scenario_is_there(step, file, ended):
    if not SCENARIO.exists():
        pytest.skip("the scenario (../shared/scenario.md) is not here")
    part = SCENARIO.read_text().partition(step)[2]
    wanted = set(headings_and_columns(re.search(r"```markdown\n(.*?)```", part, re.DOTALL)[1]))
    written = texts(ended["per-minute-slowdown-3"])[file]
    tables = {
        f"column {cell.strip()}"
        for line in written.splitlines()
        if line.startswith("| ")
        for cell in line.strip("|").split("|")
    }
    assert len(wanted) > 5
    assert {w for w in wanted if w not in written and w not in tables} == set()


# --- invariants


def disturbances():
    factor = st.fractions(min_value=Fraction(1, 2), max_value=120, max_denominator=10)
    names = st.sampled_from([table["name"] for table in TABLES])
    return st.builds(
        Disturbances,
        slowdown=factor,
        slowdowns=st.dictionaries(names, factor),
        noise=st.sampled_from([0.0, 0.3]),
        seed=st.integers(0, 5),
        failing=st.dictionaries(
            st.tuples(names, st.integers(0, 3)), st.sampled_from([1, 2, None]), max_size=2
        ),
        pressed=st.frozensets(names),
    )


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    mark = {
        "id": "half",
        "kind": "checkpoint",
        "at": "30m",
        "if_behind": [{"skip": {"class": "IMPORTANT"}}, {"extend_window": "30m"}, "stop"],
    }
    verify = {
        "id": "t",
        "kind": "resource",
        "throughput": {"overhead": "1s", "verify_rate": "50MB/s"},
    }
    return small(
        tmp_path_factory.mktemp("small"),
        TABLES,
        {"child": ["parent"]},
        [mark, verify],
        {"extra": "IMPORTANT"},
    )


@given(disturbed=disturbances(), stop_after=st.none() | st.integers(0, 40))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_happens_the_figures_hold(program, disturbed, stop_after):
    ledger = carried_out(begun(program), disturbed, Onlooker(stop_after=stop_after))
    record = json.loads(report_json(ledger))
    assert all(0 <= percent(table) <= 100 for table in ledger.tables)
    assert sum(t["rows"] for t in record["tables"]) == record["summary"]["rows"]
    assert sum(round(t["mb"] * MB) for t in record["tables"]) == ledger.size
    done = [t for t in record["tables"] if t["status"] == "COMPLETE"]
    required = [t for t in record["tables"] if t["required"]]
    if len(done) == len(record["tables"]):
        assert record["status"] == "COMPLETE"
    else:
        missing = [t for t in required if t not in done]
        assert record["status"] == ("FAILED" if missing else "PARTIAL")
    assert sum(p["done"] for p in record["phases"]) == len(done)
    network = record["network"]
    assert network["average_mb_s"] <= network["moving_mb_s"] <= network["peak_mb_s"]
    for text in (
        report_markdown(ledger),
        progress_markdown(ledger, None),
        status_text(ledger, None),
    ):
        assert re.findall(r"\b(?:None\b(?!: | needed)|nan\b|inf\b)", text) == []
        assert text.endswith("\n")
        assert not text.endswith("\n\n")


@given(disturbed=disturbances())
@settings(max_examples=25, deadline=None)
def test_a_run_read_again_from_its_journal_tells_the_same(program, disturbed):
    onlooker = Onlooker()
    ledger = carried_out(begun(program), disturbed, onlooker)
    lines = [line_of(ledger.began), *map(line_of, onlooker.entries)]
    again = Ledger.of(program, entries_of(lines))
    assert report_json(again) == report_json(ledger)
    assert report_markdown(again) == report_markdown(ledger)


# --- single facts


def test_a_run_that_has_only_begun_has_a_progress_and_a_status(program):
    ledger = begun(program)
    text = progress_markdown(ledger, None)
    assert "## Status: IN_PROGRESS" in text
    assert "## Start Time: 2026-12-05T22:00:00+01:00" in text
    assert "- Projected completion: not projected yet" in text
    assert json.loads(report_json(ledger))["ending"] is None
    assert status_text(ledger, None).startswith("IN_PROGRESS")


def test_without_a_beginning_times_are_offsets(program):
    assert "## Start Time: 0 s after the start" in progress_markdown(Ledger(program), None)


def test_a_table_that_fails_is_told_with_its_reason(program):
    disturbed = Disturbances(failing={("child", 1): None})
    ledger = carried_out(begun(program), disturbed)
    report = report_markdown(ledger)
    assert "| child" in report
    assert "FAILED" in report
    failures = report.partition("## Failures\n")[2].partition("\n## ")[0]
    assert failures.count("chunk 1 fails, as the rehearsal wants it (given up)") == 3
    assert re.search(r"- \[ \] Migrate child \(required, 300 MB; .* are there\)", report)
    assert json.loads(report_json(ledger))["failures"][0]["table"] == "child"


def test_pressure_is_counted_and_told(program):
    ledger = carried_out(begun(program), Disturbances(pressed=frozenset(["child"])))
    report = report_markdown(ledger)
    assert "- Any pressure events: YES" in report
    assert "chunks halved 1 time" in report
    assert "the chunks of child were halved" in progress_markdown(ledger, None)


def test_actions_that_suffice_together_are_the_adjusted_plan(tmp_path):
    """At 3.3 times the plan's time only all three actions together suffice."""
    ledger = carried_out(begun(scenario("per-minute", tmp_path)), slowed(Fraction(33, 10)))
    for text in (report_markdown(ledger), progress_markdown(ledger, None)):
        page = text.partition("## 3-Hour Checkpoint\n")[2]
        decision, _, adjusted = page.partition("### Adjusted Plan\n")
        assert "none suffices alone" in decision
        assert "Bandwidth: 1.25 MB/s instead of 0.833333 MB/s" in adjusted
        assert "Copying stops at 4 h 30 min" in adjusted
        assert "Skipped: inventory, preferences" in adjusted
    report = report_markdown(ledger)
    assert "of 270 (240 by plan, extended) minutes" in report
    assert re.search(r"\| inventory +\| SKIPPED .* skipped at three-hour-mark", report)
    assert "- Status: PARTIAL" in report
    judged = json.loads(report_json(ledger))["checkpoints"]
    taken = next(each for each in judged if each["taken"])
    assert taken["skipped"] == ["inventory", "preferences"]
    assert taken["limits"]["duration_s"] == 16200.0


def test_a_run_that_was_taken_up_again_tells_so(program):
    onlooker = Onlooker(stop_after=6)
    ledger = carried_out(begun(program), onlooker=onlooker)
    assert "- Ended: interrupted, " in report_markdown(ledger)
    assert re.search(r"child +\| (INCOMPLETE|NOT STARTED)", report_markdown(ledger))
    ledger.add(Resumed(ledger.at_us + MINUTE))
    chunks = [entry for entry in onlooker.entries if isinstance(entry, Copied)]
    closed = {entry.table: entry for entry in onlooker.entries if isinstance(entry, Closed)}
    standing = {
        load.name: Standing(tuple(c for c in chunks if c.table == load.name), closed.get(load.name))
        for load in program.loads
    }
    mover = SimulatedMover(program, Disturbances(), standing, ledger.at_us)
    Execution(program, mover, Onlooker(), ledger).run()
    report = report_markdown(ledger)
    assert "- Status: COMPLETE" in report
    assert "- Resumed: 1 time (" in report
    assert "- Rows migrated: 4 100" in report
    assert len(json.loads(report_json(ledger))["run"]["resumed_s"]) == 1


def test_a_window_without_tables_has_a_report_too(tmp_path):
    program = small(tmp_path, TABLES[:1], classes={"parent": "DEFERRABLE"})
    assert program.loads == ()
    ledger = carried_out(begun(program))
    assert "- Status: COMPLETE" in report_markdown(ledger)
    assert "- Tables migrated: 0 of 1" in report_markdown(ledger)
    assert "## Status: COMPLETE" in progress_markdown(ledger, None)
    assert json.loads(report_json(ledger))["measured"] is None
    assert status_text(ledger, None).startswith("COMPLETE")


def test_a_veto_is_a_no_go_with_who_said_so(program):
    ledger = carried_out(
        begun(program), slowed(100), Onlooker(vetoes={"half": "the *DBA* says no"})
    )
    report = report_markdown(ledger)
    assert r"NO-GO: the \*DBA\* says no" in report
    assert "the run was stopped from outside" in report


def verified(program, level, **more):
    """A run of one real table after the other, compared at a level."""
    ledger = begun(program)
    ledger.began = ledger.began._replace(mover="sqlite")
    at_us = 0
    for load in program.loads:
        ledger.add(Opened(load.name, at_us, at_us))
        end_us = at_us + load.size * SECOND // (10 * MB)
        own_us = end_us - at_us
        chunk = (load.name, 0, load.rows, load.size, at_us, end_us, True, own_us)
        ledger.add(Copied(*chunk, held=90 * MB))
        at_us = end_us + SECOND
        ledger.add(Closed(load.name, at_us, end_us, level, load.rows, load.rows, **more))
    ledger.add(Ended(at_us, Ending.DONE, ""))
    return ledger


def test_a_verified_table_says_when_and_how(program):
    ledger = verified(program, "checksum", checksum="12ab")
    report = report_markdown(ledger)
    assert "Verified at 2026-12-05T22:00:31+01:00 (checksum 12ab)" in report
    assert "- [x] Verify data integrity: 3 of 3 tables compared, 3 by checksum" in report
    assert "imulated" not in report
    record = json.loads(report_json(ledger))
    assert record["tables"][0]["verified"]["checksum"] == "12ab"
    assert record["run"]["simulated"] is False


def test_a_table_whose_copies_differ_is_no_success(program):
    ledger = verified(program, "checksum", differences=("chunk 1: key 7",))
    assert json.loads(report_json(ledger))["status"] == "FAILED"
    assert "source and target differ: chunk 1: key 7" in report_markdown(ledger)


def test_not_verified_is_told(program):
    report = report_markdown(verified(program, "none"))
    assert "Not verified; done at" in report
    assert "- [ ] Verify data integrity: 0 of 3 tables compared\n" in report


def test_the_follow_up_has_what_was_not_moved(ended):
    left = {name: json.loads(texts(ended[name])["follow_up.manifest.json"]) for name in REHEARSALS}
    names = {name: [t["name"] for t in record["tables"]] for name, record in left.items()}
    assert names["per-second"] == ["audit_logs", "user_sessions"]
    assert names["per-minute-slowdown-3"] == ["audit_logs", "preferences", "user_sessions"]
    assert left["per-minute-slowdown-4"]["present"] == ["customers", "orders", "products"]
    assert "transactions" in left["per-minute-slowdown-4"]["dependencies"]


def test_checkpoints_that_never_came_are_told(ended):
    told = "Never came: three-hour-mark (3 h)."
    assert told in report_markdown(ended["per-second"])
    assert told not in report_markdown(ended["per-minute-slowdown-3"])


def test_lessons_have_a_figure_each(ended):
    for ledger in ended.values():
        lessons = report_markdown(ledger).partition("## Lessons Learned\n")[2].partition("\n## ")[0]
        sentences = [line for line in lessons.splitlines() if line.startswith("  - ")]
        assert len(sentences) >= 3
        assert [line for line in sentences if not re.search(r"\d", line)] == []


def test_the_follow_up_of_a_later_window_has_nothing_of_the_first(tmp_path):
    """The deferred tables, run in the follow-up window, leave nothing."""
    assert stowplan(
        "plan", ROOT / "fixtures/customer-data", "--policy", ROOT / "policies/customer-data",
        "-o", tmp_path,
    ).status == 0  # fmt: skip
    plan = tmp_path / "migration_plan.json"
    assert stowplan("run", plan, "--window", "follow-up").status == 0
    left = json.loads((tmp_path / "follow_up.manifest.json").read_text())
    assert left["tables"] == []
    assert len(left["present"]) == 8


HOSTILE = [
    "a|b",
    "<b>x</b>",
    "*x*",
    "[l](http://x)",
    "new\nline",
    "esc\x1b[31m",
    "back`tick`",
    "&amp;",
    "_em_",
    "http://x.example",
    "www.example.org",
]
LOST = ["_em_", "http://x.example", "www.example.org", "<b>x</b>", "a|b"]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A run in which tables fail, and others wait for them."""
    tables = [{"name": name, "rows": 10, "size_mb": 1} for name in HOSTILE]
    tables += [{"name": f"child/{name}", "rows": 10, "size_mb": 1} for name in LOST]
    program = small(
        tmp_path_factory.mktemp("hostile"), tables, {f"child/{name}": [name] for name in LOST}
    )
    return carried_out(begun(program), Disturbances(failing={(name, 0): None for name in LOST}))


def test_hostile_names_are_no_markup(hostile):
    for text in (report_markdown(hostile), progress_markdown(hostile, None)):
        page = cmarkgfm.github_flavored_markdown_to_html(text, options=Options.CMARK_OPT_UNSAFE)
        assert re.findall(r"<a [^>]*>", page) == []
        assert not re.search(r"<b>|<a |<em>|<strong>|<code>x|<code>tick", page)
        assert "\x1b" not in text
        assert ">a|b</td>" in page
    rows = [line for line in report_markdown(hostile).splitlines() if line.startswith("| ")]
    assert all(re.search(r"(?<!\\)\|$", row) for row in rows)


def test_hostile_names_do_not_reach_a_terminal(hostile):
    stream = io.StringIO()
    lines = Lines(stream, hostile)
    onlooker = Onlooker(display=lines)
    carried_out(begun(hostile.program), None, onlooker)
    assert "esc\\x1b[31m: begun" in stream.getvalue()
    for text in (status_text(hostile, None), stream.getvalue()):
        assert "\x1b" not in text
        assert "\r" not in text


def test_of_very_many_tables_only_those_to_look_at_are_listed(tmp_path):
    tables = [{"name": f"t{at:04}", "rows": 10, "size_mb": 1} for at in range(1100)]
    disturbed = Disturbances(failing={("t0003", 0): None})
    ledger = carried_out(begun(small(tmp_path, tables)), disturbed)
    progress, report = progress_markdown(ledger, None), report_markdown(ledger)
    assert "1100 tables: 1099 COMPLETE, 1 FAILED." in progress
    assert "t0003" in progress
    assert "t0004" not in progress
    assert "… and 100 more: `migration_report.json` has all of them." in report
    assert re.search(r"^\| t0003 +\| FAILED", report, re.MULTILINE)
    assert len(json.loads(report_json(ledger))["tables"]) == 1100


@pytest.fixture(scope="module")
def validator():
    return Draft202012Validator(json.loads(stowplan("schema", "report").output))


def closed(value):
    """The schema with no other keys allowed: what is written must be described."""
    if isinstance(value, list):
        return [closed(each) for each in value]
    if not isinstance(value, dict):
        return value
    more = {"additionalProperties": False} if isinstance(value.get("properties"), dict) else {}
    return {key: closed(each) for key, each in value.items()} | more


def test_reports_fit_their_schema(ended, hostile, program, validator):
    strict = Draft202012Validator(closed(validator.schema))
    Draft202012Validator.check_schema(validator.schema)
    pressed = carried_out(begun(program), Disturbances(pressed=frozenset(["child"])))
    ledgers = [*ended.values(), hostile, pressed, begun(program), Ledger(program)]
    for ledger in [*ledgers, verified(program, "checksum", checksum="1")]:
        record = json.loads(report_json(ledger))
        assert [error.message for error in strict.iter_errors(record)] == []


def test_what_is_no_report_does_not_fit_its_schema(ended, validator):
    record = json.loads(report_json(ended["per-second"]))
    assert not validator.is_valid({**record, "stowplan_report": 2})
    assert not validator.is_valid({**record, "status": "GREAT"})
    assert not validator.is_valid({key: value for key, value in record.items() if key != "run"})


# --- lines and the live display


def told(display_of, program, disturbed=None):
    onlooker = Onlooker()
    ledger = begun(program)
    onlooker._display = display_of(ledger)
    carried_out(ledger, disturbed, onlooker)
    onlooker._display.close()
    return ledger


def test_plain_lines_are_one_for_each_thing_that_happens(program):
    stream = io.StringIO()
    told(lambda ledger: Lines(stream, ledger), program, slowed(130))
    lines = stream.getvalue().splitlines()
    assert all(re.match(r"\[[^\]]+\] ", line) for line in lines)
    assert any("parent: begun (1 000 rows, 100 MB)" in line for line in lines)
    assert any("checkpoint half: BEHIND" in line for line in lines)
    assert lines[-1].startswith("[")
    assert "FAILED" in lines[-1]
    assert "\r" not in stream.getvalue()


def shown_on_a_terminal(program, disturbed, monkeypatch, **environment):
    """What the live display writes to a terminal, every byte."""
    live = pytest.importorskip("stowplan.reports.run.live", reason="rich is not installed")

    for key, value in {"TERM": "xterm-256color", "COLUMNS": "100", **environment}.items():
        monkeypatch.setenv(key, value)
    if "NO_COLOR" not in environment:
        monkeypatch.delenv("NO_COLOR", raising=False)
    main, other = pty.openpty()
    reader = os.fdopen(main, "rb", buffering=0)
    written = bytearray()
    with os.fdopen(other, "w", encoding="utf-8") as terminal:
        assert terminal.isatty()
        os.set_blocking(main, False)
        drained = lambda ledger: _Drained(live.Live(terminal, ledger), reader, written)  # noqa: E731
        told(drained, program, disturbed)
        terminal.flush()
        _drain(reader, written)
    reader.close()
    return written.decode()


class _Drained:
    """A display whose terminal is read after each entry, so that it never fills up."""

    def __init__(self, display, reader, written):
        self._display, self._reader, self._written = display, reader, written

    def tell(self, entry):
        self._display.tell(entry)
        _drain(self._reader, self._written)

    def close(self):
        self._display.close()
        _drain(self._reader, self._written)


def _drain(reader, written):
    while part := reader.read(65536):
        written += part


def test_the_live_display_draws_on_a_terminal(program, monkeypatch):
    text = shown_on_a_terminal(program, slowed(2), monkeypatch)
    assert "ETA" in text
    assert "10 MB/s" in text
    assert "memory" in text
    assert "parent: begun" in text
    assert "3 of 3 tables done" in text
    assert text.count("\x1b[?25l") == text.count("\x1b[?25h") == 1  # the cursor is back
    assert all(int(share) <= 100 for share in re.findall(r"(\d+) %", text))


def test_the_live_display_has_no_colours_where_none_are_wanted(program, monkeypatch):
    text = shown_on_a_terminal(program, None, monkeypatch, NO_COLOR="1")
    assert re.findall(r"\x1b\[[0-9;]*3[0-7][0-9;]*m|\x1b\[38;", text) == []
    assert "3 of 3 tables done" in text


def test_hostile_names_on_the_live_display_move_no_cursor(hostile, monkeypatch):
    text = shown_on_a_terminal(hostile.program, None, monkeypatch)
    assert "\x1b[31m;" not in text
    assert "esc\x1b[31m" not in text
    assert "esc\\x1b[31m" in text


# --- where a run is


@pytest.fixture
def finished(tmp_path):
    """The folder of a run of the scenario at 50 MB/s, by the command."""
    folder = tmp_path / "OUTPUT"
    policy = ROOT / "policies" / "customer-data"
    manifest = ROOT / "fixtures" / "customer-data"
    assert stowplan("plan", manifest, "--policy", policy, "-o", folder).status == 0
    assert stowplan("run", folder / "migration_plan.json").status == 0
    return folder


def test_status_tells_of_a_run_that_is_over(finished):
    outcome = stowplan("status", finished)
    assert outcome.status == 0
    assert outcome.output.startswith("COMPLETE, simulated\n")
    assert "tables: 6 (6 COMPLETE)" in outcome.output
    told = stowplan("status", finished / "migration_plan.json", "--json")
    assert told.output == (finished / "migration_report.json").read_text()


def test_status_tells_of_a_run_that_is_under_way(finished):
    """The journal ends in the middle of a line, as that of a killed run may."""
    journal = finished / "progress" / "journal.jsonl"
    lines = journal.read_text().splitlines(keepends=True)
    journal.write_text("".join(lines[: len(lines) // 2]) + lines[len(lines) // 2][:10])
    outcome = stowplan("status", finished)
    assert outcome.output.startswith("IN_PROGRESS, simulated\n")
    assert "transactions: IN_PROGRESS, " in outcome.output
    assert "outlook: ON_TRACK, required tables end after 1.48; all end after 1.5 minutes" in (
        outcome.output
    )
    assert json.loads(stowplan("status", finished, "--json").output)["status"] == "IN_PROGRESS"


def test_status_where_no_run_is_says_so_in_one_line(tmp_path):
    outcome = stowplan("status", tmp_path)
    assert (outcome.status, outcome.output) == (2, "")
    assert outcome.errors.count("\n") == 1


def test_status_finds_the_journal_beside_a_plan_and_below_a_folder(tmp_path):
    progress = tmp_path / "progress"
    progress.mkdir()
    (progress / "journal.jsonl").write_text("")
    assert journal_folder(tmp_path) == progress
    assert journal_folder(tmp_path / "migration_plan.json") == progress
    assert journal_folder(progress) == progress
    assert journal_folder(tmp_path / "elsewhere") == tmp_path / "elsewhere"


def test_the_page_shows_what_the_commands_print(tmp_path, monkeypatch):
    """`ACCEPT=1` rewrites docs/run-reports.md."""
    page = ROOT / "docs" / "run-reports.md"
    text = page.read_text(encoding="utf-8")
    done = with_sessions(text, tmp_path, monkeypatch)
    if os.environ.get("ACCEPT"):
        page.write_text(done, encoding="utf-8", newline="\n")
        return
    assert done == text
