"""Commits on PostgreSQL: one statement, which is one transaction."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from operator import attrgetter, itemgetter
from typing import Any

import psycopg

from booking_adapters.sqlalchemy.database import Database
from booking_adapters.sqlalchemy.postgresql.commit_sql import ROWSETS, Shape, commit_sql
from booking_adapters.sqlalchemy.postgresql.lapse_sql import LAPSE, LAPSE_SQL
from booking_adapters.sqlalchemy.postgresql.rowset import Rowset, Sql
from booking_adapters.sqlalchemy.rows import Row, Rows
from booking_adapters.sqlalchemy.writer import Refused, Rival, Writer
from booking_core.domain.kernel.money import Money
from booking_core.domain.payment.ledger import Overdrawn

KINDS = Shape._fields
PARTS = attrgetter(*KINDS)
REFUSED = "BK001"  # By booking_refuse(): a count was wrong.
OVERDRAWN = "BK002"  # By the ledger's trigger.
INTEGRITY = "23"  # The class of everything that a constraint refuses.
PASSING = frozenset({"40001", "40P01", "55P03"})  # Serialization, deadlock, lock timeout.


class PostgresWriter(Writer):
    """Nothing is sent a second time unless it is certain that the first time did nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def write(self, rows: Rows) -> Refused | None:
        parts = PARTS(rows)
        commit = _commit(tuple(map(len, parts)))
        shape = commit.shape
        values = commit.pick(_values(rows, parts, commit))
        with self._database.connection() as connection:
            try:
                if shape.limits:
                    found = _with_customer_locked(connection, rows, commit.sql, values)
                else:
                    found = commit.sql.first(connection, values)
            except psycopg.Error as error:
                refused = _refusal(error)
                if refused is None:
                    raise
                connection.rollback()
                return refused
        granted, answered, current, rivals = found
        if granted:
            return None
        explained = not answered and current and not (shape.moved or shape.released or shape.limits)
        return Refused(rivals=_rivals(rivals) if explained and rivals else None)

    def lapse(self, lapses: Sequence[Row], now: Any) -> int:
        parameters = LAPSE.parameters(lapses) | {"now": now}
        with self._database.connection() as connection:
            (count,) = LAPSE_SQL[len(lapses) > 1].one(connection, parameters)
        return int(count)


@dataclass(frozen=True, slots=True)
class _Commit:
    """A statement, and how it picks its values out of all that a commit has."""

    shape: Shape
    sql: Sql
    rowsets: tuple[tuple[int, Rowset], ...]
    counts: tuple[int, ...]
    pick: Callable[[Sequence[Any]], Sequence[Any]]


@lru_cache(maxsize=1024)
def _commit(counts: tuple[int, ...]) -> _Commit:
    """For so many rows of each kind."""
    shape = Shape(*(min(count, 2) for count in counts))
    sql = commit_sql(shape)
    present = [number for number, count in enumerate(counts) if count]
    rowsets = tuple((number, ROWSETS[KINDS[number]]) for number in present)
    names = ["tenant", "now", *(f"{KINDS[number]}_n" for number in present)]
    names += (name for _, rowset in rowsets for name in rowset.names)
    names += ["locks"] * shape.locks + ["saved_ids"] * bool(shape.limits)
    where = [names.index(name) for name in sql.names]
    assert len(where) > 1  # Of one an itemgetter gives the item, not a tuple.
    return _Commit(
        shape=shape,
        sql=sql,
        rowsets=rowsets,
        counts=tuple(counts[number] for number in present),
        pick=itemgetter(*where),
    )


def _values(rows: Rows, parts: Sequence[Sequence[Row]], commit: _Commit) -> list[Any]:
    """All that the statement may ask for, in the order of the names it was made for."""
    values = [rows.tenant, rows.now, *commit.counts]
    for number, rowset in commit.rowsets:
        values += rowset.values(parts[number])
    if commit.shape.locks:
        units = {row[0] for row in (*rows.claimed, *rows.released)}
        values.append([_lock("resource", key) for key in sorted(units)])
    if commit.shape.limits:
        values.append([row[0] for row in (*rows.made, *rows.moved)])
    return values


def _with_customer_locked(
    connection: psycopg.Connection[Any], rows: Rows, sql: Sql, values: Sequence[Any]
) -> Any:
    """Holds are counted by a statement that begins after the lock is had, or it counts too few."""
    customers = {_lock("customer", rows.tenant, row[0]) for row in rows.limits}
    locks = ", ".join(f"pg_advisory_xact_lock({lock})" for lock in sorted(customers))
    connection.execute(f"BEGIN; SELECT {locks}".encode(), prepare=False)
    found = sql.first(connection, values)
    connection.commit()
    return found


def _lock(*name: object) -> int:
    """A number that stands for the name; if two names share one, they wait in vain, no more."""
    digest = blake2b(repr(name).encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)


def _refusal(error: psycopg.Error) -> Refused | None:
    state = error.sqlstate or ""
    if state in PASSING or state == REFUSED:
        return Refused()
    if state == OVERDRAWN:
        account, minor, currency = (error.diag.message_detail or "").split()
        return Refused(because=Overdrawn(account, str(Money(int(minor), currency))))
    return Refused(error=error) if state.startswith(INTEGRITY) else None


def _rivals(document: str) -> list[Rival]:
    return [
        Rival(
            resource_key=rival["resource_key"],
            starts_at=datetime.fromisoformat(rival["starts_at"]),
            ends_at=datetime.fromisoformat(rival["ends_at"]),
            holder_id=rival["holder_id"],
            held_until=rival["held_until"] and datetime.fromisoformat(rival["held_until"]),
        )
        for rival in json.loads(document)
    ]
