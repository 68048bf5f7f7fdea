"""The rows of a table as sentences: what each column says is known by its heading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from stowplan.model import shown

from .markup import Refusal
from .reading import Classed, Ordered, Spent, Statement, is_reason, is_remark, statement_of

COLUMNS: Mapping[str, str] = {
    "table": "table", "tables": "table", "table name": "table",
    "priority": "class", "class": "class", "classification": "class", "category": "class",
    "depends on": "after", "after": "after", "dependencies": "after",
    "before": "before",
    "constraint": "what", "resource": "what",
    "value": "value", "limit": "value",
    "reason": "reason", "why": "reason",
    "remark": "remark", "remarks": "remark", "note": "remark", "notes": "remark",
    "comment": "remark", "comments": "remark",
}  # fmt: skip
"""The headings that are read, by what their column says."""

_EMPTY = frozenset(("", "-", "\u2013", "\u2014", "none"))
_SENTENCES = (
    ("class", "are", Classed),
    ("after", "depend on", Ordered),
    ("before", "before", Ordered),
)


def columns_of(header: Sequence[str]) -> tuple[str, ...]:
    """What each column says. Raises Refusal for a table that is not read."""
    columns = tuple(_column(cell) for cell in header)
    if len(set(columns)) < len(columns):
        raise Refusal("two columns say the same")
    subject = {"table", "class", "after", "before"}
    said = set(columns) - {"reason", "remark"}
    if said == {"what", "value"} or ("table" in said and len(said) > 1 and said <= subject):
        return columns
    raise Refusal("its columns are no set that is read")


def _column(cell: str) -> str:
    plain = cell.replace("*", "").replace("`", "").strip().lower()
    if plain not in COLUMNS:
        raise Refusal(f'the column "{shown(cell)}" is none that is read')
    return COLUMNS[plain]


def statements_of_row(cells: Sequence[str], columns: Sequence[str]) -> list[Statement]:
    """What a row states, all or nothing. Raises Refusal."""
    if len(cells) > len(columns):
        raise Refusal(f"it has {len(cells)} cells, the table has {len(columns)} columns")
    row = dict.fromkeys(columns, "") | dict(zip(columns, cells, strict=False))
    _check_remarks(row)
    if "what" in row:
        stated = statement_of(f"{row['what']}: {row['value']}")
        return [_of_kind(stated, Spent)]
    # Not at the start of a sentence, so that the capitals of a name are its own.
    found = [
        _listed(statement_of(f"the {row['table']} {verb} {row[column]}"), kind)
        for column, verb, kind in _SENTENCES
        if row.get(column, "").lower() not in _EMPTY
    ]
    if not found:
        raise Refusal("it states nothing")
    return found


def _check_remarks(row: Mapping[str, str]) -> None:
    remark, reason = row.get("remark", ""), row.get("reason", "")
    if remark.lower() not in _EMPTY and not is_remark(remark):
        raise Refusal(f'the remark "{shown(remark)}" may change what is meant')
    if reason.lower() not in _EMPTY and not is_reason(reason.removesuffix(".")):
        raise Refusal(f'the reason "{shown(reason)}" may change what is meant')


def _listed(statement: Statement, kind: type) -> Statement:
    _of_kind(statement, kind)
    if isinstance(statement, Classed):
        return statement._replace(listed=True, by_class=True)
    return statement._replace(listed=True) if isinstance(statement, Ordered) else statement


def _of_kind(statement: Statement, kind: type) -> Statement:
    if not isinstance(statement, kind):
        raise Refusal("it says something else than its columns")
    return statement
