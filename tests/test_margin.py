"""Break-even: the slowest bandwidth at which a plan, its order of events kept, still just holds."""

import json
import re
from fractions import Fraction
from html import unescape
from itertools import pairwise

import pytest
from command import stowplan
from hypothesis import given, settings
from hypothesis import strategies as st
from schedule_checker import instances

from stowplan.model import Segment, Timing
from stowplan.planning.margin import break_even
from stowplan.planning.scheduling import last_finish, schedule

SECOND = 10**6


def stretched(timings, tables, factor):
    """When `tables` end if the time in which one of them moves bytes takes 1/factor as long."""
    own = [timings[table] for table in tables]
    end = max(timing.finish_us for timing in own)
    moments = {0, end}
    for timing in own:
        moments |= {timing.finish_us}
        moments |= {moment for s in timing.segments for moment in (s.start_us, s.end_us)}
    total = Fraction(0)
    line = sorted(moments)
    for start, stop in pairwise(line):
        moving = any(
            s.rate and s.start_us <= start and stop <= s.end_us for t in own for s in t.segments
        )
        total += Fraction(stop - start) / factor if moving else stop - start
    return total


def test_without_overheads_the_rate_goes_down_as_the_time_goes_up():
    timings = {0: Timing((Segment(0, 10 * SECOND, 50),), 0, 10 * SECOND)}
    assert break_even(timings, [0], 50, 40 * SECOND) == 13
    assert break_even(timings, [0], 50, 5 * SECOND) == 100


def test_only_the_time_in_which_bytes_move_is_stretched():
    segments = (Segment(0, 2 * SECOND, 0), Segment(2 * SECOND, 6 * SECOND, 50))
    timings = {0: Timing(segments, 0, 9 * SECOND)}
    assert break_even(timings, [0], 50, 25 * SECOND) == 10


def test_overlapping_tables_count_once():
    timings = {
        0: Timing((Segment(0, 4 * SECOND, 20),), 0, 4 * SECOND),
        1: Timing((Segment(1 * SECOND, 3 * SECOND, 5),), SECOND, 3 * SECOND),
        2: Timing((Segment(2 * SECOND, 8 * SECOND, 30),), 2 * SECOND, 8 * SECOND),
    }
    assert break_even(timings, [0, 1, 2], 50, 16 * SECOND) == 25
    assert break_even(timings, [0, 1], 50, 16 * SECOND) == 13


def test_there_is_none_without_bytes_or_without_time_for_the_rest():
    idle = {0: Timing((Segment(0, 5, 0),), 0, 5), 1: Timing((Segment(5, 9, 1),), 5, 20)}
    assert break_even(idle, [0], 50, 100) is None
    assert break_even(idle, [], 50, 100) is None
    assert break_even(idle, [0, 1], 50, 16) is None
    assert break_even(idle, [0, 1], 50, 17) == 200


def test_the_scenario_breaks_even_where_the_contract_says():
    timings = {0: Timing((Segment(0, 88_700_000, 50_000_000),), 0, 88_700_000)}
    assert break_even(timings, [0], 50_000_000, 12_960 * SECOND) == 342_207


@settings(max_examples=300, deadline=None)
@given(instances(), st.integers(1, 60 * SECOND), st.data())
def test_at_the_break_even_rate_the_plan_just_holds(instance, beyond, data):
    capacity = instance.capacity._replace(rate=instance.capacity.rate * 10**6)
    demands = [d._replace(size=d.size * 10**6) for d in instance.demands]
    timings = schedule(instance.tables, instance.graph, demands, instance.classes, capacity)
    tables = instance.graph.closed(data.draw(st.sets(st.sampled_from(instance.tables), min_size=1)))
    moving = stretched(timings, tables, Fraction(1, 2)) - stretched(timings, tables, Fraction(1))
    usable = last_finish(timings, tables) - moving + beyond
    rate = break_even(timings, tables, capacity.rate, int(usable))
    if not moving:
        assert rate is None
        return
    assert stretched(timings, tables, Fraction(rate, capacity.rate)) <= usable
    slower = rate * 999 // 1000
    if 0 < slower < rate - 1:
        assert stretched(timings, tables, Fraction(slower, capacity.rate)) > usable


@settings(max_examples=100, deadline=None)
@given(instances())
def test_a_plan_that_exactly_fills_the_time_breaks_even_at_its_own_rate(instance):
    timings = schedule(
        instance.tables, instance.graph, instance.demands, instance.classes, instance.capacity
    )
    rate = break_even(
        timings, instance.tables, instance.capacity.rate, last_finish(timings, instance.tables)
    )
    moves = any(demand.size for demand in instance.demands)
    assert rate == (instance.capacity.rate if moves else None)


# What the texts say of it.

PROPORTION = "all rates in proportion: the bandwidth and the tables' own"
TWO = """\
tables:
  - {name: a, rows: 1000, size_mb: 1000}
  - {name: logs, rows: 1000, size_mb: 90000}
"""
NIGHT = """\
policy: night
rules:
  - {id: core, kind: priority, tables: [a], class: CRITICAL}
  - {id: rest, kind: priority, tables: "*", class: DEFERRABLE}
  - {id: night, kind: resource, window: {duration: %s}}
  - {id: next, kind: resource, window: {duration: 200s}}
  - {id: net, kind: resource, bandwidth: {limit: 100MB/s, target: 50MB/s}}
  - {id: own, kind: resource, tables: [%s], throughput: {%s}}
"""


