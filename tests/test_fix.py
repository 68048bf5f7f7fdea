"""`lint --fix` mends what has one safe mend, and leaves every other byte.

A folder of fixtures/fix has a file `before`, the same file `after` its mends, and the `notes` that
`--fix` makes; `ACCEPT=1 pytest tests/test_fix.py` rewrites the latter two.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from command import stowplan
from hypothesis import given
from hypothesis import strategies as st

from stowplan.cli.mended_files import written
from stowplan.documents import parse, read

ROOT = Path(__file__).parent.parent
FOLDERS = sorted(path for path in (ROOT / "fixtures" / "fix").iterdir() if path.is_dir())
AS_OF = ("--as-of", "2026-12-01")
SOUND = "tables:\n  - {name: customers, rows: 1, size_mb: 1}\n"


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """Every test has a folder of its own, so that paths in messages are short."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def fixed(text, name="m.yaml"):
    """What `--fix` makes of a manifest."""
    Path(name).write_bytes(text.encode())
    stowplan("lint", "--fix", name)
    return Path(name).read_bytes().decode()


def notes(outcome):
    """The lines about mends."""
    return [line for line in outcome.errors.splitlines() if line.startswith("note: ")]


def lay_out(folder):
    """Put a fixture where it belongs: its own path, and that of the manifest to lint."""
    before = next(folder.glob("before.*"))
    if folder.name != "policy":
        target = Path(shutil.copy(before, f"manifest{before.suffix}"))
        return target, target
    Path("manifest.yaml").write_text(SOUND)
    Path("policies").mkdir()
    return Path(shutil.copy(before, "policies/p.yaml")), Path("manifest.yaml")


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_file_is_mended_as_shown(folder):
    """Each fixture becomes its `after`, byte by byte, with the notes listed."""
    target, manifest = lay_out(folder)
    shown = stowplan("lint", "--diff", manifest, *AS_OF)
    assert target.read_bytes() == next(folder.glob("before.*")).read_bytes()
    outcome = stowplan("lint", "--fix", manifest, *AS_OF)
    after, told = folder / f"after{target.suffix}", folder / "notes.txt"
    if os.environ.get("ACCEPT"):
        after.write_bytes(target.read_bytes())
        told.write_text("".join(f"{line}\n" for line in notes(outcome)))
    assert target.read_bytes() == after.read_bytes()
    assert notes(outcome) == told.read_text().splitlines()
    assert shown.status == (2 if folder.name == "policy" else 1)
    assert shown.output
    assert stowplan("lint", "--diff", manifest, *AS_OF).output == ""


