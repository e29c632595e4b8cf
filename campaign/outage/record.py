"""What the recording consumers keep: receipts, and effects that nothing keeps from doubling."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeAlias

import psycopg

from booking_core.domain.kernel.incoming import Incoming

SCHEMA = """
CREATE SCHEMA campaign;
CREATE TABLE campaign.receipt (
  consumer TEXT NOT NULL,
  event_id UUID NOT NULL,
  PRIMARY KEY (consumer, event_id)
);
CREATE TABLE campaign.effect (
  number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  consumer TEXT NOT NULL,
  worker TEXT NOT NULL,
  event_id UUID NOT NULL,
  booking_id UUID NOT NULL,
  sequence INTEGER NOT NULL,
  type TEXT NOT NULL,
  event_at TIMESTAMPTZ NOT NULL,
  captured_minor BIGINT,
  may_be_again BOOLEAN NOT NULL
);
CREATE INDEX effect_by_event_at ON campaign.effect (event_at);
CREATE INDEX effect_by_event_id ON campaign.effect (event_id, consumer);
"""
_RECEIPTS = """INSERT INTO campaign.receipt SELECT %s, unnest(%s::uuid[])
  ON CONFLICT DO NOTHING RETURNING event_id::text"""
# The engine's own, for consumers that do not use its inbox: they say that they have the events.
_ENGINES_RECEIPTS = """INSERT INTO booking_receipt (event_id, consumer, tenant_id, at)
  SELECT event_id, %s, key, now() FROM unnest(%s::text[], %s::text[]) AS told (event_id, tenant_id)
  JOIN booking_tenant ON id = told.tenant_id ON CONFLICT DO NOTHING"""
_EFFECT = """INSERT INTO campaign.effect
  (consumer, worker, event_id, booking_id, sequence, type, event_at, captured_minor,
   may_be_again) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)"""
CONNECTION: dict[str, Any] = {
    "connect_timeout": 3,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 5000,
}


Told: TypeAlias = tuple[Incoming, bool]  # The event, and whether somebody may have had it before.


class Record:
    """One consumer's, for one thread; connects when it is needed, again after each failure."""

    def __init__(self, url: str, consumer: str, worker: str) -> None:
        self._url, self.consumer, self._worker = url, consumer, worker
        self._connection: psycopg.Connection[Any] | None = None

    def apply(self, told: Sequence[Told]) -> None:
        """In one transaction: a receipt for each, and an effect where the receipt is new."""
        with self.transaction() as connection:
            new = self.receive(connection, [event for event, _ in told])
            with connection.pipeline():
                for event, may_be_again in told:
                    if event.event_id in new:
                        new.remove(event.event_id)
                        self.effect(connection, event, may_be_again=may_be_again)

    def receive(self, connection: psycopg.Connection[Any], events: Sequence[Incoming]) -> set[str]:
        """The ids of those that had no receipt yet."""
        ids, tenants = [each.event_id for each in events], [each.tenant_id for each in events]
        connection.execute(_ENGINES_RECEIPTS, (self.consumer, ids, tenants))
        return {id for (id,) in connection.execute(_RECEIPTS, (self.consumer, ids))}

    def effect(
        self, connection: psycopg.Connection[Any], event: Incoming, *, may_be_again: bool = False
    ) -> None:
        """Do what the event is for, once more."""
        amount: Any = event.data["amount"] if event.type == "payment.completed" else None
        facts = (self.consumer, self._worker, event.event_id, event.booking_id, event.sequence)
        captured = None if amount is None else amount["amountMinor"]
        connection.execute(_EFFECT, (*facts, event.type, event.at, captured, may_be_again))

    @contextmanager
    def transaction(self) -> Iterator[psycopg.Connection[Any]]:
        """Durable when it is left; after any failure the connection is gone."""
        try:
            if self._connection is None:
                self._connection = psycopg.connect(self._url, **CONNECTION)
            with self._connection.transaction():
                yield self._connection
        except psycopg.Error:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
