"""Bad input gets one clear line for each fault, the right exit status, and no artefact."""

from __future__ import annotations

import gc
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import privileges
import pytest
from command import stowplan

from stowplan.cli import main

POLICY = """\
policy: test
rules:
  - {id: all, kind: priority, tables: "*", class: CRITICAL}
  - {id: night, kind: resource, window: {duration: 4h}}
  - {id: network, kind: resource, bandwidth: {limit: 50MB/s}}
"""

SOUND = '{"tables": [{"name": "a", "rows": 1, "size_mb": 1}]}'

CODE = re.compile(r"(?:error|warning|info)\[([A-Z]\d{3})\]")
LINE = re.compile(r"(?P<path>[^:]+)(?::\d+:\d+)?: (?:error|warning|info)\[[A-Z]\d{3}\] .+")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder to work in, with a policy beside."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "policy.yaml").write_text(POLICY, encoding="utf-8")
    return tmp_path


def check_lines(output: str) -> list[str]:
    """The lines of an output, each a finding that is one line and shows nothing invisible.

    Without their hints, of which `tests/test_policy_faults.py` and the fixtures take care.
    """
    lines = output.split("\n")
    assert lines.pop() == ""
    for line in lines:
        assert line.isprintable()
        assert LINE.fullmatch(line)
        assert "Traceback" not in line
    return [line.split("; hint: ")[0] for line in lines]


def linted(name: str, content: bytes | str, folder, status: int = 1) -> list[str]:
    """What lint says of a manifest; plan must say the same and write nothing."""
    raw = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
    (folder / name).write_bytes(raw)
    before = sorted(path.name for path in folder.iterdir())
    outcome = stowplan("lint", name, "--policy", "policy.yaml")
    assert outcome.status == status
    assert "Traceback" not in outcome.errors
    planned = stowplan("plan", name, "--policy", "policy.yaml", "-o", "out")
    assert planned == (status, outcome.output, "no plan: mend the errors above first\n")
    assert sorted(path.name for path in folder.iterdir()) == before
    return check_lines(outcome.output)


def sized(number: str) -> str:
    """A manifest whose one table has this size; the number begins at 1:49."""
    return f'{{"tables": [{{"name": "a", "rows": 1, "size_mb": {number}}}]}}'


# Nine lists, each nine aliases of the one before: 9^9 values.
LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)

RING = "the alias `*a` stands inside what it names"