LEFT = {
    "two known keys are near": "tables:\n- {name: a, rows: 1, size_mb: 1, primary: x}\n",
    "the right key is there": "tables:\n- {name: a, rows: 1, row: 1, size_mb: 1}\n",
    "two keys mean one": "tables:\n- {name: a, rows: 1, size_mb: 1, ownr: x, onwer: y}\n",
    "the value is not the key's": "tables:\n- {name: a, rows: 1, size_mb: 1, ownr: 5}\n",
    "no known key is near": "tables:\n- {name: a, rows: 1, size_mb: 1, colour: red}\n",
    "a key of the user's own": "tables:\n- {name: a, rows: 1, size_mb: 1, x-owner: me}\n",
    "a label of any name": "tables:\n- {name: a, rows: 1, size_mb: 1, labels: {row: x}}\n",
    "a key with an anchor that is used": (
        "tables:\n- {name: a, rows: 1, size_mb: 1, &k ownr: x, priority: *k }\n"
    ),
    "a key as a block": "tables:\n- name: a\n  rows: 1\n  size_mb: 1\n  ? >-\n    ownr\n  : x\n",
    "a misspelled key twice": "tables:\n- {name: a, rows: 1, size_mb: 1, ownr: x, ownr: y}\n",
    "a table is listed twice": "total_size_mb: 9\ntables:\n"
    + 2 * "- {name: a, rows: 1, size_mb: 1}\n",
    "a table has no size": "total_size_mb: 9\ntables:\n- {name: a, rows: 1}\n",
    "a table has rows but weighs nothing": (
        "total_size_mb: 9\ntables:\n- {name: a, rows: 1, size_mb: 0}\n"
    ),
    "a table may be missing": (
        "total_size_mb: 9\ntables:\n- {name: a, rows: 1, size_mb: 1, depends_on: [b]}\n"
    ),
    "a total through an alias": (
        "tables:\n- {name: a, rows: 1, size_mb: &s 9}\n- {name: b, rows: 1, size_mb: 1}\n"
        "total_size_mb: *s\n"
    ),
    "a total with an anchor that is used": (
        "total_size_mb: &s 9\ntables:\n- {name: a, rows: 1, size_mb: *s }\n"
        "- {name: b, rows: 1, size_mb: 1}\n"
    ),
    "an edge in two places": (
        "tables:\n- {name: a, rows: 1, size_mb: 1}\n"
        "- {name: b, rows: 1, size_mb: 1, depends_on: [a]}\ndependencies: {b: [a]}\n"
    ),
    "a list behind an alias": (
        "tables:\n- {name: a, rows: 1, size_mb: 1}\n- {name: b, rows: 1, size_mb: 1}\n"
        "- {name: c, rows: 1, size_mb: 1}\ndependencies:\n  b: &l [a, a]\n  c: *l\n"
    ),
    "an item on several lines": (
        "tables:\n- {name: a, rows: 1, size_mb: 1}\n- name: b\n  rows: 1\n  size_mb: 1\n"
        "  depends_on:\n  - a\n  -\n    a\n"
    ),
    "an anchored item": (
        "tables:\n- {name: a, rows: 1, size_mb: 1}\n- name: b\n  rows: 1\n  size_mb: 1\n"
        "  depends_on:\n  - a\n  - &x a\n"
    ),
    "not YAML": "tables: [\n- {name: a, row: 1, size_mb: 1}\n",
    "a byte order mark": "\ufefftables:\n- {name: a, row: 1, size_mb: 1}\n",
    "nothing wrong": SOUND,
}


@pytest.mark.parametrize("text", LEFT.values(), ids=LEFT)
def test_what_has_no_one_safe_mend_is_left(text):
    """Where there are two ways to mend a file, or none, not a byte of it changes."""
    assert fixed(text) == text
    shown = stowplan("lint", "--diff", "m.yaml")
    assert (shown.status, shown.output) == (0, "")


def test_only_the_mend_that_does_not_hold_is_left_out():
    """Others of the same file are made, and the note says why one was not."""
    text = "total_size_mb: &s 9\ntables:\n- {name: a, rows: 1, size_mb: 1, x-s: *s }\n"
    text += "- {name: b, rows: 1, size_mb: 1, depends_on: [a, a]}\n"
    assert fixed(text) == text.replace("[a, a]", "[a]")
    told = stowplan("lint", "--diff", "m.yaml").errors
    assert "m.yaml:1:19: not mended: `total_size_mb` should be 2: its edit would" in told


# --- drawn files: each piece of text as it is, and as it is to be

_SPELLINGS = {
    "rows": ("row", "Rows", "rwos"),
    "size_mb": ("sizemb", "SIZE-MB", "siz_mb"),
    "owner": ("ownr", "OWNER"),
    "depends_on": ("depend_on", "Depends-On", "dependson"),
}
_BLANKS = st.sampled_from(("", " ", "  "))


