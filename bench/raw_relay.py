"""A relay by hand: psycopg, json, and a client that publishes."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import psycopg

from booking_adapters.sqlalchemy.postgresql.driver import SESSION
from booking_core.ports.publisher import Message

READ = """SELECT position, event_id, type, booking_id, sequence, at, correlation_id, causation_id, schema_version, data
FROM booking_event WHERE published_at IS NULL ORDER BY position LIMIT %s"""
MARK = "UPDATE booking_event SET published_at = now() WHERE position = ANY(%s)"


class RawRelay:
    """One batch after the other: read, publish, mark."""

    def __init__(self, url: str, batch: int) -> None:
        options = " ".join(f"-c {name}={value}" for name, value in SESSION.items())
        self.connection = psycopg.connect(url, autocommit=True, options=options)
        self.batch = batch

    def drain(self, publish: Callable[[Sequence[Message]], None]) -> None:
        """Until nothing is left."""
        while rows := self.connection.execute(READ, [self.batch]).fetchall():
            publish([message_of(row) for row in rows])
            self.connection.execute(MARK, [[row[0] for row in rows]])

    def close(self) -> None:
        """Let go of the connection."""
        self.connection.close()


def message_of(row: Sequence[Any]) -> Message:
    """The envelope."""
    _, event_id, kind, booking_id, sequence, at, correlation_id, causation_id, version, data = row
    envelope = {
        "eventId": str(event_id),
        "eventType": kind,
        "schemaVersion": version,
        "timestamp": at.isoformat(),
        "tenantId": "default",
        "correlationId": str(correlation_id),
        "causationId": None if causation_id is None else str(causation_id),
        "aggregateId": str(booking_id),
        "sequence": sequence,
        "data": data if isinstance(data, dict) else json.loads(data),
    }
    return Message(key=str(booking_id), topic=kind, body=json.dumps(envelope).encode())
