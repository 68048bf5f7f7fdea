"""Hypothesis strategies: manifests and policies as parsed documents, small and nasty."""

from __future__ import annotations

from hypothesis import strategies as st
from policy_text import is_glob

NAMES = (
    *("a", "b", "c", "customers", "orders", "audit_log", "audit_logs", "A", "sales.orders"),
    *("../../etc/passwd", "|x|<script>", "x*y", "what?", "back\\slash", "имя", "列", "🚚"),
    *("with space", " padded ", "new\nline", "`tick`", "null", "1", "#", "-", "l" * 300),
)
MISSING = ("gone", "lost.parent")
CLASSES = {
    "PAYMENTS": "required",
    "NICE": "preferred",
    "FILLER": "optional",
    "LATER": "follow-up",
    "SCRATCH": "excluded",
}
_BUILT_IN = ("CRITICAL", "IMPORTANT", "DEFERRABLE", "EXCLUDED")
_OFTEN = ("CRITICAL", "CRITICAL", "IMPORTANT", "IMPORTANT")

sizes = st.one_of(
    st.sampled_from((0, 0.000001, 1, 100, 1000)),
    st.integers(0, 2000),
    st.integers(1, 2 * 10**9).map(lambda size: size / 10**6),
    st.integers(1, 10**12).map(lambda size: size / 10**9),  # parts of a byte
)
rows = st.one_of(st.sampled_from((0, 1, 2)), st.integers(0, 10**7))
rates = st.one_of(
    st.sampled_from(("1MB/s", "10MB/s", "50MB/s", "90MB/s", "100MB/min")),
    st.integers(5_000_000, 90_000_000).map("{}B/s".format),
    st.sampled_from(("7B/s", "1B/s", "100MB/h", "1kB/s")),
)
sizes_text = st.sampled_from(("1B", "500B", "1kB", "1MB", "100MB", "2GB", "7919B", "3MiB"))
times = st.one_of(
    st.sampled_from(("0s", "1us", "1ms", "2.5s", "5s", "1m")),
    st.integers(1, 10**8).map("{}us".format),
)
durations = st.one_of(
    st.sampled_from(("1s", "1m", "10m", "1h", "24h")), st.integers(1, 3600).map("{}s".format)
)
shares = st.sampled_from(("0%", "10%", "12.5%", "33.3%", "100%"))


def escaped(name):
    """A pattern that means exactly this name."""
    return "".join("\\" + c if c in "*?\\" else c for c in name)