# Name, content, and the one line without the path.
UNREADABLE = [
    # nothing there
    ("empty.json", "", "1:1: error[M102] is empty"),
    ("empty.yaml", "", "1:1: error[M102] is empty"),
    ("spaces.json", "  \n \t\n", "1:1: error[M102] is empty"),
    ("spaces.yaml", "   \n\n", "1:1: error[M102] is empty"),
    ("remark.yaml", "# nothing yet\n", "1:1: error[M102] is empty"),
    # no text
    ("bytes.json", bytes(range(256)), "1:1: error[M102] is not text"),
    ("bytes.yaml", bytes(range(256)), "1:1: error[M102] is not text"),
    ("image.yaml", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "1:1: error[M102] is not text"),
    (
        "wide.json",
        '{"tables": []}'.encode("utf-16"),
        "1:1: error[M102] is UTF-16, must be UTF-8",
    ),
    (
        "wide.yaml",
        "tables: []".encode("utf-16"),
        "1:1: error[M102] is UTF-16, must be UTF-8",
    ),
    ("mark.json", b'\xef\xbb\xbf{"tables": []}', "1:1: error[M102] starts with a byte order mark"),
    ("mark.yaml", b"\xef\xbb\xbftables: []", "1:1: error[M102] starts with a byte order mark"),
    ("latin.yaml", b"tables: []\nowner: \xfc\n", "2:8: error[M102] the byte 0xfc is not UTF-8"),
    # depth
    *(
        (f"deep.{ending}", opening * levels + closing * levels, f"1:{column}: error[M102] {text}")
        for levels in (10_000, 1_000_000)
        for ending, opening, closing, column in (
            ("json", "[", "]", 65),
            ("json", '{"a":', "}", 321),
            ("yaml", "[", "]", 65),
            ("yaml", "{a: ", "}", 257),
            ("yaml", "- ", "", 129),
        )
        for text in ["is nested more than 64 levels deep"]
    ),
    (
        "laughs.yaml",
        LAUGHS,
        "7:36: error[M102] holds more than 5000000 values, its aliases written out",
    ),
    ("ring.yaml", "tables: &a [*a]\n", f"1:13: error[M102] {RING}"),
    ("ring.yaml", "&a {tables: *a}", f"1:13: error[M102] {RING}"),
    # numbers
    ("nan.json", sized("NaN"), "1:49: error[M106] `size_mb` must be a finite number, is NaN"),
    (
        "infinite.json",
        sized("Infinity"),
        "1:49: error[M106] `size_mb` must be a finite number, is Infinity",
    ),
    (
        "infinite.yaml",
        "tables: [{name: a, rows: 1, size_mb: -.inf}]",
        "1:38: error[M106] `size_mb` must be a finite number, is -Infinity",
    ),
    ("less.json", sized("-1"), "1:49: error[M106] `size_mb` must not be negative, is -1"),
    (
        "large.json",
        sized("1" + "0" * 400),
        "1:49: error[M106] `size_mb` must not be larger than 8 EiB, "
        "is a number of over 300 digits",
    ),
    (
        "large.json",
        sized("1e400"),
        "1:49: error[M106] `size_mb` must not be larger than 8 EiB, is 1E+400",
    ),
    (
        "large.json",
        sized("1e999999999"),
        "1:49: error[M106] `size_mb` must not be larger than 8 EiB, is 1E+999999999",
    ),
    (
        "large.json",
        sized("1e99999999999999999999"),
        "1:49: error[M102] the exponent of 1e99999999999999999999 is too large to be read",
    ),
    (
        "digits.json",
        sized("9" * 5000),
        "1:49: error[M102] a number of 5000 digits is too long to be read",
    ),
    (
        "digits.yaml",
        f"tables: [{{name: a, rows: {'9' * 5000}, size_mb: 1}}]",
        "1:26: error[M102] the number 9999999999999999999… is too long to be read",
    ),
    (
        "text.json",
        sized('"1"'),
        '1:49: error[M102] `size_mb` must be a number of megabytes, is text "1"',
    ),
    # shape
    ("list.json", "[]", "1:1: error[M102] the document must be a mapping, is a list"),
    ("list.yaml", "- a\n", "1:1: error[M102] the document must be a mapping, is a list"),
    ("text.yaml", "tables", '1:1: error[M102] the document must be a mapping, is text "tables"'),
    ("null.json", "null", "1:1: error[M102] the document must be a mapping, is empty (null)"),
    (
        "mapping.json",
        '{"tables": {"a": {}}}',
        "1:12: error[M102] `tables` must be a list, is a mapping",
    ),
    ("keys.yaml", "source: a\n", "1:1: error[M102] `tables` is missing"),
    ("none.yaml", "tables:\n", "1:8: error[M102] `tables` must be a list, is empty (null)"),
    ("two.yaml", "tables: []\n---\ntables: []\n", "2:1: error[M102] a second document starts here"),
    ("name.json", '{"tables": [{"name": "", "rows": 1, "size_mb": 1}]}',
     "1:22: error[M102] `name` must not be empty"),
    # syntax
    ("half.json", '{"tables": [', "1:13: error[M102] not JSON: a value is expected here"),
    ("tab.yaml", "tables:\n\t- a\n", "2:1: error[M102] not YAML: a tab where YAML wants spaces"),
    ("key.yaml", "tables: []\n? [a]\n: 1\n", "2:3: error[M102] a key must be text"),
    (
        "escape.yaml",
        'tables: [{name: "a\x1bb", rows: 1, size_mb: 1}]',
        "1:19: error[M102] not YAML: the character U+001B is not allowed",
    ),
    (
        "surrogate.json",
        '{"tables": [{"name": "\\ud800", "rows": 1, "size_mb": 1}]}',
        "1:22: error[M102] half of a character: a `\\u` escape without its pair",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content", "line"),
    UNREADABLE,
    ids=[f"{i}-{case[0]}" for i, case in enumerate(UNREADABLE)],
)
def test_a_manifest_with_one_fault_gives_one_line(name, content, line, folder):
    assert linted(name, content, folder) == [f"{name}:{line}"]


@pytest.mark.parametrize("tag", ["!!python/object:os.x {}", "!!python/object/apply:os.system [ls]"])
def test_a_python_tag_is_refused_and_nothing_is_made_of_it(tag, folder):
    lines = linted("tag.yaml", f"tables: {tag}\n", folder)
    short = tag.split()[0].removeprefix("!!")
    assert f"tag.yaml:1:9: error[M102] the tag `tag:yaml.org,2002:{short}` is not allowed" in lines


TABLE = '    {"name": "a", "rows": 1, "size_mb": 1}'
TWICE = f'{{\n  "tables": [\n{TABLE}\n  ],\n  "source": "x",\n'


def test_a_merge_key_is_told_of(folder):
    (folder / "m.yaml").write_text(
        "x-d: &d {rows: 1, size_mb: 1}\ntables:\n  - {<<: *d, name: b}\n"
    )
    hint = "hint: YAML's merge keys are not read: write the keys out"
    line = f"m.yaml:3:6: error[M103] unknown key `<<`; {hint}"
    assert line in stowplan("lint", "m.yaml", "--policy", "policy.yaml").output.splitlines()


def test_every_duplicate_key_of_a_json_manifest_written_twice_is_reported(folder):
    content = TWICE + TWICE.lstrip("{\n").rstrip(",\n") + "\n}\n"
    assert linted("twice.json", content, folder) == [
        "twice.json:6:3: error[M104] duplicate key `tables`, first on line 2",
        "twice.json:9:3: error[M104] duplicate key `source`, first on line 5",
    ]


def test_every_duplicate_key_of_a_yaml_manifest_written_twice_is_reported(folder):
    once = "source: x\ntables:\n  - {name: a, rows: 1, rows: 2, size_mb: 1}\ndestination: y\n"
    assert linted("twice.yaml", once * 2, folder) == [
        "twice.yaml:3:24: error[M104] duplicate key `rows`, first on line 3",
        "twice.yaml:5:1: error[M104] duplicate key `source`, first on line 1",
        "twice.yaml:6:1: error[M104] duplicate key `tables`, first on line 2",
        "twice.yaml:7:24: error[M104] duplicate key `rows`, first on line 7",
        "twice.yaml:8:1: error[M104] duplicate key `destination`, first on line 4",
    ]


def test_unknown_keys_with_control_characters_are_shown_escaped_on_one_line(folder):
    content = '{"a\\nb\\u001b[31m\\u202e": 1, "tables": [{"name": "x", "rows": 1, "size_mb": 1}]}'
    assert linted("key.json", content, folder) == [
        "key.json:1:2: error[M103] unknown key `a\\x0ab\\x1b[31m\\u202e`"
    ]


# --- paths


def test_a_missing_manifest_is_exit_2(folder):
    outcome = stowplan("lint", "none.json")
    assert outcome.status == 2
    (line,) = check_lines(outcome.output)
    assert line.endswith("error[M101] cannot be read: no such file")
    planned = stowplan("plan", "none.json", "--policy", "policy.yaml", "-o", "out")
    assert (planned.status, planned.output) == (2, outcome.output)
    assert not (folder / "out").exists()


def test_a_missing_manifest_does_not_hide_what_is_found_in_the_others(folder):
    (folder / "m.yaml").write_text("tables: []\n")
    outcome = stowplan("lint", "none.json", "m.yaml")
    assert outcome.status == 2
    assert ["M109" in line or "M101" in line for line in check_lines(outcome.output)] == [True] * 2


def test_a_folder_without_a_manifest_is_exit_2(folder):
    (folder / "sub").mkdir()
    assert stowplan("lint", "sub") == (
        2,
        "",
        "stowplan: nothing to lint: no file with `tables` at its top; name a manifest\n",
    )
    planned = stowplan("plan", "sub", "--policy", "policy.yaml")
    assert planned.status == 2
    (line,) = check_lines(planned.output)
    assert "is a folder without manifest.json, manifest.yaml, manifest.yml" in line


def test_a_folder_named_like_a_manifest_is_searched_as_a_folder(folder):
    (folder / "m.json").mkdir()
    (folder / "m.json" / "inner.yaml").write_text("tables: []\n")
    outcome = stowplan("lint", "m.json")
    told = "m.json/inner.yaml:1:9: error[M109] the manifest lists no tables"
    assert outcome.output == f"{told}; hint: list what is to be moved\n"


def test_a_manifest_without_permission_is_exit_2(folder):
    (folder / "m.json").write_text("{}")
    (folder / "m.json").chmod(0)
    outcome = privileges.stowplan("lint", "m.json")
    assert outcome.status == 2
    (line,) = check_lines(outcome.output)
    assert line.endswith("error[M101] cannot be read: permission denied")


def test_a_path_with_control_characters_is_shown_on_one_line(folder):
    outcome = stowplan("lint", "no\nsuch\x1b[31m.json")
    assert outcome.status == 2
    assert len(check_lines(outcome.output)) == 1


def test_a_path_whose_bytes_are_no_utf_8_is_planned_and_can_be_found_again(folder):
    name = os.fsdecode(b"m\xff.json")
    (folder / name).write_text(SOUND)
    outcome = stowplan("plan", name, "--policy", "policy.yaml", "-o", "out")
    assert outcome.status == 0
    plan = json.loads((folder / "out" / "migration_plan.json").read_text(encoding="utf-8"))
    assert (folder / "out" / plan["manifest"]["path"]).read_text() == SOUND


def test_output_that_cannot_show_a_name_shows_its_escape(folder, monkeypatch):
    (folder / "m.json").write_text('{"tables": [{"name": "\\u00fc", "rows": 1, "size_mb": 0}]}')
    raw = io.BytesIO()
    with monkeypatch.context() as patched:
        patched.setattr("sys.stdout", io.TextIOWrapper(raw, encoding="ascii"))
        assert main(["lint", "m.json"]) == 1
        sys.stdout.flush()
        shown = raw.getvalue()
    gc.enable()
    line = rb"m.json:1:54: error[M107] table \xfc has 1 rows but no size; hint: measure its size"
    assert shown == line + os.linesep.encode()


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["lnt"],
        ["lint", "--formt", "json"],
        ["lint", "m.json", "--polic", "policy.yaml"],  # an option is written out
        ["lint", "m.json", "--fail", "info"],
        ["test", "--require"],
    ],
)
def test_a_command_line_that_cannot_be_read_is_exit_2(arguments, folder):
    status, output, errors = stowplan(*arguments)
    assert (status, output) == (2, "")
    assert "usage: " in errors