def printed(folder, policy, manifest=TWO):
    """What `plan` prints; it writes to `out`."""
    (folder / "manifest.yaml").write_text(manifest)
    (folder / "policy.yaml").write_text(policy)
    given = (folder / "manifest.yaml", "--policy", folder / "policy.yaml")
    return stowplan("plan", *given, "-o", folder / "out").output


def told(folder, policy, manifest=TWO):
    """What `plan` prints, the Markdown and the page say, and R401's hint or nothing."""
    text = printed(folder, policy, manifest)
    plan = json.loads((folder / "out" / "migration_plan.json").read_text())
    found = [v["hint"] for v in plan["violations"] if v["code"] == "R401"]
    line = re.search("^break-even +(.*)$", text, re.MULTILINE)[1]
    markdown = (folder / "out" / "migration_plan.md").read_text()
    stated = re.findall("^- Break-even for (.*)$", markdown, re.MULTILINE)
    page = (folder / "out" / "migration_plan.html").read_text()
    tile = re.search('<dt>Break-even</dt><dd>(.*?)</dd><dd class="note">(.*?)</dd>', page)
    return line, stated, (tile[1], unescape(tile[2])), "".join(found)


def test_where_tables_have_rates_of_their_own_all_rates_are_meant_in_proportion(tmp_path):
    """R401 says that no bandwidth would do: then no text calls the figure one."""
    line, stated, tile, hint = told(tmp_path, NIGHT % ("100s", "a", "rate: 5MB/s"))
    assert hint.startswith("no bandwidth alone would do")
    assert line == f"required 100 MB/s, everything 1 000 MB/s (both with {PROPORTION})"
    assert stated == [
        f"the required tables: 100 MB/s ({PROPORTION})",
        f"everything that can be moved: 1 000 MB/s ({PROPORTION})",
    ]
    note = f"{PROPORTION}; now 50 MB/s; with all tables in the window 1 000 MB/s"
    assert tile == ("100 MB/s", note)


def test_a_plan_that_fits_says_so_too(tmp_path):
    """At 33.333 MB/s of bandwidth the table still takes 200 s: it is its own rate that counts."""
    line, *_ = told(tmp_path, NIGHT % ("300s", "a", "rate: 5MB/s"))
    assert line.startswith("required 33.333334 MB/s, everything ")
    assert line.endswith(f"(both with {PROPORTION})")


def test_each_figure_says_it_for_its_own_tables(tmp_path):
    """Only a weaker table has a rate of its own: the required ones' figure is a bandwidth."""
    line, stated, tile, _ = told(tmp_path, NIGHT % ("300s", "logs", "rate: 5MB/s"))
    own = f"({PROPORTION})"
    assert line.startswith("required 3.333334 MB/s, everything ")
    assert line.endswith(f" MB/s {own}")
    assert line.count(own) == 1
    assert stated[0] == "the required tables: 3.333334 MB/s still just holds the window"
    assert stated[1].endswith(own)
    assert tile[1].startswith("still just holds, of 50 MB/s; with all tables in the window ")
    assert tile[1].endswith(own)


@pytest.mark.parametrize(
    ("rate", "said"),
    [
        pytest.param("60MB/s", True, id="below the break-even"),
        pytest.param("200MB/s", False, id="beyond it"),
    ],
)
def test_a_rate_of_its_own_counts_up_to_the_break_even(tmp_path, rate, said):
    """Required in 10 s: 100 MB/s would do for a table that can take them."""
    line, _, _, hint = told(tmp_path, NIGHT % ("10s", "a", f"rate: {rate}"))
    assert line.startswith("required 100 MB/s")
    assert ("(both with" in line) == said
    assert hint.startswith("it would take at least 100 MB/s")


@pytest.mark.parametrize(
    ("rate", "mend", "said"),
    [
        pytest.param("200MB/s", "it would take at least 66.666667 MB/s", False, id="above it"),
        pytest.param("60MB/s", "no bandwidth alone would do", True, id="below it"),
    ],
)
def test_r401_knows_how_much_a_rate_of_its_own_gains_by_bandwidth(tmp_path, rate, mend, said):
    """A chain with overheads is the bound; its tables' own rate is above the bandwidth."""
    child = "name: b, rows: 1, size_mb: 1000, depends_on: [a]"
    chain = TWO.replace("name: logs, rows: 1000, size_mb: 90000", child)
    both = NIGHT.replace("tables: [a], class", "tables: [a, b], class")
    figures = f"rate: {rate}, overhead: 5s"
    _, stated, _, hint = told(tmp_path, both % ("40s", "a, b", figures), chain)
    assert hint.startswith(mend)
    assert stated[0].startswith("the required tables: 66.666667 MB/s")
    assert (PROPORTION in stated[0]) == said


def test_a_figure_that_overheads_forbid_is_no_bandwidth(tmp_path):
    """One table's overhead is longer than the window; another one moves meanwhile."""
    manifest = TWO.replace("logs, rows: 1000, size_mb: 90000", "b, rows: 1, size_mb: 4000")
    policy = NIGHT.replace("tables: [a], class", "tables: [a, b], class")
    two = "  - {id: two, kind: resource, streams: {limit: 2}}\n"
    given = policy % ("70s", "a", "overhead: 90s") + two
    line, stated, tile, hint = told(tmp_path, given, manifest)
    assert hint.startswith("no bandwidth alone would do")
    assert "(no bandwidth alone would do)" in line
    assert not any("still just holds" in text for text in (*stated, *tile))


def test_shares_are_grouped_as_other_numbers_are(tmp_path):
    """90 000 MB beside a window of ten seconds."""
    text = printed(tmp_path, NIGHT % ("10s", "a", "rate: 5MB/s"))
    assert "needs 30 min, 18 000.0 % of the window" in text
