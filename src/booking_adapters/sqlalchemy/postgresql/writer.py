"""Commits on PostgreSQL: one statement, which is one transaction."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any

import psycopg

from booking_adapters.sqlalchemy.database import Database
from booking_adapters.sqlalchemy.postgresql.commit_sql import ROWSETS, Shape, commit_sql
from booking_adapters.sqlalchemy.postgresql.lapse_sql import LAPSE, LAPSE_SQL
from booking_adapters.sqlalchemy.postgresql.rowset import Sql
from booking_adapters.sqlalchemy.rows import Row, Rows
from booking_adapters.sqlalchemy.writer import Refused, Rival, Writer
from booking_core.domain.kernel.money import Money
from booking_core.domain.payment.ledger import Overdrawn

KINDS = Shape._fields
REFUSED = "BK001"  # By booking_refuse(): a count was wrong.
OVERDRAWN = "BK002"  # By the ledger's trigger.
INTEGRITY = "23"  # The class of everything that a constraint refuses.
PASSING = frozenset({"40001", "40P01", "55P03"})  # Serialization, deadlock, lock timeout.


class PostgresWriter(Writer):
    """Nothing is sent a second time unless it is certain that the first time did nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def write(self, rows: Rows) -> Refused | None:
        counts = [len(getattr(rows, kind)) for kind in KINDS]
        shape = Shape(*(min(count, 2) for count in counts))
        parameters = _parameters(rows, shape, counts)
        sql = commit_sql(shape)
        with self._database.connection() as connection:
            try:
                if shape.limits:
                    found = _with_customer_locked(connection, rows, sql, parameters)
                else:
                    found = sql.one(connection, parameters)
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


def _parameters(rows: Rows, shape: Shape, counts: Sequence[int]) -> dict[str, Any]:
    parameters: dict[str, Any] = {"tenant": rows.tenant, "now": rows.now}
    for kind, count in zip(KINDS, counts, strict=True):
        if count:
            parameters |= ROWSETS[kind].parameters(getattr(rows, kind))
            parameters[f"{kind}_n"] = count
    if shape.locks:
        units = {row[0] for row in (*rows.claimed, *rows.released)}
        parameters["locks"] = [_lock("resource", key) for key in sorted(units)]
    if shape.limits:
        parameters["saved_ids"] = [row[0] for row in (*rows.made, *rows.moved)]
    return parameters


def _with_customer_locked(
    connection: psycopg.Connection[Any], rows: Rows, sql: Sql, parameters: dict[str, Any]
) -> Any:
    """Holds are counted by a statement that begins after the lock is had, or it counts too few."""
    customers = {_lock("customer", rows.tenant, row[0]) for row in rows.limits}
    locks = ", ".join(f"pg_advisory_xact_lock({lock})" for lock in sorted(customers))
    connection.execute(f"BEGIN; SELECT {locks}".encode(), prepare=False)
    found = sql.one(connection, parameters)
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
