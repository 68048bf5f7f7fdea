"""Copies a database by a mover, in a process that a test may kill: SOURCE TARGET ROWS TABLE…"""

from __future__ import annotations

import sys
from pathlib import Path

from sqlite_copying import orders, program, troubles

from stowplan.movers.sqlite.mover import SqliteMover


def main() -> int:
    source, target, rows, *tables = sys.argv[1:]
    mover = SqliteMover(program(tables), Path(source), Path(target), run_id="run-1")
    wrong = troubles(list(orders(mover, tables, rows=int(rows))))
    mover.quit()
    sys.stdout.write("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
