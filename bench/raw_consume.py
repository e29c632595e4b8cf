"""The hand-written way to consume: Kombu and psycopg, with a receipt in the effect's transaction."""

from __future__ import annotations

import json
from typing import Any

import kombu as untyped_kombu
import psycopg

kombu: Any = untyped_kombu

RECEIPTS = """INSERT INTO raw_receipt (tenant_id, consumer, event_id, at)
    SELECT 1, 'raw', event_id, now() FROM unnest(%s::text[]) AS told(event_id)
    ON CONFLICT DO NOTHING RETURNING event_id"""
EFFECT = "INSERT INTO bench_effect (event_id, booking_id, type) VALUES (%s, %s, %s)"
SCHEMA = """
CREATE TABLE raw_receipt (tenant_id int, consumer text, event_id text, at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, consumer, event_id));
CREATE TABLE bench_effect (event_id text NOT NULL, booking_id text NOT NULL, type text NOT NULL)
"""


class RawConsumer:
    """One queue, one connection, so many messages a transaction."""

    def __init__(self, broker_url: str, queue: str, database_url: str, batch: int) -> None:
        self._database = psycopg.connect(database_url, autocommit=True, prepare_threshold=0)
        self._batch = batch
        self._hand: list[Any] = []
        self._connection = kombu.Connection(broker_url)
        self._channel = self._connection.channel()
        self._channel.basic_qos(0, 128, False)
        self._consumer = kombu.Consumer(
            self._channel,
            queues=[kombu.Queue(queue, no_declare=True)],
            on_message=self._hand.append,
            accept=["json"],
        )
        self._consumer.consume()

    def drain(self, count: int) -> None:
        """Consume so many."""
        done = 0
        while done < count:
            wanted = min(self._batch, count - done)
            while len(self._hand) < wanted:
                self._connection.drain_events(timeout=10)
            hand, self._hand[:] = self._hand[:wanted], self._hand[wanted:]
            self._apply(hand)
            self._channel.basic_ack(hand[-1].delivery_tag, multiple=True)
            done += len(hand)

    def _apply(self, hand: list[Any]) -> None:
        told = [json.loads(message.body) for message in hand]
        with self._database.transaction():
            rows = self._database.execute(RECEIPTS, ([each["eventId"] for each in told],))
            fresh = {row[0] for row in rows.fetchall()}
            for each in told:
                if each["eventId"] in fresh:
                    effect = (each["eventId"], each["aggregateId"], each["eventType"])
                    self._database.execute(EFFECT, effect)

    def close(self) -> None:
        """Let go of both."""
        self._connection.close()
        self._database.close()
