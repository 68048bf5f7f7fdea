"""The house stands as CONTRIBUTING says: packages, the README's commands, what CI runs."""

import configparser
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = {"engine": "stowplan", "rules": "stowplan.rules", "policies": "stowplan.policies"}


def packages():
    """The packages that setup.cfg names."""
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    return set(config["options"]["packages"].split())


def test_setup_cfg_names_every_package():
    """No folder with Python files is forgotten in the list of packages, and none is too many."""
    found = set()
    for folder, name in FOLDERS.items():
        for init in (ROOT / folder).rglob("__init__.py"):
            below = init.parent.relative_to(ROOT / folder).parts
            found.add(".".join((name, *below)))
    assert packages() == found


def test_every_python_file_of_the_engine_is_in_a_package():
    """A module in a folder without __init__.py would not be installed."""
    loose = [
        path
        for folder in FOLDERS
        for path in (ROOT / folder).rglob("*.py")
        if not (path.parent / "__init__.py").exists()
    ]
    assert loose == []


def test_ci_calls_the_commands_of_the_readme():
    """The first lines of the README are the two commands, and CI runs both."""
    first = re.search(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)[1]
    commands = re.findall(r"^(make \w+)", first, re.MULTILINE)
    ci = (ROOT / ".ci" / "run").read_text()
    assert commands == ["make demo", "make test"]
    assert all(command in ci for command in commands)


def test_every_module_says_what_it_is():
    """Each file of the package begins with a docstring."""
    files = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")]
    assert [path for path in files if not path.read_text().startswith(('"""', 'r"""'))] == []
