"""`stowplan run` does what the plan says, and notices when reality differs."""

from __future__ import annotations

import json
import os
import random
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import privileges
import pytest
from command import stowplan
from hypothesis import given, settings
from hypothesis import strategies as st
from planning_runs import planned_in
from run_checker import complaints, journal, parents_of
from strategies import inputs

ROOT = Path(__file__).resolve().parent.parent
SCENARIO = ROOT / "fixtures" / "customer-data"
NIGHT = ROOT / "policies" / "customer-data"
PER_MINUTE = SCENARIO / "per-minute" / "per-minute.yaml"


@pytest.fixture
def night(tmp_path):
    """The scenario's plan at 50 MB/s."""
    return planned(tmp_path, NIGHT)


@pytest.fixture
def slow_line(tmp_path):
    """The scenario's plan at 50 MB a minute."""
    return planned(tmp_path, PER_MINUTE)


def planned(folder, policy, manifest=SCENARIO):
    """The path of a plan, made in a folder."""
    ended = stowplan("plan", manifest, "--policy", policy, "-o", folder / "out", "--debug")
    assert ended.status in (0, 1), ended.errors
    return folder / "out" / "migration_plan.json"


def report(plan):
    """The report beside a plan, parsed."""
    return json.loads((plan.parent / "migration_report.json").read_text("utf-8"))


def judged(plan, rule):
    """The entry of one rule's checkpoint."""
    entries = journal(plan.parent)
    return next(e for e in entries if e["event"] == "checkpoint" and e["rule"] == rule)


# The scenario.


def test_the_scenario_at_50_mb_a_second_is_complete_with_two_deferred(night):
    ended = stowplan("run", night, "--debug")
    assert ended.status == 0, ended.errors
    told = report(night)
    assert told["status"] == "COMPLETE"
    closed = {e["table"]: e["at_us"] for e in journal(night.parent) if e["event"] == "closed"}
    assert closed["transactions"] == 88_700_000
    assert max(closed.values()) == 90_000_000
    follow_up = json.loads((night.parent / "follow_up.manifest.json").read_text("utf-8"))
    assert [table["name"] for table in follow_up["tables"]] == ["audit_logs", "user_sessions"]


def test_three_times_slower_the_bandwidth_is_raised_and_the_required_tables_end_in_time(slow_line):
    ended = stowplan("run", slow_line, "--slowdown", "3", "--debug")
    found = judged(slow_line, "three-hour-mark")
    assert round(found["outlook"]["required_us"] / 60e6) == 266
    assert [option["sufficient"] for option in found["options"]] == [False, True, True]
    assert [action["kind"] for action in found["taken"]] == ["raise_bandwidth"]
    closed = {e["table"]: e["at_us"] for e in journal(slow_line.parent) if e["event"] == "closed"}
    assert {"customers", "orders", "products", "transactions"} <= closed.keys()
    assert closed["transactions"] <= 240 * 60_000_000
    assert ended.status == 1  # the last of the important tables is past the window's end
    assert report(slow_line)["status"] == "PARTIAL"


def test_four_times_slower_nothing_suffices_and_it_is_a_no_go(slow_line):
    ended = stowplan("run", slow_line, "--slowdown", "4", "--debug")
    assert ended.status == 3
    found = judged(slow_line, "three-hour-mark")
    together = found["options"][-1]
    assert [action["kind"] for action in together["actions"]] == [
        "skip",
        "raise_bandwidth",
        "extend_window",
    ]
    assert not together["sufficient"]
    assert int(together["required_us"] / 60e6) == 296
    assert together["limit_us"] == 270 * 60_000_000
    assert [action["kind"] for action in found["taken"]] == ["stop"]
    events = [entry["event"] for entry in journal(slow_line.parent)]
    assert events[-1] == "ended"
    assert "passed" not in events


def test_the_markers_are_the_scenarios(night):
    stowplan("run", night, "--debug")
    progress = night.parent / "progress"
    found = {path.name: path.read_text("utf-8") for path in progress.glob("customers*")}
    assert found == {
        "customers_chunk_0.done": "Migrated rows 0 to 41666",
        "customers_chunk_1.done": "Migrated rows 41666 to 50000",
        "customers_complete.flag": (
            "Table customers migration complete at 1970-01-01T00:00:02.400000+00:00"
        ),
    }
    assert not (progress / "audit_logs_complete.flag").exists()


