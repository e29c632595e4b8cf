"""The hand-written way to hold a slot on SQLite: the same rows, in one transaction of sqlite3."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from typing import Any

from bench.raw_hold import parameters
from booking_adapters.sqlalchemy.sqlite.driver import BUSY_TIMEOUT_MS
from booking_core.domain.kernel.span import to_microseconds

RIVALS = """
SELECT 1 FROM booking_claim WHERE tenant_id = 1 AND resource_key = :resource AND unit = 1 AND live
  AND ends_at > :start AND starts_at < :end LIMIT 1
"""
BOOKING = """
INSERT INTO booking (tenant_id, id, code, customer_id, provider_id, state, version, sequence,
  created_at, starts_at, ends_at, expires_at, price_minor, currency, items, terms, terms_hash, claims)
VALUES (1, :id, :code, 'ann', 'owner', 'PENDING', 1, 1, :now, :start, :end, :expires, 1000, 'EUR',
  :items, :terms, :terms_hash, 1)
"""
CLAIM = """
INSERT INTO booking_claim (tenant_id, live, resource_key, unit, starts_at, ends_at, holder_id,
  blocks, since, pinned, held_until)
VALUES (1, 1, :resource, 1, :start, :end, :id, 0, 1, 0, :expires)
"""
EVENT = """
INSERT INTO booking_event (position, tenant_id, booking_id, sequence, event_id, type, at,
  correlation_id, actor, schema_version, data)
VALUES ((SELECT coalesce(max(position), 0) + 1 FROM booking_event), 1, :id, 1, :event,
  'booking.created', :now, :correlation, 'customer:ann', 1, :data)
"""
ANSWER = """
INSERT INTO booking_answer (tenant_id, principal, operation, key, fingerprint, at, booking_id,
  snapshot)
VALUES (1, 'ann', 'CreateBooking', :key, :fingerprint, :now, :id, :snapshot)
"""


class RawSqliteHold:
    """One client's own connection, with the engine's pragmas, and what it says over it."""

    def __init__(self, path: str, synchronous: str, terms: str, terms_hash: str) -> None:
        self.connection = sqlite3.connect(path, isolation_level=None)
        for pragma in (
            f"busy_timeout = {BUSY_TIMEOUT_MS}",
            "journal_mode = WAL",
            f"synchronous = {synchronous}",
            "foreign_keys = ON",
        ):
            self.connection.execute(f"PRAGMA {pragma}")
        self.terms, self.terms_hash = terms, terms_hash

    def hold(self, resource: int, start: datetime) -> bool:
        """Look, book, claim, tell and answer."""
        told = self._told(resource, start)
        execute = self.connection.execute
        execute("BEGIN IMMEDIATE")
        if execute(RIVALS, told).fetchone() is not None:
            execute("ROLLBACK")
            return False
        for statement in (BOOKING, CLAIM, EVENT, ANSWER):
            execute(statement, told)
        execute("COMMIT")
        return True

    def _told(self, resource: int, start: datetime) -> dict[str, Any]:
        told = parameters(resource, start, self.terms, self.terms_hash)
        instants = {name: to_microseconds(told[name]) for name in ("start", "now", "expires")}
        return told | instants | {"end": to_microseconds(start + timedelta(hours=1))}