class Pieces:
    """Text that is drawn twice at once."""

    def __init__(self, draw):
        self.draw, self.before, self.after = draw, "", ""

    def add(self, before, after=None):
        self.before += before
        self.after += before if after is None else after

    def key(self, known, quotes):
        quote = self.draw(st.sampled_from(quotes))
        written = self.draw(st.sampled_from((known, known, *_SPELLINGS.get(known, ()))))
        self.add(f"{quote}{written}{quote}", f"{quote}{known}{quote}")

    def blank(self, breaks=False):
        self.add(
            self.draw(_BLANKS) + (self.draw(st.sampled_from(("", "\n ", ""))) if breaks else "")
        )

    def comment(self):
        if self.draw(st.booleans()):
            self.add(f"  # note {len(self.before)}, [x] - 'y")

    def parents(self, names):
        """Names in order, each with whether it has been there already."""
        listed = self.draw(st.lists(st.sampled_from(names), min_size=1, max_size=6))
        return [(name, name in listed[:n]) for n, name in enumerate(listed)]

    def flow_list(self, names, quotes):
        self.add("[")
        for n, (name, repeated) in enumerate(self.parents(names)):
            gap = (
                f"{self.draw(_BLANKS)},{self.draw(st.sampled_from(('', ' ', chr(10) + '      ')))}"
            )
            quote = self.draw(st.sampled_from(quotes))
            text = f"{gap if n else ''}{quote}{name}{quote}"
            self.add(text, "" if repeated else text)
        self.blank()
        self.add("]")

    def block_list(self, names, indent):
        self.comment()
        self.add("\n")
        for name, repeated in self.parents(names):
            quote = self.draw(st.sampled_from(("", "'", '"')))
            line = f"{indent}-{self.draw(st.sampled_from((' ', '   ')))}{quote}{name}{quote}"
            self.add(line, "" if repeated else line)
            if repeated:
                self.add(f"{self.draw(_BLANKS)}\n", "")
                continue
            self.comment()
            self.add("\n")

    def flow_table(self, name, earlier, quotes):
        self.add("{")
        self.key("name", quotes)
        value = f"{quotes[-1]}{name}{quotes[-1]}"
        self.add(f": {value}")
        for known, text in (("rows", "7"), ("size_mb", "0.5"), ("owner", '"row, rows"')):
            self.blank()
            self.add(", ")
            self.key(known, quotes)
            self.add(f": {text}")
        if earlier:
            self.add(", ")
            self.key("depends_on", quotes)
            self.add(": ")
            self.flow_list(earlier, quotes)
        self.blank(breaks=True)
        self.add("}")

    def block_table(self, name, earlier):
        self.add(f"name: {name}")
        for known, text in (("owner", "'it''s row'"), ("rows", "7"), ("size_mb", "0.50")):
            self.comment()
            self.add("\n    ")
            self.key(known, ("", "'", '"'))
            self.add(f":  {text}")
        self.comment()
        self.add("\n")
        if earlier:
            self.add("    ")
            self.key("depends_on", ("", '"'))
            self.add(":")
            self.block_list(earlier, self.draw(st.sampled_from(("    ", "      "))))

    def total(self, count, quote=""):
        stated = self.draw(st.sampled_from(("0.5", "99.0", "12")))
        right = f"{count * 0.5:g}"
        if float(stated) == float(right):
            right = stated
        elif "." in stated and "." not in right:
            right += ".0"
        self.add(f"{quote}total_size_mb{quote}: {stated}", f"{quote}total_size_mb{quote}: {right}")


@st.composite
def yaml_files(draw):
    """A manifest in YAML, before and after."""
    pieces = Pieces(draw)
    names = ["a", "b.c", "список", "d-e"][: draw(st.integers(1, 4))]
    pieces.add("# head\n")
    pieces.total(len(names))
    pieces.comment()
    pieces.add("\n\ntables:\n")
    for n, name in enumerate(names):
        pieces.add("  - ")
        if draw(st.booleans()):
            pieces.flow_table(name, names[:n], ("", "'", '"'))
            pieces.comment()
            pieces.add("\n")
        else:
            pieces.block_table(name, names[:n])
    if draw(st.booleans()):
        pieces.add(f"dependencies:\n  {names[-1]}:")
        pieces.block_list(names, "  ")
    pieces.add("...\n")
    ending = draw(st.sampled_from(("\n", "\r\n")))
    return tuple(text.replace("\n", ending) for text in (pieces.before, pieces.after))


