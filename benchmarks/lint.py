"""Lint beside other linters: `python -m benchmarks.lint`, on the same files with the same rule.

Every linter that can be installed here is; what cannot is said aloud. They run in turns, so that
what else the machine does falls on all of them. Exit status 1: a stated bound does not hold.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

from tabulate import tabulate

from .contenders import (
    CFN_LINT,
    CHECK_JSONSCHEMA,
    CONTENDERS,
    LOADER,
    SPECTRAL,
    STOWPLAN,
    Contender,
    write_rules,
)
from .linted import LARGE, SMALL, WORKLOADS, write
from .measuring import Run, run

SLOW = 10
"""Seconds of a run after which there is no other."""
HEADINGS = ("linter", "runs", "seconds", "x stowplan", "cpu s", "x stowplan", "peak MB")


class Bound(NamedTuple):
    """Stowplan's time is less than `factor` times that of another, wall and processor time alike.

    `other` None stands for every linter; a bound on what could not be run is not judged.
    """

    workload: str
    ending: str
    factor: float
    other: Contender | None = None


BOUNDS = (
    *(
        Bound(SMALL, ending, 1, other)
        for ending in ("json", "yaml")
        for other in (CHECK_JSONSCHEMA, SPECTRAL, CFN_LINT)
    ),
    Bound(LARGE, "yaml", 1),
    Bound(LARGE, "yaml", 0.5, SPECTRAL),
    Bound(LARGE, "yaml", 2.5, LOADER),
)

Runs = Mapping[Contender, Sequence[Run]]
"""Of each contender the runs that it has done; none where even the first took too long."""


def main() -> int:
    """Install, measure, print the tables, and say which bounds hold."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="stowplan-linters-") as made:
        folder = Path(made)
        tools = options.tools or folder / "tools"
        write_rules(folder)
        contenders = [one for one in CONTENDERS if _at_hand(one, tools)]
        measured = {}
        for name in [SMALL] if options.quick else WORKLOADS:
            write(name, folder)
            for ending in ("json", "yaml"):
                chosen = [one for one in contenders if ending == "yaml" or not one.only_yaml]
                commands = {one: one.command(tools, folder, ending) for one in chosen}
                runs = _turns(commands, options.runs, options.limit)
                print(f"\n{name}, {ending.upper()}\n\n{_table(runs, options.limit)}", flush=True)
                measured[name, ending] = runs
    return _judge(measured)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lint", description=__doc__)
    parser.add_argument("--tools", type=Path, help="folder of the linters, made and kept")
    parser.add_argument("--quick", action="store_true", help="only the scenario")
    parser.add_argument("--runs", type=int, default=7, help="of each linter (default: 7)")
    parser.add_argument("--limit", type=float, default=120, help="seconds, the most for one run")
    return parser.parse_args()


def _at_hand(contender: Contender, tools: Path) -> bool:
    """Whether the linter can be run; where it is not in the folder of tools, it is put there."""
    if contender.program is None or contender.install is None:
        return True
    if (tools / contender.program).exists():
        return True
    print(f"installing {contender.name} …", file=sys.stderr)
    try:
        contender.install(tools)
    except (OSError, subprocess.CalledProcessError) as fault:
        last = (getattr(fault, "stderr", None) or str(fault)).strip().splitlines()[-1:]
        print(f"SKIPPED: {contender.name} could not be installed: {''.join(last)}")
        return False
    return True


def _turns(commands: Mapping[Contender, Sequence[str]], turns: int, limit: float) -> Runs:
    """Runs in turns, after one of each that does not count unless it is the only one."""
    runs: dict[Contender, list[Run]] = {one: [] for one in commands}
    given_up: set[Contender] = set()
    for turn in range(turns + 1):
        for one in (one for one in commands if one not in given_up):
            print(f"{one.name}, {turn or 'warming up'} …", file=sys.stderr)
            try:
                done = run(commands[one], one.statuses, limit)
            except TimeoutError:
                given_up.add(one)
            except RuntimeError as fault:
                if one is STOWPLAN:
                    raise
                print(f"SKIPPED: {one.name} does not find what breaks the rule: {fault}")
                given_up.add(one)
            else:
                slow = done.seconds > SLOW
                runs[one] += [done] if turn or slow else []
                given_up |= {one} if slow else set()
    return runs


def _table(measured: Runs, limit: float) -> str:
    rows = [_row(one, runs, measured[STOWPLAN], limit) for one, runs in measured.items()]
    return tabulate(rows, HEADINGS, disable_numparse=True, colalign=("left", *["right"] * 6))


def _row(
    contender: Contender, runs: Sequence[Run], own: Sequence[Run], limit: float
) -> tuple[str, ...]:
    if not runs:
        return contender.name, "0", f"> {limit:g}", "", "", "", ""
    wall, cpu = _seconds(runs)
    own_wall, own_cpu = _seconds(own)
    return (
        contender.name,
        str(len(runs)),
        f"{wall:.3f}",
        f"{wall / own_wall:.2f}",
        f"{cpu:.3f}",
        f"{cpu / own_cpu:.2f}",
        f"{max(run.peak for run in runs) / 1e6:.0f}",
    )


def _seconds(runs: Sequence[Run]) -> tuple[float, float]:
    """Medians of wall time and of processor time."""
    return median(run.seconds for run in runs), median(run.cpu for run in runs)


def _judge(measured: Mapping[tuple[str, str], Runs]) -> int:
    """Print every bound that can be judged; 1 where one of them does not hold."""
    print()
    good = True
    for bound in BOUNDS:
        ratios = list(_ratios(bound, measured.get((bound.workload, bound.ending), {})))
        if not ratios:
            name = bound.other.name if bound.other else "all"
            print(f"not judged: {bound.workload}, {bound.ending.upper()}: against {name}")
        for other, factor in ratios:
            holds = factor < bound.factor
            good &= holds
            print(
                f"{'holds' if holds else 'FAILS'}: {bound.workload}, {bound.ending.upper()}: "
                f"{factor:.2f} times {other.name}, bound {bound.factor:g}"
            )
    return 0 if good else 1


def _ratios(bound: Bound, measured: Runs) -> Iterator[tuple[Contender, float]]:
    """Each other that the bound is about, and Stowplan's share of its time: the worse of two."""
    for other, runs in measured.items():
        if runs and (other is bound.other or (bound.other is None and other.program)):
            pairs = zip(_seconds(measured[STOWPLAN]), _seconds(runs), strict=True)
            yield other, max(own / others for own, others in pairs)


if __name__ == "__main__":
    raise SystemExit(main())
