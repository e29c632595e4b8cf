"""The hand-written way to hold a slot: the same rows by the same safe SQL, without an engine."""

from __future__ import annotations

import json
import time
from datetime import datetime, timedelta
from random import getrandbits
from typing import Any
from uuid import UUID, uuid4

import psycopg

from booking_adapters.sqlalchemy.postgresql.driver import SESSION

ONE_STATEMENT = """
WITH rivals AS MATERIALIZED (
  SELECT FROM booking_claim WHERE tenant_id = %(tenant)s::int AND resource_key = %(resource)s::int
    AND unit = 1 AND live AND tstzrange(starts_at, ends_at, '[)') && tstzrange(%(start)s, %(end)s, '[)')),
claimed AS (
  INSERT INTO booking_claim (tenant_id, live, resource_key, unit, starts_at, ends_at, holder_id,
    blocks, since, pinned, held_until)
  SELECT %(tenant)s::int, true, %(resource)s::int, 1, %(start)s::timestamptz,
    %(end)s::timestamptz, %(id)s::uuid, false, 1, false, %(expires)s::timestamptz
  WHERE NOT EXISTS (SELECT FROM rivals)
  ON CONFLICT DO NOTHING RETURNING 1),
booked AS (
  INSERT INTO booking (tenant_id, id, code, customer_id, provider_id, state, version, sequence,
    created_at, starts_at, ends_at, expires_at, price_minor, currency, items, terms, terms_hash, claims)
  SELECT %(tenant)s::int, %(id)s::uuid, %(code)s, 'ann', 'owner', 'PENDING', 1, 1, %(now)s::timestamptz,
    %(start)s::timestamptz, %(end)s::timestamptz, %(expires)s::timestamptz, 1000, 'EUR', %(items)s::json,
    %(terms)s, %(terms_hash)s, 1
  FROM claimed),
told AS (
  INSERT INTO booking_event (tenant_id, booking_id, sequence, event_id, type, at, correlation_id,
    actor, schema_version, data)
  SELECT %(tenant)s::int, %(id)s::uuid, 1, %(event)s::uuid, 'booking.created', %(now)s::timestamptz,
    %(correlation)s, 'customer:ann', 1, %(data)s::json FROM claimed),
answered AS (
  INSERT INTO booking_answer (tenant_id, principal, operation, key, fingerprint, at, booking_id, snapshot)
  SELECT %(tenant)s::int, 'ann', 'CreateBooking', %(key)s, %(fingerprint)s, %(now)s::timestamptz,
    %(id)s::uuid, %(snapshot)s::json FROM claimed)
SELECT count(*) FROM claimed
"""

# The same without a look before: the exclusion constraint alone refuses, and what was written by
# then is rolled back.
UNCHECKED = """
WITH booked AS (
  INSERT INTO booking (tenant_id, id, code, customer_id, provider_id, state, version, sequence,
    created_at, starts_at, ends_at, expires_at, price_minor, currency, items, terms, terms_hash, claims)
  VALUES (%(tenant)s::int, %(id)s::uuid, %(code)s, 'ann', 'owner', 'PENDING', 1, 1, %(now)s::timestamptz,
    %(start)s::timestamptz, %(end)s::timestamptz, %(expires)s::timestamptz, 1000, 'EUR', %(items)s::json,
    %(terms)s, %(terms_hash)s, 1)
  RETURNING id),
claimed AS (
  INSERT INTO booking_claim (tenant_id, live, resource_key, unit, starts_at, ends_at, holder_id,
    blocks, since, pinned, held_until)
  SELECT %(tenant)s::int, true, %(resource)s::int, 1, %(start)s::timestamptz,
    %(end)s::timestamptz, id, false, 1, false, %(expires)s::timestamptz FROM booked
  ON CONFLICT DO NOTHING RETURNING 1),
told AS (
  INSERT INTO booking_event (tenant_id, booking_id, sequence, event_id, type, at, correlation_id,
    actor, schema_version, data)
  SELECT %(tenant)s::int, %(id)s::uuid, 1, %(event)s::uuid, 'booking.created', %(now)s::timestamptz,
    %(correlation)s, 'customer:ann', 1, %(data)s::json FROM claimed),
answered AS (
  INSERT INTO booking_answer (tenant_id, principal, operation, key, fingerprint, at, booking_id, snapshot)
  SELECT %(tenant)s::int, 'ann', 'CreateBooking', %(key)s, %(fingerprint)s, %(now)s::timestamptz,
    %(id)s::uuid, %(snapshot)s::json FROM claimed)
SELECT CASE WHEN count(*) = 1 THEN true ELSE booking_refuse() END FROM claimed
"""
RIVALS = """
SELECT FROM booking_claim WHERE tenant_id = %(tenant)s::int AND resource_key = %(resource)s::int
  AND unit = 1 AND live AND tstzrange(starts_at, ends_at, '[)') && tstzrange(%(start)s, %(end)s, '[)')
"""
# Booking and claim in one, because the schema's own guard wants to see both.
BOOK = (
    ONE_STATEMENT[: ONE_STATEMENT.index("told AS (")]
    .rstrip()
    .rstrip(",")
    .replace("WHERE NOT EXISTS (SELECT FROM rivals)", "")
    + "\nSELECT count(*) FROM claimed"
)
EVENT = """
INSERT INTO booking_event (tenant_id, booking_id, sequence, event_id, type, at, correlation_id, actor,
  schema_version, data)
VALUES (%(tenant)s::int, %(id)s::uuid, 1, %(event)s::uuid, 'booking.created', %(now)s::timestamptz,
  %(correlation)s, 'customer:ann', 1, %(data)s::json)
"""
ANSWER = """
INSERT INTO booking_answer (tenant_id, principal, operation, key, fingerprint, at, booking_id, snapshot)
VALUES (%(tenant)s::int, 'ann', 'CreateBooking', %(key)s, %(fingerprint)s, %(now)s::timestamptz,
  %(id)s::uuid, %(snapshot)s::json)
"""