def test_a_plan_of_nothing_is_a_usage_error(folder):
    told = "stowplan: no manifest: name one, or a folder with one\n"
    assert stowplan("plan") == (2, "", told)


# --- what never ends, and what is closed

FIFO = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
ENDLESS = "it is no ordinary file"


@FIFO
@pytest.mark.parametrize(
    "arguments",
    [
        ["lint", "PIPE"],
        ["plan", "PIPE", "--policy", "policy.yaml"],
        ["lint", "m.json", "--policy", "PIPE"],
        ["lint", "m.json", "--baseline", "PIPE"],
        ["test", "PIPE"],
        ["plan", "--check", "PIPE"],
        ["why", "a", "PIPE"],
        ["policies", "--policy", "PIPE"],
    ],
)
def test_a_pipe_that_nobody_writes_to_is_not_waited_for(arguments, folder):
    os.mkfifo(folder / "pipe.yaml")
    (folder / "m.json").write_text(SOUND)
    outcome = stowplan(*["pipe.yaml" if word == "PIPE" else word for word in arguments])
    assert outcome.status == 2
    assert ENDLESS in outcome.output + outcome.errors


@FIFO
@pytest.mark.parametrize("name", ["stowplan.yaml", "policies/a.yaml", "policies/a_test.yaml"])
def test_a_pipe_is_not_waited_for_where_it_is_found(name, folder):
    (folder / "policies").mkdir()
    (folder / "policies" / "b.yaml").write_text(POLICY)
    (folder / "m.json").write_text(SOUND)
    os.mkfifo(folder / name)
    outcome = stowplan("lint", "m.json")
    assert (ENDLESS in outcome.output) == (outcome.status == 2) == ("_test" not in name)


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="no devices here")  # noqa: PTH110
def test_a_device_is_not_read(folder):
    (folder / "m.json").write_text(SOUND)
    (folder / "zero.yaml").symlink_to("/dev/zero")
    assert ENDLESS in stowplan("lint", "zero.yaml").output
    assert ENDLESS in stowplan("lint", "m.json", "--policy", "zero.yaml").output


