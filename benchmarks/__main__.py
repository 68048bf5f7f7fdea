"""Run the benchmarks; exit status 1 says that a stated bound does not hold on this machine."""

from __future__ import annotations

import argparse
import math
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from tabulate import tabulate

from .measuring import Figures, measure
from .traps import TRAPS

ROOT = Path(__file__).resolve().parent.parent
SCENARIO = (
    str(ROOT / "fixtures" / "customer-data" / "manifest.json"),
    "--policy",
    str(ROOT / "policies" / "customer-data"),
)
GIGABYTE = 1_000_000_000
NEAR_LINEAR = 1.2
MIDDLE = {"lint": "10 000 tables, JSON", "plan": "10 000 tables"}
TRAP_SECONDS = 20
HEADINGS = ("benchmark", "runs", "seconds", "x bare", "bound", "peak MB", "bound", "holds")


class Benchmark(NamedTuple):
    """One command on one workload; `bound` in seconds, over bare Python's start with `over_bare`.

    `{}` in an argument stands for the workload's folder.
    """

    name: str
    arguments: tuple[str, ...]
    workload: str | None = None
    runs: int = 1
    bound: float | None = None
    over_bare: bool = False
    peak_bound: int | None = None
    statuses: tuple[int, ...] = (0,)

    def holds(self, figures: Figures) -> bool:
        """Whether both bounds hold; one that is not stated does."""
        seconds = figures.seconds - (figures.bare if self.over_bare else 0)
        in_time = self.bound is None or seconds < self.bound
        return in_time and (self.peak_bound is None or figures.peak < self.peak_bound)


def _lint(manifest: str = "manifest.json") -> tuple[str, ...]:
    return ("lint", f"{{}}/{manifest}", "--policy", "{}/policy.yaml")


def _risk(draws: int) -> tuple[str, str]:
    return ("--risk", str(draws))


_PLAN = ("plan", "{}/manifest.json", "--policy", "{}/policy.yaml", "-o", "{}/OUTPUT")
_VERIFY = ("verify", "{}/OUTPUT/migration_plan.json", "--policy", "{}/policy.yaml")

SMALL = (
    Benchmark("--version", ("--version",), runs=15, bound=0.060, over_bare=True),
    Benchmark("--help", ("--help",), runs=15, bound=0.060, over_bare=True),
    Benchmark("lint, the scenario", ("lint", *SCENARIO), runs=15, bound=0.35),
    Benchmark("plan, the scenario", ("plan", *SCENARIO, "-o", "{}/OUTPUT"), "start", runs=9),
    Benchmark("lint, 1 table", _lint(), "start", runs=9),
    Benchmark("plan, 1 table", _PLAN, "start", runs=9),
    Benchmark("lint, 1 000 tables", _lint(), "1k", runs=9),
    Benchmark("plan --risk 10000, 100 tables", (*_PLAN, *_risk(10_000)), "100", runs=3, bound=5),
    Benchmark("plan, 1 000 tables", _PLAN, "1k", runs=5),
    Benchmark("lint, 10 000 tables, JSON", _lint(), "10k", runs=5, bound=1),
    Benchmark("lint, 10 000 tables, YAML", _lint("manifest.yaml"), "10k", runs=5, bound=2),
    Benchmark("plan, 10 000 tables", _PLAN, "10k", runs=3),
    Benchmark("plan --risk 200, 10 000 tables", (*_PLAN, *_risk(200)), "10k", bound=60),
    Benchmark("lint, 10 000, ancestors read", _lint(), "10k-ancestors", runs=3, bound=2),
)
LARGE = (
    Benchmark("lint, 100 000 tables", _lint(), "100k", bound=10, peak_bound=GIGABYTE),
    Benchmark("lint, 100 000, ten checks", _lint(), "100k-checked", bound=10, peak_bound=GIGABYTE),
    Benchmark("plan, 100 000, one window", _PLAN, "100k-plain", bound=18, peak_bound=GIGABYTE),
    Benchmark("plan, 100 000 tables", _PLAN, "100k", bound=18, peak_bound=GIGABYTE),
    Benchmark("verify, 100 000 tables", _VERIFY, "100k", bound=12),
    Benchmark("plan, 100 000, three windows", _PLAN, "100k-nights", bound=20, peak_bound=GIGABYTE),
    Benchmark("verify, 100 000, three windows", _VERIFY, "100k-nights", bound=12),
    Benchmark('lint, before: "*"', _lint(), "100k-first", bound=10, peak_bound=GIGABYTE),
    Benchmark('plan, before: "*"', _PLAN, "100k-first", bound=18, peak_bound=GIGABYTE),
)