@st.composite
def json_files(draw):
    """A manifest in JSON, before and after."""
    pieces = Pieces(draw)
    names = ["a", "b.c", "список", "d-e"][: draw(st.integers(1, 4))]
    pieces.add("{")
    pieces.blank(breaks=True)
    pieces.total(len(names), '"')
    pieces.add(',\n"tables": [')
    for n, name in enumerate(names):
        pieces.add(", " if n else "")
        pieces.flow_table(name, names[:n], ('"',))
    pieces.add('], "dependencies": {')
    pieces.add(f'"{names[-1]}": ')
    pieces.flow_list(names, ('"',))
    pieces.add("}}" + draw(st.sampled_from(("", "\n"))))
    return pieces.before, pieces.after


@pytest.mark.parametrize(("files", "ending"), [(yaml_files(), "yaml"), (json_files(), "json")])
def test_drawn_files_change_where_they_are_wrong_and_nowhere_else(files, ending):
    """Every byte outside the faults survives, the result reads as wanted, and is final."""

    @given(files)
    def check(texts):
        before, after = texts
        assert fixed(before, f"m.{ending}") == after
        assert fixed(after, f"m.{ending}") == after
        read = yaml.safe_load if ending == "yaml" else json.loads
        assert all({"name", "rows", "size_mb", "owner"} <= set(t) for t in read(after)["tables"])

    check()


# --- the command


def test_the_documentation_shows_what_happens():
    """docs/fixing.md: its manifest, and what the two commands print about it."""
    page = (ROOT / "docs" / "fixing.md").read_text()
    manifest, session = re.findall(r"```(?:yaml|console)\n(.*?)```", page, re.DOTALL)
    Path("manifest.yaml").write_text(manifest)
    (diff, shown), (fix, told) = re.findall(r"\$ stowplan (.*)\n((?:(?!\$ ).*\n)*)", session)
    first, then = stowplan(*diff.split()), stowplan(*fix.split())
    assert (first.status, first.output, first.errors) == (1, shown, "")
    assert (then.status, then.output, then.errors) == (0, "", told)


WRONG = "tables:\n  - {name: customers, rows: 1, size_mb: 1, ownr: x}\n"
RIGHT = WRONG.replace("ownr", "owner")
TOTAL = "total_size_mb: 9\n" + SOUND


def test_what_is_left_decides_the_exit_status_and_is_reported():
    """Findings that have no mend are told as ever, at their places in the mended file."""
    Path("m.yaml").write_text(WRONG.replace("}", ", colour: red}"))
    outcome = stowplan("lint", "--fix", "--format", "json", "m.yaml")
    assert outcome.status == 1
    (left,) = json.loads(outcome.output)["violations"]
    assert (left["code"], left["line"], left["column"]) == ("M103", 2, 54)
    assert notes(outcome) == ["note: m.yaml:2:44: mended: `ownr` is now `owner`"]


@pytest.mark.parametrize("form", ["text", "full", "json", "sarif", "github"])
def test_a_mended_file_is_reported_like_one_that_was_right(form):
    """In every format; what is written to a file with --output too."""
    Path("m.yaml").write_text(RIGHT)
    wanted = stowplan("lint", "m.yaml", "--format", form).output
    Path("m.yaml").write_text(WRONG)
    outcome = stowplan("lint", "--fix", "m.yaml", "--format", form, "--output", f"{form}=out")
    assert (outcome.status, outcome.output, Path("out").read_text()) == (0, wanted, wanted)


def test_several_files_are_mended_and_one_that_cannot_be_read_is_told():
    """M101 makes the exit status 2 and keeps nothing else from being mended or shown."""
    for name in ("a.yaml", "b.yaml"):
        Path(name).write_text(WRONG)
    shown = stowplan("lint", "--diff", "a.yaml", "gone.yaml", "b.yaml")
    assert (shown.status, shown.output.count("+++ ")) == (2, 2)
    assert "gone.yaml:1:1: error[M101]" in shown.errors
    outcome = stowplan("lint", "--fix", "a.yaml", "gone.yaml", "b.yaml")
    assert outcome.status == 2
    assert "gone.yaml:1:1: error[M101]" in outcome.output
    assert "2 mends in 2 files" in outcome.errors
    assert Path("a.yaml").read_text() == Path("b.yaml").read_text() == RIGHT


