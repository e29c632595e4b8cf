"""Statements on PostgreSQL, and the rows that are handed to them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import psycopg

from booking_adapters.sqlalchemy.rows import Row


class Sql:
    """A statement in which `:name` stands for a parameter.

    It reaches psycopg with numbered parameters: named ones it would look for in the whole text
    each time, which for a long text takes longer than the database does.
    """

    __slots__ = ("names", "text")

    def __init__(self, text: str) -> None:
        numbers: dict[str, int] = {}

        def numbered(found: re.Match[str]) -> str:
            return f"${numbers.setdefault(found[1], len(numbers) + 1)}"

        self.text = re.sub(r"(?<!:):(\w+)", numbered, text).encode()
        self.names = tuple(numbers)  # In the order of their values.

    def one(self, connection: psycopg.Connection[Any], parameters: Mapping[str, Any]) -> Any:
        """Execute it; the first row."""
        return self.first(connection, [parameters[name] for name in self.names])

    def first(self, connection: psycopg.Connection[Any], values: Sequence[Any]) -> Any:
        """The same with the values in the order of their names."""
        return cursor_of(connection).execute(self.text, values).fetchone()

    def all(
        self, connection: psycopg.Connection[Any], parameters: Mapping[str, Any], *, binary: bool
    ) -> list[Any]:
        """Execute it; all rows."""
        values = [parameters[name] for name in self.names]
        return psycopg.RawCursor(connection).execute(self.text, values, binary=binary).fetchall()


def cursor_of(connection: psycopg.Connection[Any]) -> psycopg.RawCursor[Any]:
    """The connection's own, made once: whoever has the connection has it alone."""
    cursor: psycopg.RawCursor[Any] | None = getattr(connection, "booking_cursor", None)
    if cursor is None:
        cursor = psycopg.RawCursor(connection)
        setattr(connection, "booking_cursor", cursor)  # noqa: B010 - psycopg's class has no such name.
    return cursor


class Rowset:
    """Rows as a subquery: plain parameters if it is one row, arrays if they are many.

    Every value is cast: an index cannot be searched for a value of another type.
    """

    __slots__ = ("_many", "_one", "_types", "columns", "names")

    def __init__(self, name: str, columns: Mapping[str, str]) -> None:
        self.columns = ", ".join(columns)
        self.names = [f"{name}_{column}" for column in columns]
        self._types = list(columns.values())
        typed = list(zip(self.names, columns.items(), strict=True))
        scalars = ", ".join(f":{name}::{type} AS {column}" for name, (column, type) in typed)
        arrays = ", ".join(f":{name}::{type}[]" for name, (_, type) in typed)
        self._one = f"(SELECT {scalars})"
        self._many = f"(SELECT * FROM unnest({arrays}) AS given({self.columns}))"

    def source(self, many: bool) -> str:
        """The rows as a subquery."""
        return self._many if many else self._one

    def values(self, rows: Sequence[Row]) -> Sequence[Any]:
        """What the subquery's parameters are, in the order of `names`."""
        if len(rows) == 1:
            return rows[0]
        columns = zip(*rows, strict=True)
        return [_array(values, type) for values, type in zip(columns, self._types, strict=True)]

    def parameters(self, rows: Sequence[Row]) -> dict[str, Any]:
        """The same, each with its name."""
        return dict(zip(self.names, self.values(rows), strict=True))


# psycopg writes a list element by element, at two microseconds each; this takes a tenth of it. It
# also leaves the type to the cast: psycopg calls the same column now int2[], now int4[], and each
# would be a statement of its own to prepare.


def _array(values: Sequence[Any], type: str) -> str:
    """The values as the text of a PostgreSQL array of that type."""
    write = _BARE.get(type, _quoted)
    return f"{{{','.join(['NULL' if value is None else write(value) for value in values])}}}"


def _quoted(text: str) -> str:
    """The text as an element: in quotes even a comma, a brace or the word NULL is but text."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


# What has no character that means something in an array.
_BARE: Mapping[str, Callable[[Any], str]] = {
    "int": str,
    "bigint": str,
    "bool": str,
    "timestamptz": datetime.isoformat,
}
