"""Hooks refuse what is wrong and take what is right: with pre-commit itself, and without it."""

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

ROOT = Path(__file__).resolve().parent.parent
HOOKS = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
PAGE = (ROOT / "docs" / "hooks.md").read_text(encoding="utf-8")
EDITORS = (ROOT / "docs" / "editors.md").read_text(encoding="utf-8")
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
GOOD = '{"tables": [{"name": "a", "rows": 1, "size_mb": 1}]}\n'
BAD = '{"tables": [{"name": "a", "rows": 1, "size": 1}]}\n'
WHO = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.com"}
WHO |= {"GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.com"}


def blocks(page, language):
    """The blocks of a page in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


def environment(**more):
    """The environment without what a surrounding git hook may have set."""
    return {k: v for k, v in os.environ.items() if not k.startswith("GIT_")} | WHO | more


def run(*words, cwd, **more):
    """A command's status and all that it wrote."""
    done = subprocess.run(
        words, cwd=cwd, env=environment(**more), capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


# --- the committed plan --------------------------------------------------------------------------


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A git repository with a manifest, policies, and a committed plan."""
    for name in [key for key in os.environ if key.startswith("GIT_")]:
        monkeypatch.delenv(name)
    shutil.copy(ROOT / "fixtures" / "customer-data" / "manifest.json", tmp_path)
    (tmp_path / "policies").mkdir()
    for name in ("night.yaml", "tables.yaml"):
        shutil.copy(ROOT / "policies" / "customer-data" / name, tmp_path / "policies")
    monkeypatch.chdir(tmp_path)
    assert stowplan("plan", ".", "-o", "OUTPUT").status == 0
    run("git", "init", "-q", ".", cwd=tmp_path)
    run("git", "add", "-A", cwd=tmp_path)
    return tmp_path


def change(path, old, new):
    """Replace a text that stands in a file."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8", newline="\n")


@pytest.mark.parametrize(
    "more",
    [
        [],
        ["--window", "follow-up"],
        ["--policy", "stowplan:recommended", "--policy", "policies"],
        ["--policy", "stowplan:customer-data"],
    ],
    ids=["as it is", "other window", "named policies", "pack"],
)
def test_a_plan_that_follows_is_taken(project, more):
    """However its policies and its window were named; nothing is printed on standard output."""
    assert stowplan("plan", ".", "-o", "OUTPUT", *more).status in (0, 1)
    if "stowplan:customer-data" in more:
        shutil.rmtree(project / "policies")
    assert stowplan("plan", "--check") == (0, "", "1 plan checked\n")


def test_waivers_are_judged_as_of_the_plan(project):
    """A waiver that has ended since makes no plan false."""
    waivers = "waivers: [{code: D204, reason: r, owner: o, expires: 2020-01-31}]\n"
    (project / "policies" / "w.yaml").write_text(waivers)
    stowplan("plan", ".", "-o", "OUTPUT", "--as-of", "2020-01-01")
    assert json.loads((project / "OUTPUT/migration_plan.json").read_text())["as_of"] == "2020-01-01"
    assert stowplan("plan", "--check").status == 0


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (
            lambda p: change(p / "manifest.json", "50000", "50001"),
            r":5:\d+: .*manifest.json has ch",
        ),
        (lambda p: change(p / "policies/night.yaml", "4h", "5h"), r"policies/night.yaml has chang"),
        (lambda p: (p / "policies/night.yaml").unlink(), r"policies/night.yaml cannot be read"),
        (lambda p: (p / "policies/z.yaml").write_text("rules: []"), r"policies/z.yaml is in force"),
        (lambda p: change(p / "OUTPUT/migration_plan.json", '"YES"', '"NO"'), r"from line \d+ on"),
    ],
    ids=["manifest", "policy", "policy gone", "policy new", "plan edited"],
)
def test_a_plan_that_does_not_follow_is_refused(project, spoil, said):
    """The line says which input changed, and that the plan must be made again."""
    spoil(project)
    outcome = stowplan("plan", "--check")
    assert outcome.status == 1
    (line,) = outcome.output.splitlines()
    assert line.startswith("OUTPUT/migration_plan.json:")
    assert "error[S502]" in line
    assert re.search(said, line)
    assert "make the plan again" in line


def test_the_page_shows_what_the_check_prints(project):
    """The line in docs/hooks.md is that of a changed manifest."""
    change(project / "manifest.json", "50000", "50001")
    command, shown = blocks(PAGE, "console")[0].split("\n", 1)
    assert command == "$ stowplan plan --check"
    assert stowplan("plan", "--check").output == shown


@pytest.mark.parametrize("text", ["{}", "[]", "not json", '{"stowplan_plan": 1, "manifest": 3}'])
def test_what_is_no_plan_cannot_be_checked(project, text):
    """One line, and the status of work that could not be done."""
    (project / "OUTPUT" / "migration_plan.json").write_text(text)
    outcome = stowplan("plan", "--check")
    assert (outcome.status, outcome.output) == (2, "")
    assert "is no plan of Stowplan" in outcome.errors


