"""Rows handed to a statement: as plain parameters if it is one, as arrays if they are many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from booking_adapters.sqlalchemy.rows import Row


class Rowset:
    """Every value is cast: an index cannot be searched for a value of another type."""

    __slots__ = ("_many", "_names", "_one", "columns")

    def __init__(self, name: str, columns: Mapping[str, str]) -> None:
        self.columns = ", ".join(columns)
        self._names = [f"{name}_{column}" for column in columns]
        typed = list(zip(self._names, columns.items(), strict=True))
        scalars = ", ".join(f"%({name})s::{type} AS {column}" for name, (column, type) in typed)
        arrays = ", ".join(f"%({name})s::{type}[]" for name, (_, type) in typed)
        self._one = f"(SELECT {scalars})"
        self._many = f"(SELECT * FROM unnest({arrays}) AS given({self.columns}))"

    def source(self, many: bool) -> str:
        """The rows as a subquery."""
        return self._many if many else self._one

    def parameters(self, rows: Sequence[Row]) -> dict[str, Any]:
        """What the subquery's parameters are."""
        if len(rows) == 1:
            return dict(zip(self._names, rows[0], strict=True))
        return dict(zip(self._names, map(list, zip(*rows, strict=True)), strict=True))