def test_nothing_to_lint_is_nothing_to_mend():
    """An empty folder is told as without the option."""
    for option in ("--fix", "--diff"):
        outcome = stowplan("lint", option, ".")
        assert (outcome.status, outcome.errors.count("nothing to lint")) == (2, 1)


def test_permissions_and_links_stay():
    """The file behind a link is replaced; a second name of it is no second mend."""
    Path("real.yaml").write_text(WRONG)
    Path("real.yaml").chmod(0o640)
    Path("link.yaml").symlink_to("real.yaml")
    outcome = stowplan("lint", "--fix", "link.yaml", "real.yaml")
    assert (outcome.status, Path("real.yaml").read_text()) == (0, RIGHT)
    assert Path("link.yaml").is_symlink()
    assert Path("real.yaml").stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in Path().iterdir()) == ["link.yaml", "real.yaml"]


def test_a_read_only_file_stays():
    """It is told, its findings are reported, and the exit status is 2."""
    Path("m.yaml").write_text(WRONG)
    Path("m.yaml").chmod(0o444)
    outcome = stowplan("lint", "--fix", "m.yaml")
    assert (outcome.status, Path("m.yaml").read_text()) == (2, WRONG)
    assert notes(outcome) == ["note: m.yaml: not mended: it is read-only"]
    assert "[M103]" in outcome.output


def test_standard_input_is_linted_but_not_mended():
    """There is no file that could be replaced."""
    command = [sys.executable, "-m", "stowplan", "lint", "--fix", "/dev/stdin"]
    outcome = subprocess.run(
        command, input=WRONG, capture_output=True, text=True, timeout=60, check=False
    )
    assert outcome.returncode == 2
    assert "[M103]" in outcome.stdout
    assert "note: /dev/stdin: not mended: it is no file that can be replaced" in outcome.stderr


def test_a_file_that_has_changed_meanwhile_stays():
    """What was read is what would be mended: another's change must not be lost."""
    Path("m.yaml").write_text(WRONG)
    before, after = read("m.yaml"), parse(RIGHT, "m.yaml")
    Path("m.yaml").write_text(SOUND)
    assert written(before, after) == "it has changed since it was read"
    assert Path("m.yaml").read_text() == SOUND


@pytest.mark.parametrize("program", ["patch -p0", "git apply -p0"], ids=["patch", "git"])
@pytest.mark.parametrize("folder", [f for f in FOLDERS if f.name != "policy"], ids=lambda f: f.name)
def test_a_diff_can_be_applied(folder, program):
    """What --diff prints makes of the file what --fix does."""
    if shutil.which(program.split()[0]) is None:
        pytest.skip(f"{program} is not installed")
    target, _ = lay_out(folder)
    text = stowplan("lint", "--diff", target).output
    command = [*program.split(), *(("--binary",) if program.startswith("patch") else ())]
    subprocess.run(command, input=text.encode(), check=True, capture_output=True)
    assert target.read_bytes() == next(folder.glob("after.*")).read_bytes()


@pytest.mark.parametrize(
    "options",
    [("--fix",), ("--format", "text"), ("--output", "json=x"), ("--write-baseline", "b")],
    ids=lambda options: options[0],
)
def test_a_diff_comes_alone(options):
    """It would mix with what else standard output carries, or promise what was not done."""
    Path("m.yaml").write_text(WRONG)
    outcome = stowplan("lint", "--diff", "m.yaml", *options)
    assert (outcome.status, outcome.output) == (2, "")
    assert "--diff" in outcome.errors
    assert [path.name for path in Path().iterdir()] == ["m.yaml"]


# --- with policies and baselines