# --- the hooks -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "taken"),
    [
        ("manifest.json", True),
        ("db/manifest.yaml", True),
        ("db/orders.manifest.yml", True),
        ("OUTPUT/follow_up.manifest.json", False),
        ("db/constraints.md", True),
        ("README.md", False),
        ("package.json", False),
        ("db/manifest.json.bak", False),
        ("webmanifest.json", False),
        ("migration_plan.json", False),
    ],
)
def test_which_files_are_manifests(path, taken):
    """Not every JSON of a repository is a manifest."""
    hook = HOOKS["stowplan-lint"]
    found = re.search(hook["files"], path) and not re.search(hook["exclude"], path)
    assert bool(found) is taken


def test_every_hook_is_on_the_page_and_is_a_command():
    """The three hooks of the page are those that there are; each runs in one process."""
    shown = yaml.safe_load(blocks(PAGE, "yaml")[0])["repos"][0]["hooks"]
    assert [hook["id"] for hook in shown] == list(HOOKS)
    for hook in HOOKS.values():
        assert hook["require_serial"]
        assert stowplan(*hook["entry"].split()[1:2], "--help").status == 0


PRE_COMMIT = [sys.executable, "-m", "pre_commit"]


def test_pre_commit_takes_the_list_of_hooks():
    """The file has the shape that pre-commit wants, without a warning."""
    pytest.importorskip("pre_commit")
    command = [*PRE_COMMIT, "validate-manifest", ".pre-commit-hooks.yaml"]
    assert run(*command, cwd=ROOT) == (0, "")


@pytest.fixture(scope="module")
def tool(tmp_path_factory):
    """This checkout's files as a git repository of its own."""
    pytest.importorskip("pre_commit")
    tool = tmp_path_factory.mktemp("hooks") / "tool"
    listing = ["git", "ls-files", "-coz", "--exclude-standard"]
    status, listed = run(*listing, cwd=ROOT)
    if status:
        pytest.skip("this checkout is no git repository")
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (tool / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tool / name)
    run("git", "init", "-q", ".", cwd=tool)
    run("git", "add", "-A", cwd=tool)
    run("git", "commit", "-q", "-m", "tool", cwd=tool)
    return tool


@pytest.fixture(scope="module")
def hooked(tool, tmp_path_factory):
    """A git repository with the hooks of this checkout installed, and pre-commit's own store."""
    folder = tmp_path_factory.mktemp("hooked")
    repo, home = folder / "repo", str(folder / "home")
    repo.mkdir()
    run("git", "init", "-q", ".", cwd=repo)
    revision = run("git", "rev-parse", "HEAD", cwd=tool)[1].strip()
    hooks = [{"id": name, "verbose": name == "stowplan-lint"} for name in HOOKS]
    config = {"repos": [{"repo": str(tool), "rev": revision, "hooks": hooks}]}
    (repo / ".pre-commit-config.yaml").write_text(json.dumps(config))
    status, said = run(*PRE_COMMIT, "install", "--install-hooks", cwd=repo, PRE_COMMIT_HOME=home)
    if status:
        pytest.skip(f"pre-commit cannot install here: {said[-300:]}")
    return repo, home


def commit(hooked, **files):
    """Write files and commit them: the status and what was said."""
    repo, home = hooked
    for name, text in files.items():
        (repo / name).write_text(text)
    run("git", "add", "-A", cwd=repo)
    return run("git", "commit", "-m", "x", cwd=repo, PRE_COMMIT_HOME=home)


def test_an_installed_hook_takes_good_commits_and_refuses_bad_ones(hooked):
    """Fifty changed manifests go through one process; a bad one is refused with its line."""
    status, said = commit(hooked, **{f"m{n}.manifest.json": GOOD for n in range(50)})
    assert status == 0, said
    assert said.count("50 manifests") == 1
    status, said = commit(hooked, **{"m1.manifest.json": BAD, "package.json": "{}"})
    assert status == 1
    assert "m1.manifest.json:1:38: error[M103] unknown key `size`" in said
    assert "1 manifest: " in said
    status, said = commit(hooked, **{"m1.manifest.json": GOOD})
    assert status == 0, said


def test_the_hooks_can_be_tried_on_a_clean_machine(tool, project, tmp_path_factory):
    """`pre-commit try-repo` installs from the sources alone; each of the three hooks does its work.

    Every try makes an environment of its own, so that one has to do for all.
    """
    tests = "tests: [{name: t, policies: [night.yaml], manifest: {tables: []}, violations: [%s]}]"
    (project / "policies" / "night_test.yaml").write_text(tests % "{code: M109}")
    (project / "bad.manifest.json").write_text(BAD)
    run("git", "add", "-A", cwd=project)
    own = Path(sys.executable).parent
    others = [part for part in os.environ["PATH"].split(os.pathsep) if Path(part) != own]
    clean = {"PATH": os.pathsep.join(others), "PYTHONPATH": "", "VIRTUAL_ENV": ""}
    clean["PRE_COMMIT_HOME"] = str(tmp_path_factory.mktemp("home"))
    tried = [*PRE_COMMIT, "try-repo", str(tool), "--all-files", "--verbose", "--color", "never"]
    status, said = run(*tried, cwd=project, **clean)
    if re.search("No matching distribution|Connection|resolve host", said):
        pytest.skip(f"pre-commit cannot install here: {said[-300:]}")
    assert status == 1, said
    results = dict(re.findall(r"^(.+?)\.{3,}(Passed|Failed)$", said, re.MULTILINE))
    assert results == {
        hook["name"]: "Failed" if name == "stowplan-lint" else "Passed"
        for name, hook in HOOKS.items()
    }
    assert "bad.manifest.json:1:38: error[M103] unknown key `size`" in said
    assert "1 plan verified: every promise kept" in said
    assert "1 test in 1 file: 1 passed" in said


