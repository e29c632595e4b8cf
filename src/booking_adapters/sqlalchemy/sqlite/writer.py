"""Commits on SQLite: one transaction, one writer at a time."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from threading import Lock
from typing import Any

from booking_adapters.sqlalchemy.database import Database
from booking_adapters.sqlalchemy.rows import Row, Rows
from booking_adapters.sqlalchemy.sqlite import commit_sql as sql
from booking_adapters.sqlalchemy.writer import Refused, Writer
from booking_core.domain.kernel.money import Money
from booking_core.domain.payment.ledger import Overdrawn

OVERDRAWN = "booking_transfer_is_covered"  # The trigger's name is its message.


class SqliteWriter(Writer):
    """Waits for its turn within the process: SQLite's own way is to sleep and look again."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._turn = Lock()

    def write(self, rows: Rows) -> Refused | None:
        with self._turn, self._database.connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                refused = _write(connection, rows)
            except sqlite3.IntegrityError as error:
                refused = Refused(error=error)
            connection.execute("COMMIT" if refused is None else "ROLLBACK")
        return refused

    def lapse(self, lapses: Sequence[Row], now: Any) -> int:
        with self._turn, self._database.connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            count = sum(_lapse(connection, row, now) for row in lapses)
            connection.execute("COMMIT")
        return count


def _write(connection: sqlite3.Connection, rows: Rows) -> Refused | None:
    """Stops where something does not stand as it was read, or a constraint refuses."""
    tenant = (rows.tenant,)
    for kind, query in sql.CURRENT.items():
        for row in getattr(rows, kind):
            if connection.execute(query, tenant + row).fetchone() is None:
                return Refused()
    if rows.limits and _hoarded(connection, rows):
        return Refused()
    for kind, statement in sql.COUNTED.items():
        for row in getattr(rows, kind):
            if connection.execute(statement, tenant + row).rowcount != 1:
                return Refused()
    for kind, statement in sql.WRITTEN.items():
        for row in getattr(rows, kind):
            connection.execute(statement, tenant + row)
    return _told(connection, rows)


def _told(connection: sqlite3.Connection, rows: Rows) -> Refused | None:
    for row in rows.transfers:
        try:
            connection.execute(sql.TRANSFER, (rows.tenant, *row))
        except sqlite3.IntegrityError as error:
            if OVERDRAWN not in str(error):
                raise
            _, _, debit, _, minor, currency, *_ = row
            return Refused(because=Overdrawn(debit, str(Money(minor, currency))))
    return None


def _hoarded(connection: sqlite3.Connection, rows: Rows) -> bool:
    saved = json.dumps([row[0] for row in (*rows.made, *rows.moved)])
    for customer, resource_key, holds_max, own in rows.limits:
        asked = (rows.tenant, customer, resource_key, rows.now, saved)
        ((standing,),) = connection.execute(sql.HOLDS, asked)
        if standing + own > holds_max:
            return True
    return False


def _lapse(connection: sqlite3.Connection, row: Row, now: Any) -> bool:
    tenant, id, was, version, state, reason_code, sequence, *told = row
    if connection.execute(sql.OVERDUE, (tenant, id, was, version, now)).fetchone() is None:
        return False
    connection.execute(sql.FREED, (tenant, id))
    connection.execute(sql.EXPIRED, (tenant, id, state, reason_code, sequence))
    connection.execute(sql.WRITTEN["events"], (tenant, id, sequence, *told))
    return True