def closed(*descriptors: int, words=("explain", "D203")):
    """A command run with these of its standard streams closed."""

    def close() -> None:
        for descriptor in descriptors:
            os.close(descriptor)

    return subprocess.run(
        [sys.executable, "-m", "stowplan", *words],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=close,
    )


@pytest.mark.skipif(os.name == "nt", reason="streams are closed otherwise there")
def test_closed_streams_are_no_bug(folder):
    told = closed(1)
    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr == "stowplan: standard output is closed: nothing could be told\n"
    assert closed(1, 2).returncode == 2
    (folder / "m.json").write_text(SOUND)
    silent = closed(2, words=("lint", "m.json", "--policy", "policy.yaml"))
    assert (silent.returncode, silent.stdout) == (0, "")


# --- what keeps a plan from being made is told, whatever the policy calls it


@pytest.mark.parametrize("severity", ["off", "info", "warning"])
def test_a_manifest_without_tables_is_never_planned(severity, folder):
    (folder / "m.json").write_text('{"tables": []}')
    (folder / "policy.yaml").write_text(f"{POLICY}severities: {{M109: {severity}}}\n")
    outcome = stowplan("plan", "m.json", "--policy", "policy.yaml", "-o", "out")
    assert outcome.status == 1
    assert outcome.output.startswith("m.json:1:12: error[M109] the manifest lists no tables")
    assert not (folder / "out").exists()