POLICY = "policy: p\nrules:\n  - {id: all, kind: priority, tables: '*', class: CRITICAL}\n"
WAIVER = """\
waivers:
  - {code: M108, reason: one to come, owner: dba, expires: 2027-01-31}
"""
ACCEPTING = {
    "waived": WAIVER,
    "off": "severities: {M108: off}\n",
}


@pytest.mark.parametrize("policy", ACCEPTING.values(), ids=ACCEPTING)
def test_a_total_that_is_accepted_stays(policy):
    """Somebody has looked at it and said that it is to be so."""
    Path("p.yaml").write_text(POLICY + policy)
    Path("m.yaml").write_text(TOTAL)
    outcome = stowplan("lint", "--fix", "m.yaml", "--policy", "p.yaml", *AS_OF)
    assert (outcome.status, Path("m.yaml").read_text()) == (0, TOTAL)
    late = stowplan("lint", "--fix", "m.yaml", "--policy", "p.yaml", "--as-of", "2027-02-01")
    assert late.status == 0
    assert Path("m.yaml").read_text() == (TOTAL if policy != WAIVER else TOTAL.replace("9", "1"))


def test_a_total_in_the_baseline_stays():
    """--baseline accepts it; --write-baseline comes after the mends and lists what is left."""
    Path("m.yaml").write_text(TOTAL)
    stowplan("lint", "m.yaml", "--write-baseline", "b.json")
    assert stowplan("lint", "--fix", "m.yaml", "--baseline", "b.json").status == 0
    assert Path("m.yaml").read_text() == TOTAL
    assert stowplan("lint", "--fix", "m.yaml", "--write-baseline", "b.json").status == 0
    assert Path("m.yaml").read_text() == TOTAL.replace("9", "1")
    assert json.loads(Path("b.json").read_text())["findings"] == []


def test_a_manifest_waits_for_its_policy():
    """While a policy has faults, only its own mends are made, and shown."""
    Path("m.yaml").write_text(WRONG)
    Path("p.yaml").write_text(POLICY.replace("class", "clas") + "colour: red\n")
    shown = stowplan("lint", "--diff", "m.yaml", "--policy", "p.yaml")
    assert (shown.status, shown.output.count("+++ p.yaml"), shown.output.count("+++ ")) == (2, 1, 1)
    outcome = stowplan("lint", "--fix", "m.yaml", "--policy", "p.yaml")
    assert outcome.status == 2
    assert "p.yaml:4:1: error[Y602] unknown key `colour`" in outcome.output
    assert Path("p.yaml").read_text() == POLICY + "colour: red\n"
    assert Path("m.yaml").read_text() == WRONG
    Path("p.yaml").write_text(POLICY.replace("class", "clas"))
    assert stowplan("lint", "--fix", "m.yaml", "--policy", "p.yaml").status == 0
    assert Path("m.yaml").read_text() == RIGHT


def test_the_policy_of_a_constraints_page_stays():
    """It is Markdown: it has no keys."""
    text = "# Constraints\n\nnothing that can be read\n"
    Path("constraints.md").write_text(text)
    Path("m.yaml").write_text(WRONG)
    stowplan("lint", "--fix", "m.yaml")
    assert Path("constraints.md").read_text() == text


def test_names_of_a_file_cannot_write_to_the_terminal():
    """Control characters in keys are shown as escapes in notes."""
    Path("m.json").write_text(
        '{"tables": [{"name": "a", "rows": 1, "size_mb": 1, "own\\u001br": "x"}]}'
    )
    outcome = stowplan("lint", "--fix", "m.json")
    assert "\x1b" not in outcome.errors + outcome.output
    assert '"owner"' in Path("m.json").read_text()


def test_lint_without_the_options_does_not_import_what_mends():
    """It starts on every commit."""
    Path("m.yaml").write_text(SOUND)
    code = (
        "import sys; from stowplan.cli import main; main(['lint', 'm.yaml']); "
        "sys.exit(any('fixing' in name or name.endswith('cli.fix') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
