"""The hand-written way to free hours: what is taken as numbers, and a sweep over it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeAlias

import psycopg

from booking_adapters.sqlalchemy.postgresql.driver import SESSION
from booking_core.domain.kernel.span import to_microseconds

Gaps: TypeAlias = list[tuple[int, int]]  # In microseconds since 1970.

TAKEN = """
  FROM booking_claim
  WHERE tenant_id = 1::int AND resource_key = {key} AND live
    AND tstzrange(starts_at, ends_at, '[)') && tstzrange(%(start)s::timestamptz, %(end)s::timestamptz, '[)')
    AND (held_until IS NULL OR held_until > now())
"""
# date_part, for extract() would count in numerics, which are slow.
NUMBERS = """(date_part('epoch', starts_at) * 1e6)::bigint AS since,
    (date_part('epoch', ends_at) * 1e6)::bigint AS until"""
ONE = f"SELECT {NUMBERS} {TAKEN.format(key='%(key)s::int')} ORDER BY since"
# A look per resource: given many keys at once the index would hand out all of the tenant's claims.
MANY = f"""
SELECT wanted.key, busy.* FROM unnest(%(keys)s::int[]) AS wanted(key) CROSS JOIN LATERAL (
  SELECT {NUMBERS} {TAKEN.format(key="wanted.key")} OFFSET 0) AS busy
ORDER BY wanted.key, busy.since
"""
ARRAYS = f"""
SELECT wanted.key, busy.* FROM unnest(%(keys)s::int[]) AS wanted(key) CROSS JOIN LATERAL (
  SELECT array_agg(since ORDER BY since), array_agg(until ORDER BY since) FROM (
    SELECT {NUMBERS} {TAKEN.format(key="wanted.key")} OFFSET 0) AS numbers) AS busy
"""


class RawFree:
    """One client's own connection, and what it asks over it."""

    def __init__(self, url: str) -> None:
        options = " ".join(f"-c {name}={value}" for name, value in SESSION.items())
        self.connection = psycopg.connect(
            url, autocommit=True, prepare_threshold=0, options=options
        )

    def of_one(self, key: int, start: datetime, end: datetime) -> Gaps:
        """The free gaps of one resource."""
        asked = {"key": key, "start": start, "end": end}
        rows = self.connection.cursor(binary=True).execute(ONE, asked).fetchall()
        return sweep(rows, to_microseconds(start), to_microseconds(end))

    def of_many(self, keys: Sequence[int], start: datetime, end: datetime) -> dict[int, Gaps]:
        """The free gaps of each, by key; a row for each claim."""
        asked = {"keys": list(keys), "start": start, "end": end}
        taken: dict[int, list[Any]] = {key: [] for key in keys}
        for key, since, until in self.connection.cursor(binary=True).execute(MANY, asked):
            taken[key].append((since, until))
        first, last = to_microseconds(start), to_microseconds(end)
        return {key: sweep(rows, first, last) for key, rows in taken.items()}

    def of_many_in_arrays(
        self, keys: Sequence[int], start: datetime, end: datetime
    ) -> dict[int, Gaps]:
        """The free gaps of each, by key; a row for each resource."""
        asked = {"keys": list(keys), "start": start, "end": end}
        first, last = to_microseconds(start), to_microseconds(end)
        return {
            key: sweep(zip(since or (), until or (), strict=True), first, last)
            for key, since, until in self.connection.cursor(binary=True).execute(ARRAYS, asked)
        }


def sweep(taken: Any, start: int, end: int) -> Gaps:
    """What the taken periods, by start, leave of [start, end)."""
    free = []
    for since, until in taken:
        if since > start:
            free.append((start, since))
        if until > start:
            start = until
    if start < end:
        free.append((start, end))
    return free
