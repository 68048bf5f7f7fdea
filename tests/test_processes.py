"""Large plans are made and verified with the help of a second process: nothing may come of that."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import sys
import time
from pathlib import Path

import pytest
from command import stowplan

from stowplan.cli import processes
from stowplan.cli.processes import in_a_process

ROOT = Path(__file__).parent.parent
SCENARIO = ROOT / "fixtures" / "customer-data" / "manifest.json"
POLICY = ROOT / "policies" / "customer-data"

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="a second process is for Linux")


@pytest.fixture
def begun(monkeypatch):
    """Every manifest is a large one; what was begun in a process of its own is counted."""
    works = []

    def counted(work):
        works.append(work)
        return in_a_process(work)

    monkeypatch.setattr(processes, "LARGE", 1)
    monkeypatch.setattr(processes, "in_a_process", counted)
    return works


def artefacts(folder, *options):
    """The scenario planned into a folder: how it ended, and the bytes of each artefact."""
    outcome = stowplan("plan", SCENARIO, "--policy", POLICY, "-o", folder, *options)
    output = outcome.output.replace(str(folder), "OUTPUT")
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    return outcome.status, output, outcome.errors, files


@pytest.mark.parametrize("options", [(), ("--format", "json"), ("--artefacts", "csv,json")])
def test_a_plan_is_the_same_with_a_second_process(tmp_path, begun, monkeypatch, options):
    there = artefacts(tmp_path / "there", *options)
    assert len(begun) == 4  # edges, break-even of everything, checkpoints, artefacts
    monkeypatch.setattr(processes, "LARGE", sys.maxsize)
    assert artefacts(tmp_path / "here", *options) == there
    assert len(begun) == 4


def test_a_plan_is_verified_the_same_with_a_second_process(tmp_path, begun, monkeypatch):
    artefacts(tmp_path)
    plan = tmp_path / "migration_plan.json"
    stated = json.loads(plan.read_bytes())
    stated["tables"][0]["class"] = "DEFERRABLE"  # judged there
    stated["tables"][1]["slack_s"] += 1  # judged here
    plan.write_text(json.dumps(stated), "utf-8")
    begun.clear()
    there = stowplan("verify", plan, "--policy", POLICY)
    assert begun
    assert {"class", "slack"} <= {word for word in there.output.split() if word.isalpha()}
    monkeypatch.setattr(processes, "LARGE", sys.maxsize)
    assert stowplan("verify", plan, "--policy", POLICY) == there


@on_linux
def test_work_is_done_in_another_process():
    assert in_a_process(os.getpid)() not in (os.getpid(), None)


@on_linux
def test_a_result_larger_than_a_pipe_comes_whole():
    assert in_a_process(lambda: ["x" * 10**6] * 3)() == ["x" * 10**6] * 3


@on_linux
def test_work_whose_process_is_killed_is_done_here():
    own = os.getpid()

    def work():
        if os.getpid() != own:
            os.kill(os.getpid(), signal.SIGKILL)
        return "done"

    assert in_a_process(work)() == "done"


@on_linux
def test_work_whose_process_is_killed_while_it_hands_over_is_done_here():
    result = in_a_process(lambda: b"x" * 5_000_000)
    time.sleep(0.5)  # by then it waits for somebody to read
    for child in multiprocessing.active_children():
        os.kill(child.pid, signal.SIGKILL)
        child.join()
    assert len(result()) == 5_000_000


def test_work_that_fails_fails_here(capfd):
    def work():
        raise ValueError(f"in {os.getpid()}")

    with pytest.raises(ValueError, match=f"in {os.getpid()}$"):
        in_a_process(work)()
    assert capfd.readouterr() == ("", "")


def test_work_is_done_here_where_no_process_can_be_had(monkeypatch):
    def none_left():
        raise BlockingIOError("no more processes")

    monkeypatch.setattr(os, "fork", none_left)
    assert in_a_process(os.getpid)() == os.getpid()
