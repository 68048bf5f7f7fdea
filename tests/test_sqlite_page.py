"""The walk through docs/sqlite.md, from a database to a copy, is run from top to bottom.

`ACCEPT=1 pytest tests/test_sqlite_page.py` rewrites what the commands print.
"""

import os
import shutil
import sys
from pathlib import Path

from sqlite_copying import contents
from test_walkthroughs import ROOT, carried_out, shell

__all__ = ["shell"]

PAGE = ROOT / "docs" / "sqlite.md"


def test_every_step_of_the_page_works(shell, tmp_path: Path) -> None:
    work, run = shell
    shutil.copytree(ROOT / "fixtures" / "shop", work / "fixtures" / "shop")
    shim = tmp_path / "bin" / "python"
    shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    shim.chmod(0o755)
    text = PAGE.read_text(encoding="utf-8")
    done = carried_out(text, work, run)
    assert contents(work / "new.db") == contents(work / "shop.db")
    if os.environ.get("ACCEPT"):
        PAGE.write_text(done, encoding="utf-8", newline="\n")
        return
    assert done == text