@st.composite
def manifests(draw, most=9, acyclic=None):
    """A manifest; without cycles, missing parents and self references if `acyclic`."""
    names = draw(
        st.lists(
            st.sampled_from(NAMES),
            min_size=draw(st.sampled_from((1, most // 2))),
            max_size=most,
            unique=True,
        )
    )
    tables = [draw(_tables(name)) for name in names]
    acyclic = draw(st.sampled_from((True, True, False))) if acyclic is None else acyclic
    pairs = draw(_pairs(names, acyclic))
    dependencies = {}
    by_name = {table["name"]: table for table in tables}
    for child, parent, inside in pairs:
        holder = by_name[child].setdefault("depends_on", []) if inside else None
        (dependencies.setdefault(child, []) if holder is None else holder).append(parent)
    manifest = {"tables": tables, "dependencies": dependencies}
    if draw(st.booleans()):
        others = st.sampled_from([name for name in NAMES + MISSING if name not in names])
        manifest["present"] = draw(st.lists(others, max_size=3, unique=True))
    return manifest


@st.composite
def _tables(draw, name):
    table = {"name": name, "rows": draw(rows), "size_mb": draw(sizes)}
    if draw(st.integers(0, 3)) == 0:
        table["index_mb"] = draw(sizes)
    if draw(st.integers(0, 5)) == 0:
        table["max_row_mb"] = draw(st.sampled_from((0.000001, 0.01, 1, 60, 700)))
    if draw(st.integers(0, 3)) == 0:
        table["priority"] = draw(st.sampled_from(_BUILT_IN))
    return table


@st.composite
def _pairs(draw, names, acyclic):
    """(child, parent, whether the child's own entry says so); parents of the acyclic come first."""
    places = st.integers(0, len(names) - 1)
    drawn = draw(st.lists(st.tuples(places, places, st.booleans()), max_size=2 * len(names)))
    ends = {(max(a, b), min(a, b)) if acyclic else (a, b): inside for a, b, inside in drawn}
    pairs = [
        (names[a], names[b], inside) for (a, b), inside in ends.items() if not acyclic or a != b
    ]
    if not acyclic and draw(st.integers(0, 2)) == 0:
        pairs.append((names[draw(places)], draw(st.sampled_from(MISSING)), False))
    return pairs


@st.composite
def policies(draw, names):
    """A policy for tables of these names, well-formed, often with effects."""
    own = draw(st.lists(st.sampled_from(sorted(CLASSES)), max_size=3, unique=True))
    classes = {name: {"placement": CLASSES[name]} for name in own}
    known = (*_BUILT_IN, *_OFTEN, *own)
    rules = draw(st.lists(_priorities(names, known), max_size=4))
    if draw(st.integers(0, 5)):
        rest = draw(st.sampled_from((*_OFTEN, "DEFERRABLE", *own)))
        rules.append({"kind": "priority", "tables": "*", "class": rest})
    rules += draw(st.lists(_dependencies(names), max_size=2))
    rules += [_resource(draw(bandwidths), "bandwidth")]
    rules += [_resource(draw(windows(known)), "window") for _ in range(draw(st.integers(1, 3)))]
    rules += draw(_limits())
    rules += draw(st.lists(_throughputs(names), max_size=3))
    if draw(st.booleans()):
        rules.append({"kind": "checkpoint", "at": draw(st.sampled_from(("10s", "50%", "1h")))})
    numbered = [{"id": f"r{at}"} | rule for at, rule in enumerate(rules)]
    return {"policy": "drawn", "rules": numbered} | ({"classes": classes} if classes else {})


def _patterns(names):
    globs = ("*", "a*", "*s", "?", "audit_*", "*.*", "*\\**")
    one = st.one_of(st.sampled_from([escaped(name) for name in names]), st.sampled_from(globs))
    return st.one_of(one, st.lists(one, min_size=1, max_size=3))


def _priorities(names, classes):
    return st.fixed_dictionaries(
        {
            "kind": st.just("priority"),
            "tables": _patterns(names),
            "class": st.sampled_from(classes),
        },
        optional={"value": st.sampled_from((0, 1, 2.5, 1000))},
    )


@st.composite
def _dependencies(draw, names):
    """A dependency rule; a table that it would name on both sides leaves one of them."""
    own = draw(_patterns(names))
    others = draw(_patterns([*names, *MISSING]))
    both = {p for p in ([own] if isinstance(own, str) else own) if not is_glob(p)}
    rest = [p for p in ([others] if isinstance(others, str) else others) if p not in both]
    key = draw(st.sampled_from(("before", "after", "not_after")))
    return {"kind": "dependency", "tables": own, key: rest or "*"}


def _resource(value, key):
    return {"kind": "resource", key: value}


bandwidths = st.one_of(
    st.fixed_dictionaries({"target": rates}),
    st.fixed_dictionaries({"limit": st.just("100MB/s"), "target": rates}),
    st.fixed_dictionaries({"limit": rates}),
)


def windows(classes):
    return st.fixed_dictionaries(
        {"duration": durations},
        optional={
            "reserve": shares,
            "rollback": st.sampled_from(("0s", "1s", "30s", "5m")),
            "accepts": st.lists(
                st.sampled_from(sorted(set(classes))), min_size=1, max_size=3, unique=True
            ),
            "bandwidth": rates,
            "streams": st.integers(1, 8),
        },
    )


@st.composite
def _limits(draw):
    rules = []
    if draw(st.booleans()):
        rules.append(_resource({"limit": draw(st.integers(1, 8))}, "streams"))
    if draw(st.booleans()):
        memory = {"limit": draw(st.sampled_from(("2GB", "2GB", "500MB", "7919B", "1MiB")))}
        if draw(st.booleans()):
            memory["reserve"] = draw(shares.filter(lambda text: text != "100%"))
        rules.append(_resource(memory, "memory"))
    if draw(st.booleans()):
        rules.append(_resource({"size": draw(sizes_text)}, "chunk"))
    return rules


@st.composite
def _throughputs(draw, names):
    keys = {
        "rate": rates,
        "rows_per_second": st.sampled_from((1, 300, 300_000, 10**9)),
        "overhead": times,
        "per_chunk": st.sampled_from(("0s", "1us", "1ms")),
        "index_rate": rates,
        "verify_rate": rates,
        "spread": shares,
    }
    figures = draw(st.fixed_dictionaries({}, optional=keys))
    if figures.keys() - {"spread"} and draw(st.booleans()):
        figures["basis"] = draw(st.sampled_from(("declared", "measured")))
    if draw(st.integers(0, 3)) == 0:
        ways = ("counts", "checksum") if "verify_rate" in figures else ("none", "counts")
        figures["verify"] = draw(st.sampled_from(ways))
    rule = _resource(figures or {"overhead": "1s"}, "throughput")
    return rule | ({"tables": draw(_patterns(names))} if draw(st.booleans()) else {})


@st.composite
def inputs(draw, most=9, acyclic=None):
    """A manifest and a policy for it."""
    manifest = draw(manifests(most, acyclic))
    names = [table["name"] for table in manifest["tables"]]
    return manifest, draw(policies(names))