@pytest.mark.parametrize("severity", ["off", "info", "warning"])
@pytest.mark.parametrize("rule", ["night", "network"])
def test_without_a_window_or_a_rate_a_plan_says_so(rule, severity, folder):
    (folder / "m.json").write_text(SOUND)
    lines = [line for line in POLICY.splitlines() if f"id: {rule}" not in line]
    policy = "\n".join([*lines, f"severities: {{R404: {severity}}}\n"])
    (folder / "policy.yaml").write_text(policy)
    outcome = stowplan("plan", "m.json", "--policy", "policy.yaml", "-o", "out")
    assert outcome.status == 1
    assert "error[R404] the policy states no " in outcome.output
    assert not (folder / "out").exists()


# --- where the artefacts go


def planned_into(folder, target, run=stowplan):
    """Plan into a folder that will not do: one line that says so."""
    (folder / "m.json").write_text(SOUND)
    outcome = run("plan", "m.json", "--policy", "policy.yaml", "-o", target)
    assert outcome.status == 2
    assert outcome.output == ""
    assert outcome.errors.count("\n") == 1
    assert outcome.errors.startswith(f"stowplan: {target}: the artefacts cannot be written: ")
    return outcome


def test_an_output_folder_that_is_a_file_stays_as_it_is(folder):
    (folder / "out").write_text("mine")
    planned_into(folder, "out")
    assert (folder / "out").read_text() == "mine"


def test_an_output_folder_below_a_file_cannot_be_made(folder):
    (folder / "out").write_text("mine")
    planned_into(folder, "out/deeper")
    assert (folder / "out").read_text() == "mine"


def test_an_output_folder_without_permission_stays_empty(folder):
    (folder / "out").mkdir(mode=0o500)
    planned_into(folder, "out", privileges.stowplan)
    assert list((folder / "out").iterdir()) == []


def test_an_artefact_that_cannot_be_replaced_leaves_the_others_as_they_were(folder):
    """The last of the three is a folder: no file may be half of the new plan."""
    (folder / "out" / "follow_up.manifest.json").mkdir(parents=True)
    (folder / "out" / "migration_plan.md").write_text("old")
    planned_into(folder, "out")
    left = sorted(path.name for path in (folder / "out").iterdir())
    assert left == ["follow_up.manifest.json", "migration_plan.md"]
    assert (folder / "out" / "migration_plan.md").read_text() == "old"


