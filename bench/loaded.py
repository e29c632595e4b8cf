"""Calendars that are half full: an hour taken, an hour free, for as many claims as are wanted."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg

from bench.town import furnish, midnight
from booking_adapters.sqlalchemy.postgresql.driver import SESSION

RESOURCES = 1000
EACH = 1000
# The fewest: the first resource has a month, and 99 others a week and a little.
MONTH, WEEK, WEEKS = 496, 96, 99
SMALL = MONTH + WEEK * WEEKS

# A block with all of its claims, in one statement, because the schema wants to see both.
BLOCK = """
WITH blocked AS (
  INSERT INTO booking_block (tenant_id, id, resource_key, unit_ids, starts_at, ends_at, reason,
    created_at, version, claims)
  VALUES (1, %(id)s::uuid, %(key)s::int, '["1"]', %(start)s::timestamptz,
    %(start)s::timestamptz + 2 * %(count)s::int * interval '1 hour', 'bench', now(), 1,
    %(count)s::int))
INSERT INTO booking_claim (tenant_id, live, resource_key, unit, starts_at, ends_at, holder_id,
  blocks, since, pinned)
SELECT 1, true, %(key)s::int, 1, hour, hour + interval '1 hour', %(id)s::uuid, true, 1, true
FROM generate_series(%(start)s::timestamptz,
  %(start)s::timestamptz + 2 * (%(count)s::int - 1) * interval '1 hour', interval '2 hours') AS hour
"""


def load(url: str, claims: int) -> None:
    """Migrate, and store that many claims from the midnight after next on, SMALL at least."""
    resources = RESOURCES if claims >= RESOURCES * WEEK else WEEKS + 1
    furnish(url, resources)
    start = midnight()
    options = " ".join(f"-c {name}={value}" for name, value in SESSION.items())
    with psycopg.connect(url, autocommit=True, options=options) as connection:
        connection.execute("SET synchronous_commit = off")
        left = max(claims, SMALL)
        for key in range(1, resources + 1):
            count = max(left // (resources + 1 - key), MONTH if key == 1 else WEEK)
            _block(connection, key, start, count)
            left -= count
        connection.execute("VACUUM ANALYZE")


def _block(connection: psycopg.Connection[Any], key: int, start: datetime, count: int) -> None:
    facts = {"id": str(uuid4()), "key": key, "start": start, "count": count}
    connection.execute(BLOCK, facts)


def days(count: int) -> tuple[datetime, datetime]:
    """A window of so many days that is half full."""
    return midnight(), midnight() + timedelta(days=count)
