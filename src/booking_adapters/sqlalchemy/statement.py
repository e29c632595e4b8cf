"""SQL that is built from tables once, and executed as text on the driver's own cursor ever after.

Measured: SQLAlchemy's execution of a prebuilt construct costs three times what the driver does.
"""

from __future__ import annotations

from typing import Any, Self

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from booking_core.ports.outbox import SHARDS


class Statement:
    """A construct, compiled once per dialect. Its parameters are named; rows are plain tuples.

    Where one dialect needs words of its own, they are handed in under its name.
    """

    __slots__ = ("_construct", "_spelt", "_texts")

    def __init__(self, construct: sa.ClauseElement, **spelt: sa.ClauseElement) -> None:
        self._construct = construct
        self._spelt = spelt
        self._texts: dict[str, str] = {}

    def text(self, dialect: sa.Dialect) -> str:
        """The SQL as that driver takes it."""
        text = self._texts.get(dialect.name)
        if text is None:
            construct = self._spelt.get(dialect.name, self._construct)
            compiled = construct.compile(dialect=dialect)
            assert set(compiled.params.values()) <= {None}, "a constant has to stand in the text"
            text = self._texts[dialect.name] = str(compiled)
        return text


ZERO, ONE = sa.literal_column("0", sa.Integer()), sa.literal_column("1", sa.Integer())


def at_most(query: sa.Select[Any]) -> sa.Select[Any]:
    """So many rows of it as the parameter `most` says."""
    return query.limit(sa.bindparam("most", type_=sa.Integer())).offset(ZERO)


class json_row(FunctionElement[Any]):  # noqa: N801 - it is an SQL function.
    """Some values as one JSON array."""

    inherit_cache = True


class json_rows(FunctionElement[Any]):  # noqa: N801 - it is an SQL function.
    """All rows as one JSON array, in no order."""

    inherit_cache = True


class Condition(sa.ColumnElement[bool]):
    """A condition in the database's own words, taken as it stands.

    SQLAlchemy would compare it with 1 where a database has no booleans, and then SQLite looks at
    every row instead of using an index.
    """

    type = sa.Boolean()

    def self_group(self, against: Any = None) -> Self:
        return self


class BesideMany(Condition):
    """How a column stands to many values, handed in as one parameter of that name."""

    def __init__(self, column: sa.ColumnElement[Any], name: str) -> None:
        self.column = column
        self.name = name


class one_of(BesideMany):  # noqa: N801 - it reads as SQL.
    """Whether the column is one of them."""

    inherit_cache = True


@compiles(json_row, "postgresql")
def _json_row_postgresql(element: json_row, compiler: Any, **kw: Any) -> str:
    return f"json_build_array({compiler.process(element.clauses, **kw)})"


@compiles(json_row, "sqlite")
def _json_row_sqlite(element: json_row, compiler: Any, **kw: Any) -> str:
    return f"json_array({compiler.process(element.clauses, **kw)})"


@compiles(json_rows, "postgresql")
def _json_rows_postgresql(element: json_rows, compiler: Any, **kw: Any) -> str:
    return f"json_agg({compiler.process(element.clauses, **kw)})"


@compiles(json_rows, "sqlite")
def _json_rows_sqlite(element: json_rows, compiler: Any, **kw: Any) -> str:
    return f"json_group_array({compiler.process(element.clauses, **kw)})"


@compiles(one_of, "postgresql")
def _one_of_postgresql(element: one_of, compiler: Any, **kw: Any) -> str:
    column = compiler.process(element.column, **kw)
    type, *_ = element.column.type.compile(compiler.dialect).split(" COLLATE ")
    return f"{column} = ANY(%({element.name})s::{type}[])"


@compiles(one_of, "sqlite")
def _one_of_sqlite(element: one_of, compiler: Any, **kw: Any) -> str:
    column = compiler.process(element.column, **kw)
    return f"{column} IN (SELECT value FROM json_each(:{element.name}))"


class none_of(BesideMany):  # noqa: N801 - it reads as SQL.
    """Whether the column is none of them, which are numbers: each is hashed."""

    inherit_cache = True


@compiles(none_of, "postgresql")
def _none_of_postgresql(element: none_of, compiler: Any, **kw: Any) -> str:
    column = compiler.process(element.column, **kw)
    return f"{column} NOT IN (SELECT unnest(%({element.name})s::bigint[]))"


@compiles(none_of, "sqlite")
def _none_of_sqlite(element: none_of, compiler: Any, **kw: Any) -> str:
    column = compiler.process(element.column, **kw)
    return f"{column} NOT IN (SELECT value FROM json_each(:{element.name}))"


class in_shards(BesideMany):  # noqa: N801 - it reads as SQL.
    """Whether the column, a booking's id, is in one of them, which are shards."""

    inherit_cache = True


@compiles(in_shards, "postgresql")
def _in_shards_postgresql(element: in_shards, compiler: Any, **kw: Any) -> str:
    shard = f"get_byte(uuid_send({compiler.process(element.column, **kw)}), 15) & {SHARDS - 1}"
    return f"({shard}) = ANY(%({element.name})s::int[])"


@compiles(in_shards, "sqlite")
def _in_shards_sqlite(element: in_shards, compiler: Any, **kw: Any) -> str:
    # It reads no hexadecimal numbers: the parameter has all endings of such ids.
    ending = f"substr({compiler.process(element.column, **kw)}, -2)"
    return f"{ending} IN (SELECT value FROM json_each(:{element.name}))"


class overlapping(Condition):  # noqa: N801 - it reads as SQL.
    """Whether a row's period shares a moment with the one from `:starts` to `:ends`."""

    inherit_cache = True

    def __init__(self, table: sa.Table) -> None:
        self.table = table


@compiles(overlapping, "postgresql")
def _overlapping_postgresql(element: overlapping, compiler: Any, **kw: Any) -> str:
    # To the letter what the exclusion constraint's index is made of, or it cannot be used.
    name = element.table.name
    return (
        f"tstzrange({name}.starts_at, {name}.ends_at, '[)')"
        " && tstzrange(%(starts)s::timestamptz, %(ends)s::timestamptz, '[)')"
    )


@compiles(overlapping, "sqlite")
def _overlapping_sqlite(element: overlapping, compiler: Any, **kw: Any) -> str:
    name = element.table.name
    return f"({name}.ends_at > :starts AND {name}.starts_at < :ends)"


class position(FunctionElement[int]):  # noqa: N801 - it is an SQL function.
    """Where a text first occurs in another, from 1; 0 where it does not."""

    inherit_cache = True
    type = sa.Integer()


@compiles(position, "postgresql")
def _position_postgresql(element: position, compiler: Any, **kw: Any) -> str:
    text, part = element.clauses
    return f"strpos({compiler.process(text, **kw)}::text, {compiler.process(part, **kw)})"


@compiles(position, "sqlite")
def _position_sqlite(element: position, compiler: Any, **kw: Any) -> str:
    return f"instr({compiler.process(element.clauses, **kw)})"


class microseconds(FunctionElement[int]):  # noqa: N801 - it is an SQL function.
    """An instant in whole microseconds since 1970."""

    inherit_cache = True
    type = sa.BigInteger()


@compiles(microseconds, "postgresql")
def _microseconds_postgresql(element: microseconds, compiler: Any, **kw: Any) -> str:
    return f"(extract(epoch FROM {compiler.process(element.clauses, **kw)}) * 1000000)::bigint"


@compiles(microseconds, "sqlite")
def _microseconds_sqlite(element: microseconds, compiler: Any, **kw: Any) -> str:
    return compiler.process(element.clauses, **kw)  # type: ignore[no-any-return]