def test_what_else_is_in_the_output_folder_is_left_alone(folder):
    (folder / "m.json").write_text(SOUND)
    (folder / "out").mkdir()
    (folder / "out" / "notes.txt").write_text("mine")
    assert stowplan("plan", "m.json", "--policy", "policy.yaml", "-o", "out").status == 0
    assert sorted(path.name for path in (folder / "out").iterdir()) == [
        "follow_up.manifest.json",
        "migration_plan.csv",
        "migration_plan.html",
        "migration_plan.json",
        "migration_plan.md",
        "notes.txt",
    ]


# --- names that mean harm

HOSTILE = [
    "../../etc/passwd",
    "|x|<script>alert(1)</script>",
    "line\nbreak",
    "carriage\rreturn",
    "escape\x1b[31mred",
    "bidi\u202egnp.exe",
    "isolate\u2066x",
    "zero\u200bwidth",
    "separator\u2028line",
    "next\x85line",
    "nul\x00byte",
    "tab\tstop",
    "quotes\"'`",
    "back\\",
    "back\\|pipe",
    "`code|span`",
    "# heading",
    "- item",
    "**bold** _under_",
    "[link](javascript:alert(1))",
    "![image](http://example.com/x.png)",
    "&lt;b&gt;",
    "<!-- comment -->",
    "| --- |",
    "a||b",
    "```",
    "  spaces  ",
    "1e5",
    "007",
    "null",
    "{braces} {0} %s $(x)",
    "Ünïcödé 😀",
]


@pytest.fixture
def hostile(folder):
    """The artefacts of a plan over hostile names; some are required, the rest deferred."""
    manifest = {
        "source": "<script>\n|",
        "tables": [
            {"name": name, "rows": 10, "size_mb": 1, "depends_on": HOSTILE[:1] if number else []}
            for number, name in enumerate(HOSTILE)
        ],
    }
    (folder / "hostile.json").write_text(json.dumps(manifest))
    (folder / "hostile.yaml").write_text(
        "policy: test\nrules:\n"
        '  - {id: "core|<script> # x", kind: priority, tables: ["*|*", "../*"], '
        "class: CRITICAL}\n"
        '  - {id: rest, kind: priority, tables: "*", class: DEFERRABLE}\n'
        '  - {id: "night|<script> # x", kind: resource, window: {duration: 4h}}\n'
        '  - {id: later, kind: resource, window: {name: "|<script> # x", duration: 2h}}\n'
        "  - {id: network, kind: resource, bandwidth: {limit: 50MB/s}}\n"
        '  - {id: look, kind: checkpoint, after: "*|*", decider: "|<script>\\n# x"}\n'
    )
    outcome = stowplan("plan", "hostile.json", "--policy", "hostile.yaml", "-o", "out")
    assert outcome.status == 0
    assert all(line.isprintable() for line in outcome.output.split("\n"))
    return folder / "out"


def markdown_tables(text: str) -> list[list[list[str]]]:
    """The cells of every table of a Markdown text; a bar after a backslash is no bar."""
    tables: list[list[list[str]]] = []
    last = -2
    for number, line in enumerate(text.split("\n")):
        if line.startswith("|"):
            cells = re.split(r"(?<!\\)(?:\\\\)*\|", line.strip())
            if number != last + 1:
                tables.append([])
            tables[-1].append(cells[1:-1])
            last = number
    return tables


def test_the_markdown_of_hostile_names_has_no_markup_of_theirs(hostile):
    text = (hostile / "migration_plan.md").read_text(encoding="utf-8")
    assert "<" not in text
    assert "javascript:" not in text
    assert not re.search(r"(?<!\\)!?\[(?! \])", text)
    assert all(line.isprintable() for line in text.split("\n"))
    headings = [line for line in text.split("\n") if line.startswith("#")]
    assert "# Migration Plan" in headings
    assert not [line for line in headings if re.fullmatch(r"#+ (heading|x).*", line)]


def test_the_tables_of_the_markdown_keep_their_columns(hostile):
    tables = markdown_tables((hostile / "migration_plan.md").read_text(encoding="utf-8"))
    assert len(tables) >= 2
    for header, _, *rows in tables:
        assert rows
        assert all(len(row) == len(header) for row in rows)
    assert len(tables[0]) == 2 + len(HOSTILE)