# What is refused.


def test_a_plan_whose_manifest_has_changed_is_not_run(tmp_path):
    manifest = tmp_path / "manifest.json"
    manifest.write_text((SCENARIO / "manifest.json").read_text("utf-8"), "utf-8")
    plan = planned(tmp_path, NIGHT, manifest)
    manifest.write_text(manifest.read_text("utf-8").replace("3500", "3501"), "utf-8")
    ended = stowplan("run", plan, "--debug")
    assert ended.status == 2
    assert "S502" in ended.output
    assert not (plan.parent / "progress").exists()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        pytest.param(["--slowdown", "fast"], "--slowdown: fast is no number", id="no number"),
        pytest.param(["--slowdown", "0"], "must be from 0.001", id="no time at all"),
        pytest.param(["--slowdown", "order=2"], "did you mean orders?", id="a typo"),
        pytest.param(["--fail", "orders"], "write TABLE:CHUNK", id="no chunk"),
        pytest.param(["--fail", "orders:x"], "no whole number", id="no number of a chunk"),
        pytest.param(["--memory-pressure", "audit_logs"], "no table of this window", id="deferred"),
        pytest.param(["--window", "nigth"], "did you mean night?", id="no window"),
        pytest.param(["--source", "sqlite:///a.db"], "needs both", id="half a pair"),
        pytest.param(["--hooks", "missing.yaml"], "missing.yaml", id="no hooks"),
        pytest.param(["--events", "no/such/folder"], "no such file", id="no folder for events"),
    ],
)
def test_what_cannot_be_done_is_one_line(night, options, told):
    ended = stowplan("run", night, *options)
    assert ended.status == 2
    assert told in ended.errors
    assert ended.errors.count("\n") == 1
    assert not (night.parent / "migration_report.md").exists()


# Disturbances.


def test_a_chunk_that_fails_twice_is_copied_at_the_third_try(night):
    ended = stowplan("run", night, "--fail", "orders:3x2", "--debug")
    assert ended.status == 0
    failures = [e for e in journal(night.parent) if e["event"] == "failed"]
    assert [(e["table"], e["number"]) for e in failures] == [("orders", 3)] * 2


def test_a_chunk_that_always_fails_stops_its_table_and_what_waits_for_it(night):
    ended = stowplan("run", night, "--fail", "orders:3", "--debug")
    assert ended.status == 1
    told = report(night)
    assert told["status"] == "FAILED"
    passed = {e["table"]: e["reason"] for e in journal(night.parent) if e["event"] == "passed"}
    assert passed == {"transactions": "it waits for orders"}
    closed = {e["table"] for e in journal(night.parent) if e["event"] == "closed"}
    assert {"inventory", "preferences"} <= closed


def test_memory_pressure_halves_the_chunks_and_is_recorded(night):
    ended = stowplan("run", night, "--memory-pressure", "orders", "--debug")
    assert ended.status == 0
    copied = [
        e["rows"]
        for e in journal(night.parent)
        if e["event"] == "copied" and e["table"] == "orders"
    ]
    assert copied[0] == 62_500
    assert set(copied[1:]) == {31_250}
    assert report(night)["memory"]


def test_the_same_rehearsal_gives_the_same_bytes(tmp_path, night):
    texts = []
    for name in ("one", "two"):
        out = tmp_path / name
        options = ("--noise", "0.3", "--seed", "7", "--slowdown", "orders=2")
        stowplan("run", night, *options, "-o", out, "--debug")
        texts.append({p.name: p.read_bytes() for p in out.rglob("*") if p.is_file()})
    assert texts[0].keys() == texts[1].keys()
    assert texts[0] == texts[1]


# Resuming.


