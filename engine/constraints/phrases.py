"""Every phrasing that is read, and what it states. docs/constraints.md lists this table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Phrase(NamedTuple):
    """A template of `wording.py`, and what it states.

    `states` is `resource KEY` with the key of its value, `class NAME`, `order`, `first`, `last`,
    `rest` (of the classes), or `note`: what is always done, so that it needs no rule.
    """

    template: str
    states: str
    note: str = ""


def _each(states: str, note: str, *templates: str) -> tuple[Phrase, ...]:
    return tuple(Phrase(template, states, note) for template in templates)


_WINDOW = "[the] [available|total|main|planned] [maintenance|migration|time|cut-over] window"

_CLASS_LIST = "CLASS [tables|table] : TABLES"

LISTS: Mapping[str, bool] = {
    _CLASS_LIST: True,
    "must migrate : TABLES": False,
    "(can wait|later|follow-up) : TABLES": False,
    "(do not migrate|never migrate|don't migrate|exclude) : TABLES": False,
}
"""Phrasings that only list tables, and whether under the name of a class."""

PHRASES: tuple[Phrase, ...] = (
    *_each(
        "window duration",
        "",
        f"{_WINDOW} [(duration|length)] : DURATION",
        f"{_WINDOW} (is|lasts|takes) DURATION [long]",
        f"{_WINDOW} of DURATION",
        "(a|one) DURATION [maintenance|migration] window [is available]",
        "DURATION [maintenance|migration] window",
        "(maintenance|migration) time : DURATION",
        "available time : DURATION",
        "DURATION (is|are) available",
        "we have DURATION",
    ),
    *_each(
        "window hours",
        "",
        f"{_WINDOW} : HOURS",
        f"{_WINDOW} is HOURS",
        "(maintenance|migration) hours : HOURS",
    ),
    *_each(
        "window starts",
        "",
        "[the] [maintenance] window (starts|opens) [at] MOMENT",
        "[window] (start|starts|opens) : MOMENT",
    ),
    *_each(
        "window rollback",
        "",
        "[time for] rollback [time] : DURATION",
        "[a|the] rollback takes DURATION",
    ),
    *_each(
        "window reserve",
        "",
        "(window|time) reserve : SHARE",
        "reserve SHARE of the window",
        "keep SHARE of the window (free|in reserve)",
    ),
    *_each(
        "follow-up duration",
        "",
        "[the] (follow-up|second|next) [maintenance|migration] window : DURATION",
        "[the] (follow-up|second|next) [maintenance|migration] window (is|lasts) DURATION [long]",
    ),
    *_each(
        "memory limit",
        "",
        "[available|maximum|max] (memory|ram) [limit] : [MOST] SIZE [of] [memory|ram]",
        "[MOST] SIZE [of] (memory|ram) [available|may be used] [for [the] migration [process]]",
        "(memory|ram) is limited to SIZE",
        "[the] migration [process] (may use|can use) MOST SIZE [of] (memory|ram)",
    ),
    *_each(
        "memory reserve",
        "",
        "memory reserve : SHARE",
        "keep SHARE of [the] (memory|ram) free",
    ),
    *_each(
        "disk limit",
        "",
        "[available|maximum|max|free|target] (disk|storage) [space] [limit] : [MOST] SIZE [free]",
        "[MOST] SIZE [of] (disk|storage|disk space) [available|on the target]",
        "SIZE (is|are) free on the target [disk]",
        "(disk|storage|disk space) is limited to SIZE",
    ),
    *_each(
        "bandwidth limit",
        "",
        "[available|maximum|max|network] bandwidth [limit] : [MOST] RATE [sustained]",
        "network [limit] : [MOST] RATE [sustained]",
        "([the] network|bandwidth|network bandwidth) is limited to RATE",
        "MOST RATE [of] [bandwidth] [sustained] [(on|over) the network]",
    ),
    *_each(
        "bandwidth target",
        "",
        "[bandwidth] target [bandwidth|rate] : RATE [average|on average]",
        "target RATE [average|on average]",
        "use RATE [on average]",
    ),
    *_each(
        "streams limit",
        "",
        "[MOST|parallel|concurrent] streams : [MOST] COUNT",
        "(parallelism|concurrency) : COUNT",
        "[MOST] COUNT (parallel|concurrent) (tables|streams|table|stream)",
        "[MOST] COUNT (table|tables|stream|streams) "
        "(at a time|at once|in parallel|side by side|concurrently)",
    ),
    *_each(
        "chunk size",
        "",
        "[MOST] chunk size : [MOST] SIZE",
        "[must] process [tables|data] in chunks of [MOST] SIZE",
        "chunks of [MOST] SIZE",
        "chunks (must|may) (be|hold) MOST SIZE",
    ),
    *_each("class", "", _CLASS_LIST, "TABLES : CLASS"),
    *_each("class", "", "TABLES (is|are) [a|all] CLASS [table|tables]"),
    *_each("class CRITICAL", "", "must migrate : TABLES"),
    *_each(
        "class DEFERRABLE",
        "",
        "defer TABLES",
        "TABLES (can|may) (be deferred|wait)",
        "TABLES (can|may) (migrate|be migrated|be done) later",
        "(can wait|later|follow-up) : TABLES",
    ),
    *_each(
        "class EXCLUDED",
        "",
        "exclude TABLES",
        "(do not|never|don't) (migrate|move|copy) [:] TABLES",
        "(do not migrate|never migrate|don't migrate|exclude) : TABLES",
        "TABLES (must not|cannot) be (migrated|moved|copied)",
        "TABLES (is|are) not migrated",
    ),
    *_each(
        "rest",
        "",
        "OTHERS (is|are) CLASS",
        "OTHERS : CLASS",
        "CLASS [tables] : OTHERS",
    ),
    *_each(
        "first",
        "",
        "TABLES MUST (MOVE|be) first",
        "TABLES MUST come first",
        "TABLES (migrates|migrate|comes|come|goes|go) first",
        "TABLES first",
        "(migrate|load|copy|move) TABLES first",
        "start with TABLES",
        "[migrate] TABLES before OTHERS",
        "TABLES MUST (MOVE|come) before OTHERS",
        "OTHERS (depend|depends) on TABLES",
    ),
    *_each(
        "last",
        "",
        "TABLES MUST (MOVE|come|be) last",
        "TABLES (migrates|migrate|comes|come|goes|go) last",
        "TABLES last",
        "(migrate|load|copy|move) TABLES last",
        "[migrate] TABLES after OTHERS",
    ),
    *_each(
        "order before",
        "",
        "TABLES MUST (MOVE|come) before THOSE [STARTS]",
        "[migrate|load|copy|move] TABLES before THOSE",
        "TABLES (completes|complete|finishes|comes|come|goes) before THOSE [STARTS]",
        "TABLES then THOSE",
    ),
    *_each(
        "order after",
        "",
        "TABLES (depends|depend) on THOSE",
        "TABLES (needs|need|requires|require) THOSE",
        "TABLES MUST wait for THOSE",
        "TABLES (waits|wait) for THOSE",
        "TABLES MUST (MOVE|come) [only] after THOSE [DONE|ENDS]",
        "TABLES MUST (start|begin) [only] after THOSE (DONE|ENDS)",
        "[migrate|load|copy|move] TABLES [only] after THOSE",
        "TABLES (cannot|must not|may not) (migrate|be migrated|be loaded) before THOSE",
        "TABLES (cannot|must not|may not) (start|begin|migrate|be migrated|be loaded) "
        "(before|until) THOSE (DONE|ENDS)",
    ),
    *_each(
        "note",
        "the class CRITICAL is required: its tables are in the window, or the plan says NO",
        "must complete all critical tables (within|in) [the] [maintenance] window",
        "all critical tables MUST MOVE (within|in) [the] [maintenance] window",
    ),
    *_each(
        "note",
        "what does not fit is deferred, and the follow-up manifest names it",
        "non-critical tables (can|may) be (done|migrated|deferred) in [a|the] "
        "follow-up [migration|window]",
        "non-critical tables (can|may) be deferred",
        "deferrable tables (can|may) be (done|migrated) in [a|the] follow-up [migration|window]",
    ),
    *_each(
        "note",
        "a plan always moves tables in chunks that fit into the memory",
        "(cannot|can not|must not|do not|never) load (entire|whole|full) tables into [the] memory",
        "[must] process [tables|data|everything] in chunks",
        "tables (must|have to) be (processed|migrated|copied) in chunks",
    ),
    *_each(
        "note",
        "a plan never uses more than the bandwidth's target",
        "(cannot|must not|do not|never) saturate [the] network",
        "[the] network (cannot|must not) be saturated",
    ),
    *_each(
        "note",
        "a plan always keeps the manifest's dependencies",
        "respect [all] [the] (dependencies|foreign keys)",
        "[all] (dependencies|foreign keys) must be respected",
    ),
)

REMARKS: tuple[str, ...] = (
    "maintenance mode",
    "all others depend on it",
    "all others depend on them",
    "affects other systems",
    "sustained",
    "average",
    "on average",
    "hard limit",
    "no exceptions",
)
"""What may stand in parentheses after a statement; beside a reason that begins with `because`."""

TOPICS: tuple[str, ...] = (
    "constraints", "rules", "limits", "time", "window", "windows", "memory", "network", "bandwidth",
    "disk", "storage", "streams", "chunks", "priority", "priorities", "classes", "order",
    "dependencies", "resources", "downtime", "resource limits", "order rules", "downtime rules",
)  # fmt: skip
"""What a line that ends in a colon may say: it is a heading of the list below it."""

SUSPECT: tuple[str, ...] = (
    "not", "no", "non", "never", "without", "except", "unless", "if", "maybe", "rejected",
    "obsolete", "outdated", "old", "former", "previous", "past", "history", "draft", "idea",
    "ideas", "proposal", "proposals", "proposed", "example", "examples", "question", "questions",
    "todo", "open", "alternative", "alternatives", "discussion", "scope",
)  # fmt: skip
"""Words of a heading after which nothing below it is read."""