def test_the_json_of_hostile_names_holds_them_unchanged(hostile):
    plan = json.loads((hostile / "migration_plan.json").read_text(encoding="utf-8"))
    names = {table["name"] for table in (*plan["tables"], *plan["deferred"])}
    assert names == set(HOSTILE)
    again = json.loads((hostile / "follow_up.manifest.json").read_text(encoding="utf-8"))
    moved = {table["name"] for table in plan["tables"]}
    assert set(again["present"]) == moved
    assert {table["name"] for table in again["tables"]} == set(HOSTILE) - moved


def test_nothing_is_written_outside_the_output_folder(hostile):
    assert sorted(path.name for path in hostile.iterdir()) == [
        "follow_up.manifest.json",
        "migration_plan.csv",
        "migration_plan.html",
        "migration_plan.json",
        "migration_plan.md",
    ]
    beside = sorted(path.name for path in hostile.parent.iterdir())
    assert beside == ["hostile.json", "hostile.yaml", "out", "policy.yaml"]


@pytest.mark.parametrize("name", HOSTILE)
def test_findings_on_a_hostile_name_are_one_line_each(name, folder):
    tables = [
        {"name": name, "rows": 10, "size_mb": 0, "depends_on": [name + "x"]},
        {"name": name + "x", "rows": 0, "size_mb": 1, "depends_on": [name]},
        {"name": name, "rows": 1, "size_mb": 1, "depends_on": [name, name + "y"]},
    ]
    (folder / "m.json").write_text(json.dumps({"tables": tables}))
    outcome = stowplan("lint", "m.json", "--policy", "policy.yaml")
    assert outcome.status == 1
    codes = {found for line in check_lines(outcome.output) for found in CODE.findall(line)}
    assert codes == {"M105", "M107", "D201", "D202", "D203"}


@pytest.mark.parametrize("name", HOSTILE)
def test_the_rule_that_opens_a_cycle_can_be_pasted_whatever_the_names(name, folder):
    """The hint of D203, pasted, opens it."""
    tables = [
        {"name": name, "rows": 1, "size_mb": 1, "depends_on": [name + "*\\"]},
        {"name": name + "*\\", "rows": 1, "size_mb": 1, "depends_on": [name]},
    ]
    (folder / "m.json").write_text(json.dumps({"tables": tables}))
    first = stowplan("lint", "m.json", "--policy", "policy.yaml", "--format", "json")
    (violation,) = json.loads(first.output)["violations"]
    assert violation["code"] == "D203"
    assert violation["tables"] == sorted([name, name + "*\\"])
    pasted = violation["hint"].split("\n", 1)[1]
    indented = "".join(f"  {line}\n" for line in pasted.split("\n"))
    (folder / "opened.yaml").write_text(POLICY + indented)
    again = stowplan("lint", "m.json", "--policy", "opened.yaml")
    assert (again.status, again.output) == (0, "")


CONSTRAINTS = "- Window: 4 hours\n- Bandwidth: 10 MB/s\n- CRITICAL: orders\n"


def test_a_constraints_file_by_its_name_stands_for_the_manifest_beside_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("constraints.md").write_text(CONSTRAINTS)
    alone = stowplan("lint", "constraints.md")
    assert (alone.status, alone.output) == (0, "")
    assert alone.errors == "note: constraints.md: read; there is no manifest beside it\n"
    Path("manifest.yaml").write_text("tables:\n  - {name: orders, rows: 1, size_mb: 1}\n")
    both = stowplan("lint", "constraints.md", "manifest.yaml")
    assert both.errors == "1 manifest: 0 errors\n"
    Path("constraints.md").write_text(f"{CONSTRAINTS}- orders should come early\n")
    faulty = stowplan("lint", "constraints.md")
    assert faulty.status == 2
    assert faulty.output.startswith("constraints.md:4:3: error[Y601] a constraint that is not read")


def test_a_policy_without_tests_fails_only_where_tests_are_asked_for(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert stowplan("test").status == 2
    outcome = stowplan("test", "--if-any")
    assert (outcome.status, outcome.output) == (0, "")
    assert outcome.errors == "note: nothing to test: no *_test.yaml in .\n"
