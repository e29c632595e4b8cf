"""What is claimed when, as the numbers that are stored."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from typing import Any

BUSY = """SELECT resource_key, starts_at, ends_at FROM booking_claim
WHERE tenant_id = :tenant AND resource_key IN (SELECT value FROM json_each(:keys)) AND live
  AND ends_at > :starts AND starts_at < :ends AND (held_until IS NULL OR held_until > :now)
ORDER BY resource_key, starts_at, ends_at"""


def busy(
    connection: sqlite3.Connection, asked: Mapping[str, Any]
) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    """The periods of each resource that has any, by start."""
    found = connection.execute(BUSY, {**asked, "keys": json.dumps(asked["keys"])})
    for key, rows in groupby(found, key=itemgetter(0)):
        yield key, [(starts, ends) for _, starts, ends in rows]