# As long as what the engine writes into the same columns, and as true.
ITEMS = [
    {
        "resource_id": "bench-0000",
        "unit_ids": ["1"],
        "span": ["2030-01-01T00:00:00Z", "2030-01-01T01:00:00Z"],
        "claimed": ["2030-01-01T00:00:00Z", "2030-01-01T01:00:00Z"],
    }
]


def in_time() -> str:
    """An id that begins with the time, as the engine's do: random ones would cost the indexes more."""
    return str(UUID(int=(time.time_ns() // 1_000_000) << 80 | 7 << 76 | 2 << 62 | getrandbits(62)))


def parameters(resource: int, start: datetime, terms: str, terms_hash: str) -> dict[str, Any]:
    """What a client has to make up for each hold."""
    now = datetime.now(start.tzinfo)
    booking_id = in_time()
    items = json.dumps(ITEMS)
    data = json.dumps(
        {
            "bookingId": booking_id,
            "customerId": "ann",
            "providerId": "owner",
            "state": "PENDING",
            "items": ITEMS,
            "price": {"amountMinor": 1000, "currency": "EUR"},
            "expiresAt": now.isoformat(),
        }
    )
    return {
        "tenant": 1,
        "resource": resource,
        "start": start,
        "end": start + timedelta(hours=1),
        "id": booking_id,
        "expires": now + timedelta(minutes=10),
        "now": now,
        "code": booking_id[:11],
        "items": items,
        "terms": terms,
        "terms_hash": terms_hash,
        "event": in_time(),
        "correlation": str(uuid4()),
        "data": data,
        "key": str(uuid4()),
        "fingerprint": booking_id[:32],
        "snapshot": json.dumps({"booking": data, "items": items, "terms": terms}),
    }


class RawHold:
    """One client's own connection, and what it says over it."""

    def __init__(self, url: str, terms: str, terms_hash: str) -> None:
        # The engine's own session settings: on young tables the planner guesses wrong without.
        options = " ".join(f"-c {name}={value}" for name, value in SESSION.items())
        self.connection = psycopg.connect(
            url, autocommit=True, prepare_threshold=0, options=options
        )
        self.terms, self.terms_hash = terms, terms_hash

    def in_one(self, resource: int, start: datetime) -> bool:
        """One statement, autocommitted."""
        row = self.connection.execute(
            ONE_STATEMENT, parameters(resource, start, self.terms, self.terms_hash)
        ).fetchone()
        return row is not None and row[0] == 1

    def unchecked(self, resource: int, start: datetime) -> bool:
        """One statement that does not look first: its claim is refused by the constraint."""
        told = parameters(resource, start, self.terms, self.terms_hash)
        try:
            self.connection.execute(UNCHECKED, told)
        except psycopg.Error:
            return False
        return True

    def in_four(self, resource: int, start: datetime) -> bool:
        """A transaction of four statements: look, book, tell and answer."""
        told = parameters(resource, start, self.terms, self.terms_hash)
        with self.connection.transaction():
            if self.connection.execute(RIVALS, told).fetchone() is not None:
                return False
            booked = self.connection.execute(BOOK, told).fetchone()
            if booked is None or booked[0] != 1:
                return False
            self.connection.execute(EVENT, told)
            self.connection.execute(ANSWER, told)
        return True
