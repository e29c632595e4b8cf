"""Bugs that people do make, for the campaign alone: a campaign that misses one proves nothing.

`python -m campaign.outage.planted BUG` is `booking relay` with that bug in it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import amqp
import psycopg

from booking_adapters.brokers.rabbitmq import publisher as rabbitmq
from booking_adapters.brokers.rabbitmq.link import Link
from booking_adapters.brokers.rabbitmq.publisher import PERSISTENT
from booking_adapters.brokers.rabbitmq.topology import declare_exchange
from booking_adapters.brokers.wire import CONTENT_TYPE, KEY
from booking_adapters.settings import URL_NAME
from booking_adapters.sqlalchemy import storage
from booking_adapters.sqlalchemy.leases import SqlLeases
from booking_adapters.sqlalchemy.outbox import SqlOutbox
from booking_cli.__main__ import main as booking
from booking_core.domain.kernel.errors import Busy
from booking_core.ports.awaited import Awaiting
from booking_core.ports.outbox import SHARDS, Unsent
from booking_core.ports.publisher import Message, NotPublished, Publisher
from campaign.outage.record import Record, Told

CONFIRMS_OFF, SKIP_LOCKED, CURSOR = "confirms-off", "skip-locked", "cursor"
ACKNOWLEDGE_FIRST, INBOX_APART = "acknowledge-first", "inbox-apart"
IN_RELAYS = (CONFIRMS_OFF, SKIP_LOCKED, CURSOR)
IN_CONSUMERS = (ACKNOWLEDGE_FIRST, INBOX_APART)
# By which check each must be found.
BUGS = {
    CONFIRMS_OFF: "events-arrive",
    SKIP_LOCKED: "order",
    CURSOR: "events-arrive",
    ACKNOWLEDGE_FIRST: "events-arrive",
    INBOX_APART: "effects-once",
}
BATCH = "20"  # Small, so that several relays have something to do at once.


def apply_apart(record: Record, told: Sequence[Told]) -> None:
    """The effect in one transaction, its receipt in the next."""
    for event, _ in told:
        with record.transaction() as connection:
            known = connection.execute(
                "SELECT FROM campaign.receipt WHERE consumer = %s AND event_id = %s",
                (record.consumer, event.event_id),
            ).fetchone()
            if known is None:
                record.effect(connection, event)
        with record.transaction() as connection:
            record.receive(connection, [event])


class Unconfirmed(Publisher):
    """Believes that what the socket has taken has arrived."""

    def __init__(self, url: str, exchange: str) -> None:
        self._exchange = exchange
        self._link = Link(url, heartbeat_seconds=0)
        self._channel: Any = None

    def publish(self, messages: Sequence[Message]) -> None:
        try:
            if self._channel is None:
                connection = self._link.connect()
                declare_exchange(connection, self._exchange)
                self._channel = connection.channel()
            for message in messages:
                self._channel.basic_publish(
                    amqp.Message(
                        message.body,
                        delivery_mode=PERSISTENT,
                        content_type=message.headers[CONTENT_TYPE],
                        application_headers={KEY: message.key},
                    ),
                    self._exchange,
                    message.topic,
                )
        except Exception as error:
            self.close()
            raise NotPublished(str(error)) from error

    def close(self) -> None:
        self._channel = None
        self._link.drop()


class EveryShard(SqlLeases):
    """Believes that something else makes leases needless."""

    def hold(
        self, work: str, holder: str, shards: int, now: datetime, until: datetime
    ) -> frozenset[int]:
        return frozenset(range(shards))


class SkipLocked(SqlOutbox):
    """Takes the next rows that nobody else has locked, and holds them until they are marked."""

    _connection: psycopg.Connection[Any] | None = None

    def unsent(
        self, shards: Collection[int], most: int, but: Collection[int] = ()
    ) -> Sequence[Unsent]:
        self._let_go()
        with _busy_without():
            self._connection = psycopg.connect(os.environ[URL_NAME])
            locked = self._connection.execute(
                "SELECT position FROM booking_event WHERE published_at IS NULL"
                " ORDER BY position LIMIT %s FOR UPDATE SKIP LOCKED",
                (most,),
            ).fetchall()
        positions = {position for (position,) in locked}
        every = super().unsent(range(SHARDS), 100 * most, but)
        return [unsent for unsent in every if unsent.position in positions]

    def mark_sent(
        self, positions: Collection[int], at: datetime, awaiting: Awaiting | None = None
    ) -> None:
        assert self._connection is not None
        with _busy_without():
            self._connection.execute(
                "UPDATE booking_event SET published_at = %s WHERE position = ANY(%s)",
                (at, list(positions)),
            )
            self._connection.commit()
        self._let_go()

    def _let_go(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


class Cursor(SqlOutbox):
    """Reads on from the last position that was sent."""

    _last: int | None = None

    def unsent(
        self, shards: Collection[int], most: int, but: Collection[int] = ()
    ) -> Sequence[Unsent]:
        if self._last is None:
            with _busy_without(), psycopg.connect(os.environ[URL_NAME]) as connection:
                row = connection.execute(
                    "SELECT max(position) FROM booking_event WHERE published_at IS NOT NULL"
                ).fetchone()
            self._last = row[0] or 0 if row else 0
        last = self._last
        every = super().unsent(range(SHARDS), 100 * most, but)
        return [unsent for unsent in every if unsent.position > last][:most]

    def mark_sent(
        self, positions: Collection[int], at: datetime, awaiting: Awaiting | None = None
    ) -> None:
        super().mark_sent(positions, at, awaiting)
        self._last = max(self._last or 0, *positions)


@contextmanager
def _busy_without() -> Iterator[None]:
    try:
        yield
    except psycopg.OperationalError as error:
        raise Busy(str(error)) from error


def main() -> None:
    """Relay until SIGTERM, as the command line does, with one thing replaced."""
    (bug,) = sys.argv[1:]
    match bug:
        case "confirms-off":
            replaced: dict[tuple[Any, str], type] = {(rabbitmq, "RabbitPublisher"): Unconfirmed}
        case "skip-locked":
            replaced = {(storage, "SqlOutbox"): SkipLocked, (storage, "SqlLeases"): EveryShard}
        case "cursor":
            replaced = {(storage, "SqlOutbox"): Cursor, (storage, "SqlLeases"): EveryShard}
    for (module, name), bad in replaced.items():
        assert hasattr(module, name)
        setattr(module, name, bad)
    sys.argv = ["booking", "relay", "--batch", BATCH]
    booking()


if __name__ == "__main__":
    main()