# --- the action, and the jobs of the page --------------------------------------------------------


@pytest.fixture
def shell(tmp_path):
    """Runs a script with the command `stowplan` of this checkout on its path."""
    shim = tmp_path / "bin" / "stowplan"
    shim.parent.mkdir()
    shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m stowplan "$@"\n')
    shim.chmod(0o755)
    path = f"{shim.parent}{os.pathsep}{os.environ['PATH']}"
    work = tmp_path / "work"
    work.mkdir()

    def script(text, **more):
        return work, run("bash", "-e", "-o", "pipefail", "-c", text, cwd=work, PATH=path, **more)

    return work, script


def test_the_action_lints(shell):
    """Its script passes inputs on as they are, and GitHub gets annotations and SARIF."""
    work, script = shell
    (work / "a b.json").write_text(BAD)
    (step,) = [s for s in ACTION["runs"]["steps"] if s.get("name") == "Check manifests"]
    given = {"PATHS": "a b.json\n", "POLICIES": "", "FAIL_ON": "", "SARIF": "out.sarif"}
    _, (status, said) = script(step["run"], **given)
    assert status == 1, said
    assert "::error file=a b.json,line=1" in said
    assert json.loads((work / "out.sarif").read_text())["version"] == "2.1.0"
    _, (status, said) = script(step["run"], **given | {"PATHS": "$(touch owned)"})
    assert status == 2
    assert not (work / "owned").exists()


SCHEMAS = {
    "the action": ("vendor.github-actions", None),
    "the workflow": ("vendor.github-workflows", "jobs:"),
    "the job for GitLab": ("vendor.gitlab-ci", "artifacts:"),
}


@pytest.mark.parametrize(("schema", "of_block"), SCHEMAS.values(), ids=SCHEMAS)
def test_the_files_for_ci_have_the_shape_that_is_wanted(schema, of_block, tmp_path):
    """By the JSON Schemas of GitHub and GitLab that check-jsonschema brings along."""
    pytest.importorskip("check_jsonschema")
    file = ROOT / "action.yml"
    if of_block:
        (block,) = [b for b in blocks(PAGE, "yaml") if of_block in b]
        file = tmp_path / "ci.yml"
        file.write_text(block)
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(file)]
    status, said = run(*command, cwd=ROOT)
    assert status == 0, said


def test_the_inputs_of_the_action_are_on_the_page():
    """Every input is explained, and used only through the environment or as a step's input."""
    assert ACTION["runs"]["using"] == "composite"
    assert all(f"| `{name}` |" in PAGE for name in ACTION["inputs"])
    scripts = [step["run"] for step in ACTION["runs"]["steps"] if "run" in step]
    assert not any("${{" in script for script in scripts)
    assert all(step.get("shell") == "bash" for step in ACTION["runs"]["steps"] if "run" in step)


def test_the_job_for_gitlab_runs(shell, project):
    """Its commands work one after the other, and write the reports that it names."""
    work, script = shell
    shutil.copytree(project, work, dirs_exist_ok=True, ignore=shutil.ignore_patterns("bin", "work"))
    tests = "tests: [{name: t, policies: [night.yaml], manifest: {tables: []}, violations: [%s]}]"
    (work / "policies" / "night_test.yaml").write_text(tests % "{code: M109}")
    (block,) = [b for b in blocks(PAGE, "yaml") if "artifacts:" in b]
    job = yaml.safe_load(block)["stowplan"]
    _, (status, said) = script("\n".join(job["script"]))
    assert status == 0, said
    reports = job["artifacts"]["reports"]["junit"]
    assert all((work / report).is_file() for report in reports)
    assert "1 plan checked" in said


# --- editors -------------------------------------------------------------------------------------


def test_the_settings_for_editors_name_schemas_that_are_printed(shell):
    """The page's commands print every schema that the settings of the three editors name."""
    work, script = shell
    _, (status, said) = script(blocks(EDITORS, "sh")[0])
    assert status == 0, said
    printed = {path.name for path in (work / ".schemas").iterdir()}
    assert len(printed) == 5
    code = json.loads(blocks(EDITORS, "json")[0].split("\n", 1)[1])
    named = [*code["yaml.schemas"], *(entry["url"] for entry in code["json.schemas"])]
    assert {Path(name).name for name in named} == printed
    for language in ("xml", "lua"):
        found = re.findall(r"\.schemas/([\w.-]+)", blocks(EDITORS, language)[0])
        assert found
        assert {*found} <= printed
