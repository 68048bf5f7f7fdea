"""Any SQLite schema goes through scan, plan and run, and is the same wherever a run is killed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from command import stowplan
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sqlite_copying import contents
from sqlite_night import complaints_of, markers_in, url
from sqlite_schemas import Sample, samples

from stowplan.cli.running import moving

POLICY = {
    "policy": "any",
    "rules": [
        {"id": "all", "kind": "priority", "tables": "*", "class": "CRITICAL"},
        {"id": "open", "kind": "dependency", "tables": "*", "not_after": "*"},
        {"id": "night", "kind": "resource", "window": {"duration": "1h"}},
        {"id": "line", "kind": "resource", "bandwidth": {"limit": "1GB/s"}},
        {"id": "two", "kind": "resource", "streams": {"limit": 2}},
    ],
}


class KilledError(BaseException):
    """The process is gone."""


def dying(calls: int) -> Callable[[str], Callable[[], int]]:
    """A run's clock that is there for so many calls."""

    def since(_started: str) -> Callable[[], int]:
        left = iter(range(calls))

        def now() -> int:
            if next(left, None) is None:
                raise KilledError
            return calls

        return now

    return since


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    sample=samples(),
    stops=st.lists(st.integers(1, 60), max_size=3),
    chunk=st.sampled_from(["20B", "100B", "1kB"]),
)
def test_any_schema_killed_anywhere_is_moved_whole(
    sample: Sample, stops: list[int], chunk: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assume("" not in sample.names)  # no manifest can name it, so that a scan leaves it out
    folder = tmp_path_factory.mktemp("any")
    command = planned(folder, sample, chunk)
    for stop in stops:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(moving, "_since", dying(stop))
            try:
                stowplan(*command)
            except KilledError:
                assert complaints_of(folder / "target.db") == []
    ended = stowplan(*command)
    assert ended.status == 0, ended.errors
    assert contents(folder / "target.db") == contents(folder / "source.db")
    assert complaints_of(folder / "target.db") == []
    done = [name for name in markers_in(folder / "out") if name.endswith("_complete.flag")]
    assert len(done) == len(sample.tables)


def planned(folder: Path, sample: Sample, chunk: str) -> list[object]:
    """The command that moves a sample."""
    source, target, policy = (folder / name for name in ("source.db", "target.db", "policy.yaml"))
    sample.build(source)
    rule = {"id": "small", "kind": "resource", "chunk": {"size": chunk}}
    policy.write_text(json.dumps({**POLICY, "rules": [*POLICY["rules"], rule]}))
    assert stowplan("scan", url(source), "-o", folder / "m.json").status == 0
    made = stowplan("plan", folder / "m.json", "--policy", policy, "-o", folder / "out")
    assert made.status in (0, 1), made.errors
    plan = folder / "out" / "migration_plan.json"
    return ["run", plan, "--source", url(source), "--target", url(target), "--execute"]
