"""What a SQLite database has, as values: tables with their columns, keys, indexes, statements."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Generation(StrEnum):
    """How a column gets its value."""

    GIVEN = "given"
    VIRTUAL = "virtual"
    """Generated, and never stored."""
    STORED = "stored"
    """Generated, and stored."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column; `default` is an SQL expression, `declared_type` as written (empty: none)."""

    name: str
    declared_type: str
    not_null: bool
    default: str | None
    generation: Generation

    @property
    def given(self) -> bool:
        """Whether a row that is inserted states it."""
        return self.generation is Generation.GIVEN


@dataclass(frozen=True, slots=True)
class KeyColumn:
    """A column of a key or an index; without a name it is an expression (or the rowid)."""

    name: str | None
    collation: str
    descending: bool


@dataclass(frozen=True, slots=True)
class Index:
    """An index; `origin` is `c` (CREATE INDEX), `u` (UNIQUE) or `pk`; only `c` has a statement.

    `carried` are the columns that it holds besides its own: the key of the row that is meant.
    """

    name: str
    unique: bool
    origin: str
    partial: bool
    columns: tuple[KeyColumn, ...]
    carried: tuple[str | None, ...]
    statement: str | None


@dataclass(frozen=True, slots=True)
class Key:
    """A primary key; `alias` where it is an INTEGER PRIMARY KEY, another name of the rowid.

    `never_null` is not only what was declared: other keys of tables with a rowid may hold NULL.
    """

    columns: tuple[KeyColumn, ...]
    alias: bool
    never_null: bool

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names, in the key's order."""
        return tuple(column.name for column in self.columns if column.name is not None)


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A foreign key; `parent` is spelt as the parent spells itself, where there is one.

    `parent_columns` is empty where the parent's primary key is meant.
    """

    columns: tuple[str, ...]
    parent: str
    parent_columns: tuple[str, ...]
    on_update: str
    on_delete: str


@dataclass(frozen=True, slots=True)
class Statement:
    """A trigger or view; `table` is what a trigger is on, a view's own name."""

    kind: str
    name: str
    table: str
    statement: str


@dataclass(frozen=True, slots=True)
class Table:
    """An ordinary table. `rowid` is a name by which its rowid can be read, None without one.

    `statement` is its CREATE TABLE as stored; bytes of it that are no UTF-8 are lone surrogates.
    """

    name: str
    statement: str
    columns: tuple[Column, ...]
    key: Key | None
    without_rowid: bool
    strict: bool
    rowid: str | None
    foreign_keys: tuple[ForeignKey, ...]
    indexes: tuple[Index, ...]

    @property
    def stored(self) -> tuple[Column, ...]:
        """The columns whose values the file holds."""
        return tuple(c for c in self.columns if c.generation is not Generation.VIRTUAL)

    @property
    def given(self) -> tuple[Column, ...]:
        """The columns that a row which is inserted states."""
        return tuple(column for column in self.columns if column.given)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A database's tables by name; triggers and views in the order in which they were made.

    `virtual` names the virtual tables, `unsayable` those whose names, or whose columns' names,
    are no UTF-8. Tables in which virtual ones keep their rows, and SQLite's own, are in neither.
    """

    tables: tuple[Table, ...]
    triggers: tuple[Statement, ...]
    views: tuple[Statement, ...]
    virtual: tuple[str, ...]
    unsayable: tuple[str, ...]
    encoding: str