def _traps() -> tuple[Benchmark, ...]:
    return tuple(
        Benchmark(
            f"{command}, {trap}",
            arguments,
            trap,
            bound=TRAP_SECONDS,
            peak_bound=GIGABYTE,
            statuses=(0, 1, 2),
        )
        for trap in TRAPS
        for command, arguments in (("lint", _lint()), ("plan", _PLAN))
    )


def main() -> int:
    """Measure, print the tables, and say whether every bound holds."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="at most 10 000 tables")
    parser.add_argument("--traps", action="store_true", help="what would be slow if not linear")
    options = parser.parse_args()
    chosen = _traps() if options.traps else SMALL if options.quick else SMALL + LARGE
    with tempfile.TemporaryDirectory(prefix="stowplan-benchmarks-") as folder:
        measured = {case: _measured(case, Path(folder)) for case in chosen}
    print(tabulate([_row(*pair) for pair in measured.items()], HEADINGS, disable_numparse=True))
    exponents = list(_exponents({case.name: figures for case, figures in measured.items()}))
    for command, whole, net in exponents:
        print(f"\n{command}: time grows as n^{whole:.2f} from 1 000 to 100 000 tables;", end=" ")
        print(f"without the start as n^{net:.2f} from 10 000 (bound {NEAR_LINEAR})")
    good = all(case.holds(figures) for case, figures in measured.items())
    linear = all(max(whole, net) <= NEAR_LINEAR for _, whole, net in exponents)
    return 0 if good and linear else 1


def _measured(case: Benchmark, folder: Path) -> Figures:
    print(f"measuring {case.name} …", file=sys.stderr)
    place = folder / (case.workload or "none")
    if case.workload is not None and not place.exists():
        command = (sys.executable, "-m", "benchmarks.workloads", case.workload, str(place))
        subprocess.run(command, check=True, cwd=ROOT)
    arguments = [argument.replace("{}", str(place)) for argument in case.arguments]
    command = (sys.executable, "-m", "stowplan", *arguments)
    return measure(command, case.runs, case.statuses, warm_up=case.runs > 3)


def _row(case: Benchmark, figures: Figures) -> tuple[str, ...]:
    bound = "" if case.bound is None else f"{case.bound:g} s"
    return (
        case.name,
        str(case.runs),
        f"{figures.seconds:.3f}",
        f"{figures.seconds / figures.bare:.1f}",
        f"bare + {bound}" if case.over_bare else bound,
        f"{figures.peak / 1e6:.0f}",
        "" if case.peak_bound is None else f"{case.peak_bound / 1e6:.0f}",
        _verdict(case, figures),
    )


def _verdict(case: Benchmark, figures: Figures) -> str:
    if case.bound is None and case.peak_bound is None:
        return ""
    return "yes" if case.holds(figures) else "NO"


def _exponents(measured: Mapping[str, Figures]) -> Iterator[tuple[str, float, float]]:
    """By command: the exponent of time, as measured and without the cost of one table."""
    for command in ("lint", "plan"):
        if f"{command}, 100 000 tables" in measured:
            fixed, small, middle, large = (
                measured[f"{command}, {size}"].seconds
                for size in ("1 table", "1 000 tables", MIDDLE[command], "100 000 tables")
            )
            # At 1 000 tables a start is nearly all there is; what is left of it would be noise.
            net = math.log10((large - fixed) / max(middle - fixed, 0.001))
            yield command, math.log(large / small, 100), net


if __name__ == "__main__":
    raise SystemExit(main())
