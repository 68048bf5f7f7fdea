"""Runs rehearsed in memory: a plan from a manifest and a policy, and the ledger it ends with."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from datetime import date
from fractions import Fraction
from pathlib import Path

from command import stowplan

from stowplan.cli.plan_inputs import PlanFile
from stowplan.execution.entries import Began
from stowplan.execution.executing import Execution
from stowplan.execution.ledger import Ledger
from stowplan.execution.reading import program_of
from stowplan.movers.simulated import Disturbances, SimulatedMover

ROOT = Path(__file__).resolve().parent.parent
STARTED = "2026-12-05T22:00:00+01:00"
SECOND, MINUTE, MB = 10**6, 60 * 10**6, 10**6


class Onlooker:
    """Keeps what it is told; says no where it is asked to, and stops after so many entries."""

    def __init__(self, vetoes=None, stop_after=None, display=None):
        self.entries = []
        self._vetoes, self._stop_after = vetoes, stop_after
        self._display = display

    def tell(self, entry):
        self.entries.append(entry)
        if self._display is not None:
            self._display.tell(entry)

    def vetoes_table(self, name):
        return (self._vetoes or {}).get(name)

    def vetoes(self, judgement):
        return (self._vetoes or {}).get(judgement.title)

    def stopping(self):
        return self._stop_after is not None and len(self.entries) >= self._stop_after


def planned(manifest, policy, folder):
    """The program of a plan that is made in a folder."""
    outcome = stowplan("plan", manifest, "--policy", policy, "-o", folder)
    assert outcome.status != 2, outcome.output + outcome.errors
    plan = PlanFile.read(str(folder / "migration_plan.json"))
    loaded, _ = next(plan.policies_in([str(policy)], date(2026, 12, 1)))
    return program_of(plan.stated, loaded.policy, "0" * 64)


def begun(program, settings=""):
    """A ledger of a run that has begun."""
    ledger = Ledger(program)
    beginning = ("rehearsal", "migration_plan.json", program.key, program.window)
    ledger.add(Began(*beginning, "simulate", settings, STARTED))
    return ledger


def carried_out(ledger, disturbed=None, onlooker=None):
    """The same ledger after a simulated run."""
    mover = SimulatedMover(ledger.program, disturbed or Disturbances(), {})
    Execution(ledger.program, mover, onlooker or Onlooker(), ledger).run()
    return ledger


def slowed(factor):
    """Everything takes so many times longer."""
    return Disturbances(slowdown=Fraction(factor))


def scenario(reading, folder):
    """The program of the scenario: `per-second` at 50 MB/s, `per-minute` at 50 MB/min."""
    policies = {
        "per-second": ROOT / "policies" / "customer-data",
        "per-minute": ROOT / "fixtures" / "customer-data" / "per-minute",
    }
    return planned(ROOT / "fixtures" / "customer-data", policies[reading], folder)


def small(folder, tables, dependencies=None, rules=(), classes=None):
    """The program of a few tables, all of them CRITICAL but where `classes` says otherwise."""
    classes = classes or {}
    manifest = folder / "manifest.json"
    manifest.write_text(json.dumps({"tables": tables, "dependencies": dependencies or {}}))
    stated = [
        {"id": f"c{at}", "kind": "priority", "tables": [_pattern(t["name"])], "class": found}
        for at, t in enumerate(tables)
        if (found := classes.get(t["name"], "CRITICAL"))
    ]
    resources = [
        {"id": "w", "kind": "resource", "window": {"duration": "1h"}},
        {"id": "b", "kind": "resource", "bandwidth": {"limit": "10MB/s"}},
        {"id": "m", "kind": "resource", "memory": {"limit": "200MB"}},
    ]
    stated_policy = {"policy": "p", "rules": [*stated, *resources, *rules]}
    policy = folder / "policy.yaml"  # JSON is YAML
    policy.write_text(json.dumps(stated_policy, ensure_ascii=False))
    return planned(manifest, policy, folder / "OUT")


def _pattern(name):
    return "".join(f"\\{c}" if c in "*?\\" else c for c in name)


STEP = re.compile(r"```console\n(.*?)```", re.DOTALL)
_RUN = re.compile(r"rehearsal-[0-9a-f]+")


def with_sessions(page, folder, monkeypatch, *before):
    """A page with what its commands print where the scenario is planned for a slow line.

    `before` is what is run first without being shown.
    """
    shutil.copy(ROOT / "fixtures" / "customer-data" / "manifest.json", folder)
    (folder / "policies").mkdir()
    shutil.copy(ROOT / "policies" / "customer-data" / "tables.yaml", folder)
    text = (ROOT / "fixtures" / "customer-data" / "per-minute" / "per-minute.yaml").read_text()
    text = re.sub("extends: .*", "extends: ../tables.yaml", text)
    (folder / "policies" / "night.yaml").write_text(text)
    monkeypatch.chdir(folder)
    for command in ("stowplan plan manifest.json --policy policies -o OUTPUT", *before):
        _carried_out(command)
    return STEP.sub(_session, page)


def _session(match):
    commands = re.findall(r"^\$ (.*)$", match[1], re.MULTILINE)
    return "".join(["```console\n", *map(_carried_out, commands), "```"])


def _carried_out(command):
    """A command and what it prints; a run's name is made of hashes, which the page leaves out."""
    name, *arguments = shlex.split(command)
    assert name == "stowplan"
    outcome = stowplan(*arguments)
    return f"$ {command}\n{_RUN.sub('rehearsal-…', outcome.output + outcome.errors)}"