def test_a_rehearsal_that_is_killed_again_and_again_loses_nothing(tmp_path, night):
    options = ("--noise", "0.3", "--slowdown", "1.5")
    straight = tmp_path / "straight"
    stowplan("run", night, *options, "-o", straight, "--debug")
    random.seed(5)
    out = tmp_path / "killed"
    command = [sys.executable, "-m", "stowplan", "run", night, *options, "-o", out]
    killed = 0
    while killed < 12:
        process = subprocess.Popen([*command, "--real-time"], stderr=subprocess.DEVNULL)
        time.sleep(0.5 + random.random())
        process.kill()
        process.wait()
        killed += 1
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    kept = [e for e in journal(out) if e["event"] in ("copied", "closed")]
    wanted = [e for e in journal(straight) if e["event"] in ("copied", "closed")]
    numbers = [(e["table"], e.get("number"), e.get("rows")) for e in kept]
    assert len(numbers) == len(set(numbers))
    assert sorted(numbers, key=str) == sorted(
        ((e["table"], e.get("number"), e.get("rows")) for e in wanted), key=str
    )
    markers = {p.name: p.read_text("utf-8") for p in (out / "progress").glob("*.done")}
    assert markers == {p.name: p.read_text("utf-8") for p in (straight / "progress").glob("*.done")}


def test_sigterm_stops_at_a_chunk_boundary_and_the_run_goes_on_later(tmp_path, night):
    command = [sys.executable, "-m", "stowplan", "run", night, "-o", tmp_path / "o"]
    process = subprocess.Popen([*command, "--real-time"], stderr=subprocess.PIPE, encoding="utf-8")
    journal_file = tmp_path / "o" / "progress" / "journal.jsonl"
    wait_for(lambda: journal_file.exists() and '"opened"' in journal_file.read_text("utf-8"))
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "the same command goes on" in errors
    entries = journal(tmp_path / "o")
    assert entries[-1]["event"] == "ended"
    assert entries[-1]["ending"] == "interrupted"
    assert "IN_PROGRESS" in (tmp_path / "o" / "migration_progress.md").read_text("utf-8")
    ended = stowplan("run", night, "-o", tmp_path / "o", "--debug")
    assert ended.status == 0
    assert "going on with run" in ended.errors


def wait_for(there, seconds=30):
    """Wait until something is there."""
    until = time.monotonic() + seconds
    while not there():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_two_runs_never_share_a_folder(tmp_path, night):
    command = [sys.executable, "-m", "stowplan", "run", night, "-o", tmp_path / "o"]
    first = subprocess.Popen([*command, "--real-time"], stderr=subprocess.DEVNULL)
    try:
        wait_for((tmp_path / "o" / "progress" / "journal.jsonl").exists)
        ended = stowplan("run", night, "-o", tmp_path / "o")
        assert ended.status == 2
        assert "another run" in ended.errors
    finally:
        first.kill()
        first.wait()


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path, night):
    out = tmp_path / "o"
    out.mkdir()
    out.chmod(stat.S_IRUSR | stat.S_IXUSR)
    ended = privileges.stowplan("run", night, "-o", out)
    assert ended.status == 2
    assert "cannot be written" in ended.errors


# Hooks.


def hooks(folder, **commands):
    """A hooks file whose commands are Python texts; each sees what it is told as `told`."""
    given = "import json, sys; told = json.load(sys.stdin); "
    path = folder / "hooks.yaml"
    path.write_text(
        json.dumps({name: [sys.executable, "-c", given + text] for name, text in commands.items()}),
        "utf-8",
    )
    return path


def test_a_hook_before_a_table_may_leave_it_out_with_what_waits_for_it(tmp_path, night):
    text = "sys.exit('not tonight' if told['table'] == 'products' else 0)"
    ended = stowplan("run", night, "--hooks", hooks(tmp_path, before_table=text), "--debug")
    assert ended.status == 1
    passed = {e["table"]: e["reason"] for e in journal(night.parent) if e["event"] == "passed"}
    assert passed.keys() == {"products", "orders", "transactions", "inventory"}
    assert "not tonight" in passed["products"]


def test_a_hook_at_a_checkpoint_may_stop_the_run(tmp_path, night):
    text = "sys.exit(told['rule'] == 'orders-done')"
    log = tmp_path / "log"
    done = f"open({str(log)!r}, 'a').write(told['hook'] + ' ')"
    path = hooks(tmp_path, checkpoint=text, no_go=done, done=done)
    ended = stowplan("run", night, "--hooks", path, "--debug")
    assert ended.status == 3
    assert log.read_text("utf-8") == "no_go done "
    assert judged(night, "orders-done")["vetoed"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("before_tables: echo", "before_table", id="a typo"),
        pytest.param("done: []", "must be a command", id="no word"),
        pytest.param("done: 'a \"b'", "must be a command", id="an open quote"),
        pytest.param("- done", "mapping", id="a list"),
    ],
)
def test_a_faulty_hooks_file_is_one_line_with_its_place(tmp_path, night, text, told):
    path = tmp_path / "hooks.yaml"
    path.write_text(text, "utf-8")
    ended = stowplan("run", night, "--hooks", path)
    assert ended.status == 2
    assert f"{path}:1:" in ended.errors
    assert told in ended.errors


