"""The hand-written way to expire overdue holds, and the quick way to have some."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from uuid import uuid4

import psycopg

from bench.raw_hold import ITEMS
from booking_adapters.sqlalchemy.postgresql.driver import SESSION

EXPIRE = """
WITH overdue AS MATERIALIZED (
  SELECT tenant_id, id, sequence + 1 AS sequence FROM booking WHERE expires_at <= %(now)s::timestamptz
  ORDER BY expires_at LIMIT %(batch)s::int FOR UPDATE SKIP LOCKED),
expired AS (
  UPDATE booking AS b SET state = 'EXPIRED', reason_code = 'hold_lapsed', expires_at = NULL,
    version = version + 1, sequence = o.sequence
  FROM overdue AS o WHERE b.tenant_id = o.tenant_id AND b.id = o.id RETURNING 1),
freed AS (
  UPDATE booking_claim AS c SET live = false FROM overdue AS o
  WHERE c.tenant_id = o.tenant_id AND c.live_booking_id = o.id),
told AS (
  INSERT INTO booking_event (tenant_id, booking_id, sequence, event_id, type, at, correlation_id,
    actor, schema_version, data)
  SELECT tenant_id, id, sequence, gen_random_uuid(), 'booking.expired', %(now)s::timestamptz,
    %(correlation)s::text, 'system:system', 1,
    json_build_object('bookingId', id, 'reason', 'hold_lapsed') FROM overdue)
SELECT count(*) FROM expired
"""

# As the engine writes holds: booking, claim and event in one statement. Each resource has one
# after the other, hour by hour; of the numbers from `first` on as many as are asked for.
FILL = """
WITH wanted AS MATERIALIZED (
  SELECT n, %(resources)s::int AS resources, n %% %(resources)s::int + 1 AS resource,
    %(monday)s::timestamptz + n / %(resources)s::int * interval '1 hour' AS starts_at,
    %(made)s::timestamptz + n * interval '1 microsecond' AS created_at,
    (lpad(to_hex((extract(epoch FROM %(made)s::timestamptz) * 1000)::bigint + n / 8), 12, '0')
      || '7' || substr(md5(n::text), 2, 3) || '8' || substr(md5(n::text), 6, 15))::uuid AS id
  FROM generate_series(%(first)s::int, %(first)s::int + %(count)s::int - 1) AS n),
booked AS (
  INSERT INTO booking (tenant_id, id, code, customer_id, provider_id, state, version, sequence,
    created_at, starts_at, ends_at, expires_at, price_minor, currency, items, terms, terms_hash, claims)
  SELECT 1, id, substr(md5(id::text), 1, 11), 'ann', 'owner', 'PENDING', 1, 1, created_at, starts_at,
    starts_at + interval '1 hour', created_at + interval '10 minutes', 1000, 'EUR', %(items)s::json,
    %(terms)s, %(terms_hash)s, 1 FROM wanted),
claimed AS (
  INSERT INTO booking_claim (tenant_id, live, resource_key, unit, starts_at, ends_at, holder_id,
    blocks, since, pinned, held_until)
  SELECT 1, true, resource, 1, starts_at, starts_at + interval '1 hour', id, false, 1, false,
    created_at + interval '10 minutes' FROM wanted)
INSERT INTO booking_event (tenant_id, booking_id, sequence, event_id, type, at, correlation_id, actor,
  schema_version, data)
SELECT 1, id, 1, gen_random_uuid(), 'booking.created', created_at, id::text, 'customer:ann', 1,
  %(data)s::json FROM wanted
"""
AT_ONCE = 10_000

LEFT_OVER = """
SELECT (SELECT count(*) FROM booking WHERE state = 'EXPIRED'),
  (SELECT count(*) FROM booking_event WHERE type = 'booking.expired' AND sequence = 2),
  (SELECT count(*) FROM booking_claim WHERE live)
"""


class RawExpire:
    """One connection, and the statement that expires a batch."""

    def __init__(self, url: str) -> None:
        # The engine's own session settings: on young tables the planner guesses wrong without.
        options = " ".join(f"-c {name}={value}" for name, value in SESSION.items())
        self.connection = psycopg.connect(
            url, autocommit=True, prepare_threshold=0, options=options
        )

    def once(self, batch: int) -> int:
        """Expire at most one batch, longest overdue first; how many were expired."""
        now = datetime.now().astimezone()
        asked = {"now": now, "batch": batch, "correlation": str(uuid4())}
        row = self.connection.execute(EXPIRE, asked).fetchone()
        return 0 if row is None else int(row[0])


def fill(
    url: str, holds: int, resources: int, terms: str, terms_hash: str, *, now: datetime
) -> None:
    """Make so many holds whose time was over an hour ago."""
    asked = {
        "resources": resources,
        "monday": now + timedelta(days=2),
        "made": now - timedelta(hours=2),
        "items": json.dumps(ITEMS),
        "data": json.dumps({"bookingId": str(uuid4()), "state": "PENDING", "items": ITEMS}),
        "terms": terms,
        "terms_hash": terms_hash,
    }
    with psycopg.connect(url, autocommit=True) as connection:
        for first in range(0, holds, AT_ONCE):
            count = min(AT_ONCE, holds - first)
            connection.execute(FILL, asked | {"first": first, "count": count})
        connection.execute("ANALYZE")
