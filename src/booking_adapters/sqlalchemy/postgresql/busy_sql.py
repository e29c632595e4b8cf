"""What is claimed when, as bare numbers: nothing that is only counted becomes a datetime."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from sys import byteorder
from typing import Any

import psycopg

from booking_adapters.sqlalchemy.postgresql.rowset import Sql
from booking_core.domain.kernel.span import EPOCH, to_microseconds

# A timestamptz travels as microseconds since 2000 in eight bytes, most significant first.
EPOCH_OF_POSTGRESQL = to_microseconds(EPOCH.replace(year=2000))

# One row per resource, with all of its periods in one value: half the time of a row per period.
# A look per resource: asked for several keys at once, the exclusion constraint's index hands out
# all of the tenant's claims of that time; and OFFSET 0 keeps the planner from joining that way.
BUSY = Sql("""SELECT wanted.key, busy.periods
FROM unnest(:keys::int[]) AS wanted(key) CROSS JOIN LATERAL (
  SELECT string_agg(timestamptz_send(c.starts_at) || timestamptz_send(c.ends_at), '') AS periods
  FROM booking_claim AS c
  WHERE c.tenant_id = :tenant::int AND c.resource_key = wanted.key AND c.live
    AND tstzrange(c.starts_at, c.ends_at, '[)')
      && tstzrange(:starts::timestamptz, :ends::timestamptz, '[)')
    AND (c.held_until IS NULL OR c.held_until > :now::timestamptz)
  OFFSET 0) AS busy
WHERE busy.periods IS NOT NULL""")


def busy(
    connection: psycopg.Connection[Any], asked: Mapping[str, Any]
) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    """The periods of each resource that has any, by start."""
    for key, periods in BUSY.all(connection, asked, binary=True):
        numbers = array("q", periods)
        if byteorder == "little":
            numbers.byteswap()
        since_1970 = iter([number + EPOCH_OF_POSTGRESQL for number in numbers])
        yield key, sorted(zip(since_1970, since_1970, strict=True))