# Events.


def test_events_are_one_json_object_a_line(tmp_path, night):
    stowplan("run", night, "--events", tmp_path / "events", "--debug")
    events = [json.loads(line) for line in (tmp_path / "events").read_text("utf-8").splitlines()]
    assert events == [e for e in journal(night.parent) if e["event"] != "began"]


# Every plan.


@settings(max_examples=60, deadline=None)
@given(inputs(acyclic=True), st.sampled_from(["1", "1.3", "3"]), st.integers(0, 3))
def test_every_rehearsal_keeps_the_plans_promises(tmp_path_factory, documents, slowdown, fails):
    folder = tmp_path_factory.mktemp("run")
    made = planned_in(folder, *documents)
    if made.plan is None or not made.plan["tables"]:
        return
    names = sorted(table["name"] for table in made.plan["tables"] if table["chunks"])
    failing = [f"--fail={name}:0x{fails}" for name in names[:1] if fails]
    ended = stowplan(
        "run", folder / "out" / "migration_plan.json", "--slowdown", slowdown, *failing, "--debug"
    )
    assert ended.status in (0, 1, 3), ended.errors
    entries = journal(folder / "out")
    assert complaints(made.plan, entries) == []
    if slowdown == "1" and not fails and made.plan["feasibility"] == "YES":
        assert parents_of(made.plan).keys() == {
            e["table"] for e in entries if e["event"] == "closed"
        }


# What an operator's slip must not do.


def test_execute_without_databases_is_refused(night):
    ended = stowplan("run", night, "--execute")
    assert ended.status == 2
    assert "--execute needs databases" in ended.errors


def test_a_chunk_that_is_not_there_cannot_fail(night):
    ended = stowplan("run", night, "--fail", "orders:8")
    assert ended.status == 2
    assert "orders has 8 chunks, counted from 0" in ended.errors


def test_a_rehearsal_never_touches_what_a_run_on_databases_has_left(night):
    stowplan("run", night, "--debug")
    journal_file = night.parent / "progress" / "journal.jsonl"
    text = journal_file.read_text("utf-8").replace('"simulate"', '"sqlite"', 1)
    journal_file.write_text(text, "utf-8")
    ended = stowplan("run", night, "--slowdown", "2")
    assert ended.status == 2
    assert "on databases, and this would be a rehearsal" in ended.errors
    assert journal_file.read_text("utf-8") == text


def test_ctrl_c_during_a_hook_is_no_veto_and_begins_nothing_more(tmp_path, night):
    """The hook's own answer comes too late to count; a second table is not begun."""
    begun = tmp_path / "begun"
    path = hooks(
        tmp_path, before_table=f"open({str(begun)!r}, 'a').write('x'); import time; time.sleep(2)"
    )
    command = [
        sys.executable,
        "-m",
        "stowplan",
        "run",
        night,
        "-o",
        tmp_path / "o",
        "--hooks",
        path,
    ]
    process = subprocess.Popen(
        command, stderr=subprocess.PIPE, encoding="utf-8", start_new_session=True
    )
    wait_for(begun.exists)
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "left out" not in errors
    assert begun.read_text("utf-8") == "x"
    events = [entry["event"] for entry in journal(tmp_path / "o")]
    assert events == ["began", "ended"]


def test_a_second_ctrl_c_ends_a_hanging_hook_too(tmp_path, night):
    number = tmp_path / "pid"
    text = f"import os, time; open({str(number)!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    path = hooks(tmp_path, before_table=text)
    process = subprocess.Popen(
        [sys.executable, "-m", "stowplan", "run", night, "-o", tmp_path / "o", "--hooks", path],
        stderr=subprocess.DEVNULL,
    )
    wait_for(lambda: number.exists() and number.read_text("utf-8"))
    process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=30) == 1
    wait_for(lambda: not alive(int(number.read_text("utf-8"))))


def alive(pid):
    """Whether a process runs; one that has ended and was not waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
