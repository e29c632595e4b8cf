"""Column types that both databases keep exactly, under one name each."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql


class _Json(sa.types.UserDefinedType[str]):
    """JSON that goes in and comes out as the text that it is."""

    cache_ok = True

    def get_col_spec(self, **kw: Any) -> str:
        return "JSON"


# Byte order is Python's order, whatever the database's locale: pages and cursors rely on it.
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
ID = sa.Text().with_variant(postgresql.UUID(as_uuid=False), "postgresql")
DOCUMENT = sa.Text().with_variant(_Json(), "postgresql")
# SQLite keeps whole microseconds since 1970: it has no type for time, and text compares slowly.
INSTANT = sa.Integer().with_variant(sa.TIMESTAMP(timezone=True), "postgresql")
LARGE = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
COUNT = sa.Integer()
FLAG = sa.Integer().with_variant(sa.Boolean(), "postgresql")


def table(name: str, metadata: sa.MetaData, *parts: Any, **options: Any) -> sa.Table:
    """A table whose SQLite twin is STRICT: without it a text could stand where a time belongs."""
    return sa.Table(name, metadata, *parts, sqlite_strict=True, **options)


def text(name: str) -> sa.Column[str]:
    """A text, never NULL."""
    return sa.Column(name, TEXT, nullable=False)


def maybe_text(name: str) -> sa.Column[str]:
    """A text, or NULL."""
    return sa.Column(name, TEXT)


def id_(name: str) -> sa.Column[str]:
    """A UUID, never NULL."""
    return sa.Column(name, ID, nullable=False)


def maybe_id(name: str) -> sa.Column[str]:
    """A UUID, or NULL."""
    return sa.Column(name, ID)


def document(name: str) -> sa.Column[str]:
    """JSON, never NULL."""
    return sa.Column(name, DOCUMENT, nullable=False)


def instant(name: str) -> sa.Column[Any]:
    """A moment in time, never NULL."""
    return sa.Column(name, INSTANT, nullable=False)


def maybe_instant(name: str) -> sa.Column[Any]:
    """A moment in time, or NULL."""
    return sa.Column(name, INSTANT)


def amount(name: str) -> sa.Column[int]:
    """A large integer, never NULL."""
    return sa.Column(name, LARGE, nullable=False)


def maybe_amount(name: str) -> sa.Column[int]:
    """A large integer, or NULL."""
    return sa.Column(name, LARGE)


def count(name: str) -> sa.Column[int]:
    """An integer, never NULL."""
    return sa.Column(name, COUNT, nullable=False)


def flag(name: str) -> sa.Column[Any]:
    """True or false, never NULL."""
    return sa.Column(name, FLAG, nullable=False)


def derived(name: str, type: Any, expression: str) -> sa.Column[Any]:
    """A column that the database computes, so that nobody can write it wrong."""
    return sa.Column(name, type, sa.Computed(expression, persisted=True))


def one_of(column: str, states: type[StrEnum], name: str) -> sa.CheckConstraint:
    """Only the states of that lifecycle."""
    return sa.CheckConstraint(f"{column} IN ({quoted(states)})", name=name)


def quoted(states: Any) -> str:
    """The states as SQL literals, in a fixed order."""
    return ", ".join(f"'{state}'" for state in sorted(states))
